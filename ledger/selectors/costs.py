"""Costs to obtain contracts, from the lines of closed statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, LiteralString

import polars as pl
from django.utils.translation import gettext as _

from commissions.models import EarningLine, Period
from core.copy import copy_out
from core.periods import PeriodKind, period_of
from core.templatetags import formats
from core.templatetags.juara import locale
from ledger.engine.capitalised import COSTS, ROLL, schedule
from ledger.engine.journal import Kind, Movement
from ledger.models import CostPolicy, ExpensedComponent
from ledger.selectors.entries import Journal, entered
from sales.models import Deal

_COSTS: Final[LiteralString] = """
SELECT line.deal_id, statement.currency, sum(line.amount_minor)::bigint, period."end" - 1, deal.closed_on,
    benefit.months, deal.cancelled_on
FROM commissions_period period
JOIN commissions_statement statement ON statement.period_id = period.id
JOIN commissions_earningline line ON line.statement_id = statement.id
JOIN commissions_planversion version ON version.id = line.plan_version_id
JOIN sales_deal deal ON deal.id = line.deal_id,
LATERAL (SELECT CASE WHEN %s AND deal.term_months > 0 THEN deal.term_months ELSE %s END AS months) benefit
WHERE period.status IN ('closed', 'paid') AND benefit.months >= %s AND NOT EXISTS (
    SELECT FROM ledger_expensedcomponent expensed
    WHERE expensed.plan_id = version.plan_id AND expensed.component = line.component
)
GROUP BY line.deal_id, statement.currency, period."end", deal.closed_on, benefit.months, deal.cancelled_on
HAVING sum(line.amount_minor) <> 0
"""


@dataclass(frozen=True, slots=True)
class MonthRoll:
    """How the assets in a currency go through a month. Minor units."""

    month: date  # its first day
    currency: str
    opening: int
    added: int
    amortised: int
    impaired: int
    closing: int

    @property
    def label(self) -> str:
        return period_of(self.month, PeriodKind.MONTH).label


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a plan that closed statements paid with deals."""

    plan_pk: int
    plan: str
    key: str
    is_expensed: bool


def cost_policy() -> CostPolicy:
    """The company's, or what holds until it says otherwise."""
    return CostPolicy.objects.first() or CostPolicy(pk=1)


def costs(policy: CostPolicy) -> pl.DataFrame:
    """COSTS of all contracts with a benefit long enough to be an asset."""
    given = [policy.uses_term, policy.benefit_months, policy.least_months]
    return copy_out(_COSTS, given, COSTS)


def year_of_costs(known: pl.DataFrame, year: int) -> tuple[MonthRoll, ...]:
    """Each month of a year in each currency that has something then, as things stand now."""
    return tuple(
        MonthRoll(month, *row)
        for month, rolls in schedule(known, date(year, 1, 1), 12)
        for row in rolls.select(list(ROLL)).iter_rows()
        if any(row[1:])
    )


def costs_journal(known: pl.DataFrame, month: date) -> Journal:
    """What the costs of contracts move in the month of a day: out of the expense, and into it again."""
    first = month.replace(day=1)
    ((_first, rolls),) = schedule(known, first, 1)
    moved = [
        Movement(kind, row["currency"], amount)
        for row in rolls.iter_rows(named=True)
        for kinds, amount in (
            ((Kind.CAPITALISED, Kind.EXPENSED), row["added"]),
            ((Kind.AMORTISED, Kind.WRITTEN_DOWN), row["amortised"]),
            ((Kind.IMPAIRED, Kind.WRITTEN_DOWN), row["impaired"]),
        )
        for kind in kinds
    ]
    calendar = period_of(first, PeriodKind.MONTH)
    return entered(
        moved,
        reference=f"CON-{calendar.label}",
        text=_("Costs of contracts, %(period)s") % {"period": formats.period(calendar, locale())},
        posted_on=calendar.end - timedelta(days=1),
    )


def contract_names(deals: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By deal, its external id and its name."""
    rows = Deal.objects.filter(pk__in=deals).values_list("pk", "external_id", "name")
    return {pk: (external_id, name) for pk, external_id, name in rows}


def components() -> tuple[Component, ...]:
    """Those that closed statements paid with deals, by plan."""
    expensed = set(ExpensedComponent.objects.values_list("plan", "component"))
    paid = EarningLine.objects.filter(statement__period__status__in=Period.FROZEN, deal__isnull=False)
    found = paid.values_list("plan_version__plan", "plan_version__plan__name", "component").distinct()
    return tuple(
        Component(pk, plan, key, (pk, key) in expensed)
        for pk, plan, key in found.order_by("plan_version__plan__name", "component")
    )
