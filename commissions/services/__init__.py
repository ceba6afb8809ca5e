"""What commissions writes: plans, assignments, runs and what follows from a change."""

from commissions.services.assignments import assign, set_quota, unassign
from commissions.services.checklist import take_back, tick_off
from commissions.services.closing import approve_period, mark_paid, reopen, start_review
from commissions.services.drafts import DraftExists, change_draft, create_draft, discard_draft
from commissions.services.exceptions import except_statements, withdraw_exception
from commissions.services.files import publish_file
from commissions.services.periods import get_period
from commissions.services.plans import (
    DraftChanged,
    ExamplesFail,
    PlanRefused,
    QuestionsOpen,
    check_examples,
    describe,
    publish_version,
    retire_version,
    reviewers,
    save_draft,
)
from commissions.services.recalculation import hold, recalculate
from commissions.services.refusals import MovedAlready, MoveRefused, PeriodFrozen, RunRefused
from commissions.services.roster import AssignmentRefused
from commissions.services.runs import start_closing, start_run, stop_run, unfinished_runs, work_on_run
from commissions.services.stale import (
    note_all_kpis,
    note_facts,
    note_kpis,
    note_leave,
    note_payees,
    note_plan,
    note_rates,
    note_reporting,
    note_teams,
)
from commissions.services.stale_work import recalculate_stale
from commissions.services.team_quotas import set_team_quota
from commissions.services.true_ups import settle_revised

__all__ = [
    "AssignmentRefused",
    "DraftChanged",
    "DraftExists",
    "ExamplesFail",
    "MoveRefused",
    "MovedAlready",
    "PeriodFrozen",
    "PlanRefused",
    "QuestionsOpen",
    "RunRefused",
    "approve_period",
    "assign",
    "change_draft",
    "check_examples",
    "create_draft",
    "describe",
    "discard_draft",
    "except_statements",
    "get_period",
    "hold",
    "mark_paid",
    "note_all_kpis",
    "note_facts",
    "note_kpis",
    "note_leave",
    "note_payees",
    "note_plan",
    "note_rates",
    "note_reporting",
    "note_teams",
    "publish_file",
    "publish_version",
    "recalculate",
    "recalculate_stale",
    "reopen",
    "retire_version",
    "reviewers",
    "save_draft",
    "set_quota",
    "set_team_quota",
    "settle_revised",
    "start_closing",
    "start_review",
    "start_run",
    "stop_run",
    "take_back",
    "tick_off",
    "unassign",
    "unfinished_runs",
    "withdraw_exception",
    "work_on_run",
]
