"""Payments, costs and the company's own fields on the deal's page and in its form."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sales.models import Deal, Payment
from tests.conftest import Cast
from tests.sales.browsing import NOW, form, opened, signed_in, sold, words


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def pay(client: Client, deal: Deal, **sent: str) -> Any:
    usual = {"paid_on": "2026-11-20", "amount": "1,250.50", "token": "abc"}
    return client.post(reverse("sales:payment-record", args=[deal.pk]), {**usual, **sent})


def test_finance_records_a_payment_once_however_often_she_taps(cast: Cast) -> None:
    deal, finn = sold(cast.ana, "a"), signed_in(cast.finn)
    assert [pay(finn, deal).status_code for _ in range(2)] == [302, 422]
    assert list(Payment.objects.values_list("external_id", "amount_minor")) == [("P-abc", 1250_50)]
    page = finn.get(reverse("sales:deal", args=[deal.pk]))
    assert "1,250.50" in words(page)
    assert "Record a payment" in words(page)


def test_a_rep_reads_what_was_paid_and_records_nothing(cast: Cast) -> None:
    deal = sold(cast.ana, "a")
    pay(signed_in(cast.finn), deal)
    page = signed_in(cast.ana).get(reverse("sales:deal", args=[deal.pk]))
    assert "1,250.50" in words(page)
    assert "Record a payment" not in words(page)
    assert pay(signed_in(cast.ana), deal, token="two").status_code == 403
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"amount": "0"}, "A payment of nothing is none."),
        ({"amount": "x"}, "is no number"),
        ({"amount": "1.005"}, "USD has 2 decimals"),
        ({"paid_on": "2027-01-01"}, "This day is still to come."),
        ({"external_id": "x\x1b"}, "can be seen"),
        ({"token": ""}, "This field is required."),
    ],
)
def test_a_payment_that_cannot_be_comes_back_with_the_reason(cast: Cast, sent: dict[str, str], reason: str) -> None:
    response = pay(signed_in(cast.ada), sold(cast.ana, "a"), **sent)
    assert (response.status_code, Payment.objects.count()) == (422, 0)
    assert reason in words(response)


def test_a_payment_of_another_deal_is_not_removed_through_this_one(cast: Cast) -> None:
    ada, deal, other = signed_in(cast.ada), sold(cast.ana, "a"), sold(cast.ana, "b")
    pay(ada, deal)
    paid = Payment.objects.get()
    assert ada.post(reverse("sales:payment-remove", args=[other.pk, paid.pk])).status_code == 404
    assert ada.post(reverse("sales:payment-remove", args=[deal.pk, paid.pk])).status_code == 302
    assert not Payment.objects.exists()


def test_an_administrator_writes_what_plans_ask_for_and_the_page_shows_it(cast: Cast) -> None:
    ada, deal = signed_in(cast.ada), sold(cast.ana, "a")
    response = ada.post(
        reverse("sales:deal-edit", args=[deal.pk]),
        form(
            external_id="a", owner="ana@example.com", status="won", closed_on="2026-11-03", amount="1,000",
            cost="600.50", tax="0", discount="12.5", term_months="24", invoiced_on="2026-11-10",
            cancelled_on="2026-11-20", custom="region = west\r\nseats=25\r\n",
        ),
    )  # fmt: skip
    assert response.status_code == 302
    deal.refresh_from_db()
    assert (deal.cost_minor, deal.tax_minor, deal.discount_ppm, deal.term_months) == (600_50, 0, 125_000, 24)
    assert (deal.invoiced_on, deal.cancelled_on) == (date(2026, 11, 10), date(2026, 11, 20))
    assert deal.custom == {"region": "west", "seats": "25"}
    shown = words(ada.get(reverse("sales:deal", args=[deal.pk])))
    for text in ("399.50", "12.5", "24 months", "region", "west", "Cancelled on"):
        assert text in shown


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"custom": "region"}, "says no value"),
        ({"custom": "Région = x"}, "is no name of a field"),
        ({"custom": "a = 1\na = 2"}, "comes twice"),
        ({"discount": "100.1"}, "A discount is from 0 to 100 %."),
        ({"discount": "1.23456"}, "at most 4 decimals"),
        ({"cost": "1.234"}, "USD has 2 decimals"),
        ({"status": "open", "cancelled_on": "2026-11-20"}, "Only a won deal can be cancelled."),
        ({"term_months": "-1"}, "A term is from 0 to 1200 months."),
    ],
)
def test_facts_that_cannot_be_are_refused_beside_their_fields(cast: Cast, sent: dict[str, str], reason: str) -> None:
    deal = opened(cast.ana, "a")
    response = signed_in(cast.ada).post(reverse("sales:deal-edit", args=[deal.pk]), {**form(external_id="a"), **sent})
    assert response.status_code == 422
    assert reason in words(response)


def test_a_rep_sends_an_invoice_in_vain_and_the_rest_is_hers(cast: Cast) -> None:
    deal = opened(cast.ana, "a")
    sent = form(external_id="a", invoiced_on="2026-11-10", cost="5", custom="region = west")
    assert signed_in(cast.ana).post(reverse("sales:deal-edit", args=[deal.pk]), sent).status_code == 302
    deal.refresh_from_db()
    assert (deal.invoiced_on, deal.cost_minor, deal.custom) == (None, 5_00, {"region": "west"})
