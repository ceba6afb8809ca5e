"""What is to be paid for a period, as rows and as a file for a spreadsheet."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from commissions.models import Period
from commissions.selectors.periods import period_statements
from core.money import to_major

COLUMNS: Final = ("period", "external_id", "email", "name", "currency", "earned", "payable")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class PayoutRow:
    period: str
    external_id: str
    email: str
    name: str
    currency: str
    total_minor: int
    payable_minor: int


def payout_rows(period: Period) -> Iterator[PayoutRow]:
    """Everybody with a statement of the period, by name, streamed."""
    for row in period_statements(period).iterator(chunk_size=2_000):
        payee = row.payee
        yield PayoutRow(
            period=period.label,
            external_id=payee.external_id or "",
            email=payee.email or "",
            name=payee.name,
            currency=row.currency,
            total_minor=row.total_minor,
            payable_minor=row.payable_minor,
        )


def payout_csv(period: Period) -> Iterator[str]:
    """The same as lines of CSV: amounts with all decimals of their currency, no text that a spreadsheet would run."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in payout_rows(period):
        amounts = [f"{to_major(minor, row.currency):f}" for minor in (row.total_minor, row.payable_minor)]
        texts = [row.period, row.external_id, row.email, row.name, row.currency]
        yield writer.writerow([*map(inert, texts), *amounts])


def inert(text: str) -> str:
    """A text that a spreadsheet shows as it is: an apostrophe stops it from being read as a formula.

    >>> inert("=1+1"), inert("Ana")
    ("'=1+1", 'Ana')
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
