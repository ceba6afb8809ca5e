"""Plans whose year doesn't start in January: their windows, quotas and statements, beside plans whose year does."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from commissions import services
from commissions.models import EarningLine, Period, Statement
from commissions.selectors.attainment import attainment
from commissions.selectors.estimate import Supposed, estimate
from core.periods import parse_period
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, TODAY, assign, calculated, published, totals, won
from tests.commissions.test_multipliers import lost, measured
from tests.conftest import Cast

BY: dict[str, Any] = {"acting_user": None, "now": NOW}
SINCE = date(2025, 1, 1)
YEARLY = """
plan: Yearly tiers
currency: USD
period: month
fiscal_year_starts: april
components:
  - key: all
    name: Everything
    window: year
    tiers: marginal
    curve: [{from: 0, rate: 10%}, {from: 1000, rate: 20%}]
"""
QUARTERLY = FLAT.replace("month", "quarter")
FEBRUARY = FLAT.replace("Flat", "Own quarters").replace(
    "period: month", "period: quarter\nfiscal_year_starts: february"
)


def take_up() -> None:
    while services.recalculate_stale(now=NOW):
        pass


def test_two_plans_with_different_years_have_statements_of_their_own(cast: Cast) -> None:
    april = FLAT.replace("Flat", "April").replace("period: month", "period: quarter\nfiscal_year_starts: april")
    for source in (QUARTERLY, FEBRUARY, april):
        assign(published(source).plan, cast.ana)
    for month in range(1, 8):
        won(cast.ana, date(2026, month, 20), month * 100_00)
    for label in ("2026-Q2", "FY2026-02-Q1", "FY2026-02-Q2", "FY2026-04-Q1"):
        calculated(label)
    # 10 % of April to June; of February to April; of May to July; and of April to June again, for another plan
    assert totals() == {
        ("ana", "2026-Q2"): 150_00,
        ("ana", "FY2026-02-Q1"): 90_00,
        ("ana", "FY2026-02-Q2"): 180_00,
        ("ana", "FY2026-04-Q1"): 150_00,
    }


def test_a_period_of_a_year_that_no_plan_counts_names_those_to_calculate(cast: Cast) -> None:
    assign(published(FEBRUARY).plan, cast.ana)
    with pytest.raises(services.RunRefused, match="calculate FY2026-02-Q1, FY2026-02-Q2"):
        services.start_run(calendar=parse_period("2026-Q2"), **BY)


def test_what_changes_before_new_year_moves_the_lines_after_it(cast: Cast) -> None:
    assign(published(YEARLY, from_date=SINCE).plan, cast.ana, from_date=SINCE)
    deal = won(cast.ana, date(2025, 5, 10), 500_00)
    won(cast.ana, date(2026, 3, 10), 800_00)
    won(cast.ana, date(2026, 4, 10), 800_00)
    for label in ("2025-05", "2026-03", "2026-04"):
        calculated(label)
    march = EarningLine.objects.get(date=date(2026, 3, 10))
    # 500 are left at 10 %; April begins a year
    assert (march.window_start, march.x0_minor, march.amount_minor) == (date(2025, 4, 1), 500_00, 110_00)
    assert EarningLine.objects.get(date=date(2026, 4, 10)).amount_minor == 80_00

    Deal.objects.filter(pk=deal.pk).update(amount_minor=900_00)
    services.note_facts(touched=[(cast.ana.pk, date(2025, 5, 10))])
    take_up()
    assert EarningLine.objects.get(date=date(2026, 3, 10)).amount_minor == 10_00 + 140_00
    assert EarningLine.objects.get(date=date(2026, 4, 10)).amount_minor == 80_00


def test_the_quota_of_a_year_is_divided_among_its_own_quarters(cast: Cast) -> None:
    source = YEARLY.replace("window: year", "window: quarter\n    against: quota")
    source = source.replace("from: 0,", "from: 0%,").replace("from: 1000", "from: 100%").replace("april", "february")
    assign(published(source).plan, cast.ana, quota_minor=1000_00, per="year", from_date=date(2026, 5, 1))
    for month in (5, 11):
        won(cast.ana, date(2026, month, 2), 100_00)
    calculated("2026-05")
    calculated("2026-11")
    assert set(EarningLine.objects.values_list("window_start", "quota_minor")) == {
        (date(2026, 5, 1), 250_00),
        (date(2026, 11, 1), 250_00),
    }


def test_a_draw_counts_the_statements_of_its_own_years(cast: Cast) -> None:
    source = FEBRUARY + "draw: {kind: recoverable, amount: 10, periods: 1, recover_at_most: 50%}\n"
    assign(published(source).plan, cast.ana, from_date=date(2026, 2, 1))
    assign(published(QUARTERLY).plan, cast.ana)
    won(cast.ana, date(2026, 6, 10), 100_00)
    for label in ("FY2026-02-Q1", "2026-Q2", "FY2026-02-Q2"):
        calculated(label)
    paid = {row.period.label: row.payable_minor for row in Statement.objects.select_related("period")}
    assert paid == {"FY2026-02-Q1": 10_00, "2026-Q2": 10_00, "FY2026-02-Q2": 5_00}


def test_a_kpi_of_a_fiscal_quarter_is_that_of_its_months(cast: Cast) -> None:
    source = FEBRUARY.replace(
        "rate: 10%",
        "rate: 10%, multiply: {kpi: conversion-rate, curve: [{from: 0%, times: 0%}, {from: 50%, times: 1}]}",
    )
    assign(published(source).plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 100_00)
    lost(cast.ana, date(2026, 1, 11), 5)
    won(cast.ana, date(2026, 2, 10), 100_00)
    lost(cast.ana, date(2026, 4, 10), 1)
    measured(cast.ana, date(2026, 1, 10), date(2026, 2, 10), date(2026, 4, 10))
    calculated("FY2026-02-Q1")
    # one of two from February to April; of the calendar's first quarter it would be two of seven
    assert totals() == {("ana", "FY2026-02-Q1"): 10_00}


def test_the_first_month_stays_from_version_to_version(cast: Cast) -> None:
    published(YEARLY)
    with pytest.raises(
        services.PlanRefused, match=r"start in April, those of this document in July\. .* new plan name"
    ):
        published(YEARLY.replace("april", "july"), from_date=date(2026, 7, 1))
    with pytest.raises(services.PlanRefused, match="this document in January"):
        published(YEARLY.replace("fiscal_year_starts: april\n", ""), from_date=date(2026, 7, 1))


def test_where_a_payee_stands_is_told_of_the_year_that_goes_on(cast: Cast) -> None:
    assign(published(YEARLY, from_date=SINCE).plan, cast.ana, from_date=SINCE)
    won(cast.ana, date(2025, 5, 10), 500_00)
    won(cast.ana, date(2026, 2, 10), 100_00)
    (row,) = attainment(cast.ana, date(2026, 2, 20))
    assert (row.window_label, row.x_minor, row.earned_minor) == ("FY2025-04", 600_00, 60_00)
    assert row.next_distance_minor == 400_00


def test_the_estimator_looks_at_the_whole_fiscal_year(cast: Cast) -> None:
    capped = YEARLY + "    cap: {per: year, amount: 60}\n"
    assign(published(capped, from_date=SINCE).plan, cast.ana, from_date=SINCE)
    won(cast.ana, date(2025, 5, 10), 500_00)
    open_ = Deal.objects.create(
        external_id="open", owner=cast.ana, status="open", amount_minor=300_00, currency="USD",
        closed_on=date(2026, 2, 10),
    )  # fmt: skip
    with time_machine.travel("2026-02-01T09:00:00Z", tick=False):
        found = estimate(payee=cast.ana, supposed=[Supposed(open_, 100)], today=date(2026, 2, 1))
    (year,) = (row for row in found.periods if row.label == "FY2025-04")
    assert (year.before_minor, year.after_minor) == (50_00, 60_00)
    (place,) = found.places
    assert (place.window_label, place.before_minor, place.step_worth_minor) == ("FY2025-04", 500_00, 0)


def test_a_period_is_found_by_its_label_and_said_with_its_months(client: Client, cast: Cast) -> None:
    assign(published(FEBRUARY).plan, cast.ana)
    won(cast.ana, date(2026, 3, 10), 100_00)
    calculated("FY2026-02-Q1")
    client.force_login(cast.finn)
    page = client.get(reverse("commissions:period", args=["FY2026-02-Q1"]))
    assert "Q1 FY 2026/27 (Feb – Apr 2026)" in page.text
    assert client.get(reverse("commissions:period", args=["2026-Q1"])).status_code == 404
    assert "Q1 FY 2026/27 (Feb – Apr 2026)" in client.get(reverse("commissions:statements")).text
    assert client.post(reverse("commissions:run-start"), {"period": "FY2026-02-Q1"}).status_code == 302


def test_the_grid_offers_the_start_of_the_quarter_of_the_plan_that_is_shown(client: Client, cast: Cast) -> None:
    plan = published(FEBRUARY).plan
    assign(plan, cast.ana)
    client.force_login(cast.ada)
    with time_machine.travel(NOW, tick=False):
        shown = client.get(reverse("commissions:roster"), {"plan": plan.pk}).text
        assert 'name="quotas_from" value="2026-11-01"' in shown
        assert 'name="quotas_from" value="2026-10-01"' in client.get(reverse("commissions:roster")).text


def test_the_period_of_today_is_opened_for_each_plans_years(cast: Cast) -> None:
    for source in (QUARTERLY, FEBRUARY):
        assign(published(source).plan, cast.ana)
    won(cast.ana, TODAY, 100_00)
    take_up()
    assert {row.label for row in Period.objects.all()} == {"2026-Q4", "FY2026-02-Q4"}
    assert set(totals().values()) == {10_00}
