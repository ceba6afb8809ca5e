"""Stage 4, from lines to lines: what a cap leaves of them."""

import polars as pl

from commissions.engine.accumulate import running, window_start
from commissions.engine.schema import Window


def uncapped(lines: pl.DataFrame) -> pl.DataFrame:
    """The rows with `amount`, where nothing limits it."""
    return lines.hstack([lines["uncapped"].alias("amount")])


def cap(lines: pl.DataFrame, per: Window, limit: pl.Expr) -> pl.DataFrame:
    """The rows with `amount`: how far the payee's pay in the cap's window, cut at `limit`, moved with this line.

    Again a difference of two points, of min(pay so far, limit): what a reversal takes back is what had been paid.
    Per deal, the credits of all roles count together, and the limit holds on both sides of zero, so that a refund
    mirrors its sale. `limit` is in minor units.
    """
    by_deal = per is Window.DEAL
    after = running(lines["payee"], lines["deal"] if by_deal else window_start(lines, per), lines["uncapped"])
    moved = [pl.min_horizontal(paid, limit) for paid in (pl.lit(after), pl.lit(after - lines["uncapped"]))]
    if by_deal:
        moved = [pl.max_horizontal(paid, -limit) for paid in moved]
    return lines.with_columns(amount=moved[0] - moved[1])
