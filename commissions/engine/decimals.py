"""Numbers as people write them in a plan, read as exact decimals: 5%, 0.05, 1,250.00 is refused, floats never.

>>> parse_decimal("7.25%"), parse_decimal("1250.00"), canonical(Decimal("1250.00"))
(Decimal('0.0725'), Decimal('1250.00'), '1250')
"""

import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from commissions.engine.errors import ToldError
from commissions.engine.misfits import as_written
from commissions.engine.words import MOST_DIGITS, canonical, told

DECIMALS = 9  # of a rate, a share or an attainment as a fraction: 7 in percent
_SHAPE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\s*%?", re.ASCII)
_EXACT = Context(prec=MOST_DIGITS + 10)

__all__ = [
    "DECIMALS",
    "MOST_DIGITS",
    "ExactDecimal",
    "ExactMoney",
    "canonical",
    "decimals_of",
    "parse_decimal",
    "scaled",
]


def parse_decimal(written: object) -> Decimal:
    """The exact number of a text such as 5%, 0.05 or 1250, of an int or a Decimal. Raises ValueError."""
    if isinstance(written, float):
        raise ToldError(
            told(
                '%(written)s came as a binary float, which is not exact. Write it in quotes: "%(written)s".',
                written=str(written),
            )
        )
    if isinstance(written, bool) or not isinstance(written, str | int | Decimal):
        raise ToldError(
            told("%(written)s is not a number. Write one such as 5%%, 0.05 or 1250.", written=as_written(written))
        )
    text = str(written).strip()
    if len(text) > MOST_DIGITS:
        raise ToldError(
            told(
                "%(written)s… is too long for a number. Write at most %(most)s digits.",
                written=text[:20],
                most=MOST_DIGITS,
            )
        )
    if not _SHAPE.fullmatch(text):
        raise ToldError(
            told(
                "%(written)s is not a number. Write digits and a decimal point, such as 5%%, 0.05 or 1250.",
                written=repr(text),
            )
        )
    value = Decimal(text.rstrip("% \t"))
    return value.scaleb(-2, _EXACT) if text.endswith("%") else value


def decimals_of(value: Decimal) -> int:
    """How many decimal places the number needs.

    >>> decimals_of(Decimal("0.0500")), decimals_of(Decimal("1E+3"))
    (2, 0)
    """
    return max(0, -int(value.normalize(_EXACT).as_tuple().exponent))


def scaled(value: Decimal, places: int) -> int:
    """The number times 10 to the power of `places`, which must be whole.

    >>> scaled(Decimal("0.0725"), 4)
    725
    """
    product = Fraction(value) * 10**places
    if product.denominator != 1:
        raise ValueError(f"{value} has more than {places} decimals.")
    return int(product)


def _written(value: Any) -> Decimal:  # noqa: ANN401 whatever the YAML or JSON holds
    return parse_decimal(value)


def _written_money(value: Any) -> Decimal:  # noqa: ANN401
    if isinstance(value, str) and value.strip().endswith("%"):
        raise ToldError(told("%(written)s is no amount of money. Write one, such as 1250.", written=value))
    return parse_decimal(value)


ExactMoney = Annotated[
    Decimal,
    BeforeValidator(_written_money, json_schema_input_type=str | int | float),
    PlainSerializer(canonical, return_type=str, when_used="json"),
]
ExactDecimal = Annotated[
    Decimal,
    BeforeValidator(_written, json_schema_input_type=str | int | float),
    PlainSerializer(canonical, return_type=str, when_used="json"),
]
