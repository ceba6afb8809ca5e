"""When a deal gives credit, and how much of it is credited by then: booked, invoiced, paid, taken back.

Each event moves the part of a deal that is credited from `before` to `after`, both out of `whole`; what it credits is
again a difference of two rounded points, so the events of a deal add up to the deal. A cancellation moves the part back
to nothing, on its own day: nobody is paid for a sale that isn't one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from commissions.engine.curve import nearest
from commissions.engine.frames import PAYMENTS, empty
from commissions.engine.schema import ClawbackMode, Component, PlanDocument, Trigger

WIDE = pl.Int128()
_COLUMNS = ["deal", "rule", "event", "date", "turn", "before", "after", "whole"]
PARTS = ["event", "turn", "before", "after", "whole"]  # of a credit that is a part of its deal
_NOTHING, _ALL = pl.lit(0, dtype=pl.Int64()), pl.lit(1, dtype=pl.Int64())


class Event:
    """What happened to the deal. Plain texts, for they are a column of lines."""

    BOOKED = "booked"
    INVOICED = "invoiced"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """What of a plan decides on events. Components with the same rule share them."""

    trigger: Trigger
    within: int = 0  # days from closing in which a cancellation takes back; 0: always
    is_prorated: bool = False  # the less, the longer the deal was kept

    @property
    def key(self) -> str:
        """What the column `rule` says."""
        kept = f" {self.within}{' prorated' if self.is_prorated else ''}" if self.within else ""
        return f"{self.trigger}{kept}"


def rule_of(document: PlanDocument, component: Component) -> Rule:
    clawback = document.clawback
    if clawback is None:
        return Rule(component.credit.trigger)
    return Rule(component.credit.trigger, clawback.within_days, clawback.mode is ClawbackMode.PRORATED)


def rules_of(versions: Iterable[PlanDocument]) -> list[Rule]:
    """Every rule of these plans, in an order of its own."""
    return sorted({rule_of(document, component) for document in versions for component in document.components})


def columns_of(rules: Iterable[Rule]) -> set[str]:
    """The columns of deals, beside those that every plan reads, that the rules look at."""
    return {"cancelled"} | {"invoiced" for rule in rules if rule.trigger is Trigger.INVOICED}


def reads_payments(rules: Iterable[Rule]) -> bool:
    return any(rule.trigger in (Trigger.PAID, Trigger.PAID_IN_FULL) for rule in rules)


def with_events(deals: pl.DataFrame, payments: pl.DataFrame | None, rules: list[Rule]) -> pl.DataFrame:
    """The deals with the `date` of their credit, once for each event.

    Where every deal gives its credit once, when it closes, that is all. Otherwise each event has its `rule` (a key),
    `event`, and `before`, `after` and `whole` (Int64, the last positive); `turn` is its place among the deal's events.
    """
    if all(rule.trigger is Trigger.BOOKED for rule in rules) and deals["cancelled"].is_null().all():
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
    given = _credited(deals, payments, rule.trigger)
    # a payment before the deal closed counts when it closes; nothing counts once it is cancelled
    given = given.filter(pl.col("cancelled").is_null() | (pl.col("date") <= pl.col("cancelled")))
    numbered = given.with_columns(turn=pl.int_range(pl.len(), dtype=pl.Int32()).over("deal"))
    closed = deals.select("deal", "closed")
    back = _cancelled(numbered.join(closed, on="deal", maintain_order="left"), rule)
    events = pl.concat([numbered.drop("cancelled"), back]).sort("deal", "turn")
    return events.with_columns(rule=pl.lit(rule.key)).select(_COLUMNS)


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


def _cancelled(given: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """What is credited of a deal when it is cancelled goes, as far as the rule takes it back."""
    standing = given.filter(pl.col("cancelled").is_not_null()).group_by("deal", maintain_order=True).last()
    turned = standing.filter(pl.col("after") != 0).with_columns(
        event=pl.lit(Event.CANCELLED), date=pl.col("cancelled"), turn=pl.col("turn") + 1,
        kept=(pl.col("cancelled") - pl.col("closed")).dt.total_days().cast(pl.Int64),
    )  # fmt: skip
    if rule.within:
        turned = turned.filter(pl.col("kept") <= rule.within)
    before, after, whole = pl.col("after"), _NOTHING, pl.col("whole")
    if rule.is_prorated:
        before, after, whole = _kept(rule.within)
    back = turned.with_columns(before=before, after=after, whole=whole)
    return back.filter(pl.col("before") != pl.col("after")).select(given.drop("cancelled", "closed").columns)


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
