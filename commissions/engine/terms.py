"""What a statement pays of what was earned: draws, what they leave owed, and how that is recovered.

Plain integers of minor units, one payee and plan at a time: settling ten thousand payees takes milliseconds.
"""

from dataclasses import dataclass
from fractions import Fraction

from commissions.engine.payout import has_payout
from commissions.engine.schema import BelowZero, Draw, DrawKind, DrawPays, Owed, PlanDocument
from core.money import to_minor
from core.periods import Period


@dataclass(frozen=True, slots=True)
class Settled:
    """From earned to payable: earned - held + released + advanced - recovered + carried; and what is owed then."""

    earned: int
    held: int  # of what was earned: not due yet
    released: int  # of what earlier statements earned: due now
    advanced: int  # of the draw
    recovered: int  # of what was owed before
    forgiven: int  # of what was owed before
    carried: int  # what would have been below zero: paid as nothing, owed on
    owed_before: int
    owed_after: int
    payable: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whether a payee's time on the plan ends with a statement, or had ended before it."""

    has_left: bool = False  # by its end
    is_on_plan: bool = True  # on any of its days: else there is no draw


def has_terms(document: PlanDocument) -> bool:
    """Whether its statements follow from one another."""
    return document.draw is not None or document.below_zero is BelowZero.CARRY or has_payout(document)


def settled(
    document: PlanDocument,
    *,
    earned: int,
    owed: int,
    number: int,
    held: int = 0,
    released: int = 0,
    leaving: Leaving = Leaving(),
) -> Settled:
    """One statement of a payee who owes `owed` from earlier ones; it is her `number`-th on the plan, from 0.

    What is due counts, not what is earned: a draw fills up pay, and is recovered from pay.

    1. Hold back of what was earned what isn't due yet, and add what has become due. 2. Forgive what is owed where its
    time is up. 3. Recover the rest from what is due beyond a top-up, as far as the plan allows. 4. Advance the draw, as
    far as the payee may owe. 5. Carry what would be below zero.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan('''{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}],
    ... draw: {kind: recoverable, amount: 1000}}''')
    >>> [(s.payable, s.owed_after) for s in [settled(plan, earned=40_000, owed=0, number=0),
    ...     settled(plan, earned=120_000, owed=60_000, number=1)]]
    [(100000, 60000), (100000, 40000)]
    """
    due = earned - held + released
    draw = document.draw
    amount = to_minor(draw.amount, document.currency) if draw and leaving.is_on_plan and _is_due(draw, number) else 0
    top_up = amount if draw and draw.pays is DrawPays.TOP_UP else 0
    forgiven = owed if _is_forgiven(document, number, leaving) else 0
    left = owed - forgiven
    recovered = min(left, _recoverable(document, due, top_up, leaving))
    advanced = max(top_up - due, 0) if top_up else amount
    if draw and draw.kind is DrawKind.RECOVERABLE:
        advanced = min(advanced, _room(draw, left - recovered, document.currency))
    paid = due + advanced - recovered
    carried = -min(paid, 0) if document.below_zero is BelowZero.CARRY else 0
    lent = advanced if draw and draw.kind is DrawKind.RECOVERABLE else 0
    owed_after = left - recovered + lent + carried
    return Settled(
        earned, held, released, advanced, recovered, forgiven, carried, owed, owed_after, payable=paid + carried
    )


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


def _is_forgiven(document: PlanDocument, number: int, leaving: Leaving) -> bool:
    """Once: what is carried over later has nothing to do with the draw."""
    if leaving.has_left and document.on_leaving and document.on_leaving.owed is Owed.FORGIVE:
        return True
    draw = document.draw
    if draw is None or draw.periods is None or draw.forgive_after is None:
        return False
    return number == draw.periods + draw.forgive_after


def _recoverable(document: PlanDocument, due: int, top_up: int, leaving: Leaving) -> int:
    """How much of what is due may be taken to recover what is owed. A fraction of a minor unit stays with the payee."""
    if leaving.has_left and document.on_leaving and document.on_leaving.owed is Owed.DEDUCT:
        return max(due, 0)
    share = Fraction(document.draw.recover_at_most if document.draw else 1)
    exact = share * max(due - top_up, 0)
    return exact.numerator // exact.denominator


def _room(draw: Draw, owed: int, currency: str) -> int:
    """How much more the payee may come to owe."""
    most = owed + 2**62 if draw.most_owed is None else to_minor(draw.most_owed, currency)
    return max(most - owed, 0)
