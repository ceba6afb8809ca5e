"""Which lines of a deal a line of a statement counts: read again from the deal, and shown only if they lead to it."""

from dataclasses import dataclass

import polars as pl

from commissions.engine.accumulate import part_of
from commissions.engine.bases import with_bases
from commissions.engine.credit import sharers_of
from commissions.engine.currency import in_currency
from commissions.engine.events import Event
from commissions.engine.items import condition_of, counting, lines_of, reads_items
from commissions.engine.schema import Component, PlanDocument
from commissions.models import EarningLine
from commissions.selectors.crediting import rate_of
from commissions.selectors.inputs import DealFacts, deal_facts
from sales.models import DealLine


@dataclass(frozen=True, slots=True)
class CountedLine:
    name: str  # the product, or else the line's own name; empty when it has neither
    family: str
    quantity: int
    amount_minor: int  # in the plan's currency
    counts: bool


@dataclass(frozen=True, slots=True)
class CountedLines:
    rows: tuple[CountedLine, ...]

    @property
    def counted(self) -> int:
        return sum(row.counts for row in self.rows)


CHANGED = CountedLines(())  # the deal's lines, as they are now, don't lead to the line any more


def counted_lines(
    line: EarningLine, document: PlanDocument, component: Component, *, is_proven: bool
) -> CountedLines | None:
    """The deal's lines, each with whether it counts; None where the component doesn't look at them, or there are none.

    `is_proven` where it has been shown already that the deal's facts still lead to what the line credits.
    """
    if line.deal_id is None or not reads_items(component):
        return None
    facts = deal_facts(deals=[line.deal_id], versions={line.plan_version_id: document})
    if facts.items is None or facts.items.is_empty():
        return None
    rows = facts.deals.with_columns(date=pl.col("closed"), via=pl.lit(None, dtype=pl.Int64()))
    own, _told = in_currency(rows, document, rate_of(line), line.date)
    if own.is_empty() or not (is_proven or _leads_there(line, own, facts, document, component)):
        return CHANGED
    lines = lines_of(own, facts.items, document).sort("number")
    counts = lines.with_columns(counts=condition_of(component, document))
    stored = DealLine.objects.filter(deal=line.deal_id).select_related("product").order_by("number")
    figures = counts.select("line_amount", "counts").iter_rows()
    return CountedLines(tuple(_row(row, *figure) for row, figure in zip(stored, figures, strict=True)))


def _row(row: DealLine, amount_minor: int, counts: bool) -> CountedLine:  # noqa: FBT001 of a frame
    product = row.product
    name = product.name if product else row.name
    return CountedLine(name, product.family if product else "", row.quantity, amount_minor, counts)


def _leads_there(
    line: EarningLine, own: pl.DataFrame, facts: DealFacts, document: PlanDocument, component: Component
) -> bool:
    """Whether a whole deal, credited at once, is still what the line says."""
    if line.event != Event.BOOKED:
        return False
    whose = line.via_id or line.statement.payee_id
    mine = facts.shares.filter((pl.col("payee") == whose) & (pl.col("role") == line.role))
    sharers, _broken = sharers_of(facts.shares, facts.payees)
    based = with_bases(mine.join(own, on="deal"), sharers, document, facts.items).filter(pl.col(counting(component)))
    return based.select(part=part_of(component))["part"].to_list() == [line.credited_minor]
