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
from commissions.models.changes import StatementChange
from commissions.models.closing import ApprovalException, ChecklistTick, PeriodMove
from commissions.models.disputes import Dispute, DisputeMessage, DisputeQuerySet
from commissions.models.periods import Period, Run, RunChunk
from commissions.models.plans import Acceptance, Assignment, Plan, PlanVersion, Quota, Scenario, TeamQuota
from commissions.models.scores import Score
from commissions.models.snapshots import Snapshot
from commissions.models.statements import (
    EarningLine,
    HandedOver,
    Release,
    Revised,
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
    "ApprovalException",
    "ApprovalReminder",
    "ApprovalRoute",
    "Assignment",
    "ChecklistTick",
    "Delegation",
    "Dispute",
    "DisputeMessage",
    "DisputeQuerySet",
    "EarningLine",
    "Evidence",
    "HandedOver",
    "Period",
    "PeriodMove",
    "Plan",
    "PlanVersion",
    "Quota",
    "Release",
    "Revised",
    "Run",
    "RunChunk",
    "Scenario",
    "Score",
    "Settlement",
    "Snapshot",
    "StaleStatement",
    "Statement",
    "StatementAcceptance",
    "StatementChange",
    "StatementQuerySet",
    "TeamQuota",
]
