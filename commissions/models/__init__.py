"""Plans as published, who is on them, and what they paid."""

from commissions.models.periods import Period, Run, RunChunk
from commissions.models.plans import Acceptance, Assignment, Plan, PlanVersion, Quota, Scenario, TeamQuota
from commissions.models.scores import Score
from commissions.models.statements import (
    EarningLine,
    HandedOver,
    Release,
    Settlement,
    StaleStatement,
    Statement,
    StatementQuerySet,
)

__all__ = [
    "Acceptance",
    "Assignment",
    "EarningLine",
    "HandedOver",
    "Period",
    "Plan",
    "PlanVersion",
    "Quota",
    "Release",
    "Run",
    "RunChunk",
    "Scenario",
    "Score",
    "Settlement",
    "StaleStatement",
    "Statement",
    "StatementQuerySet",
    "TeamQuota",
]
