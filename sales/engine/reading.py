"""A CSV or XLSX file as batches of texts with line numbers, however large, however broken.

The bytes are looked at in blocks, so garbage is refused after the first one and a good file never lies in memory whole.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import BinaryIO

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from sales.engine.mapping import KindMapping
from sales.engine.problems import Problem, Told, Unusable, WrongEncoding, quoted, shorten, told

HEAD = 64 * 1024
FIRST_BATCH = 2_000  # small, so that a hopeless file is known for one soon
BATCH = 20_000
LONGEST_LINE = 1_000_000  # characters read at once, lest garbage without line breaks fills the memory
MB = 1024 * 1024
LARGEST_FILE = 200 * MB
LARGEST_UNZIPPED = 500 * MB
MOST_ROWS = 1_000_000
MOST_COLUMNS = 500
DELIMITERS = (",", ";", "\t", "|")
# A native date of a spreadsheet, written as no text column of dates is: see convert.to_dates.
NATIVE_DATE = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Batch:
    cells: pl.DataFrame  # a text column per column of the file
    lines: pl.Series  # where each row starts in the file; the header is line 1
    problems: list[Problem] = field(default_factory=list)  # of lines that are no rows


@dataclass(frozen=True, slots=True)
class Sheet:
    header: tuple[str, ...]
    batches: Iterator[Batch]


def read(source: BinaryIO, mapping: KindMapping) -> Sheet:
    """Open a file's bytes as a sheet. Raises Unusable, at once or while the batches are read.

    >>> sheet = read(BytesIO(b"name;city\\nAna;Jakarta\\n"), KindMapping())
    >>> sheet.header, [batch.cells.rows() for batch in sheet.batches]
    (('name', 'city'), [[('Ana', 'Jakarta')]])
    """
    head = source.read(HEAD)
    size = source.seek(0, 2)
    source.seek(0)
    if not head.strip():
        raise Unusable(told("The file is empty. Export it again."))
    if size > LARGEST_FILE:
        raise Unusable(told("The file is larger than %(most)s MB. Split it.", most=LARGEST_FILE // MB))
    if head.startswith(b"PK\x03\x04"):
        return _read_xlsx(source, mapping)
    return _read_csv(source, head, mapping)


def _read_csv(source: BinaryIO, head: bytes, mapping: KindMapping) -> Sheet:
    encoding = mapping.encoding or _encoding_of(head)
    first = _first_lines(head, encoding)
    delimiter = {"tab": "\t"}.get(mapping.delimiter or "", mapping.delimiter) or _delimiter_of(first)
    rows = _csv_rows(TextIOWrapper(source, encoding, newline=""), delimiter, encoding)
    _line, names = next(rows)
    header = _header(names)
    return Sheet(header, _batches(rows, header))


def _encoding_of(head: bytes) -> str:
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head or head.startswith((b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise Unusable(
            told(
                "This is no text: not a CSV file, nor an XLSX one. Save the sheet as XLSX or as CSV UTF-8; "
                "if it is UTF-16 text, say `encoding: utf-16-le` in the mapping."
            )
        )
    return "utf-8"


def _first_lines(head: bytes, encoding: str) -> str:
    cut = head[: head.rfind(b"\n") + 1] if len(head) == HEAD else head
    if not cut:
        head_kb = HEAD // 1024
        raise Unusable(told("The first %(n)s kB have no line break: this is no CSV file. Export it again.", n=head_kb))
    try:
        text = cut.decode(encoding, "ignore" if encoding.startswith("utf-16") else "strict")
    except UnicodeError as error:
        line = cut.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise _wrong_encoding(encoding, line) from None
    return text


def _wrong_encoding(encoding: str, line: int) -> WrongEncoding:
    return WrongEncoding(
        told(
            "Line %(line)s is not %(encoding)s text. Save the file as CSV UTF-8, or name its encoding in the mapping, "
            "for example `encoding: windows-1252`.",
            line=str(line),
            encoding=encoding.removesuffix("-sig").upper(),
        )
    )


def _delimiter_of(text: str) -> str:
    """The sign that cuts the header into most cells; a comma when none does."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda sign: len(next(csv.reader([line], delimiter=sign))))


