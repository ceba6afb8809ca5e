"""Adjustments from a list: each row valid or refused with its reason, and each asked for once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
import time_machine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commissions.engine.pasted import ADJUSTMENTS, Signs, pasted_rows
from commissions.models import Adjustment, AdjustmentGroup
from commissions.selectors.adjustments_check import Given, check
from commissions.selectors.pasted import Result
from commissions.services.adjustments_list import apply_list
from tests.commissions.adjusting import limit, paid, settle, withdraw
from tests.commissions.facts import NOW, period
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_pages import text_of
from tests.conftest import Cast
from tests.world import World, paid_world

pytestmark = pytest.mark.django_db
PAGE = reverse("commissions:adjustments-list")
LIST = 'person,amount,reason\nana,"1,250.50",Launch\nBen,-20,Too much\n'


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    found = paid_world(cast)
    limit(cast.ada, 2_000_00)
    return found


def sent(client: Client, text: str = "", **more: Any) -> Any:
    data = {"text": text, "period": period("2026-11").pk, "currency": "USD", "decimal": "."}
    return client.post(PAGE, data | more)


def applied(client: Client, text: str) -> Any:
    shown = sent(client, text)
    context = shown.context
    return sent(client, context["text"], **context["kept"], apply="1")


def standing() -> list[tuple[str, int, str, str]]:
    rows = Adjustment.objects.select_related("payee").order_by("pk")
    return [(row.payee.name, row.amount_minor, row.reason, row.status) for row in rows]


BOTH = [("Ana", 1_250_50, "Launch", "approved"), ("Ben", -20_00, "Too much", "approved")]


def test_a_list_is_looked_at_and_then_asked_for(world: World, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    page = text_of(sent(finn, LIST))
    assert "2 new" in page
    assert "+$1,250.50 in November 2026: payable $900.00, then $2,150.50." in page
    assert not Adjustment.objects.exists()
    assert applied(finn, LIST).status_code == 302
    settle()
    assert (standing(), paid(cast.ana), paid(cast.ben)) == (
        BOTH, (900_00, 1_250_50, 2_150_50), (1_500_00, -20_00, 1_480_00),
    )  # fmt: skip


def test_the_same_list_again_asks_for_nothing(world: World, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    applied(finn, LIST)
    page = text_of(sent(finn, LIST))
    assert "The same list was applied by Finn on" in page
    assert "2 as they are" in page
    grown = LIST + "ana,5,More\n"
    assert "2 as they are" in text_of(sent(finn, grown))
    applied(finn, grown)
    assert standing() == [*BOTH, ("Ana", 5_00, "More", "approved")]
    withdraw(Adjustment.objects.get(reason="More"), cast.finn)
    assert "1 new" in text_of(sent(finn, grown))
    applied(finn, grown)
    assert [row[3] for row in standing()] == ["approved", "approved", "withdrawn", "approved"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("zoe,5,X", "Nobody whose pay you may see"),
        ("Finn,5,X", "Nobody adjusts her own pay"),
        ("ana,0,X", "changes nothing"),
        ("ana,,X", "The amount is missing"),
        ("ana,1.234,X", "can be read in one way only"),
        ("ana,five,X", "no amount"),
        ("ana,5,", "The reason is missing"),
        ("ana,99999999999999999999,X", "too large"),
        ("ana,5,X,more", "more cells than columns"),
    ],
    ids=["nobody", "herself", "zero", "no amount", "ambiguous", "words", "no reason", "large", "cells"],
)
def test_each_row_that_can_not_be_says_why_and_nothing_is_applied(world: World, cast: Cast, row: str, why: str) -> None:
    finn = signed_in(cast.finn)
    text = f"{LIST}{row}\n"
    page = sent(finn, text)
    assert why in text_of(page)
    assert "1 row refused" in text_of(page)
    assert sent(finn, text, apply="1", seen=page.context["kept"]["seen"]).status_code == 422
    assert not Adjustment.objects.exists()


@pytest.mark.parametrize(
    ("header", "cell", "why"),
    [
        ("period", "2026-13", "is no period"),
        ("period", "2030-01", "has not been calculated"),
        ("currency", "XYZ", "is no currency"),
        ("kind", "gift", "is no kind of adjustment"),
        ("deal", "D-99", "has the id"),
    ],
)
def test_a_cell_that_names_nothing_says_so(world: World, cast: Cast, header: str, cell: str, why: str) -> None:
    assert why in text_of(sent(signed_in(cast.finn), f"person,amount,reason,{header}\nana,5,X,{cell}\n"))


def test_two_rows_that_say_the_same_need_references(world: World, cast: Cast) -> None:
    twice = "person,amount,reason,reference\nana,5,X,\nana,5,X,\n"
    assert "Line 2 says the same" in text_of(sent(signed_in(cast.finn), twice))
    assert "2 new" in text_of(sent(signed_in(cast.finn), twice.replace("X,\na", "X,a\na")))


def test_a_manager_lists_her_reports_and_all_of_it_waits(world: World, cast: Cast) -> None:
    mia = signed_in(cast.mia)
    assert "Waits for a second person of finance." in text_of(sent(mia, LIST))
    applied(mia, LIST)
    assert [row[3] for row in standing()] == ["proposed", "proposed"]
    assert "Nobody whose pay you may see" in text_of(sent(mia, "person,amount,reason\nFinn,5,X\n"))


def _workbook() -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(
            (["person", "amount", "reason"], ["ana", 1250.5, "Launch"], ["Ben", -20, "Too much"])
        ):
            sheet.write_row(number, 0, row)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (("\ufeff" + LIST).encode(), {}),
        (LIST.encode("utf-16"), {}),
        (LIST.replace("Launch", "Café").encode("windows-1252"), {"encoding": "windows-1252"}),
        (b"person;amount;reason\r\nana;1.250,50;Launch\r\nBen;-20;Too much\r\n", {"decimal": ","}),
    ],
    ids=["utf-8", "utf-16", "windows-1252", "indonesian"],
)
def test_files_come_in_the_encodings_and_signs_of_people(
    world: World, cast: Cast, content: bytes, more: dict[str, str]
) -> None:
    page = sent(signed_in(cast.finn), file=SimpleUploadedFile("a.csv", content), **more)
    assert "2 new" in text_of(page)
    assert [row.wanted.amount_minor for row in page.context["check"].rows] == [1_250_50, -20_00]
    assert page.context["check"].rows[0].wanted.reason in ("Launch", "Café")


def test_a_workbook_is_read_too_and_its_name_is_kept(world: World, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    context = sent(finn, file=SimpleUploadedFile("bonus.xlsx", _workbook())).context
    sent(finn, context["text"], **context["kept"], apply="1")
    assert standing() == BOTH
    assert AdjustmentGroup.objects.get().file_name == "bonus.xlsx"


def test_what_is_no_text_is_refused_with_what_to_do(world: World, cast: Cast) -> None:
    page = sent(
        signed_in(cast.finn), file=SimpleUploadedFile("a.csv", LIST.replace("Launch", "Caf\xe9").encode("latin-1"))
    )
    assert page.status_code == 422
    assert "This is not UTF-8 text. Save the sheet as CSV UTF-8, or choose below" in text_of(page)
    assert "readable XLSX" in text_of(
        sent(signed_in(cast.finn), file=SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken"))
    )


def test_more_than_ten_thousand_rows_are_refused(world: World, cast: Cast) -> None:
    page = sent(signed_in(cast.finn), "person,amount,reason\n" + "ana,5,X\n" * 10_001)
    assert "There are more than 10,000 rows" in text_of(page)


def test_statements_that_changed_since_are_looked_at_again(world: World, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    context = sent(finn, LIST).context
    applied(finn, "person,amount,reason\nana,1,Other\n")
    answer = sent(finn, context["text"], **context["kept"], apply="1")
    assert (answer.status_code, "Look at the rows again" in text_of(answer)) == (422, True)


def test_the_number_of_queries_does_not_grow_with_rows(world: World, cast: Cast) -> None:
    def queries(count: int) -> int:
        rows = pasted_rows("".join(f"ana\t\t\t{number + 1}\t\tX\n" for number in range(count)), ADJUSTMENTS)
        given = Given(period("2026-11"), "USD", Signs())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found = check(rows, given, user=cast.finn, today=NOW.date())
        assert {row.result for row in found.rows} == {Result.NEW}
        return len(captured)

    assert queries(1) == queries(200)


@pytest.mark.django_db(transaction=True)
def test_a_list_sent_six_times_at_once_is_asked_for_once(cast: Cast) -> None:
    paid_world(cast)
    rows, given = pasted_rows(LIST, ADJUSTMENTS), Given(period("2026-11"), "USD", Signs())
    seen = check(rows, given, user=cast.finn, today=NOW.date()).fingerprint

    def click(_number: int) -> int:
        try:
            return apply_list(
                rows=rows, given=given, fingerprint=seen, file_name="", acting_user=cast.finn, now=NOW
            )  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(click, range(6))) == [0, 0, 0, 0, 0, 2]
    assert Adjustment.objects.count() == 2
