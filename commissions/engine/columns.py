"""Which column of a rate table a deal earns: what `by` gives of it, found among the columns."""

from decimal import Decimal

import polars as pl

from commissions.engine.decimals import canonical
from commissions.engine.expressions import compile_condition, parse_condition
from commissions.engine.schema import Column, Component
from commissions.engine.words import Figure, Share, told

_SHARES = {"deal.discount"}


def condition_of(by: str, column: Column) -> str | None:
    """What a deal in the column, or in one after it, fulfils; None of the column that takes the rest.

    >>> condition_of("product.family", Column.model_validate({"is": ["Focus", "Core"]}))
    'product.family in ["Focus", "Core"]'
    >>> condition_of("deal.discount", Column.model_validate({"from": "10%"}))
    '(deal.discount) >= 0.1'
    """
    if column.is_ is not None:
        texts = ", ".join(f'"{text}"' for text in column.is_)
        return f"{by} in [{texts}]"
    return None if column.from_ is None else f"({by}) >= {canonical(column.from_)}"


def conditions(component: Component) -> tuple[str, ...]:
    """All that the table reads of a deal, as conditions."""
    found = (condition_of(component.by or "", column) for column in component.columns)
    return tuple(condition for condition in found if condition)


def heading(by: str, column: Column) -> Figure:
    """What stands above a column: its own name, or what it takes.

    >>> str(heading("deal.discount", Column.model_validate({"from": "10%"})))
    'from 10%'
    >>> heading("product.family", Column.model_validate({"is": ["Focus", "Core"]}))
    'Focus, Core'
    """
    if column.name is not None:
        return column.name
    if column.from_ is not None:
        return told("from %(start)s", start=number_in_words(by, column.from_))
    return ", ".join(column.is_ or ())


def number_in_words(by: str, value: Decimal) -> Share | str:
    """As people read it: a discount is a share."""
    return Share(value) if is_share(by) else canonical(value)


def is_share(by: str) -> bool:
    return by.strip() in _SHARES


def column_in(component: Component, places: int) -> pl.Expr:
    """The place of the deal's column, from 0; null where none takes it. `places` is the currency's exponent.

    Bands rise, so that the last one reached is the deal's; texts stand in one column each.
    """
    rest = next((index for index, column in enumerate(component.columns) if column.takes_the_rest), None)
    found = pl.lit(rest, dtype=pl.Int64())
    for index, column in enumerate(component.columns):
        condition = condition_of(component.by or "", column)
        if condition is not None:
            holds = compile_condition(parse_condition(condition), places)
            found = pl.when(holds).then(pl.lit(index, dtype=pl.Int64())).otherwise(found)
    return found
