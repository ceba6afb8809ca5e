"""What changes after a period has closed comes as true-ups in the first period that still moves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from commissions import services
from commissions.models import EarningLine, Period, Revised, Statement
from sales import services as sales
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, won
from tests.conftest import Cast

BY: dict[str, Any] = {"acting_user": None, "now": NOW}
pytestmark = pytest.mark.django_db

TIERED = """
plan: Tiers of a quarter
currency: USD
period: month
components:
  - key: sales
    name: Sales of the quarter
    window: quarter
    tiers: marginal
    curve: [{from: 0, rate: 5%}, {from: 500, rate: 10%}]
"""


def take_up() -> None:
    while services.recalculate_stale(now=NOW):
        pass


def close(*labels: str) -> None:
    """As the page does it: in order, and what is made good is forgotten."""
    for label in labels:
        period = Period.objects.get(start__startswith=label, kind="month")
        Period.objects.filter(pk=period.pk).update(status=Period.Status.CLOSED)
        services.settle_revised(period=period)


def change(deal: Deal | None = None, shares: Sequence[sales.Part] = (), **changes: Any) -> None:
    """Save a deal, as its form does, and take up the notes. Without a deal a new one."""
    kept = (
        "external_id", "name", "kind", "status", "stage", "owner", "customer", "product", "quantity", "amount_minor",
        "currency", "opened_on", "closed_on",
    )  # fmt: skip
    usual = Deal(status="won", quantity=1, currency="USD")
    facts: dict[str, Any] = {name: getattr(deal or usual, name, None) for name in kept} | changes
    sales.save_deal(deal=deal, shares=list(shares), seen_at=None, **BY, **facts)
    take_up()


def posted(label: str, who: str = "ana") -> list[tuple[str, str, int]]:
    """(deal, what it is about, amount) of each line of a statement, in order."""
    lines = EarningLine.objects.filter(statement__payee__external_id=who, statement__period__start__startswith=label)
    return [
        (row.deal.external_id if row.deal else row.component, row.about.label if row.about else "", row.amount_minor)
        for row in lines.select_related("deal", "about").order_by("seq")
    ]


def totals(who: str = "ana") -> dict[str, tuple[int, int]]:
    """Earned and payable, by period, where it isn't nothing."""
    rows = Statement.objects.filter(payee__external_id=who).select_related("period")
    return {row.period.label: (row.total_minor, row.payable_minor) for row in rows if row.total_minor}


