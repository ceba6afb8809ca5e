"""Pay that waits, from statement to statement, in the database and on the page."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from commissions import selectors, services
from commissions.engine.document import load_plan
from commissions.models import EarningLine, Period, Plan, Release, Settlement, StaleStatement, Statement
from commissions.selectors.releases import payout_words
from sales.models import Deal, Payment
from sales.services import record_payment
from tests.commissions.facts import NOW, assign, calculated, published, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

HALF = """
plan: Half as the customer pays
currency: USD
period: month
components:
  - key: all
    name: Everything
    rate: 10%
    payout: [{share: 50%, due: at_once}, {share: 50%, due: paid}]
"""
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02")
RELATED = ("statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via")
Row = tuple[int, int, int]


@pytest.fixture
def plan(cast: Cast) -> Plan:
    plan = published(HALF, from_date=date(2025, 1, 1)).plan
    assign(plan, cast.ana, from_date=date(2025, 11, 1))
    return plan


@pytest.fixture
def deal(cast: Cast, plan: Plan) -> Deal:
    """Ana sells for 1,000 in November 2025; 400 are paid in December."""
    sold = won(cast.ana, date(2025, 11, 20), 1000_00, key="A")
    pay(sold, date(2025, 12, 5), 400_00)
    return sold


def pay(deal: Deal, day: date, amount_minor: int) -> Payment:
    return record_payment(
        deal=deal, external_id=f"P{day}", paid_on=day, amount_minor=amount_minor, acting_user=None, now=NOW
    )


def take_up() -> None:
    while services.recalculate_stale(now=NOW):
        pass


def paid(payee: User | None = None) -> dict[str, Row]:
    """By period: earned, payable, and what waits afterwards."""
    found = Statement.objects.select_related("period").prefetch_related("settlements")
    found = found.filter(payee=payee) if payee else found
    return {
        row.period.label: (row.total_minor, row.payable_minor, sum(s.held_after_minor for s in row.settlements.all()))
        for row in found
        if row.period.label in MONTHS
    }


PAID = {
    "2025-11": (100_00, 50_00, 50_00),
    "2025-12": (0, 20_00, 30_00),
    "2026-01": (0, 0, 30_00),
    "2026-02": (0, 0, 30_00),
}


def calculate_all() -> None:
    for label in MONTHS:
        calculated(label)


def test_a_statement_pays_what_has_become_due_of_earlier_ones(deal: Deal) -> None:
    calculate_all()
    assert paid() == PAID
    row = Release.objects.get(statement__period__start=date(2025, 12, 1))
    assert (row.earned_minor, row.held_minor, row.released_minor, row.held_after_minor) == (0, 0, 20_00, 30_00)
    assert (row.earned_on, row.due, row.states) == (date(2025, 11, 20), "7/10", "1 2/5")


def test_the_order_in_which_periods_are_calculated_changes_nothing(deal: Deal) -> None:
    for label in reversed(MONTHS):
        calculated(label)
    take_up()
    assert paid() == PAID
    assert not StaleStatement.objects.exists()


def test_a_second_calculation_writes_nothing(deal: Deal) -> None:
    calculate_all()
    before = [list(model.objects.order_by("pk").values()) for model in (Release, Settlement)]
    calculate_all()
    assert [list(model.objects.order_by("pk").values()) for model in (Release, Settlement)] == before


def test_a_payment_of_a_later_year_releases_what_waits(deal: Deal) -> None:
    calculate_all()
    pay(deal, date(2026, 2, 3), 600_00)
    take_up()
    assert paid() == PAID | {"2026-02": (0, 30_00, 0)}


def test_a_payment_dated_in_a_closed_period_is_paid_by_the_next_open_statement(deal: Deal) -> None:
    calculate_all()
    Period.objects.filter(start__lt=date(2026, 1, 1)).update(status="closed")
    pay(deal, date(2025, 12, 20), 600_00)
    take_up()
    assert paid() == PAID | {"2026-01": (0, 30_00, 0), "2026-02": (0, 0, 0)}


def test_an_earlier_statement_that_changes_is_followed_by_those_after_it(deal: Deal, cast: Cast) -> None:
    calculate_all()
    Deal.objects.update(amount_minor=500_00)
    services.note_facts(touched=[(cast.ana.pk, date(2025, 11, 20))])
    take_up()
    assert paid() == {
        "2025-11": (50_00, 25_00, 25_00),
        "2025-12": (0, 20_00, 5_00),
        "2026-01": (0, 0, 5_00),
        "2026-02": (0, 0, 5_00),
    }


def test_a_cancellation_takes_back_what_was_paid_and_no_more(deal: Deal, cast: Cast) -> None:
    Deal.objects.update(cancelled_on=date(2026, 1, 8))
    calculate_all()
    assert paid() == PAID | {"2026-01": (-100_00, -70_00, 0), "2026-02": (0, 0, 0)}


def test_who_has_left_is_still_paid_what_becomes_due(deal: Deal, plan: Plan, cast: Cast) -> None:
    services.unassign(plan=plan, payees=[cast.ana], from_date=date(2025, 12, 1), until=None, acting_user=None, now=NOW)
    assign(plan, cast.ben)
    calculate_all()
    assert paid(cast.ana) == {"2025-11": (100_00, 50_00, 50_00), "2025-12": (0, 20_00, 30_00)}
    pay(deal, date(2026, 2, 3), 600_00)
    take_up()
    assert paid(cast.ana)["2026-02"] == (0, 30_00, 0)


@pytest.mark.parametrize(
    ("held", "payable"), [("pay", 100_00), ("forfeit", 50_00)], ids=["all of it is due", "the rest is lost"]
)
def test_what_waits_follows_the_plan_when_its_payee_leaves(deal: Deal, cast: Cast, held: str, payable: int) -> None:
    plan = published(f"{HALF}on_leaving: {{held: {held}}}\n".replace("Half", "Other"), from_date=date(2025, 1, 1)).plan
    assign(plan, cast.ben, from_date=date(2025, 11, 1), until=date(2025, 12, 1))
    won(cast.ben, date(2025, 11, 20), 1000_00)
    calculate_all()
    assert paid(cast.ben) == {"2025-11": (100_00, payable, 0)}


def test_whoever_sold_is_paid_though_the_deal_is_another_ones_now(deal: Deal, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ben)
    calculate_all()
    Period.objects.filter(start__lt=date(2026, 1, 1)).update(status="closed")
    Deal.objects.update(owner=cast.ben)
    pay(deal, date(2026, 2, 3), 600_00)
    take_up()
    assert paid(cast.ana)["2026-02"] == (0, 30_00, 0)


@pytest.mark.parametrize("change", ["UPDATE commissions_release SET held_minor = 1", "DELETE FROM commissions_release"])
def test_the_database_refuses_to_change_what_a_closed_statement_released(deal: Deal, change: str) -> None:
    calculated("2025-11")
    Period.objects.update(status="closed")
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_who_leaves_the_plan_altogether_takes_the_releases_along(deal: Deal, plan: Plan, cast: Cast) -> None:
    calculated("2025-11")
    services.unassign(plan=plan, payees=[cast.ana], from_date=date(2025, 1, 1), until=None, acting_user=None, now=NOW)
    calculated("2025-11")
    assert (Release.objects.count(), Statement.objects.count()) == (0, 0)


def test_the_page_says_what_waits_and_why(deal: Deal, cast: Cast, client: Client) -> None:
    calculate_all()
    client.force_login(cast.ana)
    statement = Statement.objects.get(period__start=date(2025, 12, 1))
    text = client.get(reverse("commissions:statement", args=[statement.pk])).content.decode()
    for words in (
        "Released of what was held back before",
        "50% at once; 50% as the customer pays (40% is paid)",
        "Still held back after this statement",
    ):
        assert words in text


def test_the_plan_says_in_words_when_it_pays() -> None:
    payout = "payout: [{share: 25%, after: 1 month}, {share: 25%, on_date: 2027-01-15}, {share: 50%, due: invoiced}]"
    document = load_plan(
        f"{{plan: A, currency: USD, period: month, components: [{{key: a, name: A, rate: 5%, {payout}}}],"
        " on_leaving: {held: forfeit, owed: deduct}, clawback: {within_days: 90, mode: prorated}}"
    )
    assert list(payout_words(document.components[0].payout)) == [
        "25% 1 month after the credit",
        "25% on 15 Jan 2027",
        "50% once the deal is invoiced",
    ]
    assert selectors.terms_of(document) == [
        "A deal that is cancelled within 90 days of closing takes back the part of those days that are missing.",
        "What isn't due yet when somebody leaves the plan is never paid.",
        "The last statement before somebody leaves takes all that it can of what she owes.",
    ]


def test_a_line_says_how_much_of_it_is_paid_when(deal: Deal, cast: Cast, client: Client) -> None:
    calculated("2025-11")
    line = EarningLine.objects.get()
    client.force_login(cast.ana)
    page = reverse("commissions:line", args=[line.pk])
    text = client.get(page).content.decode()
    for words in (
        "Paid in parts: 50% at once; 50% as the customer pays.",
        "Paid with this statement: $50.00.",
        "Held back until the customer pays: $50.00.",
    ):
        assert words in text
    assert "After later statements" not in text
    calculated("2025-12")
    assert "After later statements, still held back: $30.00." in client.get(page).content.decode()
    pay(deal, date(2026, 2, 3), 600_00)
    calculate_all()
    assert "nothing is held back any more" in client.get(page).content.decode()


def test_a_line_that_takes_back_says_from_where(deal: Deal, cast: Cast) -> None:
    Deal.objects.update(cancelled_on=date(2026, 1, 8))
    calculate_all()
    back = EarningLine.objects.select_related(*RELATED).get(amount_minor__lt=0)
    said = selectors.reading(selectors.line_explanation(back), is_own=True).waits
    assert said[1:] == ("Taken back with this statement: $70.00.", "Taken out of what is held back: $30.00.")


def test_explain_prints_when_a_line_is_paid(deal: Deal, cast: Cast) -> None:
    calculated("2025-11")
    output = StringIO()
    call_command("explain", payee=cast.ana.email, period="2025-11", stdout=output)
    assert "    Held back until the customer pays: $50.00.\n" in output.getvalue()
    call_command("explain", payee=cast.ana.email, period="2025-11", json=True, stdout=output)


def test_finance_sees_what_is_still_held_in_a_period(deal: Deal, cast: Cast, client: Client) -> None:
    calculate_all()
    [total] = selectors.period_overview(Period.objects.get(start=date(2025, 12, 1))).totals
    assert (total.currency, total.held_minor) == ("USD", 30_00)
    client.force_login(cast.finn)
    text = client.get(reverse("commissions:period", args=["2025-12"])).content.decode()
    assert "Still held back in USD" in text
