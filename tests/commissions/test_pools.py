"""Pools: what a team earns together, and its members share."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts import services as accounts
from commissions import selectors
from commissions.models import EarningLine, StaleStatement
from commissions.services.stale_work import recalculate_stale
from sales import services as sales
from sales.models import Deal
from tests.commissions.facts import NOW, assign, calculated, published, totals, won
from tests.conftest import START, Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
POOL = """
plan: Pool
currency: USD
period: month
components:
  - key: pool
    name: A pool of the quarter
    credit: {{of: team}}
    window: quarter
    tiers: retroactive
    curve: [{{from: 0, rate: 5%}}, {{from: 1000, rate: 10%}}]
    pool: {{share: {share}}}
"""
APRIL, MAY = date(2026, 4, 10), date(2026, 5, 10)


def paid(label: str) -> dict[str, int]:
    return {payee: total for (payee, _), total in totals(label).items()}


def pooled(cast: Cast, share: str) -> Cast:
    """Ana and Ben in one team, and on the plan."""
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=START, **BY)
    assign(published(POOL.format(share=share)).plan, cast.ana, cast.ben)
    return cast


def noted() -> set[int]:
    found = set(StaleStatement.objects.values_list("payee_id", flat=True))
    StaleStatement.objects.all().delete()
    return found


def save(deal: Deal) -> None:
    """Through the service, as a form would."""
    names = ("external_id", "owner", "customer", "product", "kind", "status", "stage", "quantity", "currency",
             "opened_on", "closed_on")  # fmt: skip
    facts = {name: getattr(deal, name) for name in names} | {"amount_minor": deal.amount_minor + 100_00}
    sales.save_deal(deal=deal, name="Changed", shares=[], seen_at=None, **facts, **BY)


@pytest.mark.parametrize(
    ("share", "april", "may"),
    [
        ("equal", {"ana": 15_01, "ben": 15_00}, {"ana": 35_00, "ben": 35_01}),
        ("contribution", {"ana": 30_01, "ben": 0}, {"ana": 30_01, "ben": 40_00}),
    ],
)
def test_a_pool_is_shared_whoever_is_calculated(
    cast: Cast, share: str, april: dict[str, int], may: dict[str, int]
) -> None:
    pooled(cast, share)
    won(cast.ana, APRIL, 600_20)
    won(cast.ben, MAY, 400_00)
    for label in ("2026-04", "2026-05"):
        calculated(label, chunks=2)
    assert (paid("2026-04"), paid("2026-05")) == (april, may)


def test_who_joins_shares_from_then_on_and_starts_where_the_team_is(cast: Cast) -> None:
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=date(2026, 5, 1), **BY)
    assign(published(POOL.format(share="equal")).plan, cast.ana, cast.ben)
    won(cast.ana, APRIL, 1_000_00)
    won(cast.ana, MAY, 1_000_00)
    for label in ("2026-04", "2026-05"):
        calculated(label, chunks=2)
    assert (paid("2026-04"), paid("2026-05")) == ({"ana": 100_00, "ben": 0}, {"ana": 50_00, "ben": 50_00})


def test_a_changed_deal_brings_all_who_share_the_pool_up_to_date(cast: Cast) -> None:
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=date(2026, 5, 1), **BY)
    assign(published(POOL.format(share="equal")).plan, cast.ana, cast.ben)
    early = won(cast.ana, APRIL, 900_00)  # before Ben came, and it decides about his rate
    won(cast.ana, MAY, 50_00)
    for label in ("2026-04", "2026-05"):
        calculated(label)
    assert paid("2026-05") == {"ana": 1_25, "ben": 1_25}
    noted()
    save(early)
    assert StaleStatement.objects.filter(payee_id=cast.ben.pk).exists()
    while recalculate_stale(now=NOW):
        pass
    assert paid("2026-05") == {"ana": 2_50, "ben": 2_50}


def test_a_line_says_what_the_pool_earned_and_whose_part_it_is(cast: Cast) -> None:
    pooled(cast, "contribution")
    won(cast.ana, APRIL, 600_00)
    won(cast.ben, date(2026, 4, 11), 400_00)
    calculated("2026-04")
    line = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    ).get(statement__payee=cast.ana, amount_minor=30_00, via=cast.ben)
    why = selectors.line_explanation(line)
    text = selectors.reading(why, is_own=True).sentence
    assert "This deal moved the team from $600.00 to $1,000.00 in Q2 2026" in text
    assert "now $100.00, which is shared by contribution. Members: 2. Contributed by Ana: $600.00 of $1,000.00." in text
    assert "That makes a part of $60.00, after $30.00 before: $30.00 by this line." in text
    page = words(signed_in(cast.ana).get(reverse("commissions:line", args=[line.pk])))
    assert "Members: 2." in page
    page = words(signed_in(cast.ana).get(reverse("commissions:plan", args=[line.plan_version_id])))
    assert "Each member gets the part that she or he contributed." in page


def test_a_members_pages_say_what_is_the_teams_and_what_is_hers(cast: Cast) -> None:
    pooled(cast, "equal")
    won(cast.ana, APRIL, 600_00, name="Her own")
    won(cast.ben, date(2026, 4, 11), 400_00, name="Harbour")
    calculated("2026-04")
    client = signed_in(cast.ana)
    found = cast.ana.statements.get()
    statement = words(client.get(reverse("commissions:statement", args=[found.pk])))
    assert ("Harbour" in statement, "capped" in statement) == (True, False)
    version = EarningLine.objects.first().plan_version_id  # type: ignore[union-attr]
    with time_machine.travel(datetime(2026, 4, 20, 9, tzinfo=UTC), tick=False):
        plan = words(client.get(reverse("commissions:plan", args=[version])))
        home = words(client.get("/"))
    assert "Your team is at $1,000.00 in Q2 2026, and your part of its pool is $50.00." in plan
    assert ("by the team" in home, "Her own" in home, "Harbour" in home) == (True, True, False)
