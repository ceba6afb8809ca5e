"""What commissions writes: plans, assignments, runs and what follows from a change."""

from commissions.services.assignments import AssignmentRefused, assign, set_quota, unassign
from commissions.services.periods import get_period
from commissions.services.plans import (
    ExamplesFail,
    PlanRefused,
    check_examples,
    describe,
    publish_version,
    save_draft,
)
from commissions.services.recalculation import hold, recalculate
from commissions.services.refusals import PeriodNotOpen, RunRefused
from commissions.services.runs import start_run, stop_run, unfinished_runs, work_on_run
from commissions.services.stale import note_facts, note_payees, note_plan
from commissions.services.stale_work import recalculate_stale

__all__ = [
    "AssignmentRefused",
    "ExamplesFail",
    "PeriodNotOpen",
    "PlanRefused",
    "RunRefused",
    "assign",
    "check_examples",
    "describe",
    "get_period",
    "hold",
    "note_facts",
    "note_payees",
    "note_plan",
    "publish_version",
    "recalculate",
    "recalculate_stale",
    "save_draft",
    "set_quota",
    "start_run",
    "stop_run",
    "unassign",
    "unfinished_runs",
    "work_on_run",
]
