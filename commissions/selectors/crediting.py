"""What of a deal a line credits, and in which currency: read again from the deal, and shown only where it leads to the
line's own figure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from commissions.engine.accumulate import part_of
from commissions.engine.bases import with_bases
from commissions.engine.credit import sharers_of
from commissions.engine.currency import in_currency
from commissions.engine.events import Event, Rule, Taking, has_parts, moved, rule_of, with_events
from commissions.engine.expressions import columns_of, parse_base
from commissions.engine.frames import RATES, empty
from commissions.engine.kept import keep
from commissions.engine.schema import Component, Measure, PlanDocument, Rounding, Trigger
from commissions.models import EarningLine
from commissions.selectors.handed_over import credited_then
from commissions.selectors.inputs import deal_facts, payments_of

_AMOUNTS = ("amount", "cost", "tax")  # of a deal, in its own currency


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount of the deal, times the rate, is one in the plan's currency."""

    fact: str  # amount, cost or tax
    minor: int  # in the deal's currency
    converted_minor: int


@dataclass(frozen=True, slots=True)
class Crediting:
    """`before` and `after` of `whole` is credited before the line's event and after it; the line has the difference."""

    trigger: Trigger
    within: int  # days from closing in which a cancellation takes back; 0: always
    bottom: int  # what of it belongs to those who shared the deal before
    before: int  # of trigger paid minor units of the deal's currency; days where some of them are kept; else 0 or 1
    after: int
    whole: int
    all: int  # what counts of the deal once all of it is credited, in steps of the component's unit
    credited_before: int  # all x before / whole, rounded
    credited_after: int
    converted: tuple[Converted, ...]  # empty where the deal is in the plan's currency
    unpaid_after: int = 0  # days that a customer has to pay; 0: however long
    is_from_invoice: bool = False
    is_left: bool = False  # the deal counts on, whatever is taken back


def crediting(line: EarningLine, document: PlanDocument) -> Crediting | None:
    """How the line comes to what it credits; None where the deal's facts, as they are now, don't lead there any more,
    and for a line without a deal. Load the line with its deal.
    """
    if line.deal_id is None or (line.event == Event.BOOKED and line.exchange_rate_e12 is None):
        return None
    component = document.component(line.component)
    own = rule_of(document, component)
    for trigger in _triggers(own.trigger, str(line.event)):
        if found := list(_fitting(line, document, component, replace(own, trigger=trigger))):
            return found[min(_place(line) if len(found) > 1 else 0, len(found) - 1)]
    return None


def _triggers(own: Trigger, event: str) -> Iterator[Trigger]:
    """The component's own first; a deal keeps the one that the plan had when it closed."""
    yield own
    yield from (other for other in _GIVING[event] if other is not own)


_GIVING = {
    Event.BOOKED: (Trigger.BOOKED,),
    Event.INVOICED: (Trigger.INVOICED,),
    Event.PAID: (Trigger.PAID, Trigger.PAID_IN_FULL),
    Event.REPEATED: (Trigger.BOOKED, Trigger.INVOICED),
    Event.UNPAID: (Trigger.BOOKED, Trigger.INVOICED),
    Event.CANCELLED: tuple(Trigger),
}


def _fitting(line: EarningLine, document: PlanDocument, component: Component, rule: Rule) -> Iterator[Crediting]:
    """The events of the deal that are the line's: on its day, of its kind, crediting what it credits."""
    facts = deal_facts(deals=[line.deal_id or 0], versions={line.plan_version_id: document})
    deals, payments = facts.deals, payments_of([line.deal_id or 0])
    if "invoiced" not in deals.columns:
        deals = deals.with_columns(invoiced=pl.lit(line.deal.invoiced_on if line.deal else None, dtype=pl.Date()))
    if deals.is_empty() or deals["closed"].has_nulls():  # made up, or still open
        return
    events = with_events(deals, payments, [rule])
    if not has_parts(events):
        nothing = pl.lit(None, dtype=pl.String())
        events = events.with_columns(
            event=pl.lit(Event.BOOKED),
            bottom=0,
            before=0,
            after=1,
            whole=1,
            turn=0,
            rule=pl.lit(rule.key),
            taking=nothing,
        )
    kept = keep(events, facts.shares, credited_then([line.deal_id or 0]))
    whose = line.via_id or line.statement.payee_id
    mine = kept.shares.filter((pl.col("payee") == whose) & (pl.col("role") == line.role))
    rows = mine.join(kept.events.filter((pl.col("date") == line.date) & (pl.col("event") == line.event)), on="deal")
    own, _told = in_currency(rows.with_columns(via=pl.lit(None, dtype=pl.Int64())), document, rate_of(line), line.date)
    sharers, _broken = sharers_of(kept.shares, facts.payees)
    based = with_bases(own, sharers, document, kept.items(facts.items))
    before, after = moved(part_of(component), half_even=document.rounding is Rounding.HALF_EVEN)
    measured = based.with_columns(all=part_of(component), credited_before=before, credited_after=after)
    for row in measured.sort("turn").iter_rows(named=True):
        is_left = row["taking"] == Taking.LEFT
        moved_by = 0 if is_left else (row["credited_after"] or 0) - (row["credited_before"] or 0)
        if row["all"] is not None and moved_by == line.credited_minor:
            yield Crediting(
                trigger=rule.trigger,
                within=rule.within,
                bottom=row["bottom"],
                before=row["before"],
                after=row["after"],
                whole=row["whole"],
                all=row["all"],
                credited_before=row["credited_before"],
                credited_after=row["credited_after"],
                converted=tuple(_converted(line, component, deals.row(0, named=True), row)),
                unpaid_after=rule.unpaid_after,
                is_from_invoice=rule.is_from_invoice,
                is_left=is_left,
            )


def _place(line: EarningLine) -> int:
    """How many lines just like it come before: two equal payments of one day are two lines."""
    alike = EarningLine.objects.filter(
        statement=line.statement_id, plan_version=line.plan_version_id, component=line.component, deal=line.deal_id,
        role=line.role, via=line.via_id, event=line.event, date=line.date, credited_minor=line.credited_minor,
    )  # fmt: skip
    return alike.filter(seq__lt=line.seq).count()


def rate_of(line: EarningLine) -> pl.DataFrame:
    """The rate by which the line was computed, as if it had held for ever."""
    if line.exchange_rate_e12 is None or line.deal is None:
        return empty(RATES)
    row = (line.deal.currency, line.statement.currency, date.min, line.exchange_rate_e12)
    return pl.DataFrame([row], schema=RATES, orient="row")


def _converted(
    line: EarningLine, component: Component, given: dict[str, int], row: dict[str, int]
) -> Iterator[Converted]:
    if line.exchange_rate_e12 is None or component.measure is not Measure.AMOUNT:
        return
    read = columns_of(parse_base(component.base))
    yield from (Converted(name, given[name], row[name]) for name in _AMOUNTS if name in read)
