"""Plans as published, who is on them, and what they paid."""

from commissions.models.adjustments import Adjustment, AdjustmentGroup, AdjustmentLimit, AdjustmentQuerySet, Evidence
from commissions.models.approvals import (
    Approval,
    ApprovalChain,
    ApprovalReminder,
    ApprovalRoute,
    Delegation,
    StatementAcceptance,
)
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
    "Adjustment",
    "AdjustmentGroup",
    "AdjustmentLimit",
    "AdjustmentQuerySet",
    "Approval",
    "ApprovalChain",
    "ApprovalReminder",
    "ApprovalRoute",
    "Assignment",
    "Delegation",
    "EarningLine",
    "Evidence",
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
    "StatementAcceptance",
    "StatementQuerySet",
    "TeamQuota",
]
