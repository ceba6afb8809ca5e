"""Amounts of deals in other currencies than the plan's: left out, or converted at the rate of the day they closed."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    exact = _Exact.of(rows, [name for name in _MONEY if name in rows.columns], target)
    converted = [exact.converted(pl.col(name)).cast(pl.Int64).alias(name) for name in exact.money]
    rate = pl.when(_own(target)).then(None).otherwise(pl.col("exchange_rate")).alias("exchange_rate")
    return rows.with_columns(*converted, rate)


def converted_sums(rows: pl.DataFrame, money: Sequence[str], target: str) -> pl.DataFrame:
    """The rows, in the order of their `deal`, with money in the plan's currency, so that it adds up to the deal's: each
    row has the difference that it makes to the sum so far, converted and rounded. Rows of which an amount isn't known
    add nothing to it. Raises AmountTooLarge.
    """
    if "exchange_rate" not in rows.columns or rows["exchange_rate"].null_count() == rows.height:
        return rows
    sums = rows.with_columns(pl.col(name).cast(WIDE).cum_sum().over("deal").alias(f"sum {name}") for name in money)
    exact = _Exact.of(sums, [f"sum {name}" for name in money], target)
    steps = [
        exact.converted(pl.col(each)) - exact.converted(pl.col(each) - pl.col(name).cast(WIDE))
        for name, each in zip(money, exact.money, strict=True)
    ]
    return sums.with_columns(step.cast(pl.Int64).alias(name) for name, step in zip(money, steps, strict=True)).drop(
        exact.money
    )


@dataclass(frozen=True, slots=True)
class _Exact:
    """How many minor units of the target one of a row's currency is worth: `top` / `over`, in whole numbers."""

    money: list[str]
    target: str
    top: pl.Expr
    over: pl.Expr

    @classmethod
    def of(cls, rows: pl.DataFrame, money: list[str], target: str) -> "_Exact":
        """Raises AmountTooLarge."""
        currencies = rows["currency"].unique().to_list()
        ups = {currency: 10 ** max(exponent(target) - exponent(currency), 0) for currency in currencies}
        downs = {currency: 10 ** max(exponent(currency) - exponent(target), 0) for currency in currencies}
        most = largest(rows["exchange_rate"]) * largest(*(rows[name] for name in money)) * max(ups.values(), default=1)
        if most >= 2**124:
            said = told(
                "Amounts this large can't be converted exactly into %(currency)s. Check the amounts.", currency=target
            )
            raise AmountTooLarge(said)
        top = pl.col("exchange_rate").cast(WIDE) * _by_currency(ups)
        return cls(money, target, top, pl.lit(RATE_SCALE, dtype=WIDE) * _by_currency(downs))

    def converted(self, value: pl.Expr) -> pl.Expr:
        wide = value.cast(WIDE)
        exact = nearest(wide * self.top, self.over, half_even=False, number=WIDE)
        return pl.when(_own(self.target)).then(wide).otherwise(exact)


def _own(target: str) -> pl.Expr:
    return pl.col("currency") == target


def _by_currency(values: dict[str, int]) -> pl.Expr:
    return pl.col("currency").replace_strict(values, return_dtype=WIDE)
