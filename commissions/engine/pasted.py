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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from commissions.engine.roster import Refused
from commissions.engine.words import Told, told


@dataclass(frozen=True, slots=True)
class Table:
    """What the columns of a sheet are called."""

    columns: tuple[str, ...]
    names: Mapping[str, str]  # as a header may call them, in small letters
    holds: Told  # for a sheet without rows


_PERSON: Final = dict.fromkeys(("person", "payee", "name", "e-mail", "email", "orang", "nama", "penerima"), "person")
ROSTER: Final = Table(
    ("person", "plan", "from", "to", "quota", "per", "kind", "component"),
    {
        **_PERSON, "plan": "plan", "skema": "plan",
        **dict.fromkeys(("from", "since", "dari", "mulai", "sejak"), "from"),
        **dict.fromkeys(("to", "until", "last day", "hingga", "sampai"), "to"),
        **dict.fromkeys(("quota", "kuota", "amount"), "quota"), "per": "per", "setiap": "per",
        "kind": "kind", "jenis": "kind", "component": "component", "komponen": "component",
    },
    told("Nothing is written here. Paste rows with a person, a plan and a first day."),
)  # fmt: skip
SCORES: Final = Table(
    ("person", "objective", "score", "note", "component"),
    {
        **_PERSON, **dict.fromkeys(("objective", "goal", "sasaran", "tujuan"), "objective"),
        **dict.fromkeys(("score", "nilai", "percent", "persen"), "score"),
        **dict.fromkeys(("note", "comment", "catatan", "komentar"), "note"),
        "component": "component", "komponen": "component",
    },
    told("Nothing is written here. Paste rows with a person, an objective and a score."),
)  # fmt: skip
ADJUSTMENTS: Final = Table(
    ("person", "period", "kind", "amount", "currency", "reason", "deal", "reference", "note"),
    {
        **_PERSON, "period": "period", "periode": "period", "kind": "kind", "jenis": "kind", "type": "kind",
        **dict.fromkeys(("amount", "jumlah", "nominal"), "amount"),
        **dict.fromkeys(("currency", "mata uang"), "currency"),
        **dict.fromkeys(("reason", "why", "alasan"), "reason"),
        **dict.fromkeys(("deal", "deal id", "transaksi", "id transaksi"), "deal"),
        **dict.fromkeys(("reference", "ref", "referensi"), "reference"),
        **dict.fromkeys(("note", "comment", "catatan", "komentar"), "note"),
    },
    told("Nothing is written here. Paste rows with a person, an amount and a reason."),
)  # fmt: skip
_ADJUSTMENTS: Final = {
    **dict.fromkeys(("correction", "koreksi"), "correction"), "bonus": "bonus",
    "spiff": "spiff", **dict.fromkeys(("clawback", "penarikan kembali"), "clawback"),
    **dict.fromkeys(("write-off", "write_off", "write off", "penghapusan"), "write_off"),
    **dict.fromkeys(("other", "lainnya"), "other"),
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
SURPLUS: Final = told("There are more cells than columns. Put an amount with commas in quotation marks, or use tabs.")
_PERCENT: Final = re.compile(r"\d{1,5}([.,]\d{1,4})?", re.ASCII)
MOST_ROWS = 20_000
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


def pasted_rows(text: str, table: Table = ROSTER) -> list[PastedRow]:
    """The rows that are not empty. Raises Refused where the text is no table, or too long a one."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if sum(bool(line.strip()) for line in lines) > MOST_ROWS + 1:
        raise Refused(
            told("There are more than %(most)s rows. Nothing was read: split the list.", most=f"{MOST_ROWS:,}")
        )
    found = list(_numbered(lines))
    if not found:
        raise Refused(table.holds)
    header = _header(found[0][1], table)
    if header:
        found = found[1:]
    return [_row(line, cells, header or table.columns) for line, cells in found]


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


def _header(cells: Sequence[str], table: Table) -> tuple[str, ...] | None:
    """The columns by the names in the first row, if it holds names."""
    known = [table.names.get(cell.lower(), "") for cell in cells]
    if sum(map(bool, known)) < 2:
        return None
    for name, cell in zip(known, cells, strict=True):
        if cell and (not name or known.count(name) > 1):
            raise Refused(
                told(
                    "The column %(name)s is unknown, or there twice. The columns are %(columns)s.",
                    name=repr(cell[:40]),
                    columns=", ".join(table.columns),
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


def percent_of(text: str) -> int:
    """Parts per million of a percentage, with either decimal sign, for none of them is so large as to have groups.
    Raises Refused.

    >>> percent_of("92.5"), percent_of("92,5 %"), percent_of("110%")
    (925000, 925000, 1100000)
    """
    written = text.strip().removesuffix("%").strip()
    if not _PERCENT.fullmatch(written):
        raise Refused(told("Write a percentage such as 85 or 92.5, with at most 4 decimals."))
    return int(Decimal(written.replace(",", ".")) * 10_000)


def kind_of(text: str) -> str:
    """What a quota is in: amount, units or target, as either language calls them. Raises Refused."""
    try:
        return _KINDS[text.lower()]
    except KeyError:
        raise Refused(
            told("A quota is an amount, units or a target incentive, not %(text)s.", text=repr(text[:40]))
        ) from None


def adjustment_of(text: str) -> str:
    """The kind of an adjustment, as either language calls it. Raises Refused.

    >>> adjustment_of("Write-off"), adjustment_of("Koreksi")
    ('write_off', 'correction')
    """
    try:
        return _ADJUSTMENTS[text.lower()]
    except KeyError:
        raise Refused(
            told(
                "%(text)s is no kind of adjustment. Write correction, bonus, spiff, clawback, write-off or other.",
                text=repr(text[:40]),
            )
        ) from None


def per_of(text: str) -> str:
    """Month, quarter or year, as either language calls them. Raises Refused."""
    try:
        return _PER[text.lower()]
    except KeyError:
        raise Refused(told("A quota is per month, quarter or year, not per %(text)s.", text=repr(text[:40]))) from None
