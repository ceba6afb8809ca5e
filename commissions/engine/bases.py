"""What counts of each deal, and each sharer's part of it: the part of stage 2 that components with one base share."""

import polars as pl

from commissions.engine.curve import largest, nearest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.expressions import compile_base, parse_base
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import Measure, PlanDocument, Rounding
from commissions.engine.words import told
from core.money import exponent

WIDE = pl.Int128()
LARGEST_CREDIT = 10**17  # minor units, of a single credit
_KEY = ["deal", "role"]


def column_of(base: str) -> str:
    """The column that holds each payee's part of that base."""
    return f"part of {base}"


def with_bases(rows: pl.DataFrame, sharers: pl.DataFrame, document: PlanDocument) -> pl.DataFrame:
    """A version's credits, all in its currency, with a column (Int64 minor units) for each base of its components.

    A base is null where it reads what isn't known of the deal, such as its cost.

    A base is evaluated on the whole deal and rounded to a minor unit, then divided by largest remainder over everybody
    who shares the deal in that role. A tie goes to the larger share, then by the payee's key; the parts of a refund
    mirror those of its sale. Where somebody is credited for another's share (`via`), it is that one's part. Raises
    AmountTooLarge.
    """
    whose = pl.coalesce("via", "payee").alias("payee")
    split = rows.with_row_index("index").filter(pl.col("share") != WHOLE_SHARE).select("index", *_KEY, whose)
    columns = []
    bases = {component.base for component in document.components if component.measure is Measure.AMOUNT}
    for base in sorted(bases):
        whole = _whole(rows, base, document)
        parts = _parts(split.with_columns(base=whole[split["index"]]), sharers)
        columns.append(whole.clone().scatter(split["index"], parts).alias(column_of(base)))
    return rows.hstack(columns)


def _whole(rows: pl.DataFrame, base: str, document: PlanDocument) -> pl.Series:
    """The base of each row's deal."""
    if base.strip() == "deal.amount":
        return rows["amount"]
    exact = compile_base(parse_base(base), exponent(document.currency))
    half_even = document.rounding is Rounding.HALF_EVEN
    over = pl.lit(exact.denominator, dtype=WIDE)
    rounded = (
        nearest(exact.numerator, over, half_even=half_even, number=WIDE) if exact.denominator != 1 else exact.numerator
    )
    whole = rows.select(base=rounded)["base"]
    if largest(whole) > LARGEST_CREDIT:
        raise AmountTooLarge(
            told("The base of a deal exceeds %(most)s minor units. Check `base` and the amounts.", most=LARGEST_CREDIT)
        )
    return whole.cast(pl.Int64)


def _parts(split: pl.DataFrame, sharers: pl.DataFrame) -> pl.Series:
    """Each split row's part of its deal's base."""
    if split.is_empty():
        return split["base"]
    bases = split.select(*_KEY, "base").unique(_KEY)
    parts = _largest_remainder(sharers.join(bases, on=_KEY, maintain_order="left"))
    return split.join(parts, on=[*_KEY, "payee"], how="left", maintain_order="left")["part"]


def _largest_remainder(sharers: pl.DataFrame) -> pl.DataFrame:
    """(deal, role, payee, part), the parts of a (deal, role) adding up to its base."""
    size = pl.col("base").abs()
    exact = size.cast(WIDE) * pl.col("share")
    floors = sharers.with_columns(floor=exact // WHOLE_SHARE, remainder=exact % WHOLE_SHARE)
    ranked = floors.with_columns(
        left_over=size - pl.col("floor").sum().over(_KEY),
        rank=pl.col("remainder").rank("ordinal", descending=True).over(_KEY),
    )
    part = (pl.col("floor") + (pl.col("rank") <= pl.col("left_over"))).cast(pl.Int64) * pl.col("base").sign()
    return ranked.select(*_KEY, "payee", part=part)
