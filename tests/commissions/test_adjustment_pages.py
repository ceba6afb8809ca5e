"""Adjustments as people ask for them on pages, and what each reader is shown."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commissions.engine.evidence import MOST_BYTES, type_of
from commissions.engine.roster import Refused
from commissions.models import Adjustment, Evidence
from commissions.services.adjustments import File
from tests.commissions.adjusting import ask, close, decide, limit, settle, wanted
from tests.commissions.facts import NOW, period
from tests.commissions.test_pages import page, signed_in
from tests.commissions.test_plan_pages import text_of
from tests.conftest import Cast
from tests.world import World, paid_world

NEW = reverse("commissions:adjustment-new")
PDF = b"%PDF-1.7 as it was"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def sent(client: Client, **more: Any) -> Any:
    said = {
        "payee": "ana@example.com", "period": period("2026-11").pk, "currency": "usd", "kind": "bonus",
        "amount": "1,250.50", "reason": "Launch", "token": "t",
    }  # fmt: skip
    return client.post(NEW, said | more)


def test_what_it_does_is_shown_first_and_saved_as_shown(world: World, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    shown = sent(finn, look="1")
    text = text_of(shown)
    assert "+$1,250.50 $900.00 $2,150.50" in text
    assert "there is no limit for USD up to which one may adjust alone" in text
    assert not Adjustment.objects.exists()
    assert sent(finn, save="1", seen=shown.context["seen"]).status_code == 302
    row = Adjustment.objects.get()
    assert (row.amount_minor, row.payable_before_minor, row.status) == (1_250_50, 900_00, "proposed")


def test_without_having_seen_it_nothing_is_saved(world: World, cast: Cast) -> None:
    assert sent(signed_in(cast.finn), save="1").status_code == 200
    limit(cast.ada, 5_000_00)
    ask(cast.finn, wanted(cast.ana, 1_00))
    answer = sent(signed_in(cast.finn), save="1", seen="215050")
    assert (answer.status_code, "has changed since you looked" in text_of(answer)) == (422, True)
    assert Adjustment.objects.count() == 1


def test_a_file_shown_with_the_preview_is_saved_with_the_adjustment(world: World, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    shown = sent(finn, look="1", evidence=SimpleUploadedFile("mail.pdf", PDF))
    assert "With the file mail.pdf." in text_of(shown)
    sent(finn, save="1", seen=shown.context["seen"], has_file="1")
    row = Adjustment.objects.get()
    assert row.evidence
    assert (row.evidence.name, bytes(row.evidence.content)) == ("mail.pdf", PDF)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"payee": "nobody"}, "Nobody whose pay you may see"),
        ({"payee": "finn"}, "Nobody adjusts her own pay"),
        ({"amount": "much"}, "is no number"),
        ({"amount": "0"}, "changes nothing"),
        ({"amount": "1.005"}, "more than the 2 decimals"),
        ({"currency": "XYZ"}, "is no currency"),
        ({"reason": " "}, "This field is required"),
        ({"deal": "D-99"}, "No deal that you may see"),
        ({"evidence": SimpleUploadedFile("a.exe", b"MZ")}, "Hand in a PDF"),
        ({"evidence": SimpleUploadedFile("a.pdf", b"MZ\x00")}, "what its name says (pdf)"),
    ],
    ids=["nobody", "herself", "words", "zero", "decimals", "currency", "no reason", "deal", "kind of file", "content"],
)
def test_what_can_not_be_answers_with_the_form(world: World, cast: Cast, change: dict[str, Any], why: str) -> None:
    answer = sent(signed_in(cast.finn), look="1", **change)
    assert answer.status_code == 422
    assert why in text_of(answer)
    assert not Evidence.objects.exists()


def test_a_closed_period_is_not_offered(world: World, cast: Cast) -> None:
    close("2026-10")
    offered = list(signed_in(cast.finn).get(NEW).context["form"].fields["period"].queryset)
    assert [row.label for row in offered] == ["2026-11"]


def test_a_manager_asks_on_the_page_and_finance_approves_there(world: World, cast: Cast) -> None:
    mia = signed_in(cast.mia)
    sent(mia, save="1", seen=sent(mia, look="1").context["seen"])
    row = Adjustment.objects.get()
    finn, address = signed_in(cast.finn), reverse("commissions:adjustment", args=[row.pk])
    assert "1 adjustment waits for your decision" in text_of(finn.get(reverse("commissions:adjustments")))
    assert "Approve" in text_of(finn.get(address))
    assert "It waits for somebody of finance" in text_of(mia.get(address))
    done = finn.post(reverse("commissions:adjustment-decide", args=[row.pk]), {"verdict": "approve"}, follow=True)
    assert "The adjustment is approved." in text_of(done)
    settle()
    statement = page(cast.ana, "commissions:statement", world.statement(cast.ana).pk)
    assert "Bonus Launch Finn +$1,250.50" in statement
    assert "$2,150.50" in statement


def test_the_payee_reads_the_reason_and_none_of_the_notes(world: World, cast: Cast) -> None:
    file = File("secret.txt", "text/plain", b"x")
    (row,) = ask(cast.mia, wanted(cast.ana, 5_00, internal_note="Between us"), evidence=file)
    address = reverse("commissions:adjustment", args=[row.pk])
    assert signed_in(cast.ana).get(address).status_code == 404
    assert "Between us" in page(cast.mia, "commissions:adjustment", row.pk)
    decide(row, cast.finn, note="Fine, but the last time")
    text = page(cast.ana, "commissions:adjustment", row.pk)
    assert "Helped with the launch" in text
    assert [word for word in ("Between us", "the last time", "secret.txt") if word in text] == []


def test_evidence_is_only_ever_downloaded(world: World, cast: Cast) -> None:
    (row,) = ask(cast.finn, wanted(cast.ana, 5_00), evidence=File('a"\r\nb.pdf', "application/pdf", PDF))
    answer = signed_in(cast.finn).get(reverse("commissions:adjustment-evidence", args=[row.pk]))
    assert answer.content == PDF
    assert (answer["Content-Disposition"], answer["X-Content-Type-Options"]) == (
        'attachment; filename="a___b.pdf"', "nosniff",
    )  # fmt: skip


def _book(name: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr(name, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.4"), ("a.PNG", b"\x89PNG\r\n\x1a\n0"), ("a.jpeg", b"\xff\xd8\xff\xe0"), ("a.csv", b"a;b\n"),
        ("a.xlsx", _book("xl/workbook.xml")), ("a.txt", "Café".encode("windows-1252")), ("a.txt", "x".encode("utf-16")),
        ("a.eml", b"From: a@x\r\nSubject: b\r\n\r\nc"),
    ],
)  # fmt: skip
def test_a_file_is_what_it_holds(name: str, content: bytes) -> None:
    assert type_of(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<script>"), ("a", b"%PDF-"), ("a.pdf", b""), ("a.pdf", b"<html>%PDF-"), ("a.png", b"\xff\xd8\xff"),
        ("a.xlsx", _book("word/document.xml")), ("a.xlsx", b"PK\x03\x04"), ("a.txt", b"a\0b"), ("a.csv", b"%PDF-1.4"),
        ("a.eml", b"no header"), ("a.txt", b"a" * (MOST_BYTES + 1)),
    ],
)  # fmt: skip
def test_a_file_that_is_something_else_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refused):
        type_of(name, content)


def test_the_list_is_filtered_and_asks_no_more_for_more_rows(world: World, cast: Cast) -> None:
    def found(query: str = "") -> list[int]:
        rows = signed_in(cast.finn).get(reverse("commissions:adjustments") + query).context["page"]
        return [row.amount_minor for row in rows]

    def queries() -> int:
        client = signed_in(cast.finn)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("commissions:adjustments")).status_code == 200
        return len(captured)

    limit(cast.ada, 5_00)
    ask(cast.finn, wanted(cast.ana, 5_00))
    ask(cast.finn, wanted(cast.ben, 7_00, "2026-10", kind="correction", reason="Other"))
    assert (found("?q=ana"), found("?q=other"), found("?period=2026-10")) == ([5_00], [7_00], [7_00])
    assert (found("?status=proposed"), found("?kind=bonus"), found("?kind=split")) == ([7_00], [5_00], [])
    few = queries()
    for number in range(10):
        ask(cast.finn, wanted(cast.ana, 10_00 + number))
    assert queries() == few
