"""Why a line credits a part of its deal, or an amount in another currency than the deal's."""

# ruff: noqa: RUF001  the signs of arithmetic as pages write them

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from commissions import selectors
from commissions.models import EarningLine
from sales.models import Deal, ExchangeRate, Payment
from tests.commissions.facts import assign, calculated, published, won
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
PLAN = """
plan: Events
currency: USD
period: month
other_currencies: convert
components: [{key: all, name: Everything, credit: {trigger: TRIGGER}, BASE rate: 10%}]
"""


def line_of(event: str, nth: int = 0) -> EarningLine:
    lines = EarningLine.objects.filter(event=event).order_by("date", "seq").select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    )  # fmt: skip
    return lines[nth]


def texts(event: str, nth: int = 0) -> list[str]:
    why = selectors.line_explanation(line_of(event, nth))
    return [text.replace("\xa0", " ") for text in selectors.reading(why, is_own=True).crediting]


def plan(trigger: str, base: str = "") -> str:
    return PLAN.replace("TRIGGER", trigger).replace("BASE", base)


def pay(deal: Deal, *payments: tuple[date, int]) -> None:
    for number, (day, minor) in enumerate(payments):
        key = f"{deal.external_id}-{number}"
        Payment.objects.create(deal=deal, external_id=key, paid_on=day, amount_minor=minor)


def test_a_payment_says_how_much_was_received_and_what_of_it_is_new(cast: Cast) -> None:
    assign(published(plan("paid")).plan, cast.ana)
    deal = won(cast.ana, date(2026, 3, 2), 10_000_00)
    pay(deal, (date(2026, 3, 12), 3_333_33), (date(2026, 3, 13), 3_333_33))
    calculated("2026-03")
    assert texts("paid") == [
        "Paid on 12 Mar 2026: $3,333.33 of $10,000.00 received so far, so 33.3333% of the deal counts.",
        "Credited before: nothing.",
        "Credited now: $10,000.00 × $3,333.33 ÷ $10,000.00 = $3,333.33.",
    ]
    assert texts("paid", 1)[1:] == [
        "Credited before: $10,000.00 × $3,333.33 ÷ $10,000.00 = $3,333.33.",
        "Credited now: $10,000.00 × $6,666.66 ÷ $10,000.00 = $6,666.66.",
        "This line has the difference: $6,666.66 − $3,333.33 = $3,333.33.",
    ]


def test_two_equal_payments_of_a_day_are_told_apart(cast: Cast) -> None:
    assign(published(plan("paid")).plan, cast.ana)
    pay(won(cast.ana, date(2026, 3, 2), 100_00), (date(2026, 3, 12), 25_00), (date(2026, 3, 12), 25_00))
    calculated("2026-03")
    assert ["$25.00 of" in texts("paid")[0], "$50.00 of" in texts("paid", 1)[0]] == [True, True]


def test_a_part_of_a_shared_deal_is_a_part_of_her_share(cast: Cast) -> None:
    assign(published(plan("paid")).plan, cast.ana, cast.ben)
    shares = [(cast.ana, 333_333), (cast.ben, 666_667)]
    pay(won(cast.ana, date(2026, 3, 2), 100_00, shares=shares), (date(2026, 3, 12), 50_00))
    calculated("2026-03")
    whys = [selectors.line_explanation(line_of("paid", nth)) for nth in (0, 1)]
    found = {why.payee: why.crediting for why in whys}
    assert {name: (each.all, each.credited_after) for name, each in found.items() if each} == {
        "Ana": (33_33, 16_67), "Ben": (66_67, 33_34),
    }  # fmt: skip


def test_an_invoice_a_cancellation_and_money_paid_back_say_so(cast: Cast) -> None:
    assign(published(plan("invoiced")).plan, cast.ana)
    won(cast.ana, date(2026, 3, 2), 100_00, invoiced_on=date(2026, 3, 5), cancelled_on=date(2026, 3, 20))
    calculated("2026-03")
    assert texts("invoiced") == ["Invoiced on 5 Mar 2026: all of the deal counts."]
    assert texts("cancelled") == ["Cancelled on 20 Mar 2026: what had been credited is taken back."]
    taken = selectors.reading(selectors.line_explanation(line_of("cancelled")), is_own=True)
    assert taken.sentence.startswith("$100.00 no longer counts for you")


