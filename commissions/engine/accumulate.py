"""Stage 2, from credits to measured credits: what counts of each, and from where to where it moves its payee."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commissions.engine.curve import largest, nearest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.expressions import compile_base, compile_condition, parse_base, parse_condition
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import Against, Component, PlanDocument, Rounding, Window
from core.money import exponent

WIDE = pl.Int128()
LARGEST_CREDIT = 10**17  # minor units, of a single credit
LARGEST_SUM = 2**62  # minor units


@dataclass(frozen=True, slots=True)
class Clause:
    """A component as one version of its plan has it."""

    document: PlanDocument
    component: Component


def measure(rows: pl.DataFrame, sharers: pl.DataFrame, clauses: Mapping[int, Clause]) -> pl.DataFrame:
    """The credits that a component counts, with `credited`, the payee's share of the base in minor units.

    `rows` are one plan's credits in order; `clauses` is the component in each version of that plan. Credits in another
    currency than the plan's don't count. The order stays.
    """
    parts = [_measured(rows, sharers, version, clause, alone=len(clauses) == 1) for version, clause in clauses.items()]
    return parts[0] if len(parts) == 1 else pl.concat(parts).sort("place")


def _measured(rows: pl.DataFrame, sharers: pl.DataFrame, version: int, clause: Clause, *, alone: bool) -> pl.DataFrame:
    document, component = clause.document, clause.component
    places = exponent(document.currency)
    counts = (pl.col("currency") == document.currency) & pl.col("role").is_in(component.credit.roles)
    if not alone:
        counts &= pl.col("plan_version") == version
    if component.when:
        counts &= compile_condition(parse_condition(component.when), places)
    counted = rows.filter(counts)
    base = compile_base(parse_base(component.base), places)
    whole = base.numerator
    if base.denominator != 1:
        half_even = document.rounding is Rounding.HALF_EVEN
        whole = nearest(whole, pl.lit(base.denominator, dtype=WIDE), half_even=half_even, number=WIDE)
    return _shared(_checked(counted.with_columns(base=whole)), sharers)


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    if largest(rows["base"]) > LARGEST_CREDIT:
        raise AmountTooLarge(f"The base of a deal exceeds {LARGEST_CREDIT} minor units. Check `base` and the amounts.")
    return rows.with_columns(pl.col("base").cast(pl.Int64))


def _shared(rows: pl.DataFrame, sharers: pl.DataFrame) -> pl.DataFrame:
    """Each payee's part of the base: largest remainder over everybody who shares the deal in that role.

    A tie goes to the larger share, then by the payee's key; the parts of a refund mirror those of its sale.
    """
    whole = pl.col("share") == WHOLE_SHARE
    split = rows.filter(~whole)
    if split.is_empty():
        return rows.with_columns(credited=pl.col("base")).drop("base")
    bases = split.select("deal", "role", "base").unique(["deal", "role"])
    parts = _largest_remainder(sharers.join(bases, on=["deal", "role"], maintain_order="left"))
    joined = rows.join(parts, on=["deal", "role", "payee"], how="left", maintain_order="left")
    return joined.with_columns(credited=pl.when(whole).then("base").otherwise("part")).drop("base", "part")


def _largest_remainder(sharers: pl.DataFrame) -> pl.DataFrame:
    """(deal, role, payee, part), the parts of a (deal, role) adding up to its base."""
    exact = pl.col("base").abs().cast(WIDE) * pl.col("share")
    per_deal = ["deal", "role"]
    floors = sharers.with_columns(floor=exact // WHOLE_SHARE, remainder=exact % WHOLE_SHARE)
    ranked = floors.with_columns(
        left_over=pl.col("base").abs() - pl.col("floor").sum().over(per_deal),
        rank=pl.col("remainder").rank("ordinal", descending=True).over(per_deal),
    )
    part = (pl.col("floor") + (pl.col("rank") <= pl.col("left_over"))).cast(pl.Int64) * pl.col("base").sign()
    return ranked.select(*per_deal, "payee", part=part)


def accumulate(measured: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The rows with `window_start`, and `x0` and `x1`: what the payee had in the window before and after the credit."""
    if window is Window.DEAL:
        return measured.with_columns(
            window_start=pl.col("closed"), x0=pl.lit(0, dtype=pl.Int64()), x1=pl.col("credited")
        )
    started = measured.with_columns(window_start=window_start("closed", window))
    return running(started, "credited", "window_start").rename({"before": "x0", "after": "x1"})


def window_start(column: str, window: Window) -> pl.Expr:
    """The first day of the window that a date lies in."""
    every = {Window.MONTH: "1mo", Window.QUARTER: "1q", Window.HALF: "6mo", Window.YEAR: "1y"}[window]
    return pl.col(column).dt.truncate(every)


def running(rows: pl.DataFrame, column: str, window: str) -> pl.DataFrame:
    """The rows with the column's running sum within (payee, window), `before` and `after` the row.

    The rows are in order of payee and date, so each window is one block: the sum over everything, less what it was
    where the block began. That is linear, where a grouped sum would hash a million rows.
    """
    total = pl.col(column).cast(WIDE).cum_sum()
    starts = (pl.col("payee") != pl.col("payee").shift(1)) | (pl.col(window) != pl.col(window).shift(1))
    first = starts.fill_null(value=True)
    after = rows.select(after=total - pl.when(first).then(total - pl.col(column)).forward_fill())["after"]
    if largest(after) > LARGEST_SUM:
        raise AmountTooLarge(f"A payee's total in a window exceeds {LARGEST_SUM} minor units. Check the amounts.")
    narrow = after.cast(pl.Int64)
    return rows.with_columns(before=narrow - rows[column], after=narrow)


def with_quota(accumulated: pl.DataFrame, quotas: pl.DataFrame, component: Component) -> pl.DataFrame:
    """The rows with the payee's `quota` of their window; null where the component isn't against quota, or none is set.

    `quotas` are those of one plan.
    """
    if component.against is not Against.QUOTA:
        return accumulated.with_columns(quota=pl.lit(None, dtype=pl.Int64()))
    known = quotas.filter((pl.col("window") == component.window.value) & (pl.col("quota") > 0))
    return accumulated.join(
        known.select("payee", "window_start", "quota"), on=["payee", "window_start"], how="left", maintain_order="left"
    )
