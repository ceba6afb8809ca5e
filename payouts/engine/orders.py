"""What the files for banks and payroll are made of: an order for each payout, and from which account it is paid."""

from dataclasses import dataclass
from datetime import date, datetime


class PaperRefused(ValueError):  # noqa: N818 - an answer, not a fault
    """A file that can't be made, since something that it must say isn't known. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Order:
    """One payout as it is handed over."""

    reference: str
    name: str  # of the payee
    currency: str  # in which she is paid
    minor: int
    due_currency: str
    due_minor: int
    rate_e12: int | None
    payroll_id: str
    email: str
    periods: tuple[str, ...]  # labels of the statements' periods, oldest first
    period_start: date | None
    period_end: date | None  # the last day
    kind: str = ""  # of the account: iban, us, id; empty: with the payroll
    holder: str = ""
    number: str = ""
    bank_code: str = ""
    bank_name: str = ""
    is_savings: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """An account of the company's own."""

    name: str
    kind: str
    number: str
    bank_code: str
    bank_name: str
    company_id: str  # NACHA: company identification
    destination: str  # NACHA: immediate destination
    origin: str  # NACHA: immediate origin


@dataclass(frozen=True, slots=True)
class Transmission:
    """What a file says of itself: the batch, the day of the payment, and when it was made (local time)."""

    batch: str
    pay_on: date
    made_at: datetime
