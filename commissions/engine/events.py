"""When a deal gives credit, and how much of it is credited by then: booked, invoiced, paid, repeated, taken back.

Each event moves the part of a deal that is credited from `before` to `after`, both out of `whole`; what it credits is
again a difference of two rounded points, so the events of a deal add up to the deal. A cancellation moves the part back
to nothing, on its own day: nobody is paid for a sale that isn't one. So does the day by which the customer should have
paid, where a plan says so. A contract that is credited again and again has more than one whole credited in the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from commissions.engine.curve import nearest
from commissions.engine.frames import PAYMENTS, empty
from commissions.engine.schema import (
    Again,
    Attainment,
    Clawback,
    ClawbackMode,
    Component,
    CountedFrom,
    PlanDocument,
    Trigger,
)

WIDE = pl.Int128()
PARTS = ["event", "turn", "bottom", "before", "after", "whole", "taking"]  # of a credit that is a part of its deal
_COLUMNS = ["deal", "rule", "date", *PARTS]
_AT_ONCE = (Trigger.BOOKED, Trigger.INVOICED)  # credit the whole deal on one day
_NOTHING, _ALL = pl.lit(0, dtype=pl.Int64()), pl.lit(1, dtype=pl.Int64())


class Event:
    """What happened to the deal. Plain texts, for they are a column of lines."""

    BOOKED = "booked"
    INVOICED = "invoiced"
    PAID = "paid"
    REPEATED = "repeated"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"


class Taking(StrEnum):
    """How an event takes pay back where that isn't simply the way down the curve: the column `taking`."""

    AT_MOST_PAID = "paid"  # no more than what the deal had been paid
    LEFT = "left"  # that, or a part of it, and x stays; also of a payment that gives it again


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """What of a plan decides on events. Components with the same rule share them."""

    trigger: Trigger
    within: int = 0  # days from closing in which a cancellation takes back; 0: always
    is_prorated: bool = False  # the less, the longer the deal was kept
    taking: str = ""  # a Taking
    takes_back: bool = True  # else a cancellation only ends what would have come
    unpaid_after: int = 0  # days, after which an unpaid deal is taken back; 0: never
    is_from_invoice: bool = False  # they count from the invoice, not from closing
    is_given_again: bool = False  # when it is paid after all
    every: int = 0  # months after which it is credited again; 0: once
    lasts: int = 0  # months; 0: the deal's term

    @property
    def key(self) -> str:
        """What the column `rule` says."""
        kept = [f"{self.within}{' prorated' if self.is_prorated else ''}"] if self.within else []
        said = [self.taking] if self.taking else []
        said += [] if self.takes_back else ["keeps"]
        said += (
            [f"unpaid {self.unpaid_after} {self.is_from_invoice} {self.is_given_again}"] if self.unpaid_after else []
        )
        said += [f"every {self.every} for {self.lasts}"] if self.every else []
        return " ".join([self.trigger.value, *kept, *said])


def rule_of(document: PlanDocument, component: Component) -> Rule:
    """Of a component that repeats, a cancellation takes back only where the plan has a clawback: each credit stands
    for a time in which the contract lived. What a customer owes is looked at where the whole deal is credited at once.
    """
    clawback, repeats = document.clawback, component.repeats
    rule = Rule(component.credit.trigger, takes_back=clawback is not None or repeats is None)
    if repeats is not None:
        rule = replace(rule, every=repeats.every.months, lasts=repeats.months or 0)
    if clawback is None:
        return rule
    taken = replace(
        rule,
        within=clawback.within_days or 0,
        is_prorated=clawback.mode is ClawbackMode.PRORATED,
        taking=_taking(clawback),
    )
    if clawback.unpaid is None or repeats is not None or rule.trigger not in _AT_ONCE:
        return taken
    return replace(
        taken,
        unpaid_after=clawback.unpaid.after_days,
        is_from_invoice=clawback.unpaid.from_ is CountedFrom.INVOICED,
        is_given_again=clawback.unpaid.again is Again.WHEN_PAID,
    )


