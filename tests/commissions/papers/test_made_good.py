"""What stands on a statement beside its own lines, on its papers: true-ups of closed periods, and adjustments."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from commissions.models import Statement
from commissions.papers import Form, statement_paper
from tests.commissions.adjusting import ask, limit, wanted
from tests.commissions.facts import FLAT, assign, calculated, published, won
from tests.commissions.papers.recalculated import formulas, recalculated
from tests.commissions.test_true_ups import change, close, take_up
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def february(cast: Cast) -> Statement:
    """50 of its own, 20 for January, and a bonus of 7.50."""
    limit(cast.ada, 100_00)
    assign(published(FLAT).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    won(cast.ana, date(2026, 2, 10), 500_00, key="B")
    for label in ("2026-01", "2026-02"):
        calculated(label)
    close("2026-01")
    change(deal, amount_minor=1200_00)
    found = Statement.objects.select_related("payee", "period").get(payee=cast.ana, period__start=date(2026, 2, 1))
    ask(cast.finn, wanted(cast.ana, 7_50, "2026-02", reason="A good =month"))
    take_up()
    found.refresh_from_db()
    assert (found.total_minor, found.payable_minor) == (70_00, 77_50)
    return found


def test_the_pdf_says_what_is_made_good_and_what_was_adjusted(february: Statement) -> None:
    content = statement_paper(february, Form.PDF).content()
    text = " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())
    for part in (
        "January 2026, true-up +$20.00", "Earned $70.00", "Adjustments +$7.50", "Payable $77.50",
        "A Everything 10 Jan 2026 100.00 120.00 20.00", "Bonus A good =month +$7.50",
    ):  # fmt: skip
        assert part in text, text


def test_the_spreadsheet_adds_them_up(february: Statement, tmp_path: Path) -> None:
    content = statement_paper(february, Form.XLSX).content()
    book = recalculated({"feb": content}, tmp_path)["feb"]
    assert {at: book[sheet][at].value for sheet, at, *_rest in formulas(content) if sheet == "Statement"} == {
        "B5": 50, "B6": 20, "B7": 70, "B9": 77.5,
    }  # fmt: skip
    assert book["Lines"]["N6"].value == "Of January 2026, where it paid $100.00: what it comes to now, less that."


def test_the_csv_says_what_a_true_up_is_about(february: Statement) -> None:
    rows = statement_paper(february, Form.CSV).content().decode().splitlines()
    assert rows[2].endswith(",2026-01,100.00,20.00")
