"""Costs to obtain contracts one at a time, in plain Python: the twin of ledger.engine.capitalised."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class Cost:
    """What one contract cost by one component, in minor units of its currency."""

    contract: int
    currency: str
    amount: int
    recorded_on: date  # the month in which it is posted
    starts_on: date
    months: int  # of benefit, at least 1
    ended_on: date | None = None  # the contract, before its time


@dataclass(frozen=True, slots=True)
class Roll:
    """How an asset went through a range of days: opening + added - amortised - impaired = closing. Minor units."""

    opening: int = 0
    added: int = 0
    amortised: int = 0
    impaired: int = 0
    closing: int = 0

    def __add__(self, other: "Roll") -> "Roll":
        return Roll(
            self.opening + other.opening,
            self.added + other.added,
            self.amortised + other.amortised,
            self.impaired + other.impaired,
            self.closing + other.closing,
        )


def written_down(cost: Cost, until: date) -> int:
    """How much of the cost was amortised in the months before that of `until`, had the contract not ended.

    >>> cost = Cost(1, "USD", 100, date(2026, 1, 31), date(2026, 1, 15), months=3)
    >>> [written_down(cost, date(2026, month, 1)) for month in (1, 2, 3, 4, 5)]
    [0, 33, 67, 100, 100]
    """
    elapsed = min(max(_month(until) - _month(cost.starts_on), 0), cost.months)
    return round_half_up(cost.amount * elapsed, cost.months)


def carrying(cost: Cost, until: date) -> int:
    """What the asset is worth when the month of `until` begins."""
    if _month(cost.recorded_on) >= _month(until) or _has_ended(cost, until):
        return 0
    return cost.amount - written_down(cost, until)


def rolled(cost: Cost, start: date, end: date) -> Roll:
    """The cost through the months from that of `start` to before that of `end`.

    A cost that is posted after its contract began catches up in the month in which it is posted.

    >>> cost = Cost(1, "USD", 120, date(2026, 1, 31), date(2026, 1, 15), 12, ended_on=date(2026, 4, 9))
    >>> rolled(cost, date(2026, 1, 1), date(2026, 4, 1))
    Roll(opening=0, added=120, amortised=30, impaired=0, closing=90)
    >>> rolled(cost, date(2026, 4, 1), date(2026, 7, 1))
    Roll(opening=90, added=0, amortised=0, impaired=90, closing=0)
    """
    opening, closing = carrying(cost, start), carrying(cost, end)
    added = cost.amount if _month(start) <= _month(cost.recorded_on) < _month(end) else 0
    impaired = _impaired(cost, start, end)
    return Roll(opening, added, opening + added - impaired - closing, impaired, closing)


def roll_forward(costs: Iterable[Cost], start: date, end: date) -> dict[str, Roll]:
    """By currency, all of them together."""
    found: dict[str, Roll] = defaultdict(Roll)
    for cost in costs:
        found[cost.currency] += rolled(cost, start, end)
    return dict(found)


def _impaired(cost: Cost, start: date, end: date) -> int:
    if cost.ended_on is None:
        return 0
    month = max(_month(cost.ended_on), _month(cost.recorded_on))  # what is posted later is impaired when it is posted
    if not _month(start) <= month < _month(end):
        return 0
    return cost.amount - written_down(cost, cost.ended_on)


def _has_ended(cost: Cost, until: date) -> bool:
    return cost.ended_on is not None and _month(cost.ended_on) < _month(until)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