def _taking(clawback: Clawback) -> str:
    if clawback.attainment is Attainment.LEAVE:
        return Taking.LEFT.value
    return Taking.AT_MOST_PAID.value if clawback.mode is ClawbackMode.PAID else ""


def reaches_back(document: PlanDocument) -> int:
    """How many days after closing a deal may have taken back what it was paid: so far back lines must be known."""
    clawback = document.clawback
    return clawback.within_days or 0 if clawback and _taking(clawback) else 0


def rules_of(versions: Iterable[PlanDocument]) -> list[Rule]:
    """Every rule of these plans, in an order of its own."""
    return sorted({rule_of(document, component) for document in versions for component in document.components})


def columns_of(rules: Iterable[Rule]) -> set[str]:
    """The columns of deals, beside those that every plan reads, that the rules look at."""
    known = list(rules)
    found = {"cancelled"}
    found |= {"invoiced" for rule in known if rule.trigger is Trigger.INVOICED or rule.is_from_invoice}
    return found | {"term" for rule in known if rule.every and not rule.lasts}


def reads_payments(rules: Iterable[Rule]) -> bool:
    return any(rule.trigger not in _AT_ONCE or rule.unpaid_after for rule in rules)


def with_events(deals: pl.DataFrame, payments: pl.DataFrame | None, rules: list[Rule]) -> pl.DataFrame:
    """The deals with the `date` of their credit, once for each event.

    Where every deal gives its credit once, when it closes, that is all. Otherwise each event has its `rule` (a key),
    `event`, and `before`, `after` and `whole` (Int64, the last positive); `turn` is its place among the deal's events,
    and `taking` how it takes pay back, where that isn't the way down the curve. `bottom` is 0: from where on what is
    credited belongs to those whom the event concerns, see `kept`.
    """
    plain = all(rule.trigger is Trigger.BOOKED and not rule.every and not rule.unpaid_after for rule in rules)
    if plain and deals["cancelled"].is_null().all():
        return deals.with_columns(date=pl.col("closed"))
    paid = empty(PAYMENTS) if payments is None else payments
    events = pl.concat([_events(deals, paid, rule) for rule in rules])
    return events.join(deals, on="deal", maintain_order="left")


def has_parts(rows: pl.DataFrame) -> bool:
    """Whether the credits are parts of their deals."""
    return "whole" in rows.columns


def moved(total: pl.Expr, *, half_even: bool) -> tuple[pl.Expr, pl.Expr]:
    """(before, after): what of a deal's total was credited before an event and after it, each rounded once."""
    wide, whole = total.cast(WIDE), pl.col("whole").cast(WIDE)
    before, after = (
        nearest(wide * pl.col(name).cast(WIDE), whole, half_even=half_even, number=WIDE).cast(pl.Int64)
        for name in ("before", "after")
    )
    return before, after


