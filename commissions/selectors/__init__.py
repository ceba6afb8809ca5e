"""What pages and commands read of commissions."""

from commissions.selectors.attainment import Attainment, attainment
from commissions.selectors.documents import document_of
from commissions.selectors.explanations import LineExplanation, StepRow, line_explanation
from commissions.selectors.notices import NoticeRow, notice_rows
from commissions.selectors.periods import (
    CurrencyTotal,
    PayoutRow,
    PeriodOverview,
    RunProgress,
    payout_rows,
    period_list,
    period_overview,
    period_statements,
)
from commissions.selectors.plans import (
    ComponentView,
    CurvePoint,
    DifferenceRow,
    ExampleRow,
    PlanPage,
    TierRow,
    plan_currency,
    plan_list,
    plan_page,
    visible_versions,
)
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

__all__ = [
    "Attainment",
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
    "PlanPage",
    "RunProgress",
    "StatementView",
    "StepRow",
    "TierRow",
    "attainment",
    "document_of",
    "earned_this_period",
    "latest_lines",
    "line_explanation",
    "notice_rows",
    "payout_rows",
    "period_list",
    "period_overview",
    "period_statements",
    "plan_currency",
    "plan_list",
    "plan_page",
    "statement_list",
    "statement_view",
    "visible_versions",
]
