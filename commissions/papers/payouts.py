"""What is to be paid for a period, as rows and as a file for a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commissions.models import Period
from commissions.selectors.periods import period_statements
from core.money import Money
from core.sheets import Cell, Column, Table, csv_lines

_COLUMNS = [Column(key, key) for key in ("period", "external_id", "email", "name", "currency", "earned", "payable")]


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
    """The same as lines of CSV."""
    return csv_lines(Table("", "", _COLUMNS, map(_cells, payout_rows(period))))


def _cells(row: PayoutRow) -> Sequence[Cell]:
    amounts = (Money(row.total_minor, row.currency), Money(row.payable_minor, row.currency))
    return (row.period, row.external_id, row.email, row.name, row.currency, *amounts)
