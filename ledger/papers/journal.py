"""A journal as the ledger's import reads it."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from core.money import Money
from core.sheets import Cell, Column, Kind, Table
from ledger.selectors.entries import Journal

KEYS: Final = (
    "reference", "date", "account", "account_name", "cost_centre", "plan", "component", "team", "currency", "debit",
    "credit", "text",
)  # fmt: skip


def journal_table(journal: Journal) -> Table:
    """One row for each posting; debits and credits of a currency add up to the same. An accrual is dated on the last
    day of its period and is to be reversed on the next.
    """
    headings = (
        _("Reference"), _("Date"), _("Account"), _("Name of the account"), _("Cost centre"), _("Plan"), _("Component"),
        _("Team"), _("Currency"), _("Debit"), _("Credit"), _("Text"),
    )  # fmt: skip
    kinds = {"date": Kind.DATE, "debit": Kind.MONEY, "credit": Kind.MONEY}
    columns = [
        Column(key, heading, kinds.get(key, Kind.TEXT), is_summed=key in ("debit", "credit"))
        for key, heading in zip(KEYS, headings, strict=True)
    ]
    return Table(journal.reference, journal.text, columns, _rows(journal), total=_("Total"))


def _rows(journal: Journal) -> Iterator[tuple[Cell, ...]]:
    for row in journal.postings:
        yield (
            journal.reference,
            journal.posted_on,
            row.account.code,
            row.account.name,
            row.account.cost_centre,
            row.plan,
            row.component,
            row.team,
            row.currency,
            Money(row.debit, row.currency),
            Money(row.credit, row.currency),
            journal.text,
        )