def test_a_deal_that_changes_after_its_period_closed_is_made_good_in_the_next_one(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    won(cast.ana, date(2026, 2, 10), 500_00, key="B")
    calculated("2026-01")
    calculated("2026-02")
    close("2026-01")
    change(deal, amount_minor=1200_00)
    assert posted("2026-01") == [("A", "", 100_00)]
    assert posted("2026-02") == [("B", "", 50_00), ("A", "2026-01", 20_00)]
    assert totals() == {"2026-01": (100_00, 100_00), "2026-02": (70_00, 70_00)}


def test_january_and_february_move_along_the_curve_when_a_january_deal_is_found_in_march(cast: Cast) -> None:
    assign(published(TIERED).plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 300_00, key="A")
    won(cast.ana, date(2026, 2, 10), 400_00, key="B")
    won(cast.ana, date(2026, 3, 10), 100_00, key="C")
    for label in ("2026-01", "2026-02", "2026-03"):
        calculated(label)
    close("2026-01", "2026-02")
    assert totals() == {"2026-01": (15_00, 15_00), "2026-02": (30_00, 30_00), "2026-03": (10_00, 10_00)}
    change(owner=cast.ana, closed_on=date(2026, 1, 20), amount_minor=250_00, external_id="L")
    assert posted("2026-03") == [
        ("C", "", 10_00),
        ("L", "2026-01", 15_00),  # from 300 to 550: 10.00 to 500, and 5.00 beyond
        ("B", "2026-02", 10_00),  # from 550 instead of 300: 40.00
    ]
    assert sum(total for total, _payable in totals().values()) == 80_00  # 5 % of 500, and 10 % of 550


def test_only_the_first_moving_period_carries_them_and_calculating_again_changes_nothing(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    for label in ("2026-01", "2026-02", "2026-03"):
        calculated(label)
    close("2026-01")
    change(deal, amount_minor=1200_00)
    assert (posted("2026-02"), posted("2026-03")) == ([("A", "2026-01", 20_00)], [])
    revisions = list(Statement.objects.order_by("pk").values_list("revision", flat=True))
    calculated("2026-03")
    calculated("2026-02")
    take_up()
    assert list(Statement.objects.order_by("pk").values_list("revision", flat=True)) == revisions
    close("2026-02")
    assert not Revised.objects.exists()
    calculated("2026-03")
    assert posted("2026-03") == []
    change(deal, amount_minor=1100_00)
    assert posted("2026-03") == [("A", "2026-01", -10_00)]
    change(deal, amount_minor=1200_00)
    assert (posted("2026-03"), Revised.objects.count()) == ([], 0)


def test_a_period_that_comes_in_between_takes_over_what_a_later_one_carried(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    calculated("2026-01")
    calculated("2026-03")
    close("2026-01")
    change(deal, amount_minor=1200_00)
    assert posted("2026-03") == [("A", "2026-01", 20_00)]
    calculated("2026-02")
    take_up()
    assert (posted("2026-02"), posted("2026-03")) == ([("A", "2026-01", 20_00)], [])


def test_without_a_period_that_moves_the_one_of_today_is_made(cast: Cast) -> None:
    plan = published(FLAT, from_date=date(2025, 1, 1)).plan
    assign(plan, cast.ana, from_date=date(2025, 1, 1))
    deal = won(cast.ana, date(2025, 12, 10), 1000_00, key="A")
    calculated("2025-12")
    close("2025-12")
    services.unassign(plan=plan, payees=[cast.ana], from_date=date(2026, 1, 1), until=None, **BY)
    take_up()
    change(deal, amount_minor=1200_00)
    assert posted("2026-11") == [("A", "2025-12", 20_00)]
    assert totals() == {"2025-12": (100_00, 100_00), "2026-11": (20_00, 20_00)}


def test_a_run_calculates_who_has_left_but_whose_closed_month_has_changed(cast: Cast) -> None:
    plan = published(FLAT, from_date=date(2025, 1, 1)).plan
    assign(plan, cast.ana, cast.ben, from_date=date(2025, 1, 1))
    deal = won(cast.ana, date(2025, 12, 10), 1000_00, key="A")
    calculated("2025-12")
    close("2025-12")
    services.unassign(plan=plan, payees=[cast.ana], from_date=date(2026, 1, 1), until=None, **BY)
    take_up()
    Deal.objects.filter(pk=deal.pk).update(amount_minor=1200_00)
    Revised.objects.create(payee=cast.ana, period=Period.objects.get(start="2025-12-01"))
    calculated("2026-02")
    assert posted("2026-02") == [("A", "2025-12", 20_00)]


def test_somebody_put_on_a_plan_late_is_paid_what_she_would_have_been(cast: Cast) -> None:
    plan = published(FLAT).plan
    assign(plan, cast.ana)
    won(cast.ben, date(2026, 1, 10), 1000_00, key="A")
    calculated("2026-01")
    close("2026-01")
    calculated("2026-02")
    assign(plan, cast.ben)
    take_up()
    assert posted("2026-02", "ben") == [("A", "2026-01", 100_00)]
    assert not Statement.objects.filter(payee=cast.ben, period__start="2026-01-01").exists()


def test_a_deal_that_is_lost_or_moved_is_taken_back(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana)
    lost = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    moved = won(cast.ana, date(2026, 1, 31), 500_00, key="B")
    calculated("2026-01")
    calculated("2026-02")
    close("2026-01")
    change(lost, status="lost")
    change(moved, closed_on=date(2026, 2, 1))
    assert posted("2026-02") == [("B", "", 50_00), ("A", "2026-01", -100_00), ("B", "2026-01", -50_00)]


def test_another_quota_from_an_earlier_day(cast: Cast) -> None:
    source = (
        TIERED.replace("tiers:", "against: quota\n    tiers:").replace("500,", "100%,").replace("from: 0,", "from: 0%,")
    )
    plan = published(source).plan
    assign(plan, cast.ana, quota_minor=1000_00, per="quarter")
    won(cast.ana, date(2026, 1, 10), 1200_00, key="A")
    calculated("2026-01")
    calculated("2026-02")
    close("2026-01")
    assert totals()["2026-01"] == (70_00, 70_00)
    services.set_quota(
        plan=plan, payees=[cast.ana], quota_minor=1200_00, per="quarter", from_date=date(2026, 1, 1), until=None, **BY
    )
    take_up()
    assert posted("2026-02") == [("A", "2026-01", -10_00)]


def test_another_plan_from_an_earlier_day(cast: Cast) -> None:
    old = published(FLAT).plan
    new = published(FLAT.replace("plan: Flat", "plan: New").replace("10%", "12%")).plan
    assign(old, cast.ana)
    won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    calculated("2026-01")
    calculated("2026-02")
    close("2026-01")
    services.unassign(plan=old, payees=[cast.ana], from_date=date(2026, 1, 1), until=None, **BY)
    assign(new, cast.ana)
    take_up()
    assert posted("2026-02") == [("A", "2026-01", -100_00), ("A", "2026-01", 120_00)]
    assert totals()["2026-02"] == (20_00, 20_00)
