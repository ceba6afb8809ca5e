"""Draws and balances from statement to statement, in the database and on the page."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from commissions import selectors, services
from commissions.engine.document import load_plan
from commissions.models import Period, Plan, Settlement, StaleStatement, Statement
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

DRAW = """
plan: New hires
currency: USD
period: month
components: [{key: all, name: Everything, rate: 10%}]
draw: {kind: recoverable, amount: 10, periods: 3}
"""
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02")


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Ana since November 2025: 4, 6, 0 and 25 dollars earned, with a draw of 10 in the first three months."""
    plan = published(DRAW, from_date=date(2025, 1, 1)).plan
    assign(plan, cast.ana, from_date=date(2025, 11, 15))
    for day, amount_minor in ((date(2025, 11, 20), 40_00), (date(2025, 12, 1), 60_00), (date(2026, 2, 1), 250_00)):
        won(cast.ana, day, amount_minor, key=day.isoformat())
    return plan


def paid() -> dict[str, tuple[int, int, int]]:
    """By period: earned, payable, and what is owed afterwards."""
    found = Statement.objects.select_related("period").prefetch_related("settlements")
    return {
        row.period.label: (row.total_minor, row.payable_minor, sum(s.owed_after_minor for s in row.settlements.all()))
        for row in found
        if row.period.label in MONTHS
    }


ALL = {
    "2025-11": (4_00, 10_00, 6_00),
    "2025-12": (6_00, 10_00, 10_00),
    "2026-01": (0, 10_00, 20_00),
    "2026-02": (25_00, 5_00, 0),
}


def take_up() -> None:
    while services.recalculate_stale(now=NOW):
        pass


def test_each_statement_starts_with_what_the_one_before_left_owed(plan: Plan) -> None:
    for label in MONTHS:
        calculated(label)
    assert paid() == ALL


def test_the_order_in_which_periods_are_calculated_changes_nothing(plan: Plan) -> None:
    for label in reversed(MONTHS):
        calculated(label)
    take_up()
    assert paid() == ALL
    assert not StaleStatement.objects.exists()


def test_a_changed_deal_is_followed_through_all_open_statements_after_it(plan: Plan, cast: Cast) -> None:
    for label in MONTHS:
        calculated(label)
    Deal.objects.filter(external_id="2025-11-20").update(amount_minor=90_00)
    services.note_facts(touched=[(cast.ana.pk, date(2025, 11, 20))])
    take_up()
    assert paid() == {
        "2025-11": (9_00, 10_00, 1_00),
        "2025-12": (6_00, 10_00, 5_00),
        "2026-01": (0, 10_00, 15_00),
        "2026-02": (25_00, 10_00, 0),
    }


def test_a_closed_statement_stands_and_the_next_one_starts_with_what_it_left(plan: Plan, cast: Cast) -> None:
    for label in MONTHS:
        calculated(label)
    Period.objects.filter(start__lt=date(2026, 1, 1)).update(status="closed")
    won(cast.ana, date(2025, 12, 30), 70_00)
    services.note_facts(touched=[(cast.ana.pk, date(2025, 12, 30))])
    take_up()
    calculated("2026-02")
    # a true-up of 7.00 is earned in January, and lessens the draw there
    assert paid() == ALL | {"2026-01": (7_00, 10_00, 13_00), "2026-02": (25_00, 12_00, 0)}


def test_a_second_calculation_writes_nothing(plan: Plan) -> None:
    for label in MONTHS:
        calculated(label)
    before = list(Settlement.objects.order_by("pk").values())
    for label in MONTHS:
        calculated(label)
    assert list(Settlement.objects.order_by("pk").values()) == before


def test_who_leaves_the_plan_takes_the_settlement_along(plan: Plan, cast: Cast) -> None:
    calculated("2025-11")
    services.unassign(plan=plan, payees=[cast.ana], from_date=date(2025, 1, 1), until=None, acting_user=None, now=NOW)
    calculated("2025-11")
    assert (Settlement.objects.count(), Statement.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "change", ["UPDATE commissions_settlement SET forgiven_minor = 1", "DELETE FROM commissions_settlement"]
)
def test_the_database_refuses_to_change_what_a_closed_statement_settled(plan: Plan, change: str) -> None:
    calculated("2025-11")
    Period.objects.update(status="closed")
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


CANCELLED = "What was credited of a deal is taken back when it is cancelled, whenever that is."


def test_the_plan_says_in_words_what_a_draw_does() -> None:
    draw = "draw: {kind: recoverable, amount: 10, periods: 1, recover_at_most: 50%, most_owed: 25, forgive_after: 2}"
    assert selectors.terms_of(load_plan(f"{FLAT}{draw}\nbelow_zero: carry\n")) == [
        "Each statement pays at least $10.00: what is missing is advanced.",
        "That holds for the first statement on the plan.",
        "What was advanced is owed, and recovered from at most 50% of what later statements earn.",
        "Never more than $25.00 is owed: beyond that nothing is advanced.",
        "What is still owed 2 statements after the draw has ended is forgiven.",
        "A statement below zero pays nothing; the rest is taken from later statements.",
        CANCELLED,
    ]
    given = "draw: {kind: non_recoverable, amount: 10, pays: in_addition}"
    assert selectors.terms_of(load_plan(FLAT + given)) == [
        "Each statement pays $10.00 in advance, beside what was earned.",
        "Nothing of it is owed back.",
        CANCELLED,
    ]
    assert selectors.terms_of(load_plan(FLAT)) == [CANCELLED]


def test_the_page_shows_the_way_from_earned_to_payable(plan: Plan, cast: Cast, client: Client) -> None:
    for label in MONTHS:
        calculated(label)
    client.force_login(cast.ana)
    statement = Statement.objects.get(period__start=date(2026, 2, 1))
    text = client.get(reverse("commissions:statement", args=[statement.pk])).content.decode()
    for words in ("From earned to payable", "Recovered of what was owed", "Still owed after this statement"):
        assert words in text
