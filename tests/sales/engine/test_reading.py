"""Files as they come: encodings, delimiters, broken lines, workbooks, garbage."""

import os
import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest
import xlsxwriter

from sales.engine.mapping import KindMapping
from sales.engine.problems import Unusable
from sales.engine.reading import read

PLAIN = KindMapping()


def rows(content: bytes, mapping: KindMapping = PLAIN) -> list[tuple[str, ...]]:
    sheet = read(BytesIO(content), mapping)
    return [sheet.header, *(row for batch in sheet.batches for row in batch.cells.iter_rows())]


def refusal(content: bytes, mapping: KindMapping = PLAIN) -> str:
    with pytest.raises(Unusable) as caught:
        rows(content, mapping)
    return str(caught.value)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16"], ids=["UTF-8", "UTF-8 with a mark", "UTF-16 with a mark"]
)
def test_an_encoding_that_shows_itself_is_read(encoding: str) -> None:
    assert rows("name,city\nZoë,Málaga\n".encode(encoding)) == [("name", "city"), ("Zoë", "Málaga")]


def test_any_other_encoding_is_refused_with_what_to_do() -> None:
    message = refusal("name\nAna\nZoë\n".encode("windows-1252"))
    assert message == (
        "Line 3 is not UTF-8 text. Save the file as CSV UTF-8, or name its encoding in the mapping, for example "
        "`encoding: windows-1252`."
    )


def test_an_encoding_that_the_mapping_names_is_read() -> None:
    mapping = KindMapping(encoding="windows-1252")
    assert rows("name\nZoë\n".encode("windows-1252"), mapping) == [("name",), ("Zoë",)]


def test_a_wrong_byte_far_into_the_file_is_refused_too() -> None:
    message = refusal(b"name,city\n" + b"Ana,Jakarta\n" * 20_000 + b"Zo\xeb,Bandung\n")
    assert "is not UTF-8 text" in message


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
def test_the_delimiter_is_found_in_the_header(sign: str) -> None:
    assert rows(f'name{sign}city\n"A{sign}B"{sign}Jakarta\n'.encode()) == [("name", "city"), (f"A{sign}B", "Jakarta")]


def test_a_line_with_too_few_cells_is_a_problem_of_that_line() -> None:
    sheet = read(BytesIO(b'name,city\n"Ana\nMaria",Jakarta\nBen\n\nMia,Bandung,\n'), PLAIN)
    batch = next(sheet.batches)
    assert batch.lines.to_list() == [2, 6]
    assert [(problem.line, str(problem.what)) for problem in batch.problems] == [
        (4, "The line has 1 cells where the header has 2.")
    ]


def test_a_quotation_mark_that_never_closes_is_named_by_its_line() -> None:
    message = refusal(b'name,city\nAna,Jakarta\n"Ben,Bandung\n' + b"x,y\n" * 50_000)
    assert message.startswith("Line 3 can't be cut into cells (field larger than field limit")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"  \n\n ", "The file is empty"),
        (os.urandom(50_000) + b"\0", "This is no text"),
        (b"%PDF-1.7\n" + b"x" * 99, "This is no text"),
        (b"x" * 100_000, "no line break"),
        (b"name,name\n1,2\n", "names the column 'name' twice"),
        (b",,\n1,2,3\n", "names no columns"),
        (b"a," * 5_000 + b"b\n", "5,001 columns"),
        (b"PK\x03\x04" + b"x" * 99, "no readable XLSX"),
    ],
    ids=["empty", "blank", "binary", "PDF", "one endless line", "twice", "no names", "too many columns", "broken zip"],
)
def test_what_is_no_table_is_refused(content: bytes, says: str) -> None:
    assert says in refusal(content)


def workbook(*lines: list[object]) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return target.getvalue()


def test_a_workbook_gives_ids_as_digits_and_dates_as_dates() -> None:
    content = workbook(
        ["id", "amount", "on", "at", "yes"],
        [4_200_000_000_017, 10.5, date(2026, 1, 5), datetime(2026, 1, 5, 8, 30), True],  # noqa: DTZ001 - cells have no zone
    )
    assert rows(content)[1] == ("4200000000017", "10.5", "2026-01-05T00:00:00", "2026-01-05T08:30:00", "true")


def test_a_workbook_writes_its_decimals_as_the_mapping_reads_them() -> None:
    assert rows(workbook(["amount"], [1.125]), KindMapping(decimal=",", thousands="."))[1] == ("1,125",)


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sales.engine.reading.LARGEST_UNZIPPED", 5_000_000)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sheet.xml", "w") as part:
        for _ in range(6):
            part.write(b"\0" * 1_000_000)
    assert "too large once unpacked" in refusal(target.getvalue())
