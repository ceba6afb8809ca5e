"""The one writer of tables that leave the house, as CSV and as XLSX: typed columns, rows streamed.

CSV is for machines: UTF-8, a header of keys that are the same in every language, amounts with all decimals of their
currency, days and instants after ISO 8601, shares as decimals of one. Nothing in it is a formula to a spreadsheet.

XLSX is for people: a title, headings in their language that stay in view, widths, a filter, totals. A text is always a
text, ids with leading zeros included, and no cell is a formula unless our own code hands over a `Formula`. Instants are
those of the company's own clock.

A spreadsheet counts in doubles, which keep 15 digits. A number that needs more is written as text, in all its digits,
rather than as a number that is off by a little: amounts from 10^15 minor units on (10 trillion rupiah or dollars). A
total is the sum that we counted, not a formula over what the spreadsheet could hold, so it is right even then.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import count
from typing import IO, Final

from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.money import Money, exponent

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # wide ones, too
_DIGITS: Final = 15  # of a double, that a spreadsheet keeps whatever they are
_LONGEST_TEXT: Final = 32_767  # UTF-16 units in a cell
_ROWS: Final = 1_048_576  # of a sheet
_LEAP_DAY: Final = 60  # 1900-02-29 to spreadsheets
_WIDEST: Final = 60
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class Kind(StrEnum):
    """What a column's cells are, None aside. A text may stand in any column, for what isn't there is to be said."""

    TEXT = "text"  # str
    MONEY = "money"  # core.money.Money
    INTEGER = "integer"  # int
    SHARE = "share"  # Share
    DECIMAL = "decimal"  # Decimal: a factor, an exchange rate
    DATE = "date"  # date
    INSTANT = "instant"  # aware datetime


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one: 0.125 is 12.5 %."""

    of_one: Decimal


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that a spreadsheet computes: written by our own code alone, never from data. CSV has its value."""

    text: str  # as in English, with commas: =ROUND(A1*B1,2)
    value: "Value"  # what it comes to; shown by readers that don't compute


Value = str | int | Decimal | Share | date | datetime | Money | None
Cell = Value | Formula


@dataclass(frozen=True, slots=True)
class Column:
    key: str  # the header of the CSV: the same in every language
    heading: str  # the header of the XLSX
    kind: Kind = Kind.TEXT
    is_summed: bool = False  # only money and integers are
    width: int = 0  # in characters; 0: as its content asks


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `rows` may be an iterator: it is read once."""

    name: str  # of the sheet
    title: str  # above the table, in XLSX
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()  # below the title, in XLSX
    total: str = ""  # what the row of totals is called, in XLSX; empty: none

    @property
    def first_row(self) -> int:
        """The number of the first row of data in the sheet, as formulas count: from 1."""
        return 4 + len(self.notes)


def inert(text: str) -> str:
    """A text that a spreadsheet shows as it is: an apostrophe stops it from being read as a formula.

    >>> inert("=1+1"), inert("Ana")
    ("'=1+1", 'Ana')
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


# --- CSV


def csv_lines(table: Table) -> Iterator[str]:
    """The table as lines of CSV: keys, then rows; no title, no totals."""
    writer = csv.writer(_Echo())
    yield writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        yield writer.writerow(map(csv_text, row))


def csv_text(cell: Cell) -> str:
    """A cell as CSV has it.

    >>> csv_text(Money(125050, "USD")), csv_text(Money(-5, "JPY")), csv_text(Share(Decimal("0.1250"))), csv_text("-1")
    ('1250.50', '-5', '0.1250', "'-1")
    >>> csv_text(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)), csv_text(None)
    ('2026-01-02T03:04:00Z', '')
    """
    match cell:
        case None:
            return ""
        case Formula():
            return csv_text(cell.value)
        case str():
            return inert(cell)
        case Money():
            return f"{cell.major:f}"
        case Share():
            return f"{cell.of_one:f}"
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return cell.isoformat()
    return str(cell)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


# --- XLSX


def write_xlsx(tables: Iterable[Table], to: IO[bytes], *, made_at: datetime) -> None:
    """The tables as sheets of one workbook. The same tables and instant give the same bytes.

    Rows go through a temporary file, one at a time. A table with more rows than a sheet has goes on in another.
    """
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = Workbook(to, {"constant_memory": True, **options})
    book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
    styles = _Styles(book)
    for table in tables:
        _write_table(book, styles, table)
    book.close()


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def get(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def _write_table(book: Workbook, styles: _Styles, table: Table) -> None:
    sheet, sums = _Sheet(book, styles, table), _Sums(table.columns)
    for row in table.rows:
        if sheet.is_full:
            sheet.finish()
            sheet = _Sheet(book, styles, table)
        sheet.write(row)
        if table.total:
            sums.add(row)
    for total in sums.rows(table.total) if table.total else ():
        sheet.write(total, bold=True, top=1)
    sheet.finish()


class _Sheet:
    """One worksheet: title, notes, header, then rows from the top down."""

    def __init__(self, book: Workbook, styles: _Styles, table: Table) -> None:
        self._table, self._styles = table, styles
        self._sheet: Worksheet = book.add_worksheet(_name_of(book, table.name))
        self._widths = [len(column.heading) for column in table.columns]
        self._at = table.first_row - 1
        self._head()

    @property
    def is_full(self) -> bool:
        return self._at >= _ROWS - 50  # the rest is for totals

    def _head(self) -> None:
        self._sheet.write_string(0, 0, _plain(self._table.title), self._styles.get(bold=True, font_size=14))
        for number, note in enumerate(self._table.notes, 1):
            self._sheet.write_string(number, 0, _plain(note), self._styles.get(font_color="#5b6475"))
        for place, column in enumerate(self._table.columns):
            side = "left" if column.kind is Kind.TEXT else "right"
            style = self._styles.get(bold=True, bottom=1, align=side, bg_color="#eef1f4")
            self._sheet.write_string(self._at - 1, place, _plain(column.heading), style)
        self._sheet.freeze_panes(self._at, 0)

    def write(self, row: Sequence[Cell], **style: object) -> None:
        for place, cell in enumerate(row):
            shown = _write_cell(self._sheet, self._styles, (self._at, place), cell, style)
            self._widths[place] = max(self._widths[place], shown)
        self._at += 1

    def finish(self) -> None:
        for place, (column, width) in enumerate(zip(self._table.columns, self._widths, strict=True)):
            self._sheet.set_column(place, place, column.width or min(width + 2, _WIDEST))
        if self._at > self._table.first_row:
            self._sheet.autofilter(self._table.first_row - 2, 0, self._at - 1, len(self._table.columns) - 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(self._table.first_row - 2)


class _Sums:
    """The totals of a table's columns; of money one for each currency."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._money: dict[int, Counter[str]] = {}
        self._whole: Counter[int] = Counter()

    def add(self, row: Sequence[Cell]) -> None:
        for place, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
            value = cell.value if isinstance(cell, Formula) else cell
            if column.is_summed and isinstance(value, Money):
                self._money.setdefault(place, Counter())[value.currency] += value.minor
            elif column.is_summed and isinstance(value, int):
                self._whole[place] += value

    def rows(self, label: str) -> Iterator[list[Cell]]:
        """Whole numbers stand in the first of them, for they know no currency."""
        currencies = sorted({currency for sums in self._money.values() for currency in sums}) or [""]
        for number, currency in enumerate(currencies):
            row: list[Cell] = [None] * len(self._columns)
            row[0] = f"{label} {currency}".strip() if len(currencies) > 1 else label
            for place, sums in self._money.items():
                row[place] = Money(sums[currency], currency) if currency in sums else None
            row = [self._whole.get(place, cell) if not number else cell for place, cell in enumerate(row)]
            yield row


