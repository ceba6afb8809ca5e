"""Lines of deals: what of them a component lets through, added up for each deal."""

from collections.abc import Iterable

import polars as pl

from commissions.engine.currency import converted_sums
from commissions.engine.curve import largest, nearest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.expressions import columns_of, compile_base, compile_condition, parse_base, parse_condition
from commissions.engine.expressions.fields import LINE
from commissions.engine.schema import Component, Measure, PlanDocument, Rounding
from commissions.engine.words import told
from core.money import exponent

WIDE = pl.Int128()
LARGEST_CREDIT = 10**17  # minor units, of a single credit
MOST_ITEMS = 500  # of a deal: so that sums of their bases stay within 128 bits


def reads_items(component: Component) -> bool:
    """Whether the component looks at single lines of a deal: in its condition, or in what counts.

    >>> reads_items(Component(key="a", name="A", when="line.quantity > 1", base="line.amount"))
    True
    """
    return any(column.startswith(LINE) for column in _read(component))


def looks_at_items(documents: Iterable[PlanDocument]) -> bool:
    """Whether a component of these plans does: then a calculation needs ITEMS."""
    return any(reads_items(component) for document in documents for component in document.components)


def columns_of_deals(component: Component) -> frozenset[str]:
    """What a component's condition and base read, as columns of deals: a deal without lines stands for one."""
    return frozenset(column.removeprefix(LINE) for column in _read(component))


def _read(component: Component) -> frozenset[str]:
    condition = columns_of(parse_condition(component.when)) if component.when else frozenset[str]()
    if component.measure is Measure.AMOUNT:
        return condition | columns_of(parse_base(component.base))
    is_counted = component.measure is Measure.QUANTITY and any(column.startswith(LINE) for column in condition)
    return condition | {"line_quantity"} if is_counted else condition


def counting(component: Component) -> str:
    """The column that says whether any line of the credit's deal counts."""
    return f"lines where {component.when}"


def summed(component: Component) -> str:
    """The column with what the deal's lines that count come to: their base in minor units, or their units."""
    what = component.base if component.measure is Measure.AMOUNT else component.measure.value
    return f"{what} of lines where {component.when}"


def sums_of(rows: pl.DataFrame, items: pl.DataFrame, document: PlanDocument) -> pl.DataFrame:
    """(deal, and of each component that reads lines `counting` and `summed`), a row for each deal of the rows.

    `rows` are credits in the plan's currency, `items` ITEMS. The base of each line that counts is added up exactly, and
    rounded once for the deal; it is null where the base of one of them isn't known. Raises AmountTooLarge.
    """
    components = [component for component in document.components if reads_items(component)]
    lines = lines_of(rows, items, document)
    found = rows.select("deal").unique()
    for component in components:
        if counting(component) not in found.columns:
            passing = lines.filter(condition_of(component, document)).select("deal").unique()
            passing = passing.with_columns(pl.lit(value=True).alias(counting(component)))
            found = found.join(passing, on="deal", how="left").with_columns(
                pl.col(counting(component)).fill_null(value=False)
            )
        if component.measure is not Measure.COUNT and summed(component) not in found.columns:
            found = found.join(_summed(lines, component, document), on="deal", how="left")
    return found


def condition_of(component: Component, document: PlanDocument) -> pl.Expr:
    """Whether a line of `lines_of` counts."""
    if component.when is None:
        return pl.lit(value=True)
    return compile_condition(parse_condition(component.when), exponent(document.currency))


def units_of_line() -> pl.Expr:
    """A line that is taken back counts against, however its quantity is written; one that costs nothing goes with its
    deal.
    """
    units = pl.col("line_quantity")
    return pl.when("is_back").then(-units.abs()).otherwise(units)


def _summed(lines: pl.DataFrame, component: Component, document: PlanDocument) -> pl.DataFrame:
    passing, name = lines.filter(condition_of(component, document)), summed(component)
    if component.measure is Measure.QUANTITY:
        return passing.group_by("deal").agg(units_of_line().sum().alias(name))
    exact = compile_base(parse_base(component.base), exponent(document.currency))
    based = passing.select("deal", base=exact.numerator)
    known = pl.when(pl.col("base").null_count() == 0).then(pl.col("base").sum())
    sums = based.group_by("deal").agg(base=known)
    half_even = document.rounding is Rounding.HALF_EVEN
    over = pl.lit(exact.denominator, dtype=WIDE)
    rounded = sums.select("deal", nearest(pl.col("base"), over, half_even=half_even, number=WIDE).alias(name))
    refuse_too_large(rounded[name])
    return rounded.cast({name: pl.Int64()})


def refuse_too_large(base: pl.Series) -> None:
    """Raises AmountTooLarge."""
    if largest(base) > LARGEST_CREDIT:
        raise AmountTooLarge(
            told("The base of a deal exceeds %(most)s minor units. Check `base` and the amounts.", most=LARGEST_CREDIT)
        )


def lines_of(rows: pl.DataFrame, items: pl.DataFrame, document: PlanDocument) -> pl.DataFrame:
    """The lines of the credits' deals in the plan's currency, with the columns of their deals, by deal and number; and
    `is_back`, whether they are taken back. A deal without any is a line itself, of number 0.
    """
    read = {"line_amount"}.union(*(_read(part) for part in document.components if reads_items(part)))
    own = sorted(column for column in read if column.startswith(LINE))
    plain = {column: pl.col(column.removeprefix(LINE)) for column in own}
    named = {"currency", "is_refund", "exchange_rate"} | {column.removeprefix(LINE) for column in read}
    deals = rows.select("deal", *sorted(named & set(rows.columns))).unique("deal")
    given = items.select("deal", "number", *own).join(deals, on="deal").sort("deal", "number")
    is_back = (pl.col("line_amount") < 0) | ((pl.col("line_amount") == 0) & pl.col("is_refund"))
    money = [column for column in own if column in _MONEY]
    several = converted_sums(given.with_columns(is_back=is_back), money, document.currency)
    alone = deals.join(items.select("deal").unique(), on="deal", how="anti")
    single = alone.with_columns(number=pl.lit(0, dtype=pl.Int64()), is_back="is_refund", **plain)
    return pl.concat([several, single.select(several.columns)])


_MONEY = ("line_amount", "line_cost")
