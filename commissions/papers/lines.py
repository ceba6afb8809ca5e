"""The lines of a statement as CSV, for whoever counts on in tools of her own."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from commissions.engine.schema import Component
from commissions.models import EarningLine, PlanVersion, Statement
from commissions.selectors.documents import document_of
from commissions.selectors.units import unit_of
from core.money import Money
from core.sheets import Cell, Column, Table

_COLUMNS: Final = [
    Column(key, key)
    for key in (
        "plan", "component", "component_name", "kind", "deal", "deal_name", "customer", "role", "via", "event", "date",
        "measure", "credited", "x0", "x1", "currency", "before_limits", "about_period", "was", "pay",
    )
]  # fmt: skip


def lines_table(statement: Statement) -> Table:
    """One row a line, in the order of credits; what is measured in money, units or deals, as `measure` says."""
    return Table("", "", _COLUMNS, _rows(statement))


def lines_of(statement: Statement) -> tuple[list[EarningLine], Mapping[int, PlanVersion]]:
    """All lines in the order of credits, and the versions of plans that they are of. Two queries."""
    lines = list(
        statement.lines.select_related("deal__customer", "via", "about").order_by("seq", "plan_version", "component")
    )
    versions = PlanVersion.objects.select_related("plan").defer("source")
    return lines, versions.in_bulk({line.plan_version_id for line in lines})


def measured(x: int, component: Component, currency: str) -> Money | Decimal:
    """Money, or units, deals or a share of a score."""
    unit = unit_of(component, currency)
    return Money(x, currency) if unit.is_money else Decimal(x) / unit.steps


def _rows(statement: Statement) -> Iterator[Sequence[Cell]]:
    lines, versions = lines_of(statement)
    for line in lines:
        version = versions[line.plan_version_id]
        component, currency = document_of(version).component(line.component), statement.currency
        deal = line.deal
        yield (
            version.plan.name,
            component.key,
            component.name,
            line.kind,
            deal.external_id if deal else "",
            deal.name if deal else "",
            deal.customer.name if deal and deal.customer else "",
            line.role,
            line.via.name if line.via else "",
            line.event or "",
            line.date,
            component.measure.value,
            *(measured(x, component, currency) for x in (line.credited_minor, line.x0_minor, line.x1_minor)),
            currency,
            Money(line.uncapped_minor, currency),
            line.about.label if line.about else "",
            None if line.was_minor is None else Money(line.was_minor, currency),
            Money(line.amount_minor, currency),
        )