def test_a_deal_paid_in_full_and_then_no_longer(cast: Cast) -> None:
    assign(published(plan("paid_in_full")).plan, cast.ana)
    pay(won(cast.ana, date(2026, 3, 2), 100_00), (date(2026, 3, 12), 100_00), (date(2026, 3, 15), -1_00))
    calculated("2026-03")
    assert texts("paid") == ["Paid in full on 12 Mar 2026: all of the deal counts."]
    assert texts("paid", 1) == ["Since 15 Mar 2026 no longer paid in full: what had been credited is taken back."]


def test_a_cancellation_that_takes_back_a_part_says_which(cast: Cast) -> None:
    clawback = "clawback: {within_days: 90, mode: prorated}"
    assign(published(plan("booked") + clawback).plan, cast.ana)
    won(cast.ana, date(2026, 3, 2), 100_00, cancelled_on=date(2026, 3, 12))
    calculated("2026-03")
    assert texts("cancelled") == [
        (
            "Cancelled on 12 Mar 2026: it was kept for 10 of the 90 days in which a cancellation takes back, "
            "so that part stays credited and the rest is taken back."
        ),
        "Credited before: $100.00 × 90 ÷ 90 = $100.00.",
        "Credited now: $100.00 × 10 ÷ 90 = $11.11, rounded.",
        "This line has the difference: $11.11 − $100.00 = −$88.89.",
    ]


def test_a_converted_deal_says_its_rate_and_the_product(cast: Cast) -> None:
    assign(published(plan("booked")).plan, cast.ana)
    ExchangeRate.objects.create(source="EUR", target="USD", starts_on=date(2026, 1, 1), rate=Decimal("1.085"))
    won(cast.ana, date(2026, 1, 31), 1_000_00, currency="EUR")
    calculated("2026-01")
    assert texts("booked") == ["Amount: €1,000.00 × 1.085 (rate of 31 Jan 2026, the day it closed) = $1,085.00."]
    with translation.override("id"):
        assert texts("booked") == ["Nilai: €1.000,00 × 1,085 (kurs 31 Jan 2026, hari penutupannya) = US$1.085,00."]


def test_a_margin_converts_the_amount_and_the_cost(cast: Cast) -> None:
    assign(published(plan("paid", "base: deal.margin,")).plan, cast.ana)
    ExchangeRate.objects.create(source="EUR", target="USD", starts_on=date(2026, 1, 1), rate=Decimal("1.1"))
    deal = won(cast.ana, date(2026, 1, 31), 1_000_00, currency="EUR", cost_minor=400_00)
    pay(deal, (date(2026, 2, 3), 500_00))
    calculated("2026-02")
    found = texts("paid")
    assert [text.partition(" (")[0] for text in found[:2]] == ["Amount: €1,000.00 × 1.1", "Cost: €400.00 × 1.1"]
    assert "Credited now: $660.00 × €500.00 ÷ €1,000.00 = $330.00." in found


def test_a_deal_that_changed_since_gives_no_reason_that_is_none(cast: Cast) -> None:
    assign(published(plan("paid")).plan, cast.ana)
    deal = won(cast.ana, date(2026, 3, 2), 100_00)
    pay(deal, (date(2026, 3, 12), 25_00))
    calculated("2026-03")
    Payment.objects.update(amount_minor=30_00)
    assert texts("paid") == [
        "Paid on 12 Mar 2026.",
        "The deal has changed since this line was computed, so how much of it counted then can't be shown here.",
    ]


def test_the_pages_and_the_command_tell_it(cast: Cast) -> None:
    assign(published(plan("paid")).plan, cast.ana)
    ExchangeRate.objects.create(source="IDR", target="USD", starts_on=date(2026, 1, 1), rate=Decimal("0.00006"))
    deal = won(cast.ana, date(2026, 3, 2), 2_000_000_00, currency="IDR")
    pay(deal, (date(2026, 3, 12), 500_000_00))
    calculated("2026-03")
    row, client = line_of("paid"), signed_in(cast.ana)
    line = words(client.get(reverse("commissions:line", args=[row.pk])))
    assert "(rate of 2 Mar 2026, the day it closed)" in line
    assert "25% of the deal counts" in line
    assert "12 Mar 2026 Paid" in words(client.get(reverse("commissions:statement", args=[row.statement_id])))
    assert "12 Mar · Paid" in words(client.get("/"))
    out = StringIO()
    call_command("explain", payee="ana", period="2026-03", stdout=out)
    assert "25% of the deal counts" in out.getvalue()
