r"""Rows as people paste them from a spreadsheet or save them as CSV: cells by column, with the line they stand on.

>>> rows = pasted_rows("person;plan;from\nana@example.com;Account Executive;2026-01-01\n")
>>> rows[0].line, rows[0]["plan"], rows[0]["quota"]
(2, 'Account Executive', '')
>>> amount_of("1.250.000,50", Signs(decimal=","))
'1250000.50'
>>> day_of("31/12/2026", Signs(dates="dmy"))
datetime.date(2026, 12, 31)
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from commissions.engine.roster import Refused
from commissions.engine.words import told

COLUMNS: Final = ("person", "plan", "from", "to", "quota", "per", "kind", "component")
_NAMES: Final = {  # as a header may call them
    **{name: name for name in COLUMNS},
    "payee": "person", "name": "person", "e-mail": "person", "email": "person", "orang": "person", "nama": "person",
    "penerima": "person", "skema": "plan", "since": "from", "dari": "from", "mulai": "from", "sejak": "from",
    "until": "to", "last day": "to", "hingga": "to", "sampai": "to", "kuota": "quota", "amount": "quota",
    "setiap": "per", "jenis": "kind", "komponen": "component",
}  # fmt: skip
_PER: Final = {
    "month": "month", "monthly": "month", "bulan": "month", "bulanan": "month",
    "quarter": "quarter", "quarterly": "quarter", "kuartal": "quarter", "triwulan": "quarter",
    "year": "year", "yearly": "year", "annual": "year", "tahun": "year", "tahunan": "year",
}  # fmt: skip
_KINDS: Final = {
    "amount": "amount", "money": "amount", "quota": "amount", "uang": "amount", "kuota": "amount",
    "units": "units", "unit": "units", "deals": "units", "transaksi": "units",
    "target": "target", "target incentive": "target", "insentif": "target", "target insentif": "target",
}  # fmt: skip
MOST_ROWS = 20_000
LONGEST_CELL = 300
FIRST_YEAR, LAST_YEAR = 1990, 2199


@dataclass(frozen=True, slots=True)
class Signs:
    """How numbers and dates are written. Dates as 2026-12-31 are always understood."""

    decimal: Literal[".", ","] = "."
    dates: Literal["ymd", "dmy", "mdy"] = "ymd"


@dataclass(frozen=True, slots=True)
class PastedRow:
    line: int  # as a text editor counts
    cells: dict[str, str] = field(default_factory=dict)
    surplus: int = 0  # cells beyond the last column

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def text(self) -> str:
        return " · ".join(filter(None, (self[column][:LONGEST_CELL] for column in COLUMNS)))


def pasted_rows(text: str) -> list[PastedRow]:
    """The rows that are not empty. Raises Refused where the text is no table, or too long a one."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if sum(bool(line.strip()) for line in lines) > MOST_ROWS + 1:
        raise Refused(
            told("There are more than %(most)s rows. Nothing was read: split the list.", most=f"{MOST_ROWS:,}")
        )
    found = list(_numbered(lines))
    if not found:
        raise Refused(told("Nothing is written here. Paste rows with a person, a plan and a first day."))
    header = _header(found[0][1])
    if header:
        found = found[1:]
    return [_row(line, cells, header or COLUMNS) for line, cells in found]


def _numbered(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=_delimiter(lines), strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, [" ".join(cell.replace("\0", "").split()) for cell in cells]
            start = reader.line_num + 1
    except csv.Error:
        raise Refused(
            told("A quotation mark in line %(line)s is not closed, or text follows it. Remove it.", line=str(start))
        ) from None


def _delimiter(lines: Sequence[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return max("\t;,", key=lambda sign: (first.count(sign), sign == "\t"))


def _header(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The columns by the names in the first row, if it holds names."""
    known = [_NAMES.get(cell.lower(), "") for cell in cells]
    if sum(map(bool, known)) < 2:
        return None
    for name, cell in zip(known, cells, strict=True):
        if cell and (not name or known.count(name) > 1):
            raise Refused(
                told(
                    "The column %(name)s is unknown, or there twice. The columns are %(columns)s.",
                    name=repr(cell[:40]),
                    columns=", ".join(COLUMNS),
                )
            )
    return tuple(known)


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> PastedRow:
    named = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    return PastedRow(line, named, sum(bool(cell) for cell in cells[len(columns) :]))


def day_of(text: str, signs: Signs) -> date:
    """A day of the calendar. Raises Refused."""
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII)
    other = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, re.ASCII)
    if iso:
        year, month, day = map(int, iso.groups())
    elif other and signs.dates != "ymd":
        first, second, year = map(int, other.groups())
        day, month = (first, second) if signs.dates == "dmy" else (second, first)
    else:
        raise _no_day(text)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(told("The year of %(text)s can't be meant. Correct it.", text=repr(text[:40])))
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_day(text) from None


def _no_day(text: str) -> Refused:
    return Refused(
        told(
            "%(text)s is no day. Write it as 2026-12-31, or choose above how your dates are written.",
            text=repr(text[:40]),
        )
    )


def amount_of(text: str, signs: Signs) -> str:
    """An amount as a program writes it, without the thousands' signs. Raises Refused rather than guess."""
    mark = signs.decimal
    group = "," if mark == "." else "."
    plain = re.fullmatch(rf"-?\d+(?:{re.escape(mark)}\d{{1,4}})?", text, re.ASCII)
    grouped = re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(mark)}\d{{1,4}})?", text, re.ASCII)
    if grouped or (plain and not re.search(rf"{re.escape(mark)}\d{{3}}$", text)):
        return text.replace(group, "").replace(mark, ".")
    raise Refused(
        told(
            "%(text)s is no amount that can be read in one way only. Write digits, such as 1250000.",
            text=repr(text[:40]),
        )
    )


def kind_of(text: str) -> str:
    """What a quota is in: amount, units or target, as either language calls them. Raises Refused."""
    try:
        return _KINDS[text.lower()]
    except KeyError:
        raise Refused(
            told("A quota is an amount, units or a target incentive, not %(text)s.", text=repr(text[:40]))
        ) from None


def per_of(text: str) -> str:
    """Month, quarter or year, as either language calls them. Raises Refused."""
    try:
        return _PER[text.lower()]
    except KeyError:
        raise Refused(told("A quota is per month, quarter or year, not per %(text)s.", text=repr(text[:40]))) from None
