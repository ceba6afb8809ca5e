"""Assignments and quotas over ranges of dates."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from commissions import services
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


def test_two_plans_at_once_are_no_overlap(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana)
    assign(published(FLAT).plan, cast.ana)
    assert ranges(cast.ana) == [(JANUARY, None), (JANUARY, None)]


def test_a_change_notes_its_payees_alone(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, cast.ben)
    StaleStatement.objects.all().delete()
    assign(plan, cast.ana, from_date=APRIL, until=None)
    assert set(StaleStatement.objects.values_list("payee_id", "on")) == {(cast.ana.pk, APRIL)}


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
