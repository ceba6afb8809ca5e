"""Quotas of teams: a pool goes by what its team is expected to sell."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import services as accounts
from commissions import selectors
from commissions.models import EarningLine, Plan, StaleStatement, TeamQuota
from commissions.services import AssignmentRefused, set_team_quota
from commissions.services.stale_work import recalculate_stale
from tests.commissions.facts import NOW, TODAY, assign, calculated, published, totals, won
from tests.conftest import START, Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
BONUS = """
plan: Team bonus
currency: USD
period: month
components:
  - key: pool
    name: The team's bonus
    credit: {of: team}
    window: quarter
    against: quota
    tiers: stepped
    curve: [{from: 0%, pay: 0}, {from: 100%, pay: 900}]
    pool: {share: equal}
"""
APRIL = date(2026, 4, 10)


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Ana and Ben in one team, and on the plan."""
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=START, **BY)
    version = published(BONUS)
    assign(version.plan, cast.ana, cast.ben)
    return version.plan


def expect(plan: Plan, cast: Cast, minor: int | None, **more: Any) -> bool:
    asked = {"from_date": START, "until": None, "per": "quarter"} | more
    return set_team_quota(plan=plan, team=cast.west, quota_minor=minor, **asked, **BY)


def paid(label: str) -> dict[str, int]:
    return {payee: total for (payee, _), total in totals(label).items()}


def test_a_pool_pays_when_the_team_has_reached_its_quota(cast: Cast, plan: Plan) -> None:
    expect(plan, cast, 1_000_00)
    won(cast.ana, APRIL, 600_00)
    won(cast.ben, APRIL, 400_00)
    calculated("2026-04", chunks=2)
    assert paid("2026-04") == {"ana": 450_00, "ben": 450_00}
    line = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    ).filter(statement__payee=cast.ana, amount_minor=450_00).get()  # fmt: skip
    text = selectors.reading(selectors.line_explanation(line), is_own=True).sentence
    assert "the team's quota of $1,000.00" in text


def test_without_a_quota_each_member_reads_why_nothing_is_paid(cast: Cast, plan: Plan) -> None:
    won(cast.ana, APRIL, 600_00)
    calculated("2026-04")
    assert paid("2026-04") == {"ana": 0, "ben": 0}
    for person in (cast.ana, cast.ben):
        notices = person.statements.get().notices
        assert [notice["code"] for notice in notices] == ["quota_missing"]


def test_another_quota_brings_every_member_up_to_date(cast: Cast, plan: Plan) -> None:
    expect(plan, cast, 1_000_00)
    won(cast.ana, APRIL, 600_00)
    calculated("2026-04")
    StaleStatement.objects.all().delete()
    assert expect(plan, cast, 500_00)
    assert not expect(plan, cast, 500_00)  # a second time changes nothing
    while recalculate_stale(now=NOW):
        pass
    assert paid("2026-04") == {"ana": 450_00, "ben": 450_00}


def test_a_quota_for_some_days_leaves_those_before_and_after(cast: Cast, plan: Plan) -> None:
    expect(plan, cast, 1_000_00)
    expect(plan, cast, 2_000_00, from_date=date(2026, 4, 1), until=date(2026, 7, 1))
    expect(plan, cast, None, from_date=date(2026, 10, 1))
    rows = TeamQuota.objects.order_by("during").values_list("amount_minor", "during")
    assert [(minor, during.lower, during.upper) for minor, during in rows] == [
        (1_000_00, START, date(2026, 4, 1)),
        (2_000_00, date(2026, 4, 1), date(2026, 7, 1)),
        (1_000_00, date(2026, 7, 1), date(2026, 10, 1)),
    ]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"minor": 0}, "more than 0"),
        ({"minor": 1, "kind": "target"}, "a person's"),
        ({"minor": 1, "component": "gone"}, "no component gone"),
        ({"minor": 1, "per": "week"}, "not per week"),
        ({"minor": 1, "until": START}, "holds no day"),
    ],
)
def test_what_cant_be_a_quota_is_refused(cast: Cast, plan: Plan, wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(AssignmentRefused, match=text):
        expect(plan, cast, wrong.pop("minor"), **wrong)
    assert not TeamQuota.objects.exists()


def test_the_page_shows_and_sets_them(cast: Cast, plan: Plan) -> None:
    version = plan.versions.get()
    address = reverse("commissions:team-quotas", args=[version.pk])
    admin = signed_in(cast.ada)
    assert "No quota today: its pools pay nothing." in words(admin.get(address))
    assert address in admin.get(reverse("commissions:plan", args=[version.pk])).content.decode()
    sent = {"team": cast.west.pk, "quota": "1,250,000.50", "per": "quarter", "since": "2026-01-01"}
    assert admin.post(address, {**sent, "quota": "much"}).status_code == 422
    assert admin.post(address, {**sent, "last": "2025-01-01"}).status_code == 422
    assert admin.post(address, sent).status_code == 302
    page = words(admin.get(address))
    assert "$1,250,000.50 per quarter" in page
    assert "No quota today" not in page
    assert TeamQuota.objects.get().amount_minor == 1_250_000_50


def test_the_command_sets_them(cast: Cast, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("assign", plan=plan.name, team=cast.west.name, quota="1000", from_date="2026-01-01")
    assert TeamQuota.objects.get().per == "quarter"  # the pool's window
    assert f"The quota of {cast.west.name} on Team bonus is set" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no team 'Nowhere'"):
        call_command("assign", plan=plan.name, team="Nowhere", quota="1000", from_date="2026-01-01")
    with pytest.raises(CommandError, match="expected to sell"):
        call_command("assign", plan=plan.name, team=cast.west.name, from_date="2026-01-01")


def test_a_member_sees_how_far_the_team_is(cast: Cast, plan: Plan) -> None:
    expect(plan, cast, 1_000_00)
    won(cast.ana, date(2026, 10, 10), 250_00)
    calculated("2026-10")
    row = next(iter(selectors.attainment(cast.ben, TODAY)))
    assert (row.x_minor, row.quota_minor) == (250_00, 1_000_00)
