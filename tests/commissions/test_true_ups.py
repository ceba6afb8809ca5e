"""What changes after a period has closed comes as true-ups in the first period that still moves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from commissions import services
from commissions.models import EarningLine, Period, Statement
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
    calculated("2026-01"), calculated("2026-02")
    close("2026-01")
    change(deal, amount_minor=1200_00)
    assert posted("2026-01") == [("A", "", 100_00)]
    assert posted("2026-02") == [("B", "", 50_00), ("A", "2026-01", 20_00)]
    assert totals() == {"2026-01": (100_00, 100_00), "2026-02": (70_00, 70_00)}
