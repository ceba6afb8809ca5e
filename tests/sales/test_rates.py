"""Exchange rates as finance keeps them, and what a changed one makes stale."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Company, User
from commissions.models import EarningLine, StaleStatement
from commissions.services.stale_work import recalculate_stale
from kpis.models import StaleKpi
from sales import services
from sales.models import ExchangeRate, Payment
from tests.commissions.facts import NOW, assign, calculated, published, won
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
CONVERTING = """
plan: Converting
currency: USD
period: month
other_currencies: convert
components: [{key: all, name: Everything, rate: 10%}]
"""
REFUSING = CONVERTING.replace("plan: Converting", "plan: Refusing").replace("other_currencies: convert\n", "")


def rate(day: date, value: str = "1.1", source: str = "EUR", target: str = "USD") -> ExchangeRate:
    return services.save_rate(rate=None, source=source, target=target, starts_on=day, value=Decimal(value), **BY)


def test_a_rate_far_from_its_neighbour_is_asked_about(cast: Cast) -> None:
    pages, form = signed_in(cast.finn), {"source": "EUR", "target": "USD", "starts_on": "2026-04-01", "rate": "1085"}
    rate(date(2026, 3, 1), "1.085")
    rate(date(2026, 3, 2), "2.16")  # not yet twice as much
    refused = pages.post(reverse("sales:rate-new"), form)
    assert refused.status_code == 422
    assert "On 2 Mar 2026 one EUR was 2.16 USD. Was 1,085 meant?" in words(refused)
    assert pages.post(reverse("sales:rate-new"), {**form, "is_sure": "on"}).status_code == 302
    with pytest.raises(ValidationError, match=r"On 1 Mar 2026 one EUR was 1\.085 USD\. Was 0\.5425 meant\?"):
        rate(date(2026, 2, 1), "0.5425")  # where none came before, the next one is asked
    rate(date(2026, 2, 1), "0.5426")
    rate(date(2026, 2, 1), "1000", target="IDR")  # the first of its pair


def forget() -> None:
    StaleStatement.objects.all().delete()
    StaleKpi.objects.all().delete()


def stale() -> set[tuple[str, date]]:
    names = dict(User.objects.values_list("pk", "name"))
    return {(names[payee], day) for payee, day in StaleStatement.objects.values_list("payee_id", "on")}


def test_a_new_rate_makes_stale_who_converts_deals_closed_until_the_next_one(cast: Cast) -> None:
    assign(published(CONVERTING).plan, cast.ana, cast.mia)
    assign(published(REFUSING).plan, cast.ben)
    for owner in (cast.ana, cast.ben):
        won(owner, date(2026, 3, 20), 100_00, currency="EUR")
    won(cast.mia, date(2026, 5, 1), 100_00, currency="EUR")  # converted by the next rate
    won(cast.mia, date(2026, 3, 20), 100_00, currency="JPY")
    rate(date(2026, 5, 1))
    forget()
    rate(date(2026, 3, 1))
    assert stale() == {("Ana", date(2026, 3, 20))}


def test_a_deal_credited_on_later_days_is_stale_from_its_first(cast: Cast) -> None:
    paid = CONVERTING.replace("rate: 10%", "credit: {trigger: paid}, rate: 10%")
    assign(published(paid).plan, cast.ana)
    deal = won(cast.ana, date(2025, 12, 30), 100_00, currency="EUR")
    Payment.objects.create(deal=deal, external_id="p", paid_on=date(2026, 2, 3), amount_minor=100_00)
    forget()
    rate(date(2025, 12, 1))
    assert stale() == {("Ana", date(2025, 12, 30)), ("Ana", date(2026, 2, 3))}


def test_statements_follow_a_rate_that_is_added_corrected_and_removed(cast: Cast) -> None:
    assign(published(CONVERTING).plan, cast.ana)
    won(cast.ana, date(2026, 3, 20), 100_00, currency="EUR")
    calculated("2026-03")
    first = rate(date(2026, 3, 1), "1.1")
    assert _pay() == [11_00]
    services.save_rate(rate=first, source="EUR", target="USD", starts_on=date(2026, 3, 20), value=Decimal("1.2"), **BY)
    assert _pay() == [12_00]
    services.save_rate(rate=first, source="EUR", target="USD", starts_on=date(2026, 3, 21), value=Decimal("1.2"), **BY)
    assert _pay() == []
    services.save_rate(rate=first, source="EUR", target="USD", starts_on=date(2026, 3, 2), value=Decimal("1.3"), **BY)
    assert _pay() == [13_00]
    services.remove_rate(rate=first, **BY)
    assert _pay() == []


def _pay() -> list[int]:
    while recalculate_stale(now=NOW):
        pass
    return list(EarningLine.objects.values_list("amount_minor", flat=True))


def test_kpis_are_noted_where_the_rate_leads_to_the_companys_currency(cast: Cast) -> None:
    Company.objects.update_or_create(pk=1, defaults={"currency": "USD"})
    won(cast.ana, date(2026, 3, 20), 100_00, currency="EUR")
    rate(date(2026, 3, 1), target="IDR")
    assert not StaleKpi.objects.exists()
    rate(date(2026, 3, 1))
    assert set(StaleKpi.objects.values_list("user_id", "month")) == {(cast.ana.pk, date(2026, 3, 1))}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": Decimal(9_000_000)}, "rate"),
        ({"value": Decimal(0)}, "rate"),
        ({"value": Decimal("0.0000000000001")}, "rate"),
        ({"source": "XXQ"}, "source"),
        ({"target": "EUR"}, "target"),
        ({"starts_on": date(2026, 1, 1)}, "starts_on"),
        ({"starts_on": date(9, 1, 1)}, "starts_on"),
    ],
    ids=["too large", "nothing", "13 decimals", "no currency", "into itself", "twice a day", "no year"],
)
def test_what_is_no_rate_is_refused(given: dict[str, Any], field: str) -> None:
    rate(date(2026, 1, 1))
    asked: dict[str, Any] = {"source": "EUR", "target": "USD", "starts_on": date(2026, 2, 1), "value": Decimal(1)}
    with pytest.raises(ValidationError) as refused:
        services.save_rate(rate=None, **(asked | given), **BY)
    assert list(refused.value.message_dict) == [field]


def test_the_database_refuses_a_rate_that_the_engine_could_not_hold() -> None:
    with pytest.raises(IntegrityError, match="below_the_most"), transaction.atomic():
        ExchangeRate.objects.create(source="EUR", target="USD", starts_on=date(2026, 1, 1), rate=9_000_000)


def test_who_sells_keeps_no_rates(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        services.save_rate(
            rate=None, source="EUR", target="USD", starts_on=date(2026, 1, 1), value=Decimal(1), acting_user=cast.mia,
            now=NOW,
        )  # fmt: skip


def test_finance_adds_filters_corrects_and_removes_a_rate(cast: Cast) -> None:
    client, home = signed_in(cast.finn), reverse("sales:rates")
    assert "No exchange rate is known yet" in words(client.get(home))
    asked = {"source": "eur", "target": "usd", "starts_on": "2026-01-01", "rate": "1.085"}
    assert client.post(reverse("sales:rate-new"), asked).status_code == 302
    row = ExchangeRate.objects.get()
    assert "EUR → USD 1 Jan 2026 1.085" in words(client.get(home, {"source": "eur"}))
    assert "No rate of this pair is known" in words(client.get(home, {"source": "JPY"}))
    refused = client.post(reverse("sales:rate", args=[row.pk]), asked | {"rate": "9000000"})
    assert refused.status_code == 422
    assert "A rate is above 0 and below 9,000,000." in words(refused)
    again = client.post(reverse("sales:rate-new"), asked)
    assert again.status_code == 422
    assert "of this day already" in words(again)
    assert client.post(reverse("sales:rate", args=[row.pk]), asked | {"rate": "1.09"}).status_code == 302
    row.refresh_from_db()
    assert row.rate == Decimal("1.09")
    assert 'value="1.09"' in client.get(reverse("sales:rate", args=[row.pk])).content.decode()
    assert client.post(reverse("sales:rate-remove", args=[row.pk])).status_code == 302
    assert not ExchangeRate.objects.exists()


def test_a_notice_of_a_missing_rate_leads_those_there_who_may_add_it(cast: Cast) -> None:
    assign(published(CONVERTING).plan, cast.ana)
    won(cast.ana, date(2026, 3, 20), 100_00, currency="EUR")
    calculated("2026-03")
    page = reverse("commissions:statement", args=[cast.ana.statements.get().pk])
    link = f'<a href="{reverse("sales:rates")}">'
    assert [link in signed_in(user).get(page).content.decode() for user in (cast.finn, cast.ana)] == [True, False]
