"""Of a spiff, the first deals are paid, until its budget is used up; those after them get nothing.

A deal's place is by the day it closes and its key, among the deals of everybody on the plan that would pay something.
What one deal would pay is known without any other, so every payee's calculation comes to the same order and the same
sums. A deal keeps its place and its part of the budget when it is taken back; what is taken back is what it was paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.accumulate import Clause
from commissions.engine.events import Event, has_parts
from commissions.engine.frames import PAYEES, Schema, empty
from commissions.engine.modify.around import Around
from commissions.engine.schema import SpiffPer
from commissions.engine.spiffs import Granted, is_limited
from core.money import to_minor

WIDE = pl.Int128()
_OWN = ["payee", "deal", "role", "via"]
_TOLD = ["deals_before", "paid_before"]
_COLUMNS = [*_OWN, "amount", *_TOLD, "granted"]


@dataclass(frozen=True, slots=True)
class _Limits:
    """Those of one version. A spiff is the same, from version to version, as long as it begins on the same day."""

    begun: date
    first: int | None
    by_payee: bool
    budget: int | None  # minor units


def allotted(lines: pl.DataFrame, key: str, clauses: Mapping[int, Clause], around: Around) -> pl.DataFrame:
    """The lines with the `amount` that the limits leave of it, and how many `deals_before` each took a place, and what
    those were paid (`paid_before`). The lines themselves where no version has such limits.

    1. Rank the deals, and pay those among the first.
    2. Of what is left of the budget give each deal what it would pay, and the last one the rest.
    3. Take back of a deal what it was paid.
    """
    limits = {version: _limits_of(clause) for version, clause in clauses.items() if is_limited(clause.component)}
    if not limits:
        return lines
    closing = lines.filter(pl.col("event") == Event.BOOKED) if has_parts(lines) else lines
    mine = pl.col("plan_version").is_in(list(limits))
    told = pl.lit(None, dtype=pl.Int64())
    others = closing.filter(~mine & pl.col("deal").is_not_null())  # of versions without limits
    ranked = _ranked(closing.filter(mine & (pl.col("amount") > 0)), key, limits, around)
    paid = [others.select(*_OWN, "amount", told.alias("deals_before"), told.alias("paid_before"), granted="amount")]
    for day in sorted({each.begun for each in limits.values()}):
        own = {version: each for version, each in limits.items() if each.begun == day}
        taken = _taken(around.granted, lines["plan"].unique(), key, day)
        paid.append(_paid(ranked.filter(pl.col("begun") == day), own, taken))
    return _scaled(lines, pl.concat([each.select(_COLUMNS) for each in paid]), mine)


def _limits_of(clause: Clause) -> _Limits:
    spiff = clause.component.spiff
    if spiff is None or spiff.from_ is None:
        raise ValueError(f"{clause.component.key} has no spiff with days.")
    budget = None if spiff.budget is None else to_minor(spiff.budget, clause.document.currency)
    return _Limits(spiff.from_, spiff.first, spiff.per is SpiffPer.PAYEE, budget)


def _ranked(closing: pl.DataFrame, key: str, limits: Mapping[int, _Limits], around: Around) -> pl.DataFrame:
    """The lines in the order of their deals, with `begun`, and `granted`, what closed statements paid of each."""
    begins = {version: each.begun for version, each in limits.items()}
    known = closing.select(*_OWN, "plan", "plan_version", "date", "amount")
    dated = known.with_columns(begun=pl.col("plan_version").replace_strict(begins, return_dtype=pl.Date()))
    keyed = dated.join(around.deals, on="deal", how="left")
    for who in ("payee", "via"):
        keyed = keyed.join(_keys(around, who), on=who, how="left")
    ordered = keyed.sort(
        "date", "key", "amount", "payee_key", "payee", "role", "via_key", "via",
        descending=[False, False, True, *[False] * 5], nulls_last=True,
    )  # fmt: skip
    return _with_granted(ordered, key, around.granted)


def _keys(around: Around, who: str) -> pl.DataFrame:
    known = empty(PAYEES) if around.payees is None else around.payees
    return known.select(pl.col("payee").alias(who), pl.col("key").alias(f"{who}_key"))


def _with_granted(rows: pl.DataFrame, key: str, granted: Granted | None) -> pl.DataFrame:
    """The rows with `granted`, what closed statements paid of them, 0 where they paid nothing; null where they know of
    none: in a period that moves, and of what came after one had closed, which takes what is left.
    """
    if granted is None:
        return rows.with_columns(granted=pl.lit(None, dtype=pl.Int64()))
    mine = granted.lines.filter(pl.col("component") == key).group_by("plan", *_OWN).agg(stood=pl.col("amount").sum())
    days = granted.days.select("plan", "start", "end")
    closed = rows.select("plan", "date").unique().join(days, on="plan")
    closed = closed.filter(pl.col("date").is_between("start", "end", closed="left")).select("plan", "date").unique()
    marked = rows.join(closed.with_columns(closed=True), on=["plan", "date"], how="left", maintain_order="left")
    known = marked.join(mine, on=["plan", *_OWN], how="left", nulls_equal=True, maintain_order="left")
    stood = pl.when(pl.col("closed").fill_null(value=False)).then("stood")
    return known.with_columns(granted=stood).drop("closed", "stood")


def _paid(rows: pl.DataFrame, limits: Mapping[int, _Limits], taken: pl.DataFrame) -> pl.DataFrame:
    """The rows of one spiff with `granted`, what each is paid, and what was before it."""
    told = pl.lit(None, dtype=pl.Int64())
    stood = rows.filter(pl.col("granted").is_not_null()).with_columns(deals_before=told, paid_before=told)
    counted = _counted(rows.filter(pl.col("granted").is_null()), taken)
    of_payee = pl.col("plan_version").is_in([version for version, each in limits.items() if each.by_payee])
    firsts = {version: each.first for version, each in limits.items()}
    placed = counted.with_columns(
        deals_before=pl.when(of_payee).then("of_payee").otherwise("of_plan"),
        most=pl.col("plan_version").replace_strict(firsts, return_dtype=pl.Int64()),
    )
    is_first = pl.col("most").is_null() | (pl.col("deals_before") < pl.col("most"))
    spent = _spent(placed.filter(is_first), limits, _sum(taken["amount"]))
    missed = placed.filter(~is_first).with_columns(granted=pl.lit(0, dtype=pl.Int64()), paid_before=told)
    no_count = pl.when(pl.col("most").is_not_null()).then("deals_before")
    parts = [each.with_columns(deals_before=no_count).select(_COLUMNS) for each in (spent, missed)]
    return pl.concat([stood.select(_COLUMNS), *parts])


def _taken(granted: Granted | None, plans: pl.Series, key: str, begun: date) -> pl.DataFrame:
    """(payee, deal, amount): what closed statements have paid of the spiff."""
    columns: Schema = {"payee": pl.Int64(), "deal": pl.Int64(), "amount": pl.Int64()}
    if granted is None:
        return empty(columns)
    mine = (pl.col("component") == key) & (pl.col("begun") == begun) & pl.col("plan").is_in(plans.implode())
    paid = granted.lines.filter(mine).group_by("payee", "deal").agg(pl.col("amount").sum())
    return paid.filter(pl.col("amount") > 0)


def _counted(rows: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """How many deals come before each, of all on the plan and of the payee; the rows lie in order."""
    place = pl.struct("date", "key").rank("dense").cast(pl.Int64()) - 1
    own = taken.group_by("payee").agg(before=pl.col("deal").n_unique().cast(pl.Int64()))
    ranked = rows.with_columns(of_plan=place + taken["deal"].n_unique(), of_payee=place.over("payee"))
    known = ranked.join(own, on="payee", how="left", maintain_order="left")
    return known.with_columns(of_payee=pl.col("of_payee") + pl.col("before").fill_null(0)).drop("before")


def _spent(rows: pl.DataFrame, limits: Mapping[int, _Limits], used: int) -> pl.DataFrame:
    """The rows with what the budget leaves of each. What was paid under one version counts in the next."""
    found = []
    for version in rows["plan_version"].unique(maintain_order=True):
        own = rows.filter(pl.col("plan_version") == version)
        deals = own.group_by("deal", maintain_order=True).agg(whole=pl.col("amount").cast(WIDE).sum())
        budget = limits[version].budget
        after = pl.col("whole").cum_sum() + used
        if budget is not None:
            after = pl.max_horizontal(pl.min_horizontal(after, pl.lit(budget, dtype=WIDE)), pl.lit(used, dtype=WIDE))
        steps = deals.with_columns(after=after).with_columns(
            paid_before=pl.col("after").shift(1).fill_null(pl.lit(used, dtype=WIDE))
        )
        if budget is not None:
            used = int(steps["after"][-1])
        else:
            used += _sum(own["amount"])
        found.append(
            _divided(own.join(steps, on="deal", how="left", maintain_order="left"), is_told=budget is not None)
        )
    empty = rows.with_columns(granted=pl.lit(0, dtype=pl.Int64()), paid_before=pl.lit(None, dtype=pl.Int64()))
    return pl.concat(found) if found else empty


def _divided(rows: pl.DataFrame, *, is_told: bool) -> pl.DataFrame:
    """What a deal gets among those whom it would pay, in proportion: the odd cent by largest remainder, a tie to the
    larger pay, then in the order of payees' keys, in which the rows lie."""
    left = pl.col("after") - pl.col("paid_before")
    exact = pl.col("amount").cast(WIDE) * left
    floors = rows.with_columns(part=exact // pl.col("whole"), rest=exact % pl.col("whole"), left=left)
    odd = pl.col("left") - pl.col("part").sum().over("deal")
    place = pl.col("rest").rank("ordinal", descending=True).over("deal")
    granted = pl.col("part") + (place.cast(WIDE) <= odd).cast(WIDE)
    before = pl.col("paid_before") if is_told else pl.lit(None, dtype=WIDE)
    return floors.with_columns(granted=granted, paid_before=before).with_columns(
        pl.col("granted", "paid_before").cast(pl.Int64())
    )


def _scaled(lines: pl.DataFrame, paid: pl.DataFrame, mine: pl.Expr) -> pl.DataFrame:
    """Each line with its part of what its deal was paid. What a deal's events pay is scaled at every point, so that all
    of it goes when all of the deal is taken back; of a deal that was paid nothing, nothing is.
    """
    asked = paid.rename({"amount": "asked"})
    known = lines.join(asked, on=_OWN, how="left", nulls_equal=True, maintain_order="left")
    after = known.select(after=pl.col("amount").cast(WIDE).cum_sum().over(_OWN))["after"]
    ends = [_point(each) for each in (pl.lit(after) - pl.col("amount").cast(WIDE), pl.lit(after))]
    told = mine & (pl.col("event") == Event.BOOKED) if has_parts(lines) else mine
    amount = pl.when(mine).then((ends[1] - ends[0]).cast(pl.Int64())).otherwise("amount")
    shown = [pl.when(told).then(name).otherwise(None).alias(name) for name in _TOLD]
    return known.with_columns(amount.alias("amount"), *shown).drop("granted", "asked")


def _point(reached: pl.Expr) -> pl.Expr:
    """What is paid of a deal when it would have paid so much so far: half a minor unit goes up."""
    asked, granted = pl.col("asked").cast(WIDE), pl.col("granted").cast(WIDE)
    two = pl.lit(2, dtype=WIDE)
    part = (two * reached * granted + asked) // (two * asked)
    return pl.when(asked == granted).then(reached).otherwise(part).fill_null(0)


def _sum(amounts: pl.Series) -> int:
    return int(amounts.cast(WIDE).sum() or 0)
