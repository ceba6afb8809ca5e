"""Payouts as payroll systems import them: CSV and XLSX, columns after a mapping."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from core.money import Money, to_major
from core.sheets import Cell, Column, Kind, Table, csv_text, inert, write_xlsx
from payouts.engine.mapping import MappedColumn, PayrollColumns
from payouts.engine.orders import Order, Transmission
from payouts.engine.paying import RATE_ONE

_DATES: Final = {"iso": "%Y-%m-%d", "us": "%m/%d/%Y", "eu": "%d.%m.%Y"}


def payroll_csv(mapping: PayrollColumns, orders: Sequence[Order], sent: Transmission) -> bytes:
    """Texts are never formulas; amounts have all decimals of their currency, written as the mapping says."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=mapping.separator)
    writer.writerow([inert(column.heading) for column in mapping.columns])
    for order in orders:
        writer.writerow([_written(_cell(column, order, sent), mapping) for column in mapping.columns])
    return file.getvalue().encode()


def payroll_xlsx(mapping: PayrollColumns, orders: Sequence[Order], sent: Transmission) -> bytes:
    """The same columns as cells that a person can add up; the same bytes for the same batch."""
    columns = [
        Column(f"c{number}", column.heading, _kind(column.field), is_summed=column.field == "amount")
        for number, column in enumerate(mapping.columns)
    ]
    title = _("Batch %(number)s, to be paid on %(day)s") % {"number": sent.batch, "day": sent.pay_on.isoformat()}
    file = io.BytesIO()
    table = Table(_("Payouts"), title, columns, _rows(mapping, orders, sent), total=_("Total"))
    write_xlsx([table], file, made_at=sent.made_at)
    return file.getvalue()


def _rows(mapping: PayrollColumns, orders: Sequence[Order], sent: Transmission) -> Iterator[list[Cell]]:
    for order in orders:
        yield [_cell(column, order, sent) for column in mapping.columns]


def _kind(field: str) -> Kind:
    kinds = {"amount": Kind.MONEY, "due_amount": Kind.MONEY, "rate": Kind.DECIMAL}
    days = ("pay_date", "period_start", "period_end")
    return Kind.DATE if field in days else kinds.get(field, Kind.TEXT)


_CELLS: Final[Mapping[str, Callable[[Order, Transmission], Cell]]] = {
    "payroll_id": lambda order, _sent: order.payroll_id,
    "name": lambda order, _sent: order.name,
    "first_name": lambda order, _sent: _split(order.name)[0],
    "last_name": lambda order, _sent: _split(order.name)[1],
    "email": lambda order, _sent: order.email,
    "amount": lambda order, _sent: Money(order.minor, order.currency),
    "currency": lambda order, _sent: order.currency,
    "pay_date": lambda _order, sent: sent.pay_on,
    "period_start": lambda order, _sent: order.period_start,
    "period_end": lambda order, _sent: order.period_end,
    "periods": lambda order, _sent: " ".join(order.periods),
    "batch": lambda _order, sent: sent.batch,
    "reference": lambda order, _sent: order.reference,
    "due_amount": lambda order, _sent: Money(order.due_minor, order.due_currency),
    "due_currency": lambda order, _sent: order.due_currency,
    "rate": lambda order, _sent: None if order.rate_e12 is None else (Decimal(order.rate_e12) / RATE_ONE).normalize(),
}


def _cell(column: MappedColumn, order: Order, sent: Transmission) -> Cell:
    return column.text if column.field == "text" else _CELLS[column.field](order, sent)


def _split(name: str) -> tuple[str, str]:
    """First names and the last one; of a single name, as many Indonesians have, it is both."""
    first, _space, last = name.strip().rpartition(" ")
    return (first, last) if first else (last, last)


def _written(cell: Cell, mapping: PayrollColumns) -> str:
    match cell:
        case Money():
            return _amount(cell, mapping.amounts)
        case date():
            return cell.strftime(_DATES[mapping.dates])
    return csv_text(cell)


def _amount(money: Money, form: str) -> str:
    if form == "minor":
        return str(money.minor)
    text = f"{to_major(money.minor, money.currency):f}"
    return text.replace(".", ",") if form == "comma" else text