def _events(deals: pl.DataFrame, payments: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The events of every deal under one rule, in their order."""
    given = _credited(deals, payments, rule.trigger).with_columns(taking=pl.lit(None, dtype=pl.String()))
    # a payment before the deal closed counts when it closes; nothing counts once it is cancelled
    given = given.filter(pl.col("cancelled").is_null() | (pl.col("date") <= pl.col("cancelled")))
    if rule.every:
        given = _repeated(given, deals, rule)
    if rule.unpaid_after:
        given = _overdue(given, deals, payments, rule)
    numbered = given.with_columns(turn=pl.int_range(pl.len(), dtype=pl.Int32()).over("deal"))
    parts = [numbered.drop("cancelled")]
    if rule.takes_back:
        closed = deals.select("deal", "closed")
        parts.append(_cancelled(numbered.join(closed, on="deal", maintain_order="left"), rule))
    return pl.concat(parts).sort("deal", "turn").with_columns(rule=pl.lit(rule.key), bottom=_NOTHING).select(_COLUMNS)


def _credited(deals: pl.DataFrame, payments: pl.DataFrame, trigger: Trigger) -> pl.DataFrame:
    match trigger:
        case Trigger.BOOKED:
            return _at_once(deals, Event.BOOKED, pl.col("closed"))
        case Trigger.INVOICED:
            sent = deals.filter(pl.col("invoiced").is_not_null())
            return _at_once(sent, Event.INVOICED, pl.max_horizontal("closed", "invoiced"))
        case Trigger.PAID:
            return _paid(deals, payments)
        case Trigger.PAID_IN_FULL:
            return _in_full(_paid(deals, payments))


def _at_once(deals: pl.DataFrame, event: str, day: pl.Expr) -> pl.DataFrame:
    return deals.select("deal", "cancelled", date=day, event=pl.lit(event), before=_NOTHING, after=_ALL, whole=_ALL)


def _paid(deals: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Each payment credits its part of the deal: up to the whole, and back where money is paid back.

    A deal of amount 0 leaves nothing to pay: it is credited when it closes.
    """
    free = _at_once(deals.filter(pl.col("amount") == 0), Event.PAID, pl.col("closed"))
    due = deals.select("deal", "closed", "cancelled", amount_due="amount").filter(pl.col("amount_due") != 0)
    rows = payments.join(due, on="deal").sort("deal", "date", "key")
    received = pl.col("amount").cast(WIDE).cum_sum().over("deal") * pl.col("amount_due").sign().cast(WIDE)
    size = pl.col("amount_due").abs()
    counted = rows.with_columns(
        date=pl.max_horizontal("date", "closed"),
        after=pl.min_horizontal(pl.max_horizontal(received, pl.lit(0, dtype=WIDE)), size.cast(WIDE)).cast(pl.Int64),
        whole=size,
    )
    steps = counted.with_columns(before=pl.col("after").shift(1).over("deal").fill_null(0), event=pl.lit(Event.PAID))
    return pl.concat([free, steps.filter(pl.col("before") != pl.col("after")).select(free.columns)])


def _in_full(paid: pl.DataFrame) -> pl.DataFrame:
    """The payments with which a deal becomes paid in full, and those with which it no longer is."""
    full = {name: (pl.col(name) == pl.col("whole")).cast(pl.Int64) for name in ("before", "after")}
    turns = paid.with_columns(**full, whole=_ALL)
    return turns.filter(pl.col("before") != pl.col("after"))


def _repeated(given: pl.DataFrame, deals: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The deal is credited as a whole again, on the day of later months, as long as the contract lives."""
    lasts = pl.lit(rule.lasts, dtype=pl.Int64()) if rule.lasts else pl.col("term")
    known = given if rule.lasts else given.join(deals.select("deal", "term"), on="deal", maintain_order="left")
    times = (lasts.fill_null(0) + rule.every - 1) // rule.every
    again = (
        known.with_columns(before=pl.int_ranges(1, times)).explode("before", empty_as_null=True).drop_nulls("before")
    )
    months = (pl.col("before") * rule.every).cast(pl.String) + "mo"
    dated = again.with_columns(
        date=pl.col("date").dt.offset_by(months), event=pl.lit(Event.REPEATED), after=pl.col("before") + 1
    )
    living = dated.filter(pl.col("cancelled").is_null() | (pl.col("date") < pl.col("cancelled")))
    return pl.concat([given, living.select(given.columns)]).sort("deal", "after")


def _overdue(given: pl.DataFrame, deals: pl.DataFrame, payments: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """What isn't paid in full in time is taken back, and given again when it is, where the plan says so.

    A deal that is cancelled by then has nothing more to be taken back, and of a refund nobody owes anything.
    """
    owed = deals.filter(pl.col("amount") > 0).select("deal", "closed")
    known = given.join(owed, on="deal", maintain_order="left")
    begun = pl.col("closed")
    if rule.is_from_invoice:
        sent = deals.select("deal", "invoiced").drop_nulls()
        known, begun = known.join(sent, on="deal", maintain_order="left"), pl.max_horizontal("closed", "invoiced")
        known = known.filter(pl.col("invoiced").is_not_null())
    day = pl.max_horizontal(begun + pl.duration(days=rule.unpaid_after), "date")
    due = known.with_columns(date=day).filter(pl.col("cancelled").is_null() | (pl.col("date") < pl.col("cancelled")))
    turns = _in_full(_paid(deals, payments)).select("deal", paid_on="date", is_full=pl.col("after") == 1)
    around = due.join(turns, on="deal", maintain_order="left_right")
    by_then = around.filter(pl.col("paid_on") <= pl.col("date")).group_by("deal", maintain_order=True).last()
    late = due.join(by_then.filter("is_full"), on="deal", how="anti").with_columns(event=pl.lit(Event.UNPAID))
    taken = _taken(late, rule).select(given.columns)
    parts = [given, taken]
    if rule.is_given_again:
        full = around.filter((pl.col("paid_on") > pl.col("date")) & pl.col("is_full"))
        first = full.group_by("deal", maintain_order=True).first().select("deal", "paid_on")
        again = taken.join(first, on="deal", maintain_order="left").with_columns(
            event=pl.lit(Event.PAID), date="paid_on", before="after", after="before",
            taking=pl.when(pl.col("taking") == Taking.LEFT.value).then("taking"),
        )  # fmt: skip
        in_time = pl.col("cancelled").is_null() | (pl.col("date") <= pl.col("cancelled"))
        parts.append(again.filter(pl.col("date").is_not_null() & in_time).select(given.columns))
    staged = [part.with_columns(stage=pl.lit(stage)) for stage, part in enumerate(parts)]
    return pl.concat(staged).sort("deal", "stage").drop("stage")


def _cancelled(given: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """What is credited of a deal when it is cancelled goes, as far as the rule takes it back. What was taken back for
    want of payment is as if it had been cancelled then.
    """
    standing = given.filter(pl.col("cancelled").is_not_null()).group_by("deal", maintain_order=True).last()
    turned = standing.filter((pl.col("after") != 0) & (pl.col("event") != Event.UNPAID)).with_columns(
        event=pl.lit(Event.CANCELLED), date=pl.col("cancelled"), turn=pl.col("turn") + 1
    )
    return _taken(turned, rule).select(given.drop("cancelled", "closed").columns)


def _taken(standing: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The rows, of which `after` is credited, as events that take that back on their `date`."""
    kept = (pl.col("date") - pl.col("closed")).dt.total_days().cast(pl.Int64)
    turned = standing.with_columns(kept=kept, taking=pl.lit(rule.taking or None, dtype=pl.String()))
    if rule.within:
        turned = turned.filter(pl.col("kept") <= rule.within)
    before, after, whole = pl.col("after"), _NOTHING, pl.col("whole")
    if rule.is_prorated:
        before, after, whole = _kept(rule.within)
    back = turned.with_columns(before=before, after=after, whole=whole)
    return back.filter(pl.col("before") != pl.col("after"))


def _kept(within: int) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """(before, after, whole) of a deal of which the days kept, out of `within`, stay credited.

    Where parts are counted in minor units of a deal, what stays is rounded to one of them; else it is exact.
    """
    is_one, days = pl.col("whole") == 1, pl.lit(within, dtype=pl.Int64())
    wide = pl.col("after").cast(WIDE) * pl.col("kept").cast(WIDE)
    part = nearest(wide, pl.lit(within, dtype=WIDE), half_even=False, number=WIDE).cast(pl.Int64)
    before = pl.when(is_one).then(pl.col("after") * days).otherwise("after")
    after = pl.when(is_one).then(pl.col("after") * pl.col("kept")).otherwise(part)
    return before, after, pl.when(is_one).then(days).otherwise("whole")
