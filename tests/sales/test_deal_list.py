"""The list of deals: who sees which, how it is filtered and summed up, and what it costs."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from sales.models import Customer, Product
from tests.conftest import Cast
from tests.sales.browsing import NOW, opened, page, share, signed_in, sold, words


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_each_sees_her_own_and_shared_deals_managers_their_reports_and_finance_all(cast: Cast) -> None:
    sold(cast.ana, "of-ana")
    sold(cast.ben, "of-ben")
    sold(None, "of-nobody")
    share(sold(cast.finn, "shared"), cast.ana, cast.ben)
    seen = {name: page(getattr(cast, name)) for name in ("ana", "ben", "mia", "finn", "ada")}
    keys = ("of-ana", "of-ben", "of-nobody", "shared")
    assert {name: [key for key in keys if f"Deal {key}" in text] for name, text in seen.items()} == {
        "ana": ["of-ana", "shared"],
        "ben": ["of-ben", "shared"],
        "mia": ["of-ana", "of-ben", "shared"],
        "finn": list(keys),
        "ada": list(keys),
    }


def test_a_deal_that_is_owned_and_shared_is_listed_and_summed_up_once(cast: Cast) -> None:
    share(sold(cast.ana, "twice", 300_00), cast.ana, cast.ben)
    text = page(cast.ana)
    assert text.count("Deal twice") == 1
    assert "Won in USD $300$300.00 1 deal" in text  # short for the eye, whole for screen readers


def test_sums_are_by_currency_and_status(cast: Cast) -> None:
    sold(cast.ana, "a", 100_00)
    sold(cast.ana, "b", 50_00)
    sold(cast.ana, "c", 4_250_000_000_00, currency="IDR")
    opened(cast.ana, "d", amount_minor=7_00)
    text = page(cast.ana)
    assert "Won in IDR IDR 4.25BIDR 4,250,000,000 1 deal" in text
    assert "Won in USD $150$150.00 2 deals Open in USD $7$7.00 1 deal" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "harb"}, ["a"]),
        ({"q": "ACME"}, ["b"]),
        ({"q": "acme-north"}, ["b"]),
        ({"q": "crm-0"}, ["c"]),
        ({"q": "arbour"}, []),
        ({"q": "!!!"}, []),
        ({"status": "open"}, ["d"]),
        ({"owner": "ben@example.com"}, ["b"]),
        ({"owner": "Ben (ben@example.com)"}, ["b"]),
        ({"owner": "be"}, ["b"]),
        ({"owner": "zoe"}, []),
        ({"product": "crane"}, ["c"]),
        ({"currency": "IDR"}, ["a"]),
        ({"closed_from": "2026-11-03", "closed_to": "2026-11-03"}, ["c", "b"]),
        ({"closed_to": "2026-11-02"}, ["a"]),
        ({"sort": "-amount"}, ["d", "c", "b", "a"]),
        ({"sort": "amount"}, ["a", "b", "c", "d"]),
        ({"sort": "closed"}, ["a", "b", "c", "d"]),
        ({}, ["d", "c", "b", "a"]),
    ],
)
def test_filters_and_orders(cast: Cast, query: dict[str, str], found: list[str]) -> None:
    acme = Customer.objects.create(external_id="c1", name="Acme/North")
    crane = Product.objects.create(external_id="p1", name="Crane 5t")
    sold(cast.ana, "a", 1, name="Renewal Harbour Foods", currency="IDR", closed_on=date(2026, 11, 1))
    sold(cast.ben, "b", 2, name="b", customer=acme)
    sold(cast.ana, "CRM-007", 3, name="c", product=crane)
    opened(cast.ana, "d", amount_minor=4, name="d")
    names = {"Renewal Harbour Foods": "a"}
    response = signed_in(cast.ada).get(reverse("sales:deals"), query)
    assert [names.get(row.name, row.name) for row in response.context["page"]] == found


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "'; DROP TABLE sales_deal; --"},
        {"q": "a & | ! <-> :*"},
        {"q": "%(x)s %s {} \\"},
        {"q": "x" * 5_000},
        {"status": "sold"},
        {"currency": "EUR"},
        {"closed_from": "9999-99-99"},
        {"closed_from": "0001-01-01", "closed_to": "9999-12-31"},
        {"sort": "external_id"},
        {"owner": "(((("},
        {"owner": "\x00"},
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"page": "x"},
    ],
)
@pytest.mark.parametrize("name", ["ana", "ada"])
def test_the_list_withstands_any_query(cast: Cast, name: str, query: dict[str, str]) -> None:
    sold(cast.ana, "a")
    page(getattr(cast, name), **query)


def test_queries_of_the_list_do_not_grow_with_its_rows(cast: Cast) -> None:
    acme = Customer.objects.create(external_id="c1", name="Acme")

    def queries(user: User, **query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(user, **query)
        return len(captured)

    sold(cast.ana, "first", customer=acme)
    few = [queries(user, q="acme") for user in (cast.ana, cast.mia, cast.ada)]
    for number in range(30):
        share(sold(cast.ana, f"n{number}", customer=acme), cast.ana, cast.ben)
    assert [queries(user, q="acme") for user in (cast.ana, cast.mia, cast.ada)] == few


def test_the_pages_of_the_list_hold_every_deal_once(cast: Cast) -> None:
    for number in range(120):
        sold(cast.ana, f"n{number}", closed_on=date(2026, 11, 1 + number % 2))
    client = signed_in(cast.ana)
    pages = [client.get(reverse("sales:deals"), {"page": str(n)}).context["page"] for n in (1, 2, 3)]
    assert [len(one.object_list) for one in pages] == [50, 50, 20]
    assert len({row.pk for one in pages for row in one}) == 120


@pytest.mark.parametrize(("query", "is_walked"), [({}, True), ({"q": "deal"}, False), ({"sort": "-amount"}, True)])
def test_too_many_deals_are_neither_counted_nor_summed_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, query: dict[str, str], is_walked: bool
) -> None:
    monkeypatch.setattr("sales.selectors.deals.MOST_COUNTED", 3)
    for number in range(6):
        sold(cast.ana, f"n{number}", number, closed_on=date(2026, 11, 1 + number))
    response = signed_in(cast.ana).get(reverse("sales:deals"), query)
    assert "More than 3 deals fit" in words(response)
    assert response.context["deals"].sums == ()
    if is_walked:
        assert [row.external_id for row in response.context["page"]] == ["n5", "n4", "n3"]


def test_an_empty_list_says_why_and_what_to_do(cast: Cast) -> None:
    assert "No deals yet They appear once an administrator imports them" in page(cast.ana)
    assert "Import deals" in page(cast.ada)
    assert "New deal" not in page(cast.finn)


def test_a_search_that_finds_nothing_says_so(cast: Cast) -> None:
    sold(cast.ana, "a")
    assert "No deal fits these filters" in page(cast.ana, q="zzz")


def test_htmx_gets_the_list_alone(cast: Cast) -> None:
    html = signed_in(cast.ana).get(reverse("sales:deals"), headers={"HX-Request": "true"}).content.decode()
    assert html.strip().startswith('<div id="deals"')
