"""What adds up over all of a payee's time on a plan: across New Years, versions and assignments that meet."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from commissions import selectors, services
from commissions.models import EarningLine, Quota, StaleStatement
from commissions.selectors.attainment import attainment
from commissions.selectors.estimate import Supposed, estimate
from commissions.selectors.score_refusals import Entry
from commissions.selectors.scores import Place
from commissions.services.scores import enter_scores
from core.periods import parse_period
from core.templatetags.juara import period as period_name
from sales.models import Deal
from tests.commissions.facts import NOW, TODAY, assign, calculated, published, won
from tests.conftest import Cast

SINCE, STARTS = date(2024, 1, 1), date(2024, 11, 15)
CAREER = """
plan: Career
currency: USD
period: month
components:
  - key: all
    name: Everything
    window: plan
    tiers: marginal
    curve: [{from: 0, rate: 10%}, {from: 1000, rate: 20%}]
"""


def take_up() -> None:
    while services.recalculate_stale(now=NOW):
        pass


def paid(day: date) -> tuple[date, int, int]:
    line = EarningLine.objects.get(date=day)
    return line.window_start, line.x0_minor, line.amount_minor


@pytest.fixture
def career(cast: Cast) -> Cast:
    """Two years and a day on the plan, in two assignments that meet, with another version since 2026."""
    plan = published(CAREER, from_date=SINCE).plan
    assign(plan, cast.ana, from_date=STARTS, until=date(2025, 7, 1))
    assign(plan, cast.ana, from_date=date(2025, 7, 1))
    published(CAREER.replace("20%", "30%"), from_date=date(2026, 1, 1))
    won(cast.ana, date(2024, 11, 1), 5000_00)  # before her time
    won(cast.ana, date(2024, 12, 10), 600_00, key="first")
    won(cast.ana, date(2026, 2, 10), 600_00)
    return cast


def test_it_goes_on_over_new_years_versions_and_assignments_that_meet(career: Cast) -> None:
    calculated("2026-02")
    # 400 are left at 10 %, and 200 go at the 30 % of the version in force
    assert paid(date(2026, 2, 10)) == (STARTS, 600_00, 100_00)
    assert {line.plan_version.number for line in career.ana.statements.get().lines.all()} == {2}


def test_after_a_break_it_starts_again(career: Cast) -> None:
    plan = career.ana.assignments.get(during__contains=TODAY).plan
    days = {"from_date": date(2025, 12, 1), "until": date(2026, 1, 15)}
    services.unassign(plan=plan, payees=[career.ana], acting_user=None, now=NOW, **days)
    calculated("2026-02")
    assert paid(date(2026, 2, 10)) == (date(2026, 1, 15), 0, 60_00)


def test_a_change_years_ago_moves_the_open_statements_of_today(career: Cast) -> None:
    calculated("2026-02")
    Deal.objects.filter(external_id="first").update(amount_minor=1000_00)
    services.note_facts(touched=[(career.ana.pk, date(2024, 12, 10))])
    take_up()
    assert paid(date(2026, 2, 10)) == (STARTS, 1000_00, 180_00)


def test_an_assignment_changed_long_ago_is_noted_for_today(career: Cast) -> None:
    StaleStatement.objects.all().delete()
    calculated("2026-02")
    services.note_payees(payee_ids=[career.ana.pk], start=STARTS, until=date(2024, 12, 1), now=NOW)
    assert StaleStatement.objects.filter(payee_id=career.ana.pk).exists()


def test_a_change_years_ago_reaches_whoever_is_credited_through_others(career: Cast) -> None:
    below = CAREER.replace("Career", "Below").replace("    window", "    credit: {of: reports}\n    window")
    assign(published(below, from_date=SINCE).plan, career.mia, from_date=STARTS)
    won(career.ana, date(2025, 3, 10), 600_00, key="last year")  # Mia's report since January
    calculated("2026-02")
    mias = EarningLine.objects.filter(statement__payee=career.mia, date=date(2026, 2, 10))
    assert [(line.x0_minor, line.amount_minor) for line in mias] == [(600_00, 80_00)]
    Deal.objects.filter(external_id="last year").update(amount_minor=1000_00)
    services.note_facts(touched=[(career.ana.pk, date(2025, 3, 10))])
    take_up()
    assert [(line.x0_minor, line.amount_minor) for line in mias.all()] == [(1000_00, 120_00)]


def test_beside_it_scores_count_as_ever(career: Cast) -> None:
    score = "{key: mbo, name: Objectives, measure: score, window: quarter, tiers: stepped, curve: [{from: 0, pay: 0}, "
    published(f"{CAREER}  - {score}{{from: 80%, pay: 50}}]}}\n", from_date=date(2026, 2, 1))
    place = Place(career.ana.pk, career.ana.assignments.get(during__contains=TODAY).plan_id, "mbo", "")
    given = [Entry(place=place, score_ppm=900_000, seen=None)]
    enter_scores(entries=given, window=parse_period("2026-Q1"), acting_user=career.ada, now=NOW)
    calculated("2026-02")
    calculated("2026-03")
    assert paid(date(2026, 2, 10)) == (STARTS, 600_00, 80_00)
    assert EarningLine.objects.get(date=date(2026, 3, 31)).amount_minor == 50_00


def test_where_she_stands_and_what_an_open_deal_would_bring_count_all_of_it(career: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        (row,) = attainment(career.ana, TODAY)
        assert (row.window_label, row.x_minor, row.earned_minor) == ("2024-11-15..", 1200_00, 160_00)
        assert period_name(row.window_label) == "the time since 15 Nov 2024"
        deal = Deal.objects.create(
            external_id="open", owner=career.ana, status="open", amount_minor=100_00, currency="USD", closed_on=TODAY
        )
        found = estimate(payee=career.ana, supposed=[Supposed(deal, 100)], today=TODAY)
    (place,) = found.places
    assert (place.window_label, place.before_minor, place.after_minor) == ("2024-11-15..", 1200_00, 1300_00)
    assert [total.brings_minor for total in found.totals] == [30_00]


def test_the_reason_of_a_line_says_since_when(career: Cast, client: Client) -> None:
    calculated("2026-02")
    client.force_login(career.ana)
    line = EarningLine.objects.get(date=date(2026, 2, 10))
    page = client.get(reverse("commissions:line", args=[line.pk]))
    assert "the time since 15 Nov 2024" in page.text
    with time_machine.travel(NOW, tick=False):
        assert "the time since 15 Nov 2024" in client.get("/").text
    plan = client.get(reverse("commissions:plan", args=[line.plan_version_id])).text
    assert "Credits add up over all the time on the plan" in plan


def test_no_quota_is_asked_for(career: Cast) -> None:
    calculated("2026-02")
    assert not Quota.objects.exists()
    assert selectors.statement_view(career.ana.statements.get()).notices == ()
