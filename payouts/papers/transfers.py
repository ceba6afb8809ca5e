"""All bank transfers of a batch as one table, for banks that take none of the other formats."""

import io
from collections.abc import Sequence
from typing import Final

from core.money import Money
from core.sheets import Cell, Column, Kind, Table, csv_lines
from payouts.engine.orders import Order, Transmission

_COLUMNS: Final = (
    Column("reference", "reference"),
    Column("holder", "holder"),
    Column("kind", "kind"),
    Column("number", "number"),
    Column("bank_code", "bank_code"),
    Column("bank_name", "bank_name"),
    Column("amount", "amount", Kind.MONEY),
    Column("currency", "currency"),
    Column("pay_date", "pay_date", Kind.DATE),
)


def transfers_csv(orders: Sequence[Order], sent: Transmission) -> bytes:
    """Numbers as they are, leading zeros included; headings in English, for machines."""
    rows = (_row(order, sent) for order in orders)
    file = io.StringIO()
    file.writelines(csv_lines(Table("transfers", "transfers", _COLUMNS, rows)))
    return file.getvalue().encode()


def _row(order: Order, sent: Transmission) -> list[Cell]:
    return [
        order.reference, order.holder, order.kind, order.number, order.bank_code, order.bank_name,
        Money(order.minor, order.currency), order.currency, sent.pay_on,
    ]  # fmt: skip
