"""What counts of each deal, and each sharer's part of it: the part of stage 2 that components with one base share."""

import polars as pl

from commissions.engine.curve import nearest
from commissions.engine.expressions import compile_base, parse_base
from commissions.engine.frames import ITEMS, WHOLE_SHARE, empty
from commissions.engine.items import looks_at_items, reads_items, refuse_too_large, summed, sums_of
from commissions.engine.schema import Component, Measure, PlanDocument, Rounding
from core.money import exponent

WIDE = pl.Int128()
_KEY = ["deal", "role"]


def column_of(component: Component) -> str:
    """The column that holds each payee's part of the component's base."""
    return f"part of {summed(component) if reads_items(component) else component.base}"


def with_bases(
    rows: pl.DataFrame, sharers: pl.DataFrame, document: PlanDocument, items: pl.DataFrame | None = None
) -> pl.DataFrame:
    """A version's credits, all in its currency, with a column (Int64 minor units) for each base of its components; and
    where they look at lines of deals (ITEMS) those of `items.sums_of`.

    A base is null where it reads what isn't known of the deal, such as its cost.

    A base is evaluated on the whole deal and rounded to a minor unit, then divided by largest remainder over everybody
    who shares the deal in that role. A tie goes to the larger share, then by the payee's key; the parts of a refund
    mirror those of its sale. Where somebody is credited for another's share (`via`), it is that one's part. Raises
    AmountTooLarge.
    """
    whose = pl.coalesce("via", "payee").alias("payee")
    split = rows.with_row_index("index").filter(pl.col("share") != WHOLE_SHARE).select("index", *_KEY, whose)
    columns = []
    if looks_at_items([document]):
        sums = sums_of(rows, empty(ITEMS) if items is None else items, document)
        rows = rows.join(sums, on="deal", how="left", maintain_order="left")
    bases = {column_of(each): each for each in document.components if each.measure is Measure.AMOUNT}
    for name, component in sorted(bases.items()):
        whole = _whole(rows, component, document)
        parts = _parts(split.with_columns(base=whole[split["index"]]), sharers)
        columns.append(whole.clone().scatter(split["index"], parts).alias(name))
    return rows.hstack(columns)


def _whole(rows: pl.DataFrame, component: Component, document: PlanDocument) -> pl.Series:
    """The base of each row's deal."""
    base = component.base
    if reads_items(component):
        return rows[summed(component)]
    if base.strip() == "deal.amount":
        return rows["amount"]
    exact = compile_base(parse_base(base), exponent(document.currency))
    half_even = document.rounding is Rounding.HALF_EVEN
    over = pl.lit(exact.denominator, dtype=WIDE)
    rounded = (
        nearest(exact.numerator, over, half_even=half_even, number=WIDE) if exact.denominator != 1 else exact.numerator
    )
    whole = rows.select(base=rounded)["base"]
    refuse_too_large(whole)
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