def _write_cell(sheet: Worksheet, styles: _Styles, at: tuple[int, int], cell: Cell, style: dict[str, object]) -> int:
    """Write one cell; returns how many characters it shows."""
    if cell is None:
        if style:
            sheet.write_blank(*at, None, styles.get(**style))
        return 0
    value = cell.value if isinstance(cell, Formula) else cell
    number, look = _figure(value)
    style, text = {**look, **style}, value if isinstance(value, str) else csv_text(value)
    if isinstance(cell, Formula):
        sheet.write_formula(*at, cell.text, styles.get(**style), number if number is not None else text)
    elif number is not None:
        sheet.write_number(*at, number, styles.get(**style))
    else:
        sheet.write_string(*at, _plain(text), styles.get(**style))
    return _shown(value, number)


def _figure(value: Value) -> tuple[Decimal | None, dict[str, object]]:
    """A value as the number that a spreadsheet can hold, or None where it has to be a text; and how it looks."""
    number, shown = _number(value)
    if shown and (number is None or len(number.as_tuple().digits) > _DIGITS):
        return None, {"align": "right"}
    return number, {"num_format": shown} if shown else {}


def _number(value: Value) -> tuple[Decimal | None, str]:
    match value:
        case Money():
            return value.major, "#,##0" + "." * bool(places := exponent(value.currency)) + "0" * places
        case Share():
            return value.of_one, "0.00%" if value.of_one == round(value.of_one, 4) else "0.0000%"
        case Decimal():
            return value.normalize(), "General"
        case int():
            return Decimal(value), "#,##0"
        case datetime():
            return _serial(timezone.localtime(value).replace(tzinfo=None)), "yyyy-mm-dd hh:mm"
        case date():
            return _serial(datetime(value.year, value.month, value.day)), "yyyy-mm-dd"  # noqa: DTZ001 a day has no zone
    return None, ""


def _serial(moment: datetime) -> Decimal | None:
    """The days since 1899-12-30, as spreadsheets count; None up to the leap day that only their 1900 has."""
    since = moment - datetime(1899, 12, 30)  # noqa: DTZ001
    return Decimal(since.days) + round(Decimal(since.seconds) / 86_400, 8) if since.days > _LEAP_DAY else None


def _shown(value: Value, number: Decimal | None) -> int:
    match value:
        case Money() | int() if number is not None:
            return len(f"{number:,}") + 1
        case datetime():
            return 16
        case str():
            return max(map(len, value.splitlines()), default=0)
    return 10


def _plain(text: str) -> str:
    """A text as a cell can hold it: what XML can't say is replaced, what is too long is cut and says so.

    XlsxWriter would take <r>…</r> for its own rich text and put it into the file as it is: a space ends that.
    """
    text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(text) * 2 > _LONGEST_TEXT and len(text.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
        cut = text.encode("utf-16-le")[: 2 * (_LONGEST_TEXT - 1)].decode("utf-16-le", "ignore")
        text = f"{cut}…"
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _name_of(book: Workbook, wanted: str) -> str:
    """A name for one more sheet: no longer than 31, without what no sheet's name may have, and used once."""
    taken = {sheet.get_name().casefold() for sheet in book.worksheets()}
    base = _NOT_IN_NAMES.sub(" ", _NOT_XML.sub(" ", wanted)).strip(" '")
    if not base or base.casefold() == "history":  # Excel keeps that one for itself
        base = f"{base} 1".strip()
    for number in count(1):
        end = f" {number}" if number > 1 else ""
        name = base.encode("utf-16-le")[: 2 * (31 - len(end))].decode("utf-16-le", "ignore").strip(" '") + end
        if name.casefold() not in taken:
            return name
    raise AssertionError
