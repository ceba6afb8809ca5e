"""What leaves the house as a table, read back with other people's readers."""

import csv
import doctest
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from core import sheets
from core.money import Money
from core.sheets import Cell, Column, Formula, Kind, Share, Table, csv_lines, inert, write_xlsx

NOW = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
COLUMNS = (
    Column("id", "Id"),
    Column("pay", "Pay", Kind.MONEY, is_summed=True),
    Column("deals", "Deals", Kind.INTEGER, is_summed=True),
    Column("share", "Share", Kind.SHARE),
    Column("rate", "Rate", Kind.DECIMAL),
    Column("on", "Day", Kind.DATE),
    Column("at", "At", Kind.INSTANT),
)
ROW: tuple[Cell, ...] = (
    "0012", Money(125050, "USD"), 3, Share(Decimal("0.1250")), Decimal("1.5000"), date(2026, 1, 9), NOW
)  # fmt: skip


def table(*rows: tuple[Cell, ...], total: str = "", columns: tuple[Column, ...] = COLUMNS) -> Table:
    return Table("Pay", "Pay of January", columns, rows, notes=["As agreed"], total=total)


def book(*tables: Table) -> Any:
    file = BytesIO()
    write_xlsx(tables, file, made_at=NOW)
    return load_workbook(file)


def texts(*values: str) -> list[str]:
    """The first column of a table of those texts, read back from XLSX."""
    sheet = book(table(*[(value,) for value in values], columns=(Column("name", "Name"),))).active
    return [
        unescape(cell.value) for (cell,) in sheet.iter_rows(min_row=5)
    ]  # _x005F_ is an underline after the standard


def test_the_examples_of_the_documentation() -> None:
    assert doctest.testmod(sheets).failed == 0


def test_csv_has_exact_decimals_and_the_same_keys_in_every_language() -> None:
    assert "".join(csv_lines(table(ROW, ("x", Money(-5, "JPY"), None, None, None, None, None), total="Total"))) == (
        "id,pay,deals,share,rate,on,at\r\n0012,1250.50,3,0.1250,1.5000,2026-01-09,2026-01-31T17:30:00Z\r\nx,-5,,,,,\r\n"
    )


def test_csv_streams() -> None:
    def rows() -> Any:
        yield ROW
        raise RuntimeError

    lines = csv_lines(Table("", "", COLUMNS, rows()))
    assert (next(lines)[:3], next(lines)[:4]) == ("id,", "0012")
    with pytest.raises(RuntimeError):
        next(lines)


@pytest.mark.parametrize(
    "text", ["=1+1", "+62", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "=1", "+1", "-1", "@A"]
)
def test_csv_has_no_text_that_a_spreadsheet_would_run(text: str) -> None:
    assert inert(text) == f"'{text}"
    read = next(csv.reader(StringIO("".join(csv_lines(Table("", "", (), [[text]]))).split("\r\n", 1)[1])))
    assert read == [f"'{text}"]


def test_xlsx_has_a_title_headings_that_stay_and_typed_cells() -> None:
    sheet = book(table(ROW)).active
    assert (sheet.title, sheet["A1"].value, sheet["A2"].value) == ("Pay", "Pay of January", "As agreed")
    assert [cell.value for cell in sheet[4]] == ["Id", "Pay", "Deals", "Share", "Rate", "Day", "At"]
    assert sheet.freeze_panes == "A5"
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[table().first_row]] == [
        ("0012", "s", "General"),
        (1250.5, "n", "#,##0.00"),
        (3, "n", "#,##0"),
        (0.125, "n", "0.00%"),
        (1.5, "n", "General"),
        (datetime(2026, 1, 9), "d", "yyyy-mm-dd"),  # noqa: DTZ001 as the reader has it
        (datetime(2026, 2, 1, 0, 30), "d", "yyyy-mm-dd hh:mm"),  # noqa: DTZ001 seven hours on, in Jakarta
    ]


