"""From a typed tree to polars expressions over the deals frame, in whole numbers of 128 bits."""

from dataclasses import dataclass
from functools import reduce

import polars as pl

from commissions.engine.expressions.linear import DECIMALS_READ, READ, Linear, difference, linear
from commissions.engine.expressions.nodes import (
    Amount,
    Both,
    Comparison,
    Condition,
    Day,
    Either,
    Field,
    Membership,
    Not,
    Operand,
    Text,
)

WIDE = pl.Int128()
_WRITTEN = rf"^\s*(-?)([0-9]{{1,12}})(?:\.([0-9]{{1,{DECIMALS_READ}}}))?\s*$"


@dataclass(frozen=True, slots=True)
class Scaled:
    """An exact quotient: an Int128 expression in minor units over a positive constant."""

    numerator: pl.Expr
    denominator: int


def compile_base(node: Amount, places: int) -> Scaled:
    """The amount that counts of a deal, before rounding. `places` is the currency's exponent."""
    total = linear(node, places)
    return Scaled(_numerator(total), total.denominator)


def compile_condition(node: Condition, places: int) -> pl.Expr:
    """A Boolean expression without nulls: a comparison with a missing value is false, so its `not` is true."""
    match node:
        case Both(parts):
            return pl.all_horizontal([compile_condition(part, places) for part in parts])
        case Either(parts):
            return pl.any_horizontal([compile_condition(part, places) for part in parts])
        case Not(part):
            return ~compile_condition(part, places)
        case Comparison(operator, left, right):
            return _compared(operator, left, right, places).fill_null(value=False)
        case Membership(operand, options, negated):
            equal = [_compared("=", operand, option, places) for option in options]
            inside = pl.any_horizontal(equal)
            return (~inside if negated else inside).fill_null(value=False)


def _compared(operator: str, left: Operand, right: Operand, places: int) -> pl.Expr:
    if (total := difference(left, right, places)) is not None:
        return _apply(operator, _numerator(total), pl.lit(0, dtype=WIDE))
    return _apply(operator, _value(left), _value(right))


def _apply(operator: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match operator:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _value(node: Operand) -> pl.Expr:
    match node:
        case Field(column=column):
            return pl.col(column)
        case Text(value) | Day(value):
            return pl.lit(value)
        case _:
            raise TypeError(f"{node} is an amount")


def _numerator(total: Linear) -> pl.Expr:
    terms = [
        _wide(column) * pl.lit(factor, dtype=WIDE) if factor != 1 else _wide(column)
        for column, factor in total.factors.items()
    ]
    if total.constant or not terms:
        terms.append(pl.lit(total.constant, dtype=WIDE))
    return reduce(lambda left, right: left + right, terms)


def _wide(column: str) -> pl.Expr:
    if not column.startswith(READ):
        return pl.col(column).cast(WIDE)
    text = pl.col(column.removeprefix(READ))
    sign, whole, part = (text.str.extract(_WRITTEN, group) for group in (1, 2, 3))
    digits = pl.concat_str(sign, whole, part.fill_null("").str.pad_end(DECIMALS_READ, "0"))
    return digits.str.to_integer(strict=False, dtype=pl.Int64()).cast(WIDE)
