"""A journal, whatever it is of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.engine.journal import Movement, Posting, journal, totals
from ledger.selectors.accounts import chart


@dataclass(frozen=True, slots=True)
class Journal:
    reference: str  # the same whenever it is handed out: COM-2026-01, ACC-2026-02, PAY-00007, CON-2026-01
    text: str
    posted_on: date
    postings: tuple[Posting, ...]
    totals: dict[str, tuple[int, int]]  # by currency: debits, credits
    is_accrual: bool = False  # to be reversed on the day after


def entered(
    movements: Iterable[Movement], *, reference: str, text: str, posted_on: date, is_accrual: bool = False
) -> Journal:
    """A journal by the company's accounts, balanced in each currency. Raises UnbalancedError."""
    postings = journal(movements, chart())
    return Journal(reference, text, posted_on, postings, totals(postings), is_accrual)
