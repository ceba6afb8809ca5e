"""Floors and caps: each a difference of two points, of what a limit makes of the pay so far in its window.

Every function takes lines in the order of payee and date with `steps`, what each line pays before it, and gives what
each line pays after it. Amounts and `limit` are Int64 minor units; `limit` may be another for each line.
"""

import polars as pl

from commissions.engine.accumulate import running
from commissions.engine.events import has_parts, moved
from commissions.engine.schema import Window
from commissions.engine.windows import Cycle, window_start


def cap(lines: pl.DataFrame, steps: pl.Series, per: Cycle, limit: pl.Expr) -> pl.Series:
    """How far the payee's pay in the cap's window, cut at the limit, moves with each line.

    What a reversal takes back is what had been paid. Per deal, the credits of all roles count together, and the limit
    holds on both sides of zero, so that a refund mirrors its sale; a part of a deal has that part of the limit, and is
    limited by itself.
    """
    if per.window is Window.DEAL:
        occasion, part = _occasions(lines, limit)
        paid = running(lines["payee"], occasion, steps)
        ends = [pl.max_horizontal(pl.min_horizontal(each, part), -part) for each in _ends(paid, steps)]
    else:
        paid = running(lines["payee"], window_start(lines, per), steps)
        ends = [pl.min_horizontal(each, limit) for each in _ends(paid, steps)]
    return lines.select(amount=ends[1] - ends[0])["amount"]


def floor(lines: pl.DataFrame, steps: pl.Series, per: Cycle, limit: pl.Expr) -> pl.Series:
    """How far the payee's pay in the floor's window, lifted to the limit once there is a credit, moves with each line.

    Per deal a refund is paid at least as much below zero, so that it mirrors its sale; who is credited with nothing
    isn't lifted.
    """
    by_deal = per.window is Window.DEAL
    occasion, part = _occasions(lines, limit) if by_deal else (window_start(lines, per), limit)
    first = lines.select(first=pl.struct("payee", pl.lit(occasion).alias("of")).rle_id().diff() != 0)["first"]
    before, after = _ends(running(lines["payee"], occasion, steps), steps)
    if by_deal:
        credited = running(lines["payee"], occasion, lines["credited"])
        sides = _ends(credited, lines["credited"])
        ends = [_lifted(paid, side, part) for paid, side in zip((before, after), sides, strict=True)]
    else:
        ends = [pl.max_horizontal(paid, part) for paid in (before, after)]
    opened = pl.when(pl.lit(first.fill_null(value=True))).then(0).otherwise(ends[0])
    return lines.select(amount=ends[1] - opened)["amount"]


def _lifted(paid: pl.Expr, credited: pl.Expr, part: pl.Expr) -> pl.Expr:
    up, down = pl.max_horizontal(paid, part), pl.min_horizontal(paid, -part)
    return pl.when(credited > 0).then(up).when(credited < 0).then(down).otherwise(paid)


def _ends(after: pl.Series, steps: pl.Series) -> tuple[pl.Expr, pl.Expr]:
    """The running sum before and after each line."""
    return pl.lit(after - steps), pl.lit(after)


def _occasions(lines: pl.DataFrame, limit: pl.Expr) -> tuple[pl.Series, pl.Expr]:
    """What counts as one deal, and its part of the limit."""
    if not has_parts(lines):
        return lines["deal"], limit
    before, after = moved(limit, half_even=False)
    return lines.select(occasion=pl.struct("deal", "turn"))["occasion"], (after - before).abs()
