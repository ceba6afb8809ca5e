"""What a cap leaves of lines."""

import polars as pl

from commissions.engine.accumulate import running, window_start
from commissions.engine.events import has_parts, moved
from commissions.engine.schema import Window


def uncapped(lines: pl.DataFrame) -> pl.DataFrame:
    """The rows with `amount`, where nothing limits it."""
    return lines.hstack([lines["uncapped"].alias("amount")])


def cap(lines: pl.DataFrame, per: Window, limit: pl.Expr) -> pl.DataFrame:
    """The rows with `amount`: how far the payee's pay in the cap's window, cut at `limit`, moved with this line.

    Again a difference of two points, of min(pay so far, limit): what a reversal takes back is what had been paid.
    Per deal, the credits of all roles count together, and the limit holds on both sides of zero, so that a refund
    mirrors its sale; a part of a deal has that part of the limit. `limit` is in minor units.
    """
    if per is Window.DEAL:
        return _cap_deals(lines, limit)
    after = running(lines["payee"], window_start(lines, per), lines["uncapped"])
    ends = [pl.min_horizontal(paid, limit) for paid in (pl.lit(after), pl.lit(after - lines["uncapped"]))]
    return lines.with_columns(amount=ends[0] - ends[1])


def _cap_deals(lines: pl.DataFrame, limit: pl.Expr) -> pl.DataFrame:
    occasion = lines["deal"]
    if has_parts(lines):
        before, after = moved(limit, half_even=False)
        occasion, limit = lines.select(occasion=pl.struct("deal", "turn"))["occasion"], (after - before).abs()
    paid = running(lines["payee"], occasion, lines["uncapped"])
    ends = [
        pl.max_horizontal(pl.min_horizontal(paid, limit), -limit)
        for paid in (pl.lit(paid), pl.lit(paid - lines["uncapped"]))
    ]
    return lines.with_columns(amount=ends[0] - ends[1])
