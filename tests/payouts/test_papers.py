"""The files of a batch: each read by what will read it, or by a reader that knows the standard and not our writer."""

import csv
import io
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook
from sepaxml.validation import try_valid_xml

from config.run.places import CHECKOUT
from payouts import services
from payouts.engine.mapping import READY, MappingError, read_mapping
from payouts.engine.orders import Order, PaperRefused, Sender, Transmission
from payouts.papers.indonesia import bulk_transfer
from payouts.papers.letters import nacha, sepa, separated
from payouts.papers.nacha import nacha_ppd
from payouts.papers.pain import VERSIONS, pain_001
from payouts.papers.payroll import payroll_csv, payroll_xlsx
from payouts.papers.transfers import transfers_csv
from payouts.selectors.batches import payout_rows
from tests.conftest import Cast
from tests.payouts import ach
from tests.payouts.facts import IBANS, NOW, closed, company_account, handed_over, paid_by_bank

SENT = Transmission("00007", date(2026, 11, 25), datetime(2026, 11, 23, 9, 0, 5))  # noqa: DTZ001 local, as files say it
EUROPE = Sender("Jüara & Söhne GmbH", "iban", IBANS[0], "COBADEFFXXX", "Commerzbank", "", "", "")
AMERICA = Sender("Juara Inc", "us", "123456789", "021000021", "Chase", "1234567890", "021000021", "1234567890")
JAKARTA = Sender("PT Juara", "id", "1230001234567", "008", "Mandiri", "", "", "")
NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.%s}"


def order(place: int = 1, **more: Any) -> Order:
    wanted: dict[str, Any] = {
        "reference": f"B00007P{place:05}", "name": "Ana María Núñez", "currency": "EUR", "minor": 1234_56,
        "due_currency": "EUR", "due_minor": 1234_56, "rate_e12": None, "payroll_id": "0042", "email": "ana@example.com",
        "periods": ("2026-09", "2026-10"), "period_start": date(2026, 9, 1), "period_end": date(2026, 10, 31),
        "kind": "iban", "holder": "Ana María Núñez", "number": IBANS[1], "bank_code": "ABNANL2A", "bank_name": "ABN",
    }  # fmt: skip
    return Order(**(wanted | more))


american: dict[str, Any] = {"kind": "us", "currency": "USD", "number": "000123456789", "bank_code": "111000025"}


@pytest.mark.parametrize("version", VERSIONS)
def test_sepa_transfers_are_valid_and_say_what_is_paid_to_whom(version: str) -> None:
    orders = [order(), order(2, minor=1, bank_code="", number=IBANS[2], holder="Łukasz Æblegård / Дмитрий")]
    content = pain_001(version, EUROPE, orders, SENT)
    try_valid_xml(content, f"pain.001.001.{version}")  # the library's own check
    root, ns = ET.fromstring(content), NS % version  # noqa: S314 our own
    assert [one.text for one in root.iter(f"{ns}NbOfTxs")] == ["2", "2"]
    assert [one.text for one in root.iter(f"{ns}CtrlSum")] == ["1234.57", "1234.57"]
    assert [(one.get("Ccy"), one.text) for one in root.iter(f"{ns}InstdAmt")] == [("EUR", "1234.56"), ("EUR", "0.01")]
    assert [one.text for one in root.iter(f"{ns}IBAN")] == list(IBANS[:3])
    assert [one.text for one in root.iter(f"{ns}EndToEndId")] == ["B00007P00001", "B00007P00002"]
    assert [one.text for one in root.iter(f"{ns}Nm")] == [
        "Juara Sohne GmbH", "Juara Sohne GmbH", "Ana Maria Nunez", "Lukasz AEblegard / Dmitrii",
    ]  # fmt: skip
    assert pain_001(version, EUROPE, orders, SENT) == content


def test_a_company_without_a_bic_pays_too() -> None:
    for version in VERSIONS:
        sender = Sender("J", "iban", IBANS[0], "", "", "", "", "")
        assert b"NOTPROVIDED" in pain_001(version, sender, [order()], SENT)


def test_what_the_schema_refuses_is_not_handed_out() -> None:
    with pytest.raises(PaperRefused, match=r"pain\.001\.001\.09"):
        pain_001("09", EUROPE, [order(number="NOT AN IBAN")], SENT)


_TEXT = st.text(max_size=80)


