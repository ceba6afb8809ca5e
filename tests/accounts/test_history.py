"""Where people were and to whom they reported: one of each at a time, day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import selectors, services
from accounts.models import Membership, ReportingLine, Role, User, reports_of
from accounts.services import Move
from tests.conftest import START, Cast, person

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
MARCH = date(2026, 3, 1)
BEFORE = MARCH - timedelta(days=1)


@pytest.mark.parametrize(
    "during",
    [
        DateRange(START, None),
        DateRange(None, None),
        DateRange(None, START + timedelta(days=1)),
        DateRange(MARCH, MARCH + timedelta(days=1)),
        DateRange(date(2030, 1, 1), None),
    ],
    ids=str,
)
def test_the_database_refuses_two_teams_or_managers_on_one_day(cast: Cast, during: DateRange) -> None:
    with pytest.raises(IntegrityError, match="one_team_at_a_time"), transaction.atomic():
        Membership.objects.create(user=cast.ana, team=cast.east, during=during)
    with pytest.raises(IntegrityError, match="one_manager_at_a_time"), transaction.atomic():
        ReportingLine.objects.create(user=cast.ana, manager=cast.ada, during=during)


def test_ranges_that_only_touch_do_not_overlap(cast: Cast) -> None:
    Membership.objects.create(user=cast.ana, team=cast.east, during=DateRange(None, START))
    ReportingLine.objects.create(user=cast.ana, manager=cast.ada, during=DateRange(None, START))
    assert (cast.ana.memberships.count(), cast.ana.reporting_lines.count()) == (2, 2)


@pytest.mark.parametrize("model", [Membership, ReportingLine])
def test_the_database_refuses_a_range_of_no_day(cast: Cast, model: Any) -> None:
    target = {"team": cast.east} if model is Membership else {"manager": cast.ada}
    with pytest.raises(IntegrityError, match="not_empty"), transaction.atomic():
        model.objects.create(user=cast.finn, during=DateRange(MARCH, MARCH), **target)


def test_the_database_refuses_a_report_to_oneself(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="not_to_oneself"), transaction.atomic():
        ReportingLine.objects.create(user=cast.finn, manager=cast.finn, during=DateRange(MARCH, None))


def test_the_first_day_of_a_move_belongs_to_the_new_team_and_the_day_before_to_the_old(cast: Cast) -> None:
    services.join_team(user=cast.ana, team=cast.east, starts_on=MARCH, **BY)
    assert (team_on(cast.ana, BEFORE), team_on(cast.ana, MARCH)) == ("West", "East")


def team_on(user: User, day: date) -> str | None:
    return Membership.objects.filter(user=user, during__contains=day).values_list("team__name", flat=True).first()


def test_the_first_day_of_a_line_belongs_to_the_new_manager(cast: Cast) -> None:
    services.report_to(user=cast.ana, manager=cast.ada, starts_on=MARCH, **BY)
    assert (managers_on(BEFORE), managers_on(MARCH)) == (("Mia", "Mia"), ("Ada", "Mia"))


def managers_on(day: date) -> tuple[str, ...]:
    """Ana's and Ben's."""
    lines = ReportingLine.objects.filter(during__contains=day).order_by("user__name")
    return tuple(lines.values_list("manager__name", flat=True))


def test_who_leaves_is_nowhere_from_that_day_on(cast: Cast) -> None:
    services.leave_team(user=cast.ana, ends_on=MARCH, **BY)
    assert (team_on(cast.ana, BEFORE), team_on(cast.ana, MARCH)) == ("West", None)


def test_leaving_drops_the_moves_already_planned(cast: Cast) -> None:
    services.join_team(user=cast.ana, team=cast.east, starts_on=date(2027, 1, 1), **BY)
    services.leave_team(user=cast.ana, ends_on=MARCH, **BY)
    assert [line.during for line in cast.ana.memberships.all()] == [DateRange(START, MARCH)]


def test_coming_back_to_a_former_team_is_a_line_of_its_own(cast: Cast) -> None:
    services.join_team(user=cast.ana, team=cast.east, starts_on=MARCH, **BY)
    services.join_team(user=cast.ana, team=cast.west, starts_on=date(2026, 6, 1), **BY)
    assert [row.team.name for row in selectors.team_history(cast.ana, on=NOW.date())] == ["West", "East", "West"]
    assert [row.is_current for row in selectors.team_history(cast.ana, on=NOW.date())] == [True, False, False]  # type: ignore[attr-defined]


def test_many_moves_are_one_and_the_same_as_single_ones(cast: Cast) -> None:
    moves = [Move(cast.ana.pk, cast.east.pk, MARCH), Move(cast.ben.pk, cast.west.pk, BEFORE)]
    assert services.join_teams(moves=moves, **BY) == 2
    assert services.join_teams(moves=moves, **BY) == 0
    assert [(team_on(who, BEFORE), team_on(who, MARCH)) for who in (cast.ana, cast.ben)] == [
        ("West", "East"),
        ("West", "West"),
    ]


def test_a_manager_sees_reports_of_reports_on_the_day_and_not_after(cast: Cast) -> None:
    services.report_to(user=cast.mia, manager=cast.ada, starts_on=date(2026, 1, 1), **BY)
    services.stop_reporting(user=cast.ana, ends_on=MARCH, **BY)
    seen = [set(User.objects.filter(pk__in=reports_of(cast.ada.pk, day))) for day in (BEFORE, MARCH)]
    assert seen == [{cast.mia, cast.ana, cast.ben}, {cast.mia, cast.ben}]
    assert set(User.objects.visible_to(cast.mia, MARCH)) == {cast.mia, cast.ben}
    assert set(User.objects.visible_to(cast.ana, BEFORE)) == {cast.ana}


def test_a_circle_over_three_people_is_refused_and_nothing_moves(cast: Cast) -> None:
    nora = person("Nora", Role.MANAGER)
    services.report_to(user=cast.mia, manager=nora, starts_on=MARCH, **BY)
    with pytest.raises(ValidationError, match="would report to herself"), transaction.atomic():
        services.report_to(user=nora, manager=cast.ana, starts_on=MARCH, **BY)
    assert not ReportingLine.objects.filter(user=nora).exists()


def test_two_moves_of_one_file_that_make_a_circle_are_refused_together(cast: Cast) -> None:
    moves = [Move(cast.finn.pk, cast.ada.pk, MARCH), Move(cast.ada.pk, cast.finn.pk, MARCH)]
    with pytest.raises(ValidationError, match="would report to herself"), transaction.atomic():
        services.report_to_managers(moves=moves, **BY)
    assert not ReportingLine.objects.filter(user__in=[cast.finn, cast.ada]).exists()


def test_a_circle_that_begins_later_is_refused(cast: Cast) -> None:
    """From April Mia reports to Finn; that Finn reports to Mia from March on would close it then."""
    services.report_to(user=cast.mia, manager=cast.finn, starts_on=date(2026, 4, 1), **BY)
    with pytest.raises(ValidationError, match="would report to herself"), transaction.atomic():
        services.report_to(user=cast.finn, manager=cast.mia, starts_on=MARCH, **BY)


def test_who_once_managed_a_person_may_report_to_her_later(cast: Cast) -> None:
    services.stop_reporting(user=cast.ana, ends_on=MARCH, **BY)
    services.report_to(user=cast.mia, manager=cast.ana, starts_on=MARCH, **BY)
    assert set(User.objects.filter(pk__in=reports_of(cast.ana.pk, MARCH))) == {cast.mia, cast.ben}