def _csv_rows(text: TextIOWrapper, delimiter: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    lines = iter(partial(text.readline, LONGEST_LINE), "")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    starts = 1
    try:
        for row in reader:
            yield starts, row
            starts = reader.line_num + 1
    except csv.Error as error:
        raise Unusable(_torn(starts, error)) from None
    except UnicodeError:
        raise _wrong_encoding(encoding, reader.line_num + 1) from None
    finally:
        with suppress(ValueError):  # already closed by whom they belong to
            text.detach()


def _torn(line: int, error: csv.Error) -> Told:
    return told(
        "Line %(line)s can't be cut into cells (%(why)s). A quotation mark may be missing, or the delimiter differs "
        "from the header's. Correct the line, or name the `delimiter` in the mapping.",
        line=str(line),
        why=str(error),
    )


def _header(names: Iterable[object]) -> tuple[str, ...]:
    header = [str(name).strip().removeprefix("\ufeff") for name in names]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Unusable(told("Line 1 names no columns. The first line must be the header."))
    if len(header) > MOST_COLUMNS:
        raise Unusable(
            told(
                "Line 1 has %(columns)s columns; %(most)s is the most. Is the delimiter right?",
                columns=len(header),
                most=MOST_COLUMNS,
            )
        )
    if twice := next((name for name in header if header.count(name) > 1), None):
        name = quoted(twice)
        raise Unusable(told("Line 1 names the column %(name)s twice. Give each column a name of its own.", name=name))
    return tuple(header)


def _batches(rows: Iterator[tuple[int, list[str]]], header: tuple[str, ...]) -> Iterator[Batch]:
    width, seen = len(header), 0
    while part := list(islice(rows, BATCH if seen else FIRST_BATCH)):
        seen += len(part)
        if seen > MOST_ROWS:
            raise Unusable(told("The file has more than %(most)s rows. Split it.", most=MOST_ROWS))
        yield _batch(part, header, width)


def _batch(part: list[tuple[int, list[str]]], header: tuple[str, ...], width: int) -> Batch:
    good: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    for line, row in part:
        if len(row) > width and not any(row[width:]):
            row = row[:width]
        if len(row) == width:
            good.append(row)
            lines.append(line)
        elif any(row):
            problems.append(_ragged(line, row, width))
    columns = list(zip(*good, strict=True)) or [()] * width
    cells = pl.DataFrame([pl.Series(name, cell, pl.String) for name, cell in zip(header, columns, strict=True)])
    if width == 1:  # an empty line of a one-column file is a row of one empty cell
        kept = cells.to_series() != ""
        return Batch(cells.filter(kept), pl.Series("line", lines, pl.Int64).filter(kept), problems)
    empty = pl.all_horizontal(pl.all() == "")
    kept = cells.select(~empty).to_series()
    return Batch(cells.filter(kept), pl.Series("line", lines, pl.Int64).filter(kept), problems)


def _ragged(line: int, row: list[str], width: int) -> Problem:
    what = told("The line has %(cells)s cells where the header has %(columns)s.", cells=len(row), columns=width)
    fix = told("Put cells that contain the delimiter in quotation marks.")
    return Problem(line, "", shorten(" ".join(row)), what, fix)


def _read_xlsx(source: BinaryIO, mapping: KindMapping) -> Sheet:
    try:
        with zipfile.ZipFile(source) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNZIPPED:
                raise Unusable(told("The workbook is too large once unpacked. Save the sheet as CSV UTF-8."))
        source.seek(0)
        sheet = CalamineWorkbook.from_filelike(BytesIO(source.read())).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError, IndexError) as error:
        why = shorten(str(error))
        raise Unusable(told("This is no readable XLSX workbook (%(why)s). Save the sheet again.", why=why)) from None
    if not rows:
        raise Unusable(told("The workbook's first sheet is empty. Put the table on the first sheet."))
    header = _header(rows[0])
    width = len(header)
    texts = (
        (number, [_text(cell, mapping.decimal) for cell in row[:width]]) for number, row in enumerate(rows[1:], start=2)
    )
    return Sheet(header, _batches(texts, header))


def _text(cell: object, decimal: str) -> str:
    """A native cell as the text that means the same: long ids are floats in a workbook, and come back as digits."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell).replace(".", decimal)
    if isinstance(cell, datetime):
        return cell.strftime(NATIVE_DATE)
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00"
    return str(cell) if isinstance(cell, int | time | timedelta) else ""
