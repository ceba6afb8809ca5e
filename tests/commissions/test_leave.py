"""From a leave on record to a statement: what is computed again, and what people read."""

from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from accounts import services as accounts
from accounts.models import User
from commissions import selectors
from commissions.models import EarningLine, PlanVersion, StaleStatement, Statement
from commissions.selectors.estimate import Supposed, estimate
from commissions.services import recalculate_stale
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, totals, won
from tests.conftest import Cast

AWAY = """
plan: Away
currency: USD
period: month
quotas: {prorate: calendar_days}
leave: {deals: not_credited, quotas: prorated}
components:
  - key: sales
    name: Sales
    window: month
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 100%, rate: 10%}]
"""
MARCH = date(2026, 3, 1)
BACK = date(2026, 3, 11)
BY: dict[str, Any] = {"acting_user": None, "now": NOW}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sold(cast: Cast) -> PlanVersion:
    """Ana's quota of a month is 31,000; she sells 20,000 on 5 March and 30,000 on 12 March."""
    made = published(AWAY)
    assign(made.plan, cast.ana, quota_minor=31_000_00, per="month")
    won(cast.ana, date(2026, 3, 5), 20_000_00, key="A")
    won(cast.ana, date(2026, 3, 12), 30_000_00, key="B")
    calculated("2026-03")
    StaleStatement.objects.all().delete()
    return made


def away(cast: Cast, start: date = MARCH, end: date | None = BACK) -> Any:
    leave = accounts.add_leave(user=cast.ana, starts_on=start, ends_on=end, reason="Parental leave", **BY)
    recompute()
    return leave


def recompute() -> None:
    while recalculate_stale(now=NOW):
        pass


def page(user: User, name: str, *args: object, language: str = "en") -> str:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return " ".join(unescape(strip_tags(response.content.decode())).replace("\N{NO-BREAK SPACE}", " ").split())


def test_leave_recorded_changed_and_removed_is_computed_again(sold: PlanVersion, cast: Cast) -> None:
    # 50,000 of 31,000; then 30,000 of 21,000; then 30,000 of 11,000; and again all
    assert totals("2026-03") == {("ana", "2026-03"): 3_450_00}
    leave = away(cast)
    assert totals("2026-03") == {("ana", "2026-03"): 1_950_00}
    accounts.change_leave(leave=leave, starts_on=date(2026, 2, 1), ends_on=BACK, reason="", **BY)
    recompute()
    assert totals()["ana", "2026-03"] == 1_950_00
    accounts.remove_leave(leave=leave, **BY)
    recompute()
    assert totals()["ana", "2026-03"] == 3_450_00


def test_leave_of_who_is_on_no_plan_that_reads_it_notes_nobody(sold: PlanVersion, cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ben)
    StaleStatement.objects.all().delete()
    accounts.add_leave(user=cast.ben, starts_on=MARCH, ends_on=BACK, **BY)
    assert not StaleStatement.objects.exists()
    accounts.add_leave(user=cast.ana, starts_on=MARCH, ends_on=BACK, **BY)
    assert set(StaleStatement.objects.values_list("payee_id", flat=True)) == {cast.ana.pk}


def test_leave_late_in_a_year_notes_the_year_for_its_quotas(sold: PlanVersion, cast: Cast) -> None:
    accounts.add_leave(user=cast.ana, starts_on=date(2026, 11, 1), ends_on=None, **BY)
    assert min(StaleStatement.objects.values_list("on", flat=True)) == date(2026, 1, 1)


def test_a_closed_statement_stays_as_it_was(sold: PlanVersion, cast: Cast) -> None:
    statement = Statement.objects.select_related("period").get(period__start=MARCH)
    statement.period.status = "closed"
    statement.period.save(update_fields=["status"])
    away(cast)
    assert totals("2026-03") == {("ana", "2026-03"): 3_450_00}


def test_the_statement_the_line_and_the_deal_say_why(sold: PlanVersion, cast: Cast) -> None:
    away(cast)
    statement = Statement.objects.get(payee=cast.ana, period__start=MARCH)
    why = "A: Not credited by Away: it closed on 5 Mar 2026, a day of leave, and this plan doesn't credit deals"
    assert why in page(cast.ana, "commissions:statement", statement.pk)
    line = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    ).get()
    with translation.override("en"):
        goals = selectors.reading(selectors.line_explanation(line), is_own=True).goals
    assert goals == "Of the quota of $31,000.00, $21,000.00 count: 21 of 31 days on the plan, without 10 of leave."


def test_the_deals_page_says_it_to_who_may_see_her_leave(sold: PlanVersion, cast: Cast) -> None:
    deal = won(cast.ben, date(2026, 3, 6), 100_00, key="C", shares=[(cast.ana, 500_000), (cast.ben, 500_000)])
    away(cast)
    assert "On 6 March 2026 you were on leave: Away doesn't credit you" in page(cast.ana, "sales:deal", deal.pk)
    assert "On 6 March 2026 Ana was on leave: Away doesn't credit" in page(cast.mia, "sales:deal", deal.pk)
    assert "leave" not in page(cast.ben, "sales:deal", deal.pk)
    assert "Ana sedang cuti" in page(cast.mia, "sales:deal", deal.pk, language="id")


def test_the_plans_page_says_what_leave_changes(sold: PlanVersion, cast: Cast) -> None:
    text = page(cast.ana, "commissions:plan", sold.pk)
    assert "A deal that closes on a day of your leave isn't credited to you" in text
    assert "Days of leave lessen your quotas, as days off the plan do." in text


def test_an_open_deal_that_would_close_on_leave_is_worth_nothing_and_says_why(sold: PlanVersion, cast: Cast) -> None:
    today = NOW.date()
    accounts.add_leave(user=cast.ana, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 11), **BY)
    inside, after = (
        Deal.objects.create(
            external_id=f"open-{day}", owner=cast.ana, amount_minor=1_000_00, currency="USD",
            status=Deal.Status.OPEN, closed_on=date(2026, 12, day),
        )
        for day in (5, 11)
    )  # fmt: skip
    found = estimate(payee=cast.ana, supposed=[Supposed(inside, 50), Supposed(after, 50)], today=today)
    assert (found.deals[inside.pk].totals, found.deals[after.pk].totals) == ({}, {"USD": 50_00})
    assert "Not credited by Away: it closed on 5 Dec 2026, a day of leave" in found.deals[inside.pk].why_not[0]
