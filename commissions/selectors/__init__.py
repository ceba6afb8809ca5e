"""What pages and commands read of commissions."""

from commissions.selectors.attainment import Attainment, attainment, attainments
from commissions.selectors.documents import document_of
from commissions.selectors.explanations import LineExplanation, StepRow, line_explanation
from commissions.selectors.lists import (
    PeriodRow,
    Siblings,
    payees_matching,
    period_rows,
    sees_others,
    siblings,
    statement_periods,
    statements_matching,
)
from commissions.selectors.notices import NoticeRow, notice_rows, notice_text
from commissions.selectors.payouts import PayoutRow, payout_csv, payout_rows
from commissions.selectors.periods import (
    CurrencyTotal,
    PeriodOverview,
    RunProgress,
    latest_run,
    period_list,
    period_overview,
    period_statements,
    run_progress,
)
from commissions.selectors.plans import (
    ComponentView,
    CurvePoint,
    DifferenceRow,
    ExampleRow,
    PlanPage,
    TierRow,
    plan_currency,
    plan_document,
    plan_list,
    plan_page,
    visible_versions,
)
from commissions.selectors.readings import Reading, ReadingRow, reading
from commissions.selectors.sections import PlanSection, TierText, plan_sections
from commissions.selectors.statements import (
    ComponentGroup,
    LineRow,
    PeriodEarning,
    StatementView,
    earned_this_period,
    latest_lines,
    statement_list,
    statement_view,
)
from commissions.selectors.templates import PlanTemplate, plan_templates, template_source
from commissions.selectors.terms import terms_of
from commissions.selectors.words import ChangeGroup, changes, in_words

__all__ = [
    "Attainment",
    "ChangeGroup",
    "ComponentGroup",
    "ComponentView",
    "CurrencyTotal",
    "CurvePoint",
    "DifferenceRow",
    "ExampleRow",
    "LineExplanation",
    "LineRow",
    "NoticeRow",
    "PayoutRow",
    "PeriodEarning",
    "PeriodOverview",
    "PeriodRow",
    "PlanPage",
    "PlanSection",
    "PlanTemplate",
    "Reading",
    "ReadingRow",
    "RunProgress",
    "Siblings",
    "StatementView",
    "StepRow",
    "TierRow",
    "TierText",
    "attainment",
    "attainments",
    "changes",
    "document_of",
    "earned_this_period",
    "in_words",
    "latest_lines",
    "latest_run",
    "line_explanation",
    "notice_rows",
    "notice_text",
    "payees_matching",
    "payout_csv",
    "payout_rows",
    "period_list",
    "period_overview",
    "period_rows",
    "period_statements",
    "plan_currency",
    "plan_document",
    "plan_list",
    "plan_page",
    "plan_sections",
    "plan_templates",
    "reading",
    "run_progress",
    "sees_others",
    "siblings",
    "statement_list",
    "statement_periods",
    "statement_view",
    "statements_matching",
    "template_source",
    "terms_of",
    "visible_versions",
]