@given(_TEXT, _TEXT, st.integers(1, 10**11))
def test_any_name_makes_a_valid_transfer(holder: str, company: str, minor: int) -> None:
    sender = Sender(company, "iban", IBANS[0], "", "", "", "", "")
    pain_001("09", sender, [order(holder=holder, minor=minor)], SENT)
    assert set(sepa(holder, 70)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")


@pytest.mark.parametrize("count", [1, 6, 7, 16])  # 6 entries fill one block of ten records
def test_nacha_files_keep_to_the_rules(count: int) -> None:
    orders = [
        order(number, minor=100 * number + 1, is_savings=number == 2, **american) for number in range(1, count + 1)
    ]
    read = ach.read(nacha_ppd(AMERICA, orders, SENT))
    assert (read.destination, read.origin, read.company_id, read.effective) == (
        "021000021", "1234567890", "1234567890", "261125",
    )  # fmt: skip
    assert [one.cents for one in read.entries] == [one.minor for one in orders]
    first = read.entries[0]
    assert (first.code, first.routing, first.account, first.individual_id, first.name) == (
        "22", "111000025", "000123456789", "B00007P00001", "ANA MARIA NUNEZ",
    )  # fmt: skip
    assert [one.code for one in read.entries[1:2]] == ["32"] * (count > 1)


@given(st.lists(st.tuples(_TEXT, st.integers(1, 10**10 - 1)), min_size=1, max_size=30), _TEXT)
def test_any_names_and_amounts_make_a_sound_nacha_file(rows: list[tuple[str, int]], company: str) -> None:
    orders = [order(n, holder=name, minor=minor, **american) for n, (name, minor) in enumerate(rows, start=1)]
    sender = Sender(company, "us", "1", "021000021", company, "123456789", "021000021", "123456789")
    read = ach.read(nacha_ppd(sender, orders, SENT))
    assert sum(one.cents for one in read.entries) == sum(minor for _name, minor in rows)


def test_what_nacha_has_no_room_for_is_refused() -> None:
    with pytest.raises(PaperRefused, match="too large"):
        nacha_ppd(AMERICA, [order(minor=10**10, **american)], SENT)
    lacking = Sender("J", "us", "1", "021000021", "B", "", "021000021", "1")
    with pytest.raises(PaperRefused, match="company identification"):
        nacha_ppd(lacking, [order(**american)], SENT)


def test_an_indonesian_bulk_transfer_is_whole_rupiah_by_the_right_service() -> None:
    more: dict[str, Any] = {"kind": "id", "currency": "IDR", "bank_name": "BCA"}
    orders = [
        order(1, minor=4_250_000_00, number="0011223344", bank_code="008", **more),
        order(2, minor=1_000_000_000_00, number="5566778899", bank_code="014", **more),
        order(3, minor=1_000_000_001_00, number="5566778899", bank_code="014", holder='=1+1,"x"', **more),
    ]
    rows = list(csv.reader(io.StringIO(bulk_transfer(JAKARTA, orders, SENT).decode("ascii"))))
    assert rows[0] == ["P", "20261125", "1230001234567", "3", "2004250001"]
    assert [(row[0], row[3], row[6], row[7]) for row in rows[1:]] == [
        ("0011223344", "4250000", "IBU", "008"),
        ("5566778899", "1000000000", "LBU", "014"),
        ("5566778899", "1000000001", "RBU", "014"),
    ]
    assert [row[1] for row in rows[1:]] == ["Ana Maria Nunez", "Ana Maria Nunez", "1+1 x"]
    assert {len(row) for row in rows[1:]} == {11}


@pytest.mark.parametrize("name", READY)
def test_ready_payroll_files_have_their_columns(name: str) -> None:
    mapping = read_mapping(READY[name])
    rows = list(csv.reader(io.StringIO(payroll_csv(mapping, [order(kind="")], SENT).decode())))
    assert rows[0] == [column.heading for column in mapping.columns]
    assert dict(zip(rows[0], rows[1], strict=True)) | _KNOWN[name] == dict(zip(rows[0], rows[1], strict=True))


_KNOWN: dict[str, dict[str, str]] = {
    "Plain": {"payroll_id": "0042", "amount": "1234.56", "pay_date": "2026-11-25", "periods": "2026-09 2026-10"},
    "ADP": {"Co Code": "XXX", "Batch ID": "00007", "File #": "0042", "Earnings 3 Amount": "1234.56"},
    "Gusto": {"first_name": "Ana María", "last_name": "Núñez", "gusto_employee_id": "0042", "commission": "1234.56"},
    "Workday": {"Employee ID": "0042", "Start Date": "2026-09-01", "End Date": "2026-10-31", "Amount": "1234.56"},
}


def test_a_mapping_says_how_dates_and_amounts_are_written() -> None:
    columns = [{"field": "pay_date", "heading": "Tanggal"}, {"field": "amount", "heading": "Jumlah"}]
    mapping = read_mapping({"columns": columns, "dates": "eu", "amounts": "comma", "separator": ";"})
    assert payroll_csv(mapping, [order()], SENT).decode() == "Tanggal;Jumlah\r\n25.11.2026;1234,56\r\n"
    minor = read_mapping({"columns": columns[1:], "amounts": "minor"})
    assert payroll_csv(minor, [order()], SENT).decode() == "Jumlah\r\n123456\r\n"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param([], "columns: Write the columns", id="no mapping"),
        pytest.param({"columns": []}, "1 to 60", id="no column"),
        pytest.param({"columns": [{"field": "salary"}]}, 'columns.1.field: "salary"', id="unknown field"),
        pytest.param({"columns": [{"field": "name", "x": 1}]}, "columns.1", id="unknown key"),
        pytest.param({"columns": [{"field": "name"}], "dates": "moon"}, "dates: Write one of iso", id="dates"),
        pytest.param({"columns": [{"field": "name"}], "separator": "|"}, "separator", id="separator"),
        pytest.param({"columns": [{"field": "name"}], "sql": "x"}, '"sql"', id="unknown key of the whole"),
    ],
)
def test_what_is_no_mapping_is_refused(document: object, words: str) -> None:
    with pytest.raises(MappingError, match=words):
        read_mapping(document)


