"""Money as an integer of minor units of an ISO 4217 currency, and the roundings and divisions that keep it exact.

>>> Money(to_minor("1250.50", "USD"), "USD")
Money(minor=125050, currency='USD')
>>> apportion(100, [1, 1, 1])
[34, 33, 33]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

from babel.core import get_global

LARGEST_MINOR = 10**17  # no single amount reaches this, so that sums of many stay far below a bigint's end

# ISO 4217, table A.1, where the exponent isn't 2. Not CLDR's digits, which are those a country shows (IQD 0, ISO 3).
_NO_DECIMALS = """BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF""".split()  # noqa: SIM905
_EXPONENTS = {
    **dict.fromkeys(_NO_DECIMALS, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


class MoneyError(ValueError):
    """An amount or a currency that can't be money. The message says why and what to write instead."""


class NotAnAmountError(MoneyError):
    """It is no number, or none that is written with digits and a decimal point."""


class TooManyDecimalsError(MoneyError):
    """The currency has no unit that small."""


class TooLargeError(MoneyError):
    """It reaches LARGEST_MINOR."""


@dataclass(frozen=True, slots=True)
class Money:
    minor: int  # minor units: cents, sen, fils
    currency: str  # ISO 4217 code

    @property
    def major(self) -> Decimal:
        return to_major(self.minor, self.currency)


@cache
def _currencies() -> frozenset[str]:
    return frozenset(code for codes in get_global("territory_currencies").values() for code, *_ in codes) | {
        *_EXPONENTS
    }


def exponent(currency: str) -> int:
    """Decimal places of the currency's minor unit, after ISO 4217. Raises MoneyError for a code that isn't one.

    >>> [exponent(code) for code in ("IDR", "USD", "JPY", "KWD")]
    [2, 2, 0, 3]
    """
    if currency not in _currencies():
        raise MoneyError(f"{currency!r} is not a currency. Write its ISO 4217 code in capitals, such as USD or IDR.")
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal | str | int, currency: str) -> int:
    """Minor units of an amount written in major units. Raises MoneyError rather than round, wrap or guess.

    >>> to_minor("0.05", "USD"), to_minor(Decimal("-12"), "JPY")
    (5, -12)
    """
    value, places = _decimal(amount), exponent(currency)
    if not value.is_finite():
        raise NotAnAmountError(f"{amount} is not an amount. Write digits, such as 1250.00.")
    if not value:
        return 0
    if value.adjusted() > 17:  # before scaling: 1e400 would become 400 digits
        raise _too_large(str(amount), currency)
    if value.adjusted() < -places or (scaled := Fraction(value) * 10**places).denominator != 1:
        raise TooManyDecimalsError(f"{amount} has more than the {places} decimals of {currency}. Round it first.")
    if abs(scaled) >= LARGEST_MINOR:
        raise _too_large(str(amount), currency)
    return int(scaled)


def _decimal(amount: Decimal | str | int) -> Decimal:
    if isinstance(amount, str) and (len(amount) > 60 or not amount.isascii() or "_" in amount):
        raise NotAnAmountError(f"{amount[:20]!r} is not an amount. Write digits and a decimal point, such as 1250.00.")
    try:
        return Decimal(amount)
    except InvalidOperation:
        raise NotAnAmountError(
            f"{amount!r} is not an amount. Write digits and a decimal point, such as 1250.00."
        ) from None


def _too_large(amount: str, currency: str) -> TooLargeError:
    largest = to_major(LARGEST_MINOR, currency)
    return TooLargeError(
        f"{amount[:30]} {currency} is too large: amounts stay below {largest:,f}. Check its decimal point."
    )


def to_major(minor: int, currency: str) -> Decimal:
    """The amount in major units, with all the currency's decimals.

    >>> to_major(125050, "USD"), to_major(12, "JPY")
    (Decimal('1250.50'), Decimal('12'))
    """
    digits = tuple(int(digit) for digit in str(abs(minor)))
    return Decimal((int(minor < 0), digits, -exponent(currency)))


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest integer; a half goes away from zero, as in accounting and in PostgreSQL.

    >>> round_half_up(5, 2), round_half_up(-5, 2), round_half_up(7, 3)
    (3, -3, 2)
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    top, bottom = abs(numerator), abs(denominator)
    return sign * ((2 * top + bottom) // (2 * bottom))


def round_half_even(numerator: int, denominator: int) -> int:
    """The nearest integer; a half goes to the even neighbour (IEEE 754, "banker's rounding").

    >>> round_half_even(5, 2), round_half_even(7, 2), round_half_even(-5, 2)
    (2, 4, -2)
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    top, bottom = abs(numerator), abs(denominator)
    whole, rest = divmod(top, bottom)
    return sign * (whole + (2 * rest + whole % 2 > bottom))


def apportion(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Parts of a total in proportion to weights, that add up to it (largest remainder, Hamilton's method).

    A tie goes to the first; the parts of a negative total are those of the positive one, negated. Raises ValueError
    when a weight is negative or all are zero.

    >>> apportion(-100, [1, 1, 1]), apportion(5, [500_000, 500_000])
    ([-34, -33, -33], [3, 2])
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError(f"Weights must not be negative and must add up to more than 0: {list(weights)}.")
    sign = -1 if total_minor < 0 else 1
    shares = [divmod(abs(total_minor) * weight, whole) for weight in weights]
    left_over = abs(total_minor) - sum(part for part, _ in shares)
    by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])  # stable: a tie goes to the first
    favoured = set(by_remainder[:left_over])
    return [sign * (part + (index in favoured)) for index, (part, _) in enumerate(shares)]
