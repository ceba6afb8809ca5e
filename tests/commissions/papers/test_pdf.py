"""A statement as a PDF: what it says, in both languages, and that data stays text."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from accounts.models import User
from commissions.models import Period, Statement
from commissions.papers import Form, Paper, statement_paper
from tests.commissions.facts import FLAT, TIERED, assign, calculated, published, won
from tests.conftest import PASSWORD, Cast

pytestmark = pytest.mark.django_db
DRAW = """
plan: New hires
currency: IDR
period: month
components: [{key: all, name: Semua, rate: 10%}]
draw: {kind: recoverable, amount: 1000000, periods: 3}
"""
HOSTILE = '#panic("x") $ *b* _i_ `c` <a> @b = /* */ // \\u{41} "q" ] } #import "@preview/a:1.0.0": *'


def statement(payee: User) -> Statement:
    return Statement.objects.select_related("payee", "period").get(payee=payee)


def made(payee: User, language: str = "en", form: Form = Form.PDF) -> Paper:
    with override(language):
        return statement_paper(statement(payee), form)


def pages(payee: User, language: str = "en") -> list[str]:
    """The text of each page, spaces and breaks as one space."""
    with override(language):
        read = PdfReader(BytesIO(made(payee, language).content()))
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in read.pages]


def sold(payee: User, amounts: int = 2, source: str = TIERED, **more: Any) -> None:
    assign(published(source).plan, payee, quota_minor=1000_00 if source is TIERED else None)
    for number in range(amounts):
        won(payee, date(2026, 1, 10), 750_00, key=f"K-{number:04}", **more)
    calculated("2026-01")


def test_it_says_who_earned_what_by_which_rules_and_what_is_payable(cast: Cast) -> None:
    sold(cast.ana)
    (page,) = pages(cast.ana)
    for text in (
        "Statement January 2026", "Ana 1 – 31 Jan 2026", "Payable $100.00", "New business $100.00", "Earned $100.00",
        "Each part of the sum is paid at the rate of its own tier.", "from 0%: 5%", "from 100%: 10%",
        "K-0000", "750.00", "0.00 → 750.00", "5% 37.50", "5% → 10% 62.50", "Page 1 of 1", "revision 1",
        "The period is not closed yet",
    ):  # fmt: skip
        assert text in page, page


def test_it_speaks_indonesian_and_shows_how_a_draw_makes_it_payable(cast: Cast) -> None:
    assign(published(DRAW).plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 4_000_000_00, currency="IDR")
    calculated("2026-01")
    (page,) = pages(cast.ana, "id")
    for text in ("Slip komisi Januari 2026", "Dibayarkan Rp 1.000.000", "Semua Rp 400.000", "Diperoleh Rp 400.000"):
        assert text in page, page
    assert "+Rp 600.000" in page
    assert "Halaman 1 dari 1" in page


def test_the_same_content_gives_the_same_bytes_and_another_etag_follows_any_change(cast: Cast) -> None:
    sold(cast.ana)
    one, two = made(cast.ana), made(cast.ana)
    assert (one.content(), one.etag) == (two.content(), two.etag)
    assert PdfReader(BytesIO(one.content())).metadata.creation_date == statement(cast.ana).computed_at  # type: ignore[union-attr]
    assert made(cast.ana, "id").etag != one.etag
    User.objects.filter(pk=cast.ana.pk).update(name="Ana B")
    assert made(cast.ana).etag != one.etag


def test_hundreds_of_lines_go_over_many_pages_each_with_a_head(cast: Cast) -> None:
    sold(cast.ana, 300)
    read = pages(cast.ana)
    assert len(read) > 5
    assert f"Page 3 of {len(read)}" in read[2]
    assert read[2].startswith("Ana January 2026 Deal Date")
    assert sum(page.count("K-0") for page in read) == 300


@pytest.mark.parametrize(
    "name",
    [HOSTILE, "עברית שם", "بيع", "🏆 名前", "W" * 200, "a\u202eb", "x\ny", "{page}", "'); DROP", "&lt;b&gt;"],
    ids=["typst", "hebrew", "arabic", "emoji", "long", "turned", "break", "field", "quote", "html"],
)
def test_names_stay_text_whatever_they_say(cast: Cast, name: str) -> None:
    User.objects.filter(pk=cast.ana.pk).update(name=name)
    sold(cast.ana, 1, name=name)
    (page,) = pages(cast.ana)
    assert "Payable $37.50" in page
    if name.isascii():
        assert page.replace(" ", "").count("".join(name.split())) >= 2, page


def test_a_name_does_not_turn_the_letters_around_it(cast: Cast) -> None:
    sold(cast.ana, 1, name="a\u202eb")
    assert "ab" in pages(cast.ana)[0]


def test_a_closed_period_is_final(cast: Cast) -> None:
    sold(cast.ana)
    Period.objects.update(status="closed")
    (page,) = pages(cast.ana)
    assert ("Closed" in page, "not closed yet" in page) == (True, False)


def test_it_is_a_file_to_keep_that_is_sent_once(client: Client, cast: Cast) -> None:
    sold(cast.ana, source=FLAT)
    client.login(username=cast.ana.email, password=PASSWORD)
    address = reverse("commissions:statement-paper", args=[statement(cast.ana).pk, "pdf"])
    first = client.get(address)
    assert first["Content-Disposition"] == 'attachment; filename="statement-ana-2026-01-USD.pdf"'
    assert (first["Content-Type"], first["Cache-Control"]) == ("application/pdf", "private, no-cache")
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize(
    ("external_id", "name"),
    [('../"a"\r\nb', "statement-a-b-2026-01-USD.pdf"), ("名前", "statement-{pk}-2026-01-USD.pdf")],
    ids=["path", "no-latin"],
)
def test_a_name_of_a_file_holds_nothing_that_a_name_must_not(cast: Cast, external_id: str, name: str) -> None:
    sold(cast.ana, source=FLAT)
    User.objects.filter(pk=cast.ana.pk).update(external_id=external_id)
    assert made(cast.ana).name == name.format(pk=cast.ana.pk)


def test_the_lines_as_csv_have_what_identifies_and_pays_them(cast: Cast) -> None:
    sold(cast.ana, 2, name="=1+1")
    rows = made(cast.ana, "id", Form.CSV).content().decode().splitlines()
    assert rows[0] == (
        "plan,component,component_name,kind,deal,deal_name,customer,role,via,event,date,measure,"
        "credited,x0,x1,currency,before_limits,about_period,was,pay"
    )
    assert rows[2] == (
        "Account Executive,new-business,New business,credit,K-0001,'=1+1,,owner,,booked,2026-01-10,amount,"
        "750.00,750.00,1500.00,USD,62.50,,,62.50"
    )
    assert len(rows) == 3
