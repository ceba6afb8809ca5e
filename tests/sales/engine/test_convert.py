"""Cells as values, and what is said of those that are none."""

from datetime import date
from io import BytesIO

import pytest

from sales.engine.convert import Converted, bad_rows, convert
from sales.engine.fields import Kind
from sales.engine.mapping import parse_mapping
from sales.engine.problems import Unusable
from sales.engine.reading import read


def converted(text: str, mapping: str = "", kind: Kind = Kind.DEALS) -> Converted:
    parsed = parse_mapping(mapping, kind)
    return convert(read(BytesIO(text.encode()), parsed), kind, parsed, "USD")


def problem_of(column: str, cell: str, mapping: str = "") -> tuple[str, str]:
    """What is said of one cell of a deal that is otherwise fine."""
    found = converted(f'external_id,{column}\nD1,"{cell}"\n', mapping).problems
    (problem,) = found.detailed
    assert (problem.line, problem.column) == (2, column)
    return problem.value, str(problem.what)


@pytest.mark.parametrize(
    ("column", "cell", "value", "what"),
    [
        ("amount", "1e400", "1e400", "The amount is too large: amounts stay below 1,000,000,000,000,000."),
        ("amount", "NaN", "NaN", "This is no amount."),
        ("amount", "-inf", "-inf", "This is no amount."),
        ("amount", "10.005", "10.005", "USD has 2 decimals, the amount more."),
        ("amount", "1" * 16, "1" * 16, "The amount is too large: amounts stay below 1,000,000,000,000,000."),
        ("amount", "9" * 400, "9" * 40 + "…", "This is no amount."),
        ("amount", "1,250.00", "1,250.00", "This is no amount."),
        ("amount", "ten", "ten", "This is no amount."),
        ("opened_on", "2026-02-30", "2026-02-30", "This is no date of the calendar written as %Y-%m-%d."),
        ("opened_on", "0017-03-01", "0017-03-01", "This is no date of the calendar written as %Y-%m-%d."),
        ("quantity", "1.5", "1.5", "This is no whole number of at most nine digits."),
        ("quantity", "99999999999", "99999999999", "This is no whole number of at most nine digits."),
        ("status", "Closed Won", "Closed Won", "This is no status."),
        ("currency", "EURO", "EURO", "This is no currency."),
        ("splits", "ana:60%;ben:70%", "ana:60%;ben:70%", "The shares of owner add up to 130 %, not to 100 %."),
        ("splits", "ana:130%", "ana:130%", "ana's share is 130 %."),
        ("splits", "ana:50%;ana:50%", "ana:50%;ana:50%", "ana comes twice as owner."),
        ("splits", "ana 60", "ana 60", "'ana 60' is no share."),
        ("name", "x" * 201, "x" * 40 + "…", "The text has 201 characters; 200 is the most."),
        ("name", "a\x07b", "a\x07b", "The text holds control characters."),
    ],
)
def test_a_cell_that_can_not_be_used_says_why(column: str, cell: str, value: str, what: str) -> None:
    assert problem_of(column, cell) == (value, what)


def test_a_won_deal_needs_a_day_of_closing() -> None:
    found = converted("external_id,status,closed_on\nD1,won,\nD2,open,\nD3,lost,2026-01-05\n")
    assert [str(problem) for problem in found.problems.detailed] == [
        "line 2, closed_on: The deal is won but has no date of closing. Fill it in, or set the status to open."
    ]
    assert found.rows["external_id"].to_list() == ["D2", "D3"]


def test_an_external_id_comes_once_in_a_file() -> None:
    found = converted("external_id,amount\nD1,1\nD2,2\nD1,3\n")
    assert [(problem.line, problem.value, str(problem.what)) for problem in found.problems.detailed] == [
        (4, "D1", "Line 2 has the same external_id.")
    ]


def test_an_empty_external_id_is_refused() -> None:
    found = converted("external_id,amount\n ,1\nD2,2\n")
    assert [str(problem.what) for problem in found.problems.detailed] == ["The cell is empty."]


