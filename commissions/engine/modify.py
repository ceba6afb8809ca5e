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
    Per deal, the limit holds on both sides of zero, so that a refund mirrors its sale. `limit` is in minor units.
    """
    if per is Window.DEAL:
        return lines.with_columns(amount=pl.col("uncapped").clip(-limit, limit))
    after = running(lines["payee"], window_start(lines, per), lines["uncapped"])
    before = after - lines["uncapped"]
    return lines.with_columns(amount=pl.min_horizontal(after, limit) - pl.min_horizontal(before, limit))