def test_totals_are_counted_for_each_currency() -> None:
    rows = [ROW, ROW, ("ben", Money(7, "JPY"), 2, None, None, None, None)]
    sheet = book(table(*rows, total="Total")).active
    assert [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=8)] == [
        ["Total JPY", 7, 8],
        ["Total USD", 2501, None],
    ]


def test_a_total_of_one_currency_needs_no_name() -> None:
    assert book(table(ROW, total="Total")).active["A6"].value == "Total"


@pytest.mark.parametrize(
    ("minor", "cell"),
    [
        (999_999_999_999_999, 9_999_999_999_999.99),
        (-(10**15), "-10000000000000.00"),
        (10**17 - 1, "999999999999999.99"),
    ],
)
def test_an_amount_that_a_double_could_bend_is_a_text_in_all_its_digits(minor: int, cell: object) -> None:
    columns = (Column("pay", "Pay", Kind.MONEY),)
    assert book(table((Money(minor, "IDR"),), columns=columns)).active["A5"].value == cell


@pytest.mark.parametrize(("currency", "shown"), [("KWD", "#,##0.000"), ("JPY", "#,##0"), ("CLF", "#,##0.0000")])
def test_money_shows_the_decimals_of_its_currency(currency: str, shown: str) -> None:
    columns = (Column("pay", "Pay", Kind.MONEY),)
    assert book(table((Money(12345, currency),), columns=columns)).active["A5"].number_format == shown


def test_texts_stay_texts_in_xlsx() -> None:
    hostile = ["=1+1", "0012", "https://example.com", "<b>&amp;</b>", "_x0041_", " é ", "🏆 名前", "1e5", "{=A1}"]
    assert texts(*hostile) == hostile


def test_a_text_in_the_dress_of_rich_text_does_not_get_into_the_file_as_it_is() -> None:
    assert texts("<r><t>a</t></c><c></r>") == ["<r><t>a</t></c><c></r> "]


def test_what_xml_cannot_say_is_replaced_and_what_is_too_long_says_so() -> None:
    assert texts("a\ufffeb", "x" * 40_000, "🏆" * 20_000) == ["a�b", "x" * 32_766 + "…", "🏆" * 16_383 + "…"]


def test_a_formula_is_one_only_where_our_code_says_so() -> None:
    columns = (Column("a", "A", Kind.MONEY), Column("b", "B", Kind.MONEY, is_summed=True))
    row = (Money(250, "USD"), Formula("=ROUND(A5*2,2)", Money(500, "USD")))
    sheet = book(table(row, columns=columns, total="Total")).active
    assert [(cell.value, cell.data_type) for cell in sheet[5]] == [(2.5, "n"), ("=ROUND(A5*2,2)", "f")]
    assert sheet["B6"].value == 5
    assert "".join(csv_lines(table(row, columns=columns))) == "a,b\r\n2.50,5.00\r\n"


def test_sheets_get_names_that_every_spreadsheet_takes() -> None:
    names = ["Q1: [new]/old?", "'", "x" * 40, "X" * 40, "History", "🏆" * 20]
    tables = [Table(name, "", COLUMNS, []) for name in names]
    assert book(*tables).sheetnames == ["Q1   new  old", "1", "x" * 31, "X" * 29 + " 2", "History 1", "🏆" * 15]


def test_a_table_with_more_rows_than_a_sheet_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_ROWS", 57)
    read = book(table(*[ROW] * 5, total="Total"))
    assert read.sheetnames == ["Pay", "Pay 2"]
    assert [sheet.max_row for sheet in read] == [7, 7]
    assert [cell.value for cell in read["Pay 2"][7][:3]] == ["Total", 6252.5, 15]


def test_the_same_table_gives_the_same_bytes_and_names_no_one() -> None:
    one, two = BytesIO(), BytesIO()
    for file in (one, two):
        write_xlsx([table(ROW)], file, made_at=NOW)
    assert one.getvalue() == two.getvalue()
    assert b"2026-01-31T17:30:00Z" in ZipFile(one).read("docProps/core.xml")
