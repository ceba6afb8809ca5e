"""Stage 2, from credits to measured credits: which count, and from where to where each moves its payee."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commissions.engine.bases import column_of
from commissions.engine.curve import largest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.expressions import compile_condition, parse_condition
from commissions.engine.schema import Against, Component, PlanDocument, Window
from core.money import exponent

WIDE, NARROW = pl.Int128(), pl.Int64()
LARGEST_SUM = 2**62  # minor units


@dataclass(frozen=True, slots=True)
class Clause:
    """A component as one version of its plan has it, and that version's credits."""

    document: PlanDocument
    component: Component
    credits: pl.DataFrame  # of `bases.with_bases`


def measure(clauses: Mapping[int, Clause]) -> pl.DataFrame:
    """The credits that a component counts in any version of its plan, with `credited`, the payee's part of the base
    in minor units. In the order of `place`.
    """
    parts = [_measured(clause) for clause in clauses.values()]
    return parts[0] if len(parts) == 1 else pl.concat(parts).sort("place")


def _measured(clause: Clause) -> pl.DataFrame:
    component = clause.component
    counts = pl.col("role").is_in(component.credit.roles)
    if component.when:
        counts &= compile_condition(parse_condition(component.when), exponent(clause.document.currency))
    part = column_of(component.base)
    return clause.credits.filter(counts).select(*_CARRIED, credited=part)


_CARRIED = ["payee", "plan", "plan_version", "deal", "role", "seq", "place", "closed"]


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
    where the block began. That is linear, where a grouped sum would hash a million rows. Raises AmountTooLarge.
    """
    number = NARROW if rows.height * largest(rows[column]) < LARGEST_SUM else WIDE
    total = pl.col(column).cast(number).cum_sum()
    starts = (pl.col("payee") != pl.col("payee").shift(1)) | (pl.col(window) != pl.col(window).shift(1))
    first = starts.fill_null(value=True)
    after = rows.select(after=total - pl.when(first).then(total - pl.col(column)).forward_fill())["after"]
    if number is WIDE and largest(after) > LARGEST_SUM:
        raise AmountTooLarge(f"A payee's total in a window exceeds {LARGEST_SUM} minor units. Check the amounts.")
    narrow = after.cast(NARROW)
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
