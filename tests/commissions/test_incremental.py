"""What is recalculated after a change is all that a calculation of everything would change."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts import services as accounts
from accounts.models import Role
from commissions import services
from commissions.models import EarningLine, Period, Plan, Statement
from kpis.models import StaleKpi
from sales import services as sales
from sales.models import Deal, DealShare, Product
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, won
from tests.conftest import Cast, person

BY: dict[str, Any] = {"acting_user": None, "now": NOW}
SINCE = date(2025, 1, 1)
DRAW = """
plan: New hires
currency: USD
period: month
components: [{key: all, name: Everything, rate: 10%}]
draw: {kind: recoverable, amount: 10, periods: 1, recover_at_most: 50%}
"""
GIVEN = """
plan: Guaranteed
currency: USD
period: month
components: [{key: all, name: Everything, rate: 10%}]
draw: {kind: non_recoverable, amount: 10, periods: 2}
"""
HALF = """
plan: Half as the customer pays
currency: USD
period: month
components:
  - key: all
    name: Everything
    rate: 10%
    payout: [{share: 50%, due: at_once}, {share: 50%, due: paid}]
on_leaving: {held: pay}
"""
BOOKED = "{plan: Turns, currency: USD, period: month, components: [{key: all, name: Everything, rate: 10%}]}"
PAID = BOOKED.replace("rate: 10%", "rate: 10%, credit: {trigger: paid}")
WITHIN_30 = BOOKED.removesuffix("}") + ", clawback: {within_days: 30}}"
OVERRIDE = """
plan: Override
currency: USD
period: month
other_currencies: convert
components: [{key: below, name: All below, credit: {of: reports}, rate: 1%}]
"""

Figures = dict[tuple[str, str], tuple[int, int, int, int]]


def figures() -> Figures:
    """By payee and period: earned, payable, owed and held."""
    rows = Statement.objects.select_related("period", "payee").prefetch_related("settlements")
    return {
        (str(row.payee.external_id), row.period.label): (
            row.total_minor,
            row.payable_minor,
            sum(each.owed_after_minor for each in row.settlements.all()),
            sum(each.held_after_minor for each in row.settlements.all()),
        )
        for row in rows
    }


def take_up() -> None:
    for _round in range(50):
        if not services.recalculate_stale(now=NOW):
            return
    raise AssertionError("Notes make notes without an end.")


def calculate_all(labels: Sequence[str]) -> None:
    for label in labels:
        calculated(label)
    take_up()


def assert_nothing_is_left_stale(labels: Sequence[str]) -> Figures:
    take_up()
    followed = figures()
    calculate_all(labels)
    assert followed == figures()
    return followed


def plan_of(text: str, *people: str, cast: Cast) -> Plan:
    plan = published(text, from_date=SINCE).plan
    assign(plan, *(getattr(cast, name) for name in people), from_date=SINCE)
    return plan


def pay(deal: Deal, on: date, amount_minor: int) -> None:
    sales.record_payment(deal=deal, external_id=f"{deal.external_id}-{on}", paid_on=on, amount_minor=amount_minor, **BY)


def save(deal: Deal, shares: Sequence[sales.Part] = (), **changes: Any) -> None:
    kept = (
        "external_id", "name", "kind", "status", "stage", "owner", "customer", "product", "quantity", "amount_minor",
        "currency", "opened_on", "closed_on",
    )  # fmt: skip
    facts: dict[str, Any] = {name: getattr(deal, name) for name in kept} | changes
    sales.save_deal(deal=deal, shares=list(shares), seen_at=None, **BY, **facts)


@pytest.mark.parametrize(("owed", "paid"), [("deduct", (8_00, 0, 2_00)), ("forgive", (8_00, 8_00, 0))])
def test_whoever_leaves_at_a_months_end_is_settled_with_that_month(
    cast: Cast, owed: str, paid: tuple[int, int, int]
) -> None:
    plan = published(DRAW + f"on_leaving: {{owed: {owed}}}\n", from_date=SINCE).plan
    assign(plan, cast.ana, from_date=date(2026, 1, 1))
    won(cast.ana, date(2026, 2, 10), 80_00)
    calculate_all(["2026-01", "2026-02", "2026-03"])
    services.unassign(plan=plan, payees=[cast.ana], from_date=date(2026, 3, 1), until=None, **BY)
    assert assert_nothing_is_left_stale(["2026-01", "2026-02"])["ana", "2026-02"][:3] == paid


def test_days_on_a_plan_long_past_number_the_statements_with_a_draw(cast: Cast) -> None:
    plan = plan_of(GIVEN, "ben", cast=cast)
    assign(plan, cast.ana, from_date=date(2026, 1, 1))
    labels = ["2025-12", "2026-01", "2026-02"]
    calculate_all(labels)
    assert figures()["ana", "2026-02"][1] == 10_00
    assign(plan, cast.ana, from_date=date(2025, 12, 1), until=date(2026, 1, 1))
    assert assert_nothing_is_left_stale(labels)["ana", "2026-02"][1] == 0


def test_a_deal_keeps_the_trigger_of_a_year_ago(cast: Cast) -> None:
    plan_of(PAID, "ana", cast=cast)
    published(BOOKED, from_date=date(2026, 1, 1))
    pay(won(cast.ana, date(2025, 12, 20), 100_00), date(2026, 2, 5), 100_00)
    calculate_all(["2025-12", "2026-01", "2026-02"])
    assert {label: each[0] for (_who, label), each in figures().items() if each[0]} == {"2026-02": 10_00}


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_deal_keeps_the_clawback_of_a_year_ago_whoever_is_calculated_beside_its_payee(
    cast: Cast, chunks: int
) -> None:
    plan_of(WITHIN_30, "ana", cast=cast)
    published(BOOKED, from_date=date(2026, 1, 1))
    plan_of(PAID.replace("Turns", "Other"), "ben", cast=cast)
    won(cast.ana, date(2025, 11, 1), 100_00, cancelled_on=date(2026, 2, 5))
    calculated("2026-02", chunks=chunks)
    assert figures()["ana", "2026-02"][0] == 0


def test_a_changed_rate_reaches_each_manager_of_a_month(cast: Cast) -> None:
    retno = person("Retno", Role.MANAGER)
    plan = plan_of(OVERRIDE, "mia", cast=cast)
    assign(plan, retno, from_date=SINCE)
    accounts.report_to(user=cast.ana, manager=retno, starts_on=date(2026, 5, 10), **BY)
    for day in (5, 20):
        won(cast.ana, date(2026, 5, day), 100_00, currency="EUR", key=f"D{day}")
    rate: dict[str, Any] = {"source": "EUR", "target": "USD", "starts_on": date(2026, 1, 1), **BY}
    row = sales.save_rate(rate=None, value=Decimal("1.1"), **rate)
    calculate_all(["2026-05"])
    sales.save_rate(rate=row, value=Decimal(2), **rate)
    found = assert_nothing_is_left_stale(["2026-05"])
    assert [found[who, "2026-05"][0] for who in ("mia", "retno")] == [2_00, 2_00]


def test_the_owner_beside_whom_a_specialist_alone_has_a_share_follows_the_deal(cast: Cast) -> None:
    plan_of(FLAT, "ana", cast=cast)
    deal = won(cast.ana, date(2026, 5, 5), 100_00)
    DealShare.objects.create(deal=deal, user=cast.ben, role="specialist", share_ppm=1_000_000)
    calculate_all(["2026-05"])
    save(deal, [sales.Part(cast.ben, 1_000_000, "specialist")], amount_minor=500_00)
    assert assert_nothing_is_left_stale(["2026-05"])["ana", "2026-05"][0] == 50_00


def test_the_kpis_of_an_owner_follow_a_deal_that_others_share(cast: Cast) -> None:
    deal = won(cast.ana, date(2026, 5, 5), 100_00, shares=[(cast.ben, 1_000_000)])
    StaleKpi.objects.all().delete()
    save(deal, [sales.Part(cast.ben, 1_000_000)], amount_minor=500_00)
    assert (cast.ana.pk, date(2026, 5, 1)) in set(StaleKpi.objects.values_list("user_id", "month"))


def test_a_product_of_another_family_counts_its_deals_anew(cast: Cast, tmp_path: Path) -> None:
    product = Product.objects.create(external_id="p", name="P", family="x")
    plan_of(FLAT.replace("rate: 10%", "rate: 10%, when: 'product.family = \"y\"'"), "ana", cast=cast)
    won(cast.ana, date(2026, 5, 5), 100_00, product=product)
    calculate_all(["2026-05"])
    file = tmp_path / "products.csv"
    file.write_text("external_id,name,family\np,P,y\n")
    call_command("import", "products", str(file), stdout=io.StringIO(), skip_checks=True)
    assert assert_nothing_is_left_stale(["2026-05"])["ana", "2026-05"][0] == 10_00


def test_an_open_month_stays_as_it_is_when_a_later_payment_arrives(cast: Cast) -> None:
    plan_of(HALF, "ana", cast=cast)
    deal = won(cast.ana, date(2025, 1, 10), 100_00)
    pay(deal, date(2025, 1, 20), 100_00)
    calculate_all(["2025-01", "2026-03", "2026-04", "2026-05"])
    pay(deal, date(2026, 3, 5), -100_00)
    take_up()
    before = figures()["ana", "2026-03"]
    pay(deal, date(2026, 5, 5), 100_00)
    take_up()
    assert figures()["ana", "2026-03"] == before == (0, -5_00, 0, 5_00)


def test_an_invoice_moved_to_a_later_month_takes_back_what_it_had_released(cast: Cast) -> None:
    plan_of(HALF.replace("due: paid", "due: invoiced"), "ana", cast=cast)
    deal = won(cast.ana, date(2025, 1, 10), 100_00, invoiced_on=date(2025, 1, 20))
    labels = ["2025-01", "2026-03", "2026-04"]
    calculate_all(labels)
    Period.objects.filter(start__lt=date(2026, 1, 1)).update(status=Period.Status.CLOSED)
    save(deal, invoiced_on=date(2026, 4, 2))
    found = assert_nothing_is_left_stale(labels[1:])
    assert sum(found["ana", label][1] for label in labels) == 10_00


def test_a_cap_over_the_plan_takes_components_in_the_order_of_the_version_in_force(cast: Cast) -> None:
    text = """
    {plan: Cap, currency: USD, period: month, cap: {per: month, amount: 10}, components: [
      {key: FIRST, name: F, rate: 10%}, {key: SECOND, name: S, rate: 10%}]}
    """
    plan = published(text.replace("FIRST", "aa").replace("SECOND", "bb"), from_date=date(2026, 1, 1)).plan
    published(text.replace("FIRST", "bb").replace("SECOND", "aa"), from_date=date(2026, 2, 15))
    assign(plan, cast.ana, from_date=SINCE)
    for month in (2, 3):
        won(cast.ana, date(2026, month, 20), 100_00, key=f"D{month}")
    calculate_all(["2026-02", "2026-03"])
    paid = EarningLine.objects.filter(amount_minor__gt=0).order_by("date")
    assert list(paid.values_list("component", "amount_minor")) == [("bb", 10_00), ("bb", 10_00)]
