"""The pages of single deals: what each role sees and may do, and what hostile input comes to."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from sales.models import Customer, Deal, Product
from tests.conftest import Cast
from tests.sales.browsing import NOW, form, opened, post, share, shares_form, signed_in, sold, words


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


# --- a deal


@pytest.mark.parametrize(("name", "status"), [("ana", 200), ("ben", 404), ("mia", 200), ("finn", 200), ("ada", 200)])
def test_who_sees_a_reps_deal(cast: Cast, name: str, status: int) -> None:
    deal = sold(cast.ana, "a")
    assert signed_in(getattr(cast, name)).get(reverse("sales:deal", args=[deal.pk])).status_code == status


@pytest.mark.parametrize(
    ("name", "open_deal", "closed_deal"),
    [("ana", 200, 403), ("ben", 404, 404), ("mia", 403, 403), ("finn", 403, 403), ("ada", 200, 200)],
)
def test_who_edits_a_reps_deal(cast: Cast, name: str, open_deal: int, closed_deal: int) -> None:
    client = signed_in(getattr(cast, name))
    urls = [reverse("sales:deal-edit", args=[deal.pk]) for deal in (opened(cast.ana, "a"), sold(cast.ana, "b"))]
    assert [client.get(url).status_code for url in urls] == [open_deal, closed_deal]
    posted = client.post(urls[1], form(name="Mine now"))
    assert posted.status_code == {200: 302}.get(closed_deal, closed_deal)


@pytest.mark.parametrize(("name", "status"), [("ana", 200), ("mia", 200), ("finn", 403), ("ada", 200)])
def test_who_enters_deals(cast: Cast, name: str, status: int) -> None:
    assert signed_in(getattr(cast, name)).get(reverse("sales:deal-new")).status_code == status


@pytest.mark.parametrize("name", ["deals", "deal-new"])
def test_pages_ask_for_a_login(db: None, name: str) -> None:
    assert Client().get(reverse(f"sales:{name}")).status_code == 302


@pytest.mark.parametrize("key", ["0", "99999999999999999999999"])
def test_a_deal_that_is_not_there_is_a_404(cast: Cast, key: str) -> None:
    assert signed_in(cast.ada).get(f"/sales/deals/{key}/").status_code == 404


def test_a_deal_shows_who_is_credited(cast: Cast) -> None:
    deal = sold(cast.ana, "a", customer=Customer.objects.create(external_id="c", name="<b>Acme</b>"))
    share(deal, cast.ana, cast.ben)
    response = signed_in(cast.ana).get(reverse("sales:deal", args=[deal.pk]))
    assert "Who is credited AAnaowner 50% BBenowner 50%" in words(response)
    assert "&lt;b&gt;Acme&lt;/b&gt;" in response.content.decode()
    assert "Statements of November 2026" in words(response)


# --- entering and changing


def test_a_rep_enters_a_deal_of_her_own_whatever_she_sends(cast: Cast) -> None:
    sent = form(owner="ben@example.com", **shares_form(("ben", "100", "")))
    response = post(cast.ana, "sales:deal-new", **sent)
    deal = Deal.objects.get(external_id="D-77")
    assert response.headers["Location"] == reverse("sales:deal", args=[deal.pk])
    assert (deal.owner, deal.amount_minor, deal.shares.count()) == (cast.ana, 1250_50, 0)


def test_a_form_sent_twice_makes_one_deal(cast: Cast) -> None:
    assert [post(cast.ana, "sales:deal-new", **form()).status_code for _ in range(2)] == [302, 422]
    assert Deal.objects.count() == 1


def test_a_rep_changes_her_open_deal_and_leaves_owner_and_shares_as_they_are(cast: Cast) -> None:
    deal = opened(cast.ana, "a")
    share(deal, cast.ana, cast.ben)
    sent = form(deal, amount="5", owner="mia", **shares_form(("ana", "100", "")))
    assert post(cast.ana, "sales:deal-edit", deal.pk, **sent).status_code == 302
    deal.refresh_from_db()
    assert (deal.owner, deal.amount_minor) == (cast.ana, 5_00)
    assert set(deal.shares.values_list("user", "share_ppm")) == {(cast.ana.pk, 500_000), (cast.ben.pk, 500_000)}


def test_an_administrator_names_owner_customer_product_and_shares_as_people_write_them(cast: Cast) -> None:
    customer = Customer.objects.create(external_id="c1", name="Harbour Foods")
    product = Product.objects.create(external_id="p1", name="Crane")
    rows = shares_form(("Ana (ana@example.com)", "33.3333", ""), ("BEN", "66.6667", "Owner"), ("mia", "100", "Overlay"))
    sent = form(owner="ANA@example.com", customer="harbour foods", product="Crane (p1)", currency="usd", **rows)
    assert post(cast.ada, "sales:deal-new", **sent).status_code == 302
    deal = Deal.objects.get(external_id="D-77")
    assert (deal.owner, deal.customer, deal.product, deal.currency) == (cast.ana, customer, product, "USD")
    assert set(deal.shares.values_list("user__name", "role", "share_ppm")) == {
        ("Ana", "owner", 333_333),
        ("Ben", "owner", 666_667),
        ("Mia", "overlay", 1_000_000),
    }


def test_the_form_of_a_deal_sent_back_as_it_came_changes_nothing(cast: Cast) -> None:
    deal = sold(cast.ana, "a", 1_234_567_89, customer=Customer.objects.create(external_id="c", name="Acme (North)"))
    share(deal, cast.ana, cast.ben)
    before = Deal.objects.filter(pk=deal.pk).values().get()
    client = signed_in(cast.ada)
    context = client.get(reverse("sales:deal-edit", args=[deal.pk])).context
    sent = {field.html_name: field.value() or "" for field in context["form"]}
    for row in (context["shares"].management_form, *context["shares"]):
        sent |= {field.html_name: "" if field.value() is None else field.value() for field in row}
    assert client.post(reverse("sales:deal-edit", args=[deal.pk]), sent).status_code == 302
    assert Deal.objects.filter(pk=deal.pk).values().get() == before


@pytest.mark.parametrize(
    ("language", "amount", "currency", "minor"),
    [
        ("en", "1,250.50", "USD", 1250_50),
        ("en", "-250", "USD", -250_00),
        ("en", "\N{MINUS SIGN}250.5", "USD", -250_50),
        ("en", " 1 250 ", "USD", 1250_00),
        ("id", "1.250,50", "USD", 1250_50),
        ("id", "4.250.000.000", "IDR", 4_250_000_000_00),
        ("en", "1,250", "JPY", 1250),
        ("en", "1.234", "KWD", 1234),
        ("en", "0", "USD", 0),
    ],
)
def test_amounts_are_typed_in_the_signs_of_the_language(
    cast: Cast, language: str, amount: str, currency: str, minor: int
) -> None:
    client = signed_in(cast.ana)
    client.cookies["django_language"] = language
    client.post(reverse("sales:deal-new"), form(amount=amount, currency=currency))
    assert Deal.objects.get(external_id="D-77").amount_minor == minor


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("amount", "1e400", "“1e400” is no number. Write it as 1,250.50."),
        ("amount", "1.234.567,89", "“1.234.567,89” is no number. Write it as 1,250.50."),
        ("amount", "1,23", "“1,23” is no number."),
        ("amount", "NaN", "“NaN” is no number."),
        ("amount", "٣", "is no number."),
        ("amount", "9" * 30, "is too large for an amount."),
        ("amount", "12.345", "USD has 2 decimals, and “12.345” has more. Round it."),
        ("amount", "1" * 41, "at most 40 characters"),
        ("amount", "", "This field is required."),
        ("amount", "1\x002", "Null characters are not allowed."),
        ("currency", "EUX", "“EUX” is no currency."),
        ("customer", "Nobody Ltd", "Nothing here is called “Nobody Ltd”."),
        ("owner", "Two", "Several are called “Two”."),
        ("closed_on", "2026-02-30", "Enter a valid date."),
        ("status", "won", "needs the day on which it closed"),
        ("quantity", "1.5", "Enter a whole number."),
        ("quantity", "9" * 30, "less than or equal to"),
        ("name", "x" * 201, "at most 200 characters"),
        ("external_id", "taken", "There is a deal taken already."),
        ("seen_at", "yesterday", "This page has become unusable."),
        ("shares-TOTAL_FORMS", "1000000", "at most 60 forms"),
        ("shares-TOTAL_FORMS", "x", "ManagementForm data is missing"),
        ("shares-0-percent", "50", "Fill in both, or empty the row."),
        ("shares-0-person", "ana", "Fill in both, or empty the row."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_the_form_as_it_was(
    cast: Cast, field: str, value: str, reason: str
) -> None:
    sold(None, "taken")
    for key in ("t1", "t2"):
        User.objects.create(name="Two", external_id=key)
    response = post(cast.ada, "sales:deal-new", **form(**dict[str, Any]({"name": "Kept as typed", field: value})))
    assert response.status_code == 422
    assert reason in words(response).replace("&quot;", '"')
    assert Deal.objects.count() == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("ana", "60", "")], "The shares of owner add up to 60 %, not to 100 %."),
        ([("ana", "50", ""), ("ana@example.com", "50", "")], "Ana comes twice as owner."),
        ([("ana", "0", "")], "A share is more than 0 % and at most 100 %."),
        ([("ana", "100.00001", "")], "A share is more than 0 % and at most 100 %."),
        ([("ana", "33.33333", "")], "A share has at most 4 decimals."),
        ([("ana", "1e1", "")], "“1e1” is no number."),
        ([("ana", "100", "a;b")], "“a;b” is no role"),
        ([("zoe", "100", "")], "Nothing here is called “zoe”."),
    ],
)
def test_shares_that_cannot_be_are_refused(cast: Cast, rows: list[tuple[str, str, str]], reason: str) -> None:
    response = post(cast.ada, "sales:deal-new", **form(**shares_form(*rows)))
    assert response.status_code == 422
    assert reason in words(response)
    assert Deal.objects.count() == 0


def test_more_rows_keep_what_was_typed_and_save_nothing(cast: Cast) -> None:
    sent = form(name="Half typed", more="1", **shares_form(*[(f"p{n}", "25", "") for n in range(4)]))
    response = signed_in(cast.ada).post(reverse("sales:deal-new"), sent)
    assert response.status_code == 200
    html = response.content.decode()
    assert 'value="Half typed"' in html
    assert 'value="p3"' in html
    assert len(response.context["shares"].forms) == 8
    assert Deal.objects.count() == 0


def test_a_deal_that_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    deal = sold(cast.ana, "a")
    sent = form(deal, amount="1")
    assert post(cast.ada, "sales:deal-edit", deal.pk, **{**sent, "amount": "2"}).status_code == 302
    response = post(cast.ada, "sales:deal-edit", deal.pk, **sent)
    assert response.status_code == 422
    assert "Somebody else changed this deal" in words(response)
    assert "Open the deal as it is now" in words(response)
    deal.refresh_from_db()
    assert deal.amount_minor == 2_00


# --- closing


def test_a_deal_is_won_with_one_tap(cast: Cast) -> None:
    deal = opened(cast.ana, "a")
    response = post(cast.ana, "sales:deal-close", deal.pk, outcome="won", closed_on="2026-11-20")
    assert (response.status_code, response.headers["Location"]) == (302, reverse("sales:deal", args=[deal.pk]))
    deal.refresh_from_db()
    assert (deal.status, deal.closed_on) == ("won", date(2026, 11, 20))


@pytest.mark.parametrize(("name", "status"), [("ana", 302), ("ben", 404), ("mia", 403), ("finn", 403), ("ada", 302)])
def test_who_closes_a_reps_deal(cast: Cast, name: str, status: int) -> None:
    deal = opened(cast.ana, "a")
    sent = {"outcome": "lost", "closed_on": "2026-11-20"}
    assert post(getattr(cast, name), "sales:deal-close", deal.pk, **sent).status_code == status


def test_the_second_tap_is_told_that_the_deal_is_closed(cast: Cast) -> None:
    deal = opened(cast.ana, "a")
    sent = {"outcome": "won", "closed_on": "2026-11-20"}
    post(cast.ana, "sales:deal-close", deal.pk, **sent)
    response = post(cast.ana, "sales:deal-close", deal.pk, **sent)
    assert response.status_code == 422
    assert "This deal is already closed: Won." in words(response)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"outcome": "won", "closed_on": ""}, "This field is required."),
        ({"outcome": "won", "closed_on": "2026-11-24"}, "This day is still to come."),
        ({"outcome": "sold", "closed_on": "2026-11-20"}, "Select a valid choice."),
    ],
)
def test_a_deal_that_cannot_be_closed_so_stays_open(cast: Cast, sent: dict[str, str], reason: str) -> None:
    deal = opened(cast.ana, "a")
    response = post(cast.ana, "sales:deal-close", deal.pk, **sent)
    assert response.status_code == 422
    assert reason in words(response)
    deal.refresh_from_db()
    assert deal.status == "open"


def test_closing_is_a_post(cast: Cast) -> None:
    assert signed_in(cast.ana).get(reverse("sales:deal-close", args=[opened(cast.ana, "a").pk])).status_code == 405


# --- suggestions


def suggested(user: User, kind: str, text: str) -> list[str]:
    response = signed_in(user).get(reverse("sales:suggestions", args=[kind]), {"shares-0-person": text})
    assert response.status_code == 200
    html = response.content.decode().strip()
    return [part.removesuffix('"></option>') for part in html.split('<option value="')[1:]]


def test_people_are_suggested_among_those_whom_one_may_see(cast: Cast) -> None:
    assert suggested(cast.ana, "people", "") == ["Ana (ana@example.com)"]
    assert suggested(cast.mia, "people", "b") == ["Ben (ben@example.com)"]
    assert suggested(cast.ada, "people", "EXAMPLE.com") == [
        f"{name} ({name.lower()}@example.com)" for name in ("Ada", "Ana", "Ben", "Finn", "Mia")
    ]


def test_customers_and_products_are_suggested_by_what_was_typed(cast: Cast) -> None:
    Customer.objects.create(external_id="c1", name='Harbour "Foods"')
    Product.objects.create(external_id="p1", name="Crane")
    assert suggested(cast.ana, "customers", "foo") == ["Harbour &quot;Foods&quot; (c1)"]
    assert suggested(cast.ana, "products", "ran") == ["Crane (p1)"]
    assert suggested(cast.ana, "customers", "\x00'") == []


def test_nothing_else_is_suggested(cast: Cast) -> None:
    assert signed_in(cast.ada).get("/sales/deals/suggestions/passwords").status_code == 404