HOSTILE = '=HYPERLINK("http://x")'


def test_no_cell_is_a_formula() -> None:
    bad = order(name=HOSTILE, payroll_id="@SUM(A1)", holder=HOSTILE, bank_name="+1", email="-1@x")
    mapping = read_mapping({"columns": [{"field": f, "heading": "=1"} for f in ("name", "payroll_id", "email")]})
    for text in (payroll_csv(mapping, [bad], SENT).decode(), transfers_csv([bad], SENT).decode()):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert separated(HOSTILE, 35)[0] not in "=+-@"
    assert nacha(HOSTILE, 22)[0] not in "=+@"


def test_a_payroll_workbook_has_ids_as_text_and_amounts_as_numbers() -> None:
    content = payroll_xlsx(read_mapping(READY["Plain"]), [order(kind="")], SENT)
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    heading = next(number for number, row in enumerate(rows) if "payroll_id" in row)
    row = dict(zip(rows[heading], rows[heading + 1], strict=True))
    assert (row["payroll_id"], row["amount"], row["pay_date"]) == ("0042", 1234.56, date(2026, 11, 25))
    assert payroll_xlsx(read_mapping(READY["Plain"]), [order(kind="")], SENT) == content


def test_a_batch_hands_out_the_same_bytes_whatever_changes_afterwards(cast: Cast) -> None:
    company_account(cast.ada, "iban", "EUR", IBANS[0], "COBADEFFXXX")
    paid_by_bank(cast.ana, cast.ana, cast.finn, currency="EUR", number=IBANS[1])
    closed("2026-09", (cast.ana, "EUR", 10_00), (cast.ben, "EUR", 20_00))
    made = handed_over(cast.finn, cast.ada)
    names = ["sepa-pain.001.001.03.xml", "sepa-pain.001.001.09.xml", "transfers.csv", "payroll-plain.csv"]

    def handed() -> list[bytes]:
        return [services.batch_file(batch=made, name=name, acting_user=cast.finn, now=NOW) for name in names]

    before = handed()
    company_account(cast.ada, "iban", "EUR", IBANS[2], "")
    cast.ben.name = "Another"
    cast.ben.save()
    services.send_back(payout=payout_rows(made)[0], reason="", acting_user=cast.finn, now=NOW)
    assert handed() == before
    assert IBANS[0].encode() in before[0]
    assert b"Ben" in before[3]
    assert b"Ana" not in before[3]  # she is paid by bank


def test_the_examples_in_the_documentation_are_what_is_written() -> None:
    told = (CHECKOUT / "docs" / "payouts.md").read_text()
    rupiah: dict[str, Any] = {"kind": "id", "currency": "IDR"}
    savings = order(2, minor=50_00, is_savings=True, holder="Ben O'Neil", **american)
    indonesian = [
        order(1, minor=4_250_000_00, number="0011223344", bank_code="008", bank_name="Mandiri", **rupiah),
        order(2, minor=1_000_000_000_00, number="5566778899", bank_code="014", bank_name="BCA", **rupiah),
    ]
    dollars = order(kind="", currency="USD", due_currency="USD")
    written = [
        *nacha_ppd(AMERICA, [order(1, **american), savings], SENT).decode().splitlines()[:6],
        *bulk_transfer(JAKARTA, indonesian, SENT).decode().splitlines(),
        *transfers_csv([order()], SENT).decode().splitlines(),
        *(
            line
            for document in READY.values()
            for line in payroll_csv(read_mapping(document), [dollars], SENT).decode().splitlines()
        ),
    ]
    assert [line for line in written if line not in told] == []


def test_a_file_that_a_batch_does_not_have_is_refused(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    made = handed_over(cast.finn, cast.ada)
    for name in ("nacha-ppd.ach", "payroll-nobody.csv", "../etc/passwd", "payroll-plain.pdf", "transfers.csv.exe"):
        with pytest.raises(services.PayoutRefused):
            services.batch_file(batch=made, name=name, acting_user=cast.finn, now=NOW)
