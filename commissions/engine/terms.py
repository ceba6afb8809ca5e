"""What a statement pays of what was earned: draws, what they leave owed, and how that is recovered.

Plain integers of minor units, one payee and plan at a time: settling ten thousand payees takes milliseconds.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from commissions.engine.schema import BelowZero, Draw, DrawKind, DrawPays, PlanDocument
from core.money import to_minor
from core.periods import Period


@dataclass(frozen=True, slots=True)
class Settled:
    """From earned to payable: earned + advanced - recovered + carried; and what is owed afterwards."""

    earned: int
    advanced: int  # of the draw
    recovered: int  # of what was owed before
    forgiven: int  # of what was owed before
    carried: int  # what would have been below zero: paid as nothing, owed on
    owed_before: int
    owed_after: int
    payable: int


def has_terms(document: PlanDocument) -> bool:
    return document.draw is not None or document.below_zero is BelowZero.CARRY


def settled(document: PlanDocument, *, earned: int, owed: int, number: int) -> Settled:
    """One statement of a payee who owes `owed` from earlier ones; it is her `number`-th on the plan, from 0.

    1. Forgive what is owed where its time is up. 2. Recover the rest from what was earned beyond a top-up, as far as
    the plan allows. 3. Advance the draw, as far as the payee may owe. 4. Carry what would be below zero.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan('''{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}],
    ... draw: {kind: recoverable, amount: 1000}}''')
    >>> [(s.payable, s.owed_after) for s in [settled(plan, earned=40_000, owed=0, number=0),
    ...     settled(plan, earned=120_000, owed=60_000, number=1)]]
    [(100000, 60000), (100000, 40000)]
    """
    draw = document.draw
    amount = to_minor(draw.amount, document.currency) if draw and _is_due(draw, number) else 0
    top_up = amount if draw and draw.pays is DrawPays.TOP_UP else 0
    forgiven = owed if draw and _is_forgiven(draw, number) else 0
    left = owed - forgiven
    recovered = min(left, _share(max(earned - top_up, 0), draw.recover_at_most if draw else Decimal(1)))
    advanced = max(top_up - earned, 0) if top_up else amount
    if draw and draw.kind is DrawKind.RECOVERABLE:
        advanced = min(advanced, _room(draw, left - recovered, document.currency))
    paid = earned + advanced - recovered
    carried = -min(paid, 0) if document.below_zero is BelowZero.CARRY else 0
    lent = advanced if draw and draw.kind is DrawKind.RECOVERABLE else 0
    owed_after = left - recovered + lent + carried
    return Settled(earned, advanced, recovered, forgiven, carried, owed, owed_after, paid + carried)


def statement_number(begun: Period, period: Period) -> int:
    """The how-many-eth statement a period is, from 0, for whose first one is of the period `begun` of the same kind.

    >>> from core.periods import parse_period
    >>> statement_number(parse_period("2025-Q4"), parse_period("2026-Q2"))
    2
    """
    months = (period.start.year - begun.start.year) * 12 + period.start.month - begun.start.month
    return months // period.kind.months


def _is_due(draw: Draw, number: int) -> bool:
    return draw.periods is None or number < draw.periods


def _is_forgiven(draw: Draw, number: int) -> bool:
    """Once: what is carried over later has nothing to do with the draw."""
    return draw.periods is not None and draw.forgive_after is not None and number == draw.periods + draw.forgive_after


def _share(spare: int, share: Decimal) -> int:
    """At most that share: a fraction of a minor unit stays with the payee."""
    exact = Fraction(share) * spare
    return exact.numerator // exact.denominator


def _room(draw: Draw, owed: int, currency: str) -> int:
    """How much more the payee may come to owe."""
    most = owed + 2**62 if draw.most_owed is None else to_minor(draw.most_owed, currency)
    return max(most - owed, 0)
