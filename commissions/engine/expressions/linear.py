"""Every amount that the grammar can say is a sum of fields times constants: that sum, in whole numbers."""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import cast

from commissions.engine.expressions.nodes import (
    Add,
    Amount,
    Field,
    Kind,
    Major,
    Number,
    Operand,
    Reading,
    Times,
    kind_of,
)

READ = "number in "  # before a column of texts: what each writes out, in millionths
DECIMALS_READ = 6


@dataclass(frozen=True, slots=True)
class Linear:
    """(sum of factor x column + constant) / denominator, all whole; money in minor units."""

    factors: dict[str, int]
    constant: int
    denominator: int

    @property
    def weight(self) -> int:
        """What bounds it: no intermediate exceeds this times the largest field."""
        return sum(abs(factor) for factor in self.factors.values()) + abs(self.constant) + self.denominator


def linear(node: Amount, places: int) -> Linear:
    """The sum that an amount stands for; `places` is the currency's exponent.

    >>> from commissions.engine.expressions.parse import parse_base
    >>> linear(parse_base("(deal.amount - 100) / 3"), 2)
    Linear(factors={'amount': 1}, constant=-10000, denominator=3)
    """
    return _whole(_terms_of(node, places))


def difference(left: Operand, right: Operand, places: int) -> Linear | None:
    """What a comparison of amounts compares with 0; None for texts and dates."""
    if kind_of(left) not in (Kind.MONEY, Kind.NUMBER):
        return None
    return linear(Add(cast("Amount", left), Times(cast("Amount", right), Fraction(-1))), places)


def _terms_of(node: Amount, places: int) -> dict[str, Fraction]:
    match node:
        case Field():
            return node.terms
        case Reading(Field(column=column)):
            return {READ + column: Fraction(1, 10**DECIMALS_READ)}
        case Number(value):
            return {"": value}
        case Major(value):
            return {"": value * 10**places}
        case Times(operand, factor):
            return {column: term * factor for column, term in _terms_of(operand, places).items()}
        case Add(left, right):
            terms = _terms_of(left, places)
            for column, term in _terms_of(right, places).items():
                terms[column] = terms.get(column, Fraction(0)) + term
            return terms


def _whole(terms: dict[str, Fraction]) -> Linear:
    denominator = lcm(*(term.denominator for term in terms.values()))
    whole = {column: int(term * denominator) for column, term in terms.items()}
    constant = whole.pop("", 0)
    return Linear({column: factor for column, factor in whole.items() if factor}, constant, denominator)
