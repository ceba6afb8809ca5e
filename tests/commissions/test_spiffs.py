"""Spiffs: what is limited to the first so many deals, or to a budget, of everybody on a plan."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commissions import selectors
from commissions.engine.validation import validated
from commissions.models import EarningLine, Period, Plan, StaleStatement
from commissions.selectors.estimate import Supposed, estimate
from commissions.selectors.inputs import gather
from commissions.selectors.plans import component_view
from commissions.services.stale import note_facts
from commissions.services.stale_work import recalculate_stale
from sales import services as sales
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, TODAY, assign, calculated, period, published, totals, won
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
FIRST = """
plan: Launch
currency: USD
period: month
components:
  - key: launch
    name: 100 for each of the first three
    measure: count
    pay_per_unit: 100
    spiff: {from: 2026-03-01, until: 2026-05-01, first: 3}
"""
BUDGET = """
plan: Launch
currency: USD
period: month
components:
  - {key: launch, name: A tenth, rate: 10%, spiff: {from: 2026-03-01, until: 2026-05-01, budget: 250}}
"""
NOTING = 3  # which ways there are, which later years are open, and the notes
MARCH, APRIL = date(2026, 3, 10), date(2026, 4, 10)


def paid(label: str) -> dict[str, int]:
    return {payee: total for (payee, _), total in totals(label).items()}


def noted() -> set[int]:
    found = set(StaleStatement.objects.values_list("payee_id", flat=True))
    StaleStatement.objects.all().delete()
    return found


def line_of(key: str) -> EarningLine:
    lines = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    )
    return lines.get(deal__external_id=key, event="booked")


def sentence(key: str) -> str:
    return selectors.reading(selectors.line_explanation(line_of(key)), is_own=False).sentence


@pytest.fixture
def launch(cast: Cast) -> Cast:
    assign(published(FIRST).plan, cast.ana, cast.ben)
    return cast


@pytest.fixture
def budget(cast: Cast) -> Cast:
    assign(published(BUDGET).plan, cast.ana, cast.ben)
    return cast


def test_the_first_deals_of_everybody_on_the_plan_are_paid_whoever_is_calculated(launch: Cast) -> None:
    won(launch.ana, MARCH, 1_00, key="A")
    won(launch.ben, date(2026, 3, 11), 1_00, key="B")
    won(launch.ben, APRIL, 1_00, key="C")
    won(launch.ana, date(2026, 4, 11), 1_00, key="D")
    won(launch.ana, date(2026, 5, 1), 1_00, key="after the last day")
    calculated("2026-03", chunks=2)
    calculated("2026-04", chunks=2)
    assert (paid("2026-03"), paid("2026-04")) == ({"ana": 100_00, "ben": 100_00}, {"ana": 0, "ben": 100_00})
    assert "and 3 came before this one" in sentence("D")
    assert "Of the first 3 deals of everybody on the plan, 2 came before this one." in sentence("C")


def test_the_budget_gives_the_deal_that_exceeds_it_the_rest(budget: Cast) -> None:
    won(budget.ana, MARCH, 2_000_00, key="A")
    won(budget.ben, APRIL, 1_000_00, key="B")
    won(budget.ana, date(2026, 4, 11), 1_000_00, key="C")
    for label in ("2026-03", "2026-04"):
        calculated(label, chunks=2)
    assert (paid("2026-03"), paid("2026-04")) == ({"ana": 200_00, "ben": 0}, {"ana": 0, "ben": 50_00})
    assert "$50.00 was left for this deal." in sentence("B")
    assert "was used up on 10 April 2026, before this deal." in sentence("C") or "Apr" in sentence("C")


def test_a_cancellation_takes_back_what_the_deal_got_and_frees_nothing(budget: Cast) -> None:
    won(budget.ana, MARCH, 2_000_00, key="A", cancelled_on=date(2026, 6, 1))
    won(budget.ben, APRIL, 1_000_00, key="B", cancelled_on=date(2026, 6, 2))
    for label in ("2026-03", "2026-04", "2026-06"):
        calculated(label)
    assert paid("2026-04") == {"ana": 0, "ben": 50_00}
    assert paid("2026-06") == {"ana": -200_00, "ben": -50_00}


def test_a_changed_deal_notes_everybody_on_the_plan_and_nobody_else(launch: Cast) -> None:
    assign(published(FLAT).plan, launch.finn)
    deal = won(launch.ana, MARCH, 1_00)
    before = won(launch.ana, date(2026, 2, 10), 1_00)
    after = won(launch.ana, date(2026, 5, 1), 1_00)
    noted()
    save(deal)
    assert noted() == {launch.ana.pk, launch.ben.pk}
    for other in (before, after):
        save(other)
        assert noted() == {launch.ana.pk}


def save(deal: Deal) -> None:
    """Through the service, as a form would."""
    names = ("external_id", "owner", "customer", "product", "kind", "status", "stage", "quantity", "amount_minor",
             "currency", "opened_on", "closed_on")  # fmt: skip
    facts = {name: getattr(deal, name) for name in names} | {"amount_minor": deal.amount_minor + 1}
    sales.save_deal(deal=deal, name="Changed", shares=[], seen_at=None, **facts, **BY)


def test_notes_bring_everybody_up_to_date(launch: Cast) -> None:
    for day in (10, 11, 12):
        won(launch.ben, date(2026, 3, day), 1_00)
    calculated("2026-03")
    assert paid("2026-03") == {"ana": 0, "ben": 300_00}
    noted()
    save(won(launch.ana, date(2026, 3, 1), 1_00))
    while recalculate_stale(now=NOW):
        pass
    assert paid("2026-03") == {"ana": 100_00, "ben": 200_00}


def test_somebody_who_comes_to_the_plan_notes_everybody_on_it(launch: Cast) -> None:
    noted()
    assign(Plan.objects.get(name="Launch"), launch.mia)
    assert noted() == {launch.ana.pk, launch.ben.pk, launch.mia.pk}


def test_what_a_closed_statement_paid_stands_and_counts(budget: Cast) -> None:
    won(budget.ana, MARCH, 2_000_00, key="A")
    calculated("2026-03")
    Period.objects.filter(pk=period("2026-03").pk).update(status=Period.Status.CLOSED)
    won(budget.ben, date(2026, 3, 1), 9_000_00, key="late")  # March is closed: it takes no more than what is left
    won(budget.ben, APRIL, 1_000_00, key="B")
    note_facts(touched=[(budget.ben.pk, date(2026, 3, 1))])
    calculated("2026-04")
    while recalculate_stale(now=NOW):
        pass
    assert paid("2026-03") == {"ana": 200_00, "ben": 0}
    assert paid("2026-04") == {"ana": 0, "ben": 50_00}
    lines = EarningLine.objects.filter(statement__payee=budget.ben, deal__isnull=False).order_by("seq")
    assert list(lines.values_list("deal__external_id", "kind", "amount_minor")) == [
        ("B", "credit", 0), ("late", "true_up", 50_00)
    ]  # fmt: skip


def test_a_closed_deal_that_changed_frees_nothing(launch: Cast) -> None:
    for day in (1, 2):
        won(launch.ana, date(2026, 3, day), 1_00, key=f"A{day}")
    calculated("2026-03")
    Period.objects.filter(pk=period("2026-03").pk).update(status=Period.Status.CLOSED)
    Deal.objects.filter(external_id="A1").update(status="lost")
    for day in (1, 2):
        won(launch.ben, date(2026, 4, day), 1_00)
    calculated("2026-04")
    assert paid("2026-04") == {"ana": 0, "ben": 100_00}


def test_the_plan_says_how_much_is_left(launch: Cast) -> None:
    won(launch.ana, MARCH, 1_00)
    calculated("2026-03")
    version = EarningLine.objects.get().plan_version_id
    client = signed_in(launch.ben)
    text = words(client.get(reverse("commissions:plan", args=[version])))
    assert "So far 1 of 3 deals have been paid." in text
    assert "Only the first so many deals of everybody on the plan are paid: 3." in text


def test_an_estimate_knows_who_came_before(launch: Cast) -> None:
    year = TODAY.year
    for day in (1, 2, 3):
        won(launch.ben, date(year, 3, day), 1_00)
    made_up = Deal(pk=-1, external_id="X", owner=launch.ana, amount_minor=1_00, currency="USD", quantity=1)
    for day, brings in ((2, 100_00), (4, 0)):
        made_up.closed_on = date(year, 3, day)
        found = estimate(payee=launch.ana, supposed=[Supposed(made_up, 100)], today=TODAY)
        assert sum(row.brings_minor for row in found.totals) == brings


def test_a_plan_without_a_spiff_asks_nothing_more(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana, cast.ben)
    with CaptureQueriesContext(connection) as without:
        found = gather(payees=[cast.ana.pk], kinds=["month"], start=MARCH, end=APRIL).inputs
    assert (found.beside, found.granted) == (frozenset(), None)
    assign(published(FIRST).plan, cast.mia, cast.ben)
    with CaptureQueriesContext(connection) as beside:
        gather(payees=[cast.ana.pk], kinds=["month"], start=MARCH, end=APRIL)
    assert len(beside) == len(without)


@pytest.mark.parametrize(
    ("spiff", "more"),
    [
        ("", 0),  # no plan has any
        ("from: 2025-03-01, until: 2026-03-10, first: 3", 0),  # over before the deal closed
        ("from: 2026-03-01, until: 2026-03-11, first: 3", 4),  # which, if she is on it, who is, the open periods
    ],
)
def test_a_deal_asks_about_spiffs_only_while_one_is_open(cast: Cast, spiff: str, more: int) -> None:
    assign(published(FLAT).plan, cast.ana)
    if spiff:
        assign(published(FIRST.replace("from: 2026-03-01, until: 2026-05-01, first: 3", spiff)).plan, cast.ana)
    with CaptureQueriesContext(connection) as queries:
        note_facts(touched=[(cast.ana.pk, MARCH)])
    about_plans = [query["sql"] for query in queries if "commissions_planversion" in query["sql"]]
    assert len(about_plans) == (2 if more else 1)
    assert len(queries) == NOTING + more


def test_a_spiff_of_the_first_deals_has_no_line_to_draw() -> None:
    """What a deal pays depends on the deals before it; days alone leave each deal its pay."""
    part = {"key": "a", "name": "A", "measure": "count", "pay_per_unit": 250}
    drawn = []
    for more in ({"budget": 5000}, {"first": 20}, {}):
        spiff = {"from": "2026-03-01", "until": "2026-04-01", **more}
        document = validated(
            {"plan": "P", "currency": "USD", "period": "month", "components": [{**part, "spiff": spiff}]}
        )
        drawn.append(bool(component_view(document, document.components[0]).points))
    assert drawn == [False, False, True]
