"""Amounts of deals in other currencies than the plan's: left out, or converted at the rate of the day they closed."""

from datetime import date

import polars as pl

from commissions.engine.curve import largest, nearest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.frames import NO_NOTICES, RATE_SCALE, RATES, Notice, empty, notices
from commissions.engine.schema import OtherCurrencies, PlanDocument
from commissions.engine.words import told
from core.money import exponent

WIDE = pl.Int128()
_MONEY = ("amount", "cost", "tax")  # of a deal, in its own currency


def in_currency(
    rows: pl.DataFrame, document: PlanDocument, rates: pl.DataFrame | None, start: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The credits with all money in the plan's currency, and notices of those from `start` on that couldn't be had so.

    A converted amount is rounded once to a minor unit of the plan's currency, and `exchange_rate` says by which rate
    (RATES). It is that of the day the deal closed, also for its payments and its cancellation, so that what is taken
    back is what was given. `is_refund` says which were below zero: converted, a cent may be nothing. Raises
    AmountTooLarge.
    """
    rows = rows.with_columns(is_refund=pl.col("amount") < 0)
    own = rows["currency"] == document.currency
    if own.all():
        return rows, NO_NOTICES
    if document.other_currencies is OtherCurrencies.REFUSE:
        detail = pl.format("{} {}", "currency", pl.lit(document.currency))
        return rows.filter(own), _told(rows.filter(~own), Notice.CURRENCY_DIFFERS, detail, start)
    known = _with_rates(rows, document.currency, empty(RATES) if rates is None else rates)
    lost = ~own & known["exchange_rate"].is_null()
    pair = pl.format("{} {} {}", "currency", pl.lit(document.currency), pl.col("closed").dt.to_string("%Y-%m-%d"))
    return _converted(known.filter(~lost), document.currency), _told(
        known.filter(lost), Notice.RATE_MISSING, pair, start
    )


def _told(rows: pl.DataFrame, code: Notice, detail: pl.Expr, start: date) -> pl.DataFrame:
    return notices(rows.filter(pl.col("date") >= start), code, detail).unique(maintain_order=True)


def _with_rates(rows: pl.DataFrame, target: str, rates: pl.DataFrame) -> pl.DataFrame:
    """The rows with the latest rate into `target` that had begun when the deal closed."""
    known = rates.filter(pl.col("target") == target).select("source", "start", exchange_rate="rate").sort("start")
    wanted = rows.select("currency", "closed").unique().sort("closed")
    found = wanted.join_asof(
        known, left_on="closed", right_on="start", by_left="currency", by_right="source", strategy="backward",
        check_sortedness=False,
    )  # fmt: skip
    return rows.join(
        found.select("currency", "closed", "exchange_rate"),
        on=["currency", "closed"],
        how="left",
        maintain_order="left",
    )


def _converted(rows: pl.DataFrame, target: str) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    money = [name for name in _MONEY if name in rows.columns]
    currencies = rows["currency"].unique().to_list()
    ups = {currency: 10 ** max(exponent(target) - exponent(currency), 0) for currency in currencies}
    downs = {currency: 10 ** max(exponent(currency) - exponent(target), 0) for currency in currencies}
    most = largest(rows["exchange_rate"]) * largest(*(rows[name] for name in money)) * max(ups.values(), default=1)
    if most >= 2**124:
        raise AmountTooLarge(
            told("Amounts this large can't be converted exactly into %(currency)s. Check the amounts.", currency=target)
        )
    top = pl.col("exchange_rate").cast(WIDE) * _by_currency(ups)
    over = pl.lit(RATE_SCALE, dtype=WIDE) * _by_currency(downs)
    is_own = pl.col("currency") == target
    converted = [
        pl.when(is_own)
        .then(pl.col(name))
        .otherwise(nearest(pl.col(name).cast(WIDE) * top, over, half_even=False, number=WIDE).cast(pl.Int64))
        .alias(name)
        for name in money
    ]
    rate = pl.when(is_own).then(None).otherwise(pl.col("exchange_rate")).alias("exchange_rate")
    return rows.with_columns(*converted, rate)


def _by_currency(values: dict[str, int]) -> pl.Expr:
    return pl.col("currency").replace_strict(values, return_dtype=WIDE)
