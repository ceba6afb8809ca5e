"""Floors and caps as statements, lines and plans show them."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from commissions import selectors
from commissions.engine.document import load_plan
from commissions.models import EarningLine, Statement
from commissions.selectors.limits import plan_cap_sentence, rule_sentences
from tests.commissions.facts import assign, calculated, published, won
from tests.conftest import Cast

CARRIED = """
plan: Carried
currency: USD
period: month
cap: {per: quarter, amount: 250}
components:
  - key: sales
    name: Sales
    rate: 10%
    cap: {per: month, amount: 100, excess: carry}
    floor: {per: quarter, amount: 5}
"""


@pytest.fixture
def carried(cast: Cast) -> Cast:
    assign(published(CARRIED).plan, cast.ana)
    won(cast.ana, date(2026, 4, 4), 2300_00)
    calculated("2026-04")
    calculated("2026-05")
    return cast


def line_of(label: date) -> EarningLine:
    related = ("statement__payee", "statement__period", "plan_version__plan", "deal__customer")
    return EarningLine.objects.select_related(*related).get(date=label)


def test_a_month_without_a_deal_pays_what_the_cap_took_before(carried: Cast) -> None:
    may = line_of(date(2026, 5, 1))
    assert (may.kind, may.deal, may.amount_minor, may.uncapped_minor) == ("carried", None, 100_00, 0)
    assert Statement.objects.get(period__start=date(2026, 5, 1), payee=carried.ana).total_minor == 100_00


def test_calculated_again_a_carried_line_stays_as_it_is(carried: Cast) -> None:
    before = list(EarningLine.objects.order_by("pk").values_list("pk", "seq", "amount_minor"))
    calculated("2026-05")
    assert list(EarningLine.objects.order_by("pk").values_list("pk", "seq", "amount_minor")) == before


def test_the_reason_of_a_carried_line_says_whose_cap_it_was(carried: Cast) -> None:
    why = selectors.line_explanation(line_of(date(2026, 5, 1)))
    assert why.deal == "Carried from before"
    assert selectors.reading(why, is_own=True).sentence == (
        "Earlier in the year your pay went beyond its cap of $100.00 per month, which carries. The rest is paid now, "
        "as far as there is room: $100.00."
    )


def test_the_reason_of_a_cut_line_names_all_that_cut_it(carried: Cast) -> None:
    why = selectors.line_explanation(line_of(date(2026, 4, 4)))
    assert selectors.reading(why, is_own=True).cap.startswith(
        "$230.00 became $100.00 by its floor of $5.00 per quarter; "
    )


def test_a_line_without_a_deal_has_its_pages(carried: Cast, client: Client) -> None:
    client.force_login(carried.ana)
    may = line_of(date(2026, 5, 1))
    for address in (
        reverse("commissions:line", args=[may.pk]),
        reverse("commissions:statement", args=[may.statement_id]),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Carried from before" in answer.content.decode()
    assert client.get(reverse("dashboards:home")).status_code == 200


def test_a_plan_says_its_floors_and_caps() -> None:
    document = load_plan(CARRIED)
    assert list(rule_sentences(document.components[0], "USD")) == [
        "It pays at least $5.00 per quarter, once there is a credit.",
        "It pays at most $100.00 per month; the rest is paid later in the year, where there is room.",
    ]
    assert plan_cap_sentence(document) == "All components together pay at most $250.00 per quarter."


def test_a_line_without_a_deal_shows_no_position(carried: Cast, client: Client) -> None:
    client.force_login(carried.ana)
    answer = client.get(reverse("commissions:statement", args=[line_of(date(2026, 5, 1)).statement_id]))
    assert answer.content.decode().count("<span>–</span>") == 2
