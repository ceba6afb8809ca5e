"""How much of what a deal earned is due: at once, when it is invoiced, as the customer pays, or after a while.

What has been paid out of a line's amount A is a point on a curve again: round(A x share due). What a statement pays of
it is the difference of two points, so that the parts add up to A to the last minor unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from commissions.engine.schema import Due, PayoutPart, PlanDocument

WHOLE, NOTHING = Fraction(1), Fraction(0)


@dataclass(frozen=True, slots=True)
class DealState:
    """What is known of a deal, and of what its customer has paid. Amounts in minor units of the deal's currency."""

    amount: int
    invoiced: date | None = None
    payments: tuple[tuple[date, int], ...] = ()

    def paid_share(self, until: date) -> Fraction:
        """How much of the amount was paid before that day, from 0 to 1; of a refund, how much of it was paid back.

        >>> DealState(900, None, ((date(2026, 1, 5), 300), (date(2026, 2, 1), 600))).paid_share(date(2026, 2, 1))
        Fraction(1, 3)
        """
        if self.amount == 0:
            return WHOLE  # there is nothing to wait for
        paid = sum(amount for day, amount in self.payments if day < until)
        return min(max(Fraction(paid, self.amount), NOTHING), WHOLE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one credit of a deal earned a payee."""

    earned_on: date
    amount: int  # minor units
    parts: tuple[PayoutPart, ...]  # of the component, in the version of the plan that was in force; none: at once
    is_reversal: bool = False  # credited against the deal: a cancellation, or a payment that was paid back


def reached(part: PayoutPart, earned_on: date, deal: DealState | None, until: date) -> Fraction:
    """How far a part is due before that day, from 0 to 1. What belongs to no deal has no customer to wait for."""
    if part.after is not None:
        return Fraction(int(later(earned_on, part.after) < until))
    if part.on_date is not None:
        return Fraction(int(part.on_date < until))
    if deal is None or part.due is Due.AT_ONCE:
        return WHOLE
    if part.due is Due.INVOICED:
        return Fraction(int(deal.invoiced is not None and deal.invoiced < until))
    paid = deal.paid_share(until)
    return paid if part.due is Due.PAID else Fraction(int(paid == 1))


def later(day: date, span: str) -> date:
    """The day that comes so much later; the last of its month where that has no such day.

    >>> later(date(2026, 1, 31), "1 months"), later(date(2026, 1, 31), "30 days")
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 2))
    """
    count, unit = span.split()
    if unit.startswith("day"):
        return day + timedelta(days=int(count))
    years, month = divmod(day.month - 1 + int(count), 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def share_due(parts: Sequence[PayoutPart], earned_on: date, deal: DealState | None, until: date) -> Fraction:
    """Which share of what was earned is due before that day.

    >>> half = (PayoutPart(share="50%", due="at_once"), PayoutPart(share="50%", due="paid"))
    >>> share_due(half, date(2026, 1, 10), DealState(1000, None, ((date(2026, 1, 20), 400),)), date(2026, 2, 1))
    Fraction(7, 10)
    """
    if not parts:
        return WHOLE
    return sum((Fraction(part.share) * reached(part, earned_on, deal, until) for part in parts), NOTHING)


def due_of(entries: Iterable[Entry], deal: DealState | None, until: date | None) -> tuple[Fraction, Fraction]:
    """What is due of a deal's entries before that day, in minor units and not rounded, and which share of them it is.
    Without a day, all of it.

    A reversal has no time of its own: it lessens all that was earned, and with it what has been paid of that. So a
    deal that is taken back altogether leaves nothing paid and nothing waiting. One of which nothing was earned here is
    due at once.

    >>> half = (PayoutPart(share="50%", due="at_once"), PayoutPart(share="50%", due="paid"))
    >>> sold, back = Entry(date(2026, 1, 10), 100, half), Entry(date(2026, 2, 10), -60, half, is_reversal=True)
    >>> due_of([sold], DealState(1000), date(2026, 2, 1)), due_of([sold, back], DealState(1000), date(2026, 3, 1))
    ((Fraction(50, 1), Fraction(1, 2)), (Fraction(20, 1), Fraction(1, 2)))
    """
    found = list(entries)
    net = sum(entry.amount for entry in found)
    earned = [entry for entry in found if not entry.is_reversal]
    whole = sum(entry.amount for entry in earned)
    if not whole:
        return Fraction(net), WHOLE
    due = sum((entry.amount * _share(entry, deal, until) for entry in earned), NOTHING)
    return due * net / whole, due / whole


def _share(entry: Entry, deal: DealState | None, until: date | None) -> Fraction:
    return WHOLE if until is None else share_due(entry.parts, entry.earned_on, deal, until)


def has_payout(document: PlanDocument) -> bool:
    return any(component.payout for component in document.components)


def waits_for(document: PlanDocument, *dues: Due) -> bool:
    """Whether a part of its pay is due upon one of these."""
    return any(part.due in dues for component in document.components for part in component.payout)
