"""Assignments and quotas over ranges of dates."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from commissions import selectors, services
from commissions.models import Assignment, Plan, Quota, StaleStatement
from commissions.selectors.quotas import QuotaRow, window_quota
from core.periods import parse_period
from tests.commissions.facts import FLAT, JANUARY, NOW, TIERED, assign, published
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

APRIL, JULY, NEXT = date(2026, 4, 1), date(2026, 7, 1), date(2027, 1, 1)


@pytest.fixture
def plan() -> Plan:
    return published(TIERED).plan


def ranges(payee: User) -> list[tuple[date, date | None]]:
    rows = Assignment.objects.filter(payee=payee).order_by("during")
    return [(row.during.lower, row.during.upper) for row in rows]


def quotas(payee: User) -> list[tuple[date, date | None, str, int]]:
    rows = Quota.objects.filter(payee=payee).order_by("during")
    return [(row.during.lower, row.during.upper, row.per, row.amount_minor) for row in rows]


def test_assigning_twice_is_assigning_once(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana)
    assign(plan, cast.ana)
    assert ranges(cast.ana) == [(JANUARY, None)]


def test_days_beside_or_over_days_join_them(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, from_date=JANUARY, until=APRIL)
    assign(plan, cast.ana, from_date=JULY, until=NEXT)
    assert ranges(cast.ana) == [(JANUARY, APRIL), (JULY, NEXT)]
    assign(plan, cast.ana, from_date=APRIL, until=JULY)
    assert ranges(cast.ana) == [(JANUARY, NEXT)]


def test_taking_days_away_leaves_those_before_and_after(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, cast.ben)
    services.unassign(plan=plan, payees=[cast.ana], from_date=APRIL, until=JULY, acting_user=None, now=NOW)
    assert ranges(cast.ana) == [(JANUARY, APRIL), (JULY, None)]
    assert ranges(cast.ben) == [(JANUARY, None)]


def test_a_quota_replaces_only_the_days_it_covers(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100)
    assign(plan, cast.ana, from_date=APRIL, until=JULY, quota_minor=200, per="month")
    assert quotas(cast.ana) == [
        (JANUARY, APRIL, "quarter", 100),
        (APRIL, JULY, "month", 200),
        (JULY, None, "quarter", 100),
    ]


def test_an_assignment_without_a_quota_keeps_the_quota(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100)
    assign(plan, cast.ana)
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 100)]


def test_a_range_that_ends_before_it_starts_is_refused(plan: Plan, cast: Cast) -> None:
    with pytest.raises(services.AssignmentRefused, match="holds no day"):
        assign(plan, cast.ana, from_date=JULY, until=JULY)


@pytest.mark.parametrize(
    ("amount", "per", "reason"), [(0, "quarter", "more than 0"), (100, "half", "month, quarter, year, not per half")]
)
def test_a_quota_that_cannot_be_is_refused(plan: Plan, cast: Cast, amount: int, per: str, reason: str) -> None:
    with pytest.raises(services.AssignmentRefused, match=reason):
        assign(plan, cast.ana, quota_minor=amount, per=per)
    assert not Assignment.objects.exists()


def test_the_database_refuses_overlaps_that_get_past_the_service(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100)
    with pytest.raises(IntegrityError, match="commissions_assignment_once"), transaction.atomic():
        Assignment.objects.create(plan=plan, payee=cast.ana, during=DateRange(APRIL, None))
    with pytest.raises(IntegrityError, match="commissions_quota_once"), transaction.atomic():
        Quota.objects.create(plan=plan, payee=cast.ana, per="year", amount_minor=1, during=DateRange(APRIL, JULY))


def test_a_quota_of_another_kind_or_component_stands_beside_it(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100)
    of_ana: dict[str, Any] = {
        "plan": plan, "payees": [cast.ana], "from_date": APRIL, "until": None, "per": "quarter", "acting_user": None,
        "now": NOW,
    }  # fmt: skip
    services.set_quota(**of_ana, quota_minor=5, kind="target")
    services.set_quota(**of_ana, quota_minor=7, component="new-business")
    services.set_quota(**of_ana, quota_minor=8, component="new-business")
    rows = Quota.objects.order_by("pk").values_list("kind", "component", "amount_minor")
    assert list(rows) == [("amount", "", 100), ("target", "", 5), ("amount", "new-business", 8)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"component": "sale"}, "has no component sale. Name one of: new-business."),
        ({"kind": "money"}, "money is no kind of quota. Name one of: amount, units, target."),
        ({"kind": "target", "quota_minor": 0}, "A target incentive must be more than 0"),
    ],
    ids=["component", "kind", "nothing"],
)
def test_a_quota_of_what_is_not_there_is_refused(plan: Plan, cast: Cast, said: dict[str, Any], reason: str) -> None:
    whole: dict[str, Any] = {"quota_minor": 1, "per": "month", "plan": plan, "payees": [cast.ana]}
    with pytest.raises(services.AssignmentRefused, match=reason):
        services.set_quota(**whole | said, from_date=APRIL, until=None, acting_user=None, now=NOW)
    assert not Quota.objects.exists()


def test_two_plans_at_once_are_no_overlap(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana)
    assign(published(FLAT).plan, cast.ana)
    assert ranges(cast.ana) == [(JANUARY, None), (JANUARY, None)]


def test_a_change_notes_its_payees_alone(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, cast.ben)
    StaleStatement.objects.all().delete()
    assign(plan, cast.ana, from_date=APRIL, until=None)
    assert not StaleStatement.objects.exists()  # she was on it already
    services.unassign(plan=plan, payees=[cast.ana], from_date=APRIL, until=None, acting_user=None, now=NOW)
    last_day = date(2026, 3, 31)
    assert set(StaleStatement.objects.values_list("payee_id", "on")) == {(cast.ana.pk, last_day)}


YEARLY = QuotaRow("year", 100_000, JANUARY, None)
MONTHLY = QuotaRow("month", 1_000, JANUARY, None)
QUARTERLY = QuotaRow("quarter", 10_000, JANUARY, APRIL)
LATE = QuotaRow("month", 1_000, date(2026, 2, 15), None)


@pytest.mark.parametrize(
    ("rows", "window", "expected"),
    [
        ((YEARLY,), "2026", 100_000),
        ((YEARLY,), "2026-H2", 50_000),
        ((YEARLY,), "2026-01", 8_333),
        ((YEARLY,), "2026-02", 8_334),
        ((YEARLY,), "2026-03", 8_333),
        ((MONTHLY,), "2026-Q3", 3_000),
        ((MONTHLY,), "2026", 12_000),
        ((QUARTERLY,), "2026-Q1", 10_000),
        ((QUARTERLY,), "2026-Q2", None),
        ((QUARTERLY,), "2026", 10_000),
        ((LATE,), "2026-01", None),
        ((LATE,), "2026-02", 1_000),
        ((LATE,), "2026-Q1", 2_000),
        ((LATE,), "2025", None),
        ((QUARTERLY, QuotaRow("month", 2_000, APRIL, None)), "2026-Q2", 6_000),
        ((QUARTERLY, QuotaRow("month", 2_000, date(2026, 2, 1), APRIL)), "2026-Q1", 10_000),
    ],
)
def test_a_window_has_the_quota_of_its_first_day_with_one(
    rows: tuple[QuotaRow, ...], window: str, expected: int | None
) -> None:
    assert window_quota(rows, parse_period(window)) == expected


@pytest.mark.parametrize("kind", ["2026-{:02}", "2026-Q{}", "2026-H{}"])
def test_the_parts_of_a_years_quota_add_up_to_it(kind: str) -> None:
    count = {"2026-{:02}": 12, "2026-Q{}": 4, "2026-H{}": 2}[kind]
    odd = QuotaRow("year", 100_001, JANUARY, None)
    parts = [window_quota((odd,), parse_period(kind.format(number))) for number in range(1, count + 1)]
    assert sum(part or 0 for part in parts) == 100_001


def test_the_command_sets_quotas_and_targets_of_a_component(plan: Plan, cast: Cast) -> None:
    said = ["--plan", plan.name, "--payee", cast.ana.email, "--from", "2026-01-01", "--component", "new-business"]
    call_command("assign", *said, "--quota", "1000", "--units", "2.5", "--target", "300.50", stdout=StringIO())
    rows = Quota.objects.order_by("kind").values_list("kind", "component", "per", "amount_minor")
    assert list(rows) == [
        ("amount", "new-business", "quarter", 100_000),
        ("target", "new-business", "quarter", 30_050),
        ("units", "new-business", "quarter", 2_500_000),
    ]


def test_a_component_goes_by_its_own_quota_before_the_plans(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, cast.ben, quota_minor=100_000)
    services.set_quota(
        plan=plan, payees=[cast.ana], from_date=APRIL, until=JULY, quota_minor=70_000, per="quarter", acting_user=None,
        now=NOW, component="new-business",
    )  # fmt: skip
    ids = {payee.pk: payee.name for payee in (cast.ana, cast.ben)}
    quarters = [
        (ids[payee], str(row.window_label), row.quota_minor)
        for day in (JANUARY, APRIL)
        for payee, rows in selectors.attainments(list(ids), day).items()
        for row in rows
    ]
    assert quarters == [
        ("Ana", "2026-Q1", 100_000), ("Ben", "2026-Q1", 100_000),
        ("Ana", "2026-Q2", 70_000), ("Ben", "2026-Q2", 100_000),
    ]  # fmt: skip
