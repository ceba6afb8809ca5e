"""Costs to obtain contracts (ASC 340-40, IFRS 15.91-104): commissions that are an asset, and how it becomes an expense.

An asset is written down in equal parts over the months of its benefit, beginning with the month in which the contract
does. What has been written down after k of n months is a point on a line again, round(amount x k / n), so the parts
add up to the amount. When the contract ends early, what is left is impaired in that month. A line that takes pay back
is a cost below zero of the same contract, over the same months. What is posted after its contract began, or ended,
catches up in the month in which it is posted.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from commissions.engine.curve import nearest

Schema = dict[str, pl.DataType]

EXPEDIENT_MONTHS = 12  # a benefit no longer than this may be expensed at once (ASC 340-40-25-4, IFRS 15.94)
COSTS: Schema = {  # what contracts cost, by the month in which it was posted
    "contract": pl.Int64(),
    "currency": pl.String(),
    "amount": pl.Int64(),  # minor units; below zero: taken back
    "recorded": pl.Date(),
    "starts": pl.Date(),
    "months": pl.Int64(),  # of benefit, at least 1
    "ended": pl.Date(),  # the contract, before its time; null: it didn't
}
ROLL: Schema = {  # opening + added - amortised - impaired = closing, in minor units
    "currency": pl.String(),
    "opening": pl.Int64(),
    "added": pl.Int64(),
    "amortised": pl.Int64(),
    "impaired": pl.Int64(),
    "closing": pl.Int64(),
}


def is_capitalised(months: int, *, expedient: bool) -> bool:
    """Whether a benefit of so many months makes a cost an asset.

    >>> is_capitalised(12, expedient=True), is_capitalised(13, expedient=True), is_capitalised(12, expedient=False)
    (False, True, True)
    """
    return months > (EXPEDIENT_MONTHS if expedient else 0)


def rolled(costs: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """COSTS through the months from that of `start` to before that of `end`: each cost with the columns of ROLL.

    >>> rows = [(1, "USD", 120, date(2026, 1, 31), date(2026, 1, 15), 12, date(2026, 4, 9))]
    >>> costs = pl.DataFrame(rows, schema=COSTS, orient="row")
    >>> rolled(costs, date(2026, 1, 1), date(2026, 4, 1)).select(list(ROLL)[1:]).row(0)
    (0, 120, 30, 0, 90)
    >>> rolled(costs, date(2026, 4, 1), date(2026, 7, 1)).select(list(ROLL)[1:]).row(0)
    (90, 0, 0, 90, 0)
    """
    first, until = _month(pl.lit(start)), _month(pl.lit(end))
    recorded, ended = _month(pl.col("recorded")), _month(pl.col("ended"))
    impaired_in = pl.max_horizontal(recorded, ended)
    moved = costs.with_columns(
        opening=_carrying(first),
        added=pl.when(recorded.is_between(first, until, closed="left")).then("amount").otherwise(0),
        impaired=pl.when(ended.is_not_null() & impaired_in.is_between(first, until, closed="left"))
        .then(pl.col("amount") - _written_down(ended))
        .otherwise(0),
        closing=_carrying(until),
    )
    return moved.with_columns(amortised=pl.col("opening") + pl.col("added") - pl.col("impaired") - pl.col("closing"))


def roll_forward(costs: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """ROLL of all costs together, by currency."""
    sums = rolled(costs, start, end).group_by("currency").agg(pl.col(list(ROLL)[1:]).sum())
    return sums.select(list(ROLL)).sort("currency")


def schedule(costs: pl.DataFrame, start: date, months: int) -> Iterator[tuple[date, pl.DataFrame]]:
    """ROLL of each month from that of `start` on, also of those to come, as things stand now."""
    first = start.replace(day=1)
    for _number in range(months):
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        yield first, roll_forward(costs, first, following)
        first = following


def _carrying(until: pl.Expr) -> pl.Expr:
    """What an asset is worth when a month begins."""
    gone = (_month(pl.col("recorded")) >= until) | (_month(pl.col("ended")) < until).fill_null(value=False)
    return pl.when(gone).then(0).otherwise(pl.col("amount") - _written_down(until))


def _written_down(until: pl.Expr) -> pl.Expr:
    """How much was amortised in the months before one, had the contract not ended. A half goes away from zero."""
    elapsed = pl.min_horizontal((until - _month(pl.col("starts"))).clip(0), "months")
    top = pl.col("amount").cast(pl.Int128) * elapsed.cast(pl.Int128)
    return nearest(top, pl.col("months").cast(pl.Int128), half_even=False, number=pl.Int128()).cast(pl.Int64)


def _month(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month() - 1
