"""What a cap takes is paid in later windows where there is room, until the end of the plan's year.

Let C be what is carried into a window and r what is earned in it so far: paid so far is min(C + r, limit). So C itself
is paid, as far as the limit allows, when the window opens, by a line without a deal, and each credit pays a difference
of two points as ever. What the limit takes is carried on: C' = max(C + r - limit, 0).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from commissions.engine.accumulate import running
from commissions.engine.frames import LineKind
from commissions.engine.modify.around import Around
from commissions.engine.schema import Window
from commissions.engine.windows import Cycle, opened, window_start

if TYPE_CHECKING:
    from commissions.engine.modify.limits import Limit

_WINDOW = ["payee", "window"]


def carried(lines: pl.DataFrame, steps: pl.Series, limits: Mapping[int, "Limit"], around: Around) -> pl.DataFrame:
    """The lines with `amount`, and with lines of kind carried; `steps` is what each pays before a cap that carries.

    The lines of other versions count with what they were paid: what their caps took isn't carried. A window's carried
    line is dated the first day in it on which the payee is on the plan, and belongs to the version of that day.
    """
    paid, opened = steps, []
    for limit in sorted(set(limits.values())):
        own = pl.col("plan_version").is_in([version for version, other in limits.items() if other == limit])
        windows = _windows(lines, steps, limit, around)
        at = lines.select("payee").hstack([window_start(lines, limit.per).alias("window")])
        before = at.join(windows, on=_WINDOW, how="left", maintain_order="left")["carried"].fill_null(0)
        after = running(lines["payee"], at["window"], steps) + before
        ends = [pl.min_horizontal(pl.lit(each), limit.minor) for each in (after - steps, after)]
        paid = lines.select(paid=pl.when(own).then(ends[1] - ends[0]).otherwise(pl.lit(paid)))["paid"]
        opened.append(_lines(windows.filter(own & (pl.col("carried") > 0)), limit, lines))
    return pl.concat([lines.hstack([paid.alias("amount")]), *opened], how="diagonal")


def _lines(windows: pl.DataFrame, limit: "Limit", lines: pl.DataFrame) -> pl.DataFrame:
    nothing = {name: pl.lit(0, dtype=pl.Int64()) for name in ("credited", "x0", "x1", "y0", "y1", "uncapped")}
    amount = pl.min_horizontal("carried", pl.lit(limit.minor, dtype=pl.Int64()))
    return windows.select(
        "payee", "plan", "plan_version", "date",
        kind=pl.lit(LineKind.CARRIED.value), role=pl.lit(""), window_start="window", amount=amount, **nothing,
    ).cast({name: lines.schema[name] for name in ("payee", "plan", "plan_version")})  # fmt: skip


def _windows(lines: pl.DataFrame, steps: pl.Series, limit: "Limit", around: Around) -> pl.DataFrame:
    """Each window that a payee is on the plan in: payee, window, plan, plan_version and date of its first such day, and
    `carried`, what comes into it.
    """
    earned = lines.select("payee").hstack([window_start(lines, limit.per).alias("window"), steps.alias("earned")])
    sums = earned.group_by(_WINDOW).agg(pl.col("earned").sum())
    grid = _grid(lines["payee"].unique(), limit.per, around).join(sums, on=_WINDOW, how="left").sort(_WINDOW)
    year = ["payee", opened(pl.col("window"), _year(limit.per))]
    moved = pl.col("earned").fill_null(0) - limit.minor
    sums_up = grid.with_columns(total=moved.cum_sum().over(year))
    lowest = pl.min_horizontal(pl.col("total").cum_min().over(year), 0)
    left = sums_up.with_columns(left=pl.col("total") - lowest)  # of what is carried and earned, after each window
    return left.with_columns(carried=pl.col("left").shift(1, fill_value=0).over(year))


def _year(per: Cycle) -> Cycle:
    return replace(per, window=Window.YEAR)


def _grid(payees: pl.Series, per: Cycle, around: Around) -> pl.DataFrame:
    first = _year(per).first_day(around.since)
    windows = pl.DataFrame({"window": pl.date_range(first, around.end, per.length, closed="left", eager=True)})
    until = pl.col("window").dt.offset_by(per.length)
    on_plan = around.assignments.filter(pl.col("payee").is_in(payees.implode())).join(windows, how="cross")
    days = on_plan.with_columns(date=pl.max_horizontal("start", "window"))
    held = days.filter((pl.col("date") < until) & (pl.col("end").is_null() | (pl.col("end") > pl.col("date"))))
    found = held.sort("payee", "window", "date").group_by(_WINDOW, maintain_order=True).first()
    return found.select("payee", "window", "plan", "plan_version", "date")
