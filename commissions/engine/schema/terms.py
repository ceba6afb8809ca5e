"""From what was earned to what a statement pays: draws, and what becomes of less than nothing."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from commissions.engine.decimals import ExactDecimal, ExactMoney
from commissions.engine.schema.values import Strict


class DrawKind(StrEnum):
    RECOVERABLE = "recoverable"  # what is advanced is owed, and recovered from later earnings
    NON_RECOVERABLE = "non_recoverable"  # what is advanced is given


class DrawPays(StrEnum):
    TOP_UP = "top_up"  # what is missing to the amount: a guarantee
    IN_ADDITION = "in_addition"  # the whole amount, beside what was earned


class BelowZero(StrEnum):
    """What becomes of a statement that would pay less than nothing."""

    PAY = "pay"  # the payee owes it at once
    CARRY = "carry"  # it pays nothing, and the rest is recovered from later statements


class Held(StrEnum):
    """What becomes of pay that is held back when its payee leaves the plan."""

    AS_DUE = "as_due"  # it is paid when it would have been
    PAY = "pay"  # with the last statement
    FORFEIT = "forfeit"  # what isn't due by then is never paid


class Owed(StrEnum):
    """What becomes of what a payee owes when she leaves the plan."""

    KEEP = "keep"  # it stays owed
    DEDUCT = "deduct"  # the last statement takes all that it can of it
    FORGIVE = "forgive"


class OnLeaving(Strict):
    """When a payee's time on the plan ends."""

    held: Held = Held.AS_DUE
    owed: Owed = Owed.KEEP


class ClawbackMode(StrEnum):
    """How much of what a deal earned a cancellation takes back."""

    FULL = "full"
    PRORATED = "prorated"  # the less, the longer the deal was kept
    PAID = "paid"  # never more than what had been paid for the deal


class Attainment(StrEnum):
    """Whether a deal that is taken back counts on towards tiers and quotas."""

    REVERSE = "reverse"  # x goes back, down the same curve
    LEAVE = "leave"  # x stays; what the deal had been paid is taken back


class CountedFrom(StrEnum):
    """From which day a customer's time to pay runs."""

    CLOSED = "closed"
    INVOICED = "invoiced"


class Again(StrEnum):
    """What becomes of a deal that is taken back for want of payment, and is paid after all."""

    NEVER = "never"
    WHEN_PAID = "when_paid"  # it is credited again on the day on which it is paid in full


class Unpaid(Strict):
    """A deal that isn't paid in full in time is taken back as if it were cancelled."""

    after_days: Annotated[int, Field(ge=1, le=3650)] = Field(description="How long the customer has.")
    from_: CountedFrom = Field(CountedFrom.CLOSED, alias="from")
    again: Again = Again.NEVER


class Clawback(Strict):
    """What a cancellation takes back; without it, all that the deal earned, whenever it comes."""

    within_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        None, description="After how many days from closing nothing is taken back any more. Absent: it always is."
    )
    mode: ClawbackMode = ClawbackMode.FULL
    attainment: Attainment = Field(Attainment.REVERSE, exclude_if=lambda value: value is Attainment.REVERSE)
    unpaid: Unpaid | None = Field(
        None, description="Absent: what the customer owes takes nothing back.", exclude_if=lambda value: value is None
    )


class Draw(Strict):
    """Pay in advance of earnings, statement by statement."""

    kind: DrawKind
    amount: ExactMoney = Field(description="Money, of each statement.")
    pays: DrawPays = DrawPays.TOP_UP
    periods: Annotated[int, Field(ge=1, le=600)] | None = Field(
        None, description="How many statements from the payee's first one have it; all, when absent."
    )
    recover_at_most: ExactDecimal = Field(
        Decimal(1), description="Which share of what was earned beyond a top-up may be taken to recover what is owed."
    )
    most_owed: ExactMoney | None = Field(None, description="Money; what would make the payee owe more isn't advanced.")
    forgive_after: Annotated[int, Field(ge=0, le=600)] | None = Field(
        None, description="In which statement after the last with a draw, from 0, what is still owed is forgiven."
    )
