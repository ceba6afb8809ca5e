"""From what is due to what is paid: minimum, usable unit, holds, and the currency in which a person is paid.

Due to a payee in a currency is what her closed statements pay, less what was paid out already. What a payout leaves, a
part of a rupiah or all that is below the minimum, stays due by itself: nobody writes it down a second time.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.money import exponent, round_half_up

RATE_ONE: Final = 10**12
_UNITS: Final = {"IDR": 100}  # banks take whole rupiah only; sen exist in the books


class Reason(StrEnum):
    """Why nothing is paid."""

    NEGATIVE = "negative"  # it is carried until later statements make up for it
    NOTHING = "nothing"
    HELD = "held"
    NO_RATE = "no_rate"
    NO_ACCOUNT = "no_account"
    BELOW_MINIMUM = "below_minimum"
    BELOW_UNIT = "below_unit"


@dataclass(frozen=True, slots=True)
class Terms:
    """How one payee is paid what is due in one currency."""

    currency: str  # in which she is paid
    minimum_minor: int = 0  # in minor units of that currency; 0: none
    rate_e12: int | None = None  # what one unit of the due currency is worth in it, times 10^12; None: unknown
    is_held: bool = False
    has_account: bool = True  # or needs none


@dataclass(frozen=True, slots=True)
class Decision:
    """What is taken of an amount due, and what it comes to in the currency in which it is paid. Or why nothing is."""

    due_minor: int  # minor units of the due currency
    taken_minor: int  # of the due currency
    paid_minor: int  # of the currency of the payout
    rate_e12: int | None = None  # None: no conversion
    reason: Reason | None = None

    @property
    def left_minor(self) -> int:
        """What stays due."""
        return self.due_minor - self.taken_minor


def usable_unit(currency: str) -> int:
    """The smallest amount that a bank moves, in minor units.

    >>> usable_unit("IDR"), usable_unit("USD")
    (100, 1)
    """
    return _UNITS.get(currency, 1)


def converted(minor: int, source: str, target: str, rate_e12: int, *, unit: int = 1) -> int:
    """Minor units of `target` that so many of `source` are worth, rounded once, half up, to a multiple of `unit`.

    `rate_e12` is what one whole unit of `source` is worth in `target`, times 10^12. Raises MoneyError for a code that
    is no currency.

    >>> converted(100_01, "USD", "IDR", 16_250 * RATE_ONE, unit=100)
    162516300
    >>> converted(1_000, "JPY", "USD", 6_450_000_000)
    645
    """
    top = minor * rate_e12 * 10 ** exponent(target)
    return unit * round_half_up(top, RATE_ONE * 10 ** exponent(source) * unit)


def decide(due_minor: int, currency: str, terms: Terms, *, heeds_minimum: bool = True) -> Decision:
    """What is paid of an amount that is due in a currency.

    In the same currency the whole units are paid and the rest stays due. In another one all of it is converted, and
    rounded once to the usable unit. Of several reasons against paying the first of Reason's order is told.

    >>> decide(1_000_050, "IDR", Terms("IDR"))
    Decision(due_minor=1000050, taken_minor=1000000, paid_minor=1000000, rate_e12=None, reason=None)
    >>> decide(40_00, "USD", Terms("USD", minimum_minor=50_00)).reason
    <Reason.BELOW_MINIMUM: 'below_minimum'>
    """
    if reason := _standing(due_minor, currency, terms):
        return Decision(due_minor, 0, 0, reason=reason)
    unit = usable_unit(terms.currency)
    if terms.currency == currency:
        rate, taken = None, due_minor - due_minor % unit
        paid = taken
    else:
        rate, taken = terms.rate_e12, due_minor
        paid = converted(due_minor, currency, terms.currency, rate or 0, unit=unit)
    if not paid:
        return Decision(due_minor, 0, 0, reason=Reason.BELOW_UNIT)
    if heeds_minimum and paid < terms.minimum_minor:
        return Decision(due_minor, 0, 0, reason=Reason.BELOW_MINIMUM)
    return Decision(due_minor, taken, paid, rate)


def _standing(due_minor: int, currency: str, terms: Terms) -> Reason | None:
    """What speaks against a payout, whatever it would come to."""
    if due_minor <= 0:
        return Reason.NEGATIVE if due_minor else Reason.NOTHING
    if terms.is_held:
        return Reason.HELD
    if terms.currency != currency and terms.rate_e12 is None:
        return Reason.NO_RATE
    return None if terms.has_account else Reason.NO_ACCOUNT


def difference(taken_minor: int, paid_minor: int, really_paid_minor: int) -> tuple[int, int]:
    """What a counter payout books when another amount arrived: of the due currency, and of the payout's.

    The part of what was taken is the same as the part of what was paid, rounded half up; of all or nothing it is exact.

    >>> difference(100_00, 1_625_000_00, 0), difference(100_00, 1_625_000_00, 812_500_00)
    ((-10000, -162500000), (-5000, -81250000))
    >>> difference(100_00, 100_00, 110_00)
    (1000, 1000)
    """
    short = really_paid_minor - paid_minor
    return round_half_up(taken_minor * short, paid_minor), short