@pytest.mark.parametrize(
    ("mapping", "cell", "minor"),
    [
        ("", "1250.5", 125050),
        ("", "-0.05", -5),
        ("", "+7", 700),
        ("", "007", 700),
        ("", "1.500", 150),
        ("", "1e3", 100000),
        ("{thousands: ','}", "1,234,567.89", 123456789),
        ("{thousands: ','}", "12,34,567", 123456700),
        ("{decimal: ',', thousands: .}", "1.234.567,8", 123456780),
        ("{decimal: ',', thousands: .}", "1,125", None),
        ("{decimal: ','}", "1.125", None),
        ("{thousands: ','}", "1,5", None),
        ("{currency: JPY}", "1250", 1250),
        ("{currency: JPY}", "1250.5", None),
        ("{currency: KWD}", "1.125", 1125),
        ("{currency: IDR}", "999999999999999.99", 99999999999999999),
    ],
)
def test_amounts_are_read_exactly_or_not_at_all(mapping: str, cell: str, minor: int | None) -> None:
    found = converted(f'external_id,amount\nD1,"{cell}"\n', mapping)
    assert found.rows["amount"].to_list() == ([] if minor is None else [minor])
    assert found.problems.count == (minor is None)


def test_each_row_may_have_its_own_currency() -> None:
    found = converted("external_id,amount,currency\nD1,5,USD\nD2,5,jpy\nD3,5,KWD\nD4,5,\nD5,5,XYZ\n")
    assert found.rows.select("amount", "currency").rows() == [(500, "USD"), (5, "JPY"), (5000, "KWD"), (500, "USD")]
    assert [str(problem.what) for problem in found.problems.detailed] == ["This is no currency."]


def test_the_first_format_that_fits_reads_a_date() -> None:
    mapping = "date_formats: ['%m/%d/%Y', '%d.%m.%Y', '%d %b %Y %H:%M']"
    text = "external_id,opened_on\nA,3/1/2017\nB,13.1.2017\nC,2017-01-05\nD,05 Jan 2017 10:30\n"
    expected = [date(2017, 3, 1), date(2017, 1, 13), date(2017, 1, 5), date(2017, 1, 5)]
    assert converted(text, mapping).rows["opened_on"].to_list() == expected


def test_words_columns_constants_and_templates_become_fields() -> None:
    mapping = """
    fields:
      external_id: {template: "{first|slug}.{last|slug}"}
      name: {template: "{first} {last|upper}"}
      email: {template: "{first|lower}@example.com"}
      roles: {value: "manager, rep"}
      team: {column: region, values: {N: North}}
    """
    found = converted("first,last,region\nZoë, O'Neil ,N\nAna,Diaz,\n", mapping, Kind.PEOPLE)
    assert found.rows.drop("line").rows() == [
        ("zoe.o-neil", "Zoë O'NEIL", "zoë@example.com", "manager;rep", "North"),
        ("ana.diaz", "Ana DIAZ", "ana@example.com", "manager;rep", None),
    ]


def test_a_template_of_an_empty_cell_is_empty() -> None:
    mapping = 'fields: {external_id: id, owner: {template: "{agent|slug}"}}'
    assert converted("id,agent\nD1,\n", mapping).rows["owner"].to_list() == [None]


def test_columns_that_nothing_reads_are_named() -> None:
    assert converted("external_id,colour,amount\nD1,red,1\n").unread == ("colour",)


def test_a_file_that_is_nearly_all_wrong_is_not_read_to_its_end() -> None:
    text = "external_id,amount\n" + "".join(f"D{n},x\n" for n in range(100_000))
    with pytest.raises(Unusable, match=r"2,000 of the first 2,000 rows can't be used, so the rest was not read\."):
        converted(text)


def test_refused_rows_come_back_as_they_were_with_their_first_problem() -> None:
    text = "external_id,amount\nD1,1\nD2,x\nD3\n"
    found = converted(text)
    again = list(bad_rows(read(BytesIO(text.encode()), parse_mapping("", Kind.DEALS)), found.problems))
    assert [(line, cells) for line, cells, _problem in again] == [(3, ("D2", "x")), (4, ("D3",))]


def test_the_guard_of_our_own_refused_rows_is_taken_off_again() -> None:
    assert converted("external_id,name\nD1,'=Sum Ltd\n").rows["name"].to_list() == ["=Sum Ltd"]
