"""Writing people, teams and their history."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import services
from accounts.models import Membership, ReportingLine, Team, User
from accounts.services import PersonRecord, TeamRecord
from accounts.signals import Moved, people_moved
from tests.conftest import START, Cast

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY: dict[str, Any] = {"acting_user": None, "now": NOW}


def test_people_are_created_and_later_changed_by_their_external_id(db: None) -> None:
    fields = ["name", "email", "roles"]
    dewi = PersonRecord(external_id="e1", name="Dewi", email="Dewi@Example.com", roles=("rep",))
    ids = services.save_people(people=[dewi], fields=fields, **BY)
    again = services.save_people(people=[PersonRecord(external_id="e1", name="Dewi S.")], fields=["name"], **BY)
    user = User.objects.get(external_id="e1")
    assert ids == again == {"e1": user.pk}
    assert (user.name, user.email, user.roles) == ("Dewi S.", "dewi@example.com", ["rep"])
    assert not user.has_usable_password()


def test_who_joins_a_team_leaves_the_former_one_that_day(cast: Cast) -> None:
    services.join_team(user=cast.ana, team=cast.east, starts_on=date(2026, 3, 1), **BY)
    lines = Membership.objects.filter(user=cast.ana).order_by("during").values_list("team__name", "during")
    assert list(lines) == [("West", DateRange(START, date(2026, 3, 1))), ("East", DateRange(date(2026, 3, 1), None))]


def test_a_backdated_move_ends_where_the_next_one_begins(cast: Cast) -> None:
    services.join_team(user=cast.ana, team=cast.east, starts_on=date(2026, 3, 1), **BY)
    services.join_team(user=cast.ana, team=cast.east, starts_on=date(2024, 6, 1), **BY)
    lines = Membership.objects.filter(user=cast.ana).order_by("during").values_list("team__name", "during")
    assert lines[0] == ("East", DateRange(date(2024, 6, 1), START))
    assert len(lines) == 3


def test_a_move_on_the_first_day_replaces_the_line(cast: Cast) -> None:
    services.join_team(user=cast.ana, team=cast.east, starts_on=START, **BY)
    assert [(m.team, m.during) for m in Membership.objects.filter(user=cast.ana)] == [
        (cast.east, DateRange(START, None))
    ]


def test_saying_the_same_again_moves_nobody_and_announces_nothing(cast: Cast) -> None:
    heard: list[frozenset[Moved]] = []

    def hear(moved: frozenset[Moved], **_: object) -> None:
        heard.append(moved)

    people_moved.connect(hear)
    services.join_team(user=cast.ana, team=cast.west, starts_on=date(2026, 1, 1), **BY)
    services.join_team(user=cast.ana, team=cast.east, starts_on=date(2026, 1, 1), **BY)
    people_moved.disconnect(hear)
    assert heard == [frozenset({Moved(cast.ana.pk, date(2026, 1, 1), cast.west.pk)})]


def test_who_leaves_is_announced_with_every_team_that_she_would_have_been_in(cast: Cast) -> None:
    heard: list[frozenset[Moved]] = []

    def hear(moved: frozenset[Moved], **_: object) -> None:
        heard.append(moved)

    services.join_team(user=cast.ana, team=cast.east, starts_on=date(2026, 3, 1), **BY)
    people_moved.connect(hear)
    services.leave_team(user=cast.ana, ends_on=date(2026, 2, 1), **BY)
    services.leave_team(user=cast.ana, ends_on=date(2026, 2, 1), **BY)
    people_moved.disconnect(hear)
    west, east = Moved(cast.ana.pk, date(2026, 2, 1), cast.west.pk), Moved(cast.ana.pk, date(2026, 3, 1), cast.east.pk)
    assert heard == [frozenset({west, east}), frozenset({Moved(cast.ana.pk, date(2026, 2, 1))})]


def test_nobody_reports_to_herself_through_others(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="Mia would report to herself"):
        services.report_to(user=cast.mia, manager=cast.ana, starts_on=date(2026, 1, 1), **BY)
    assert not ReportingLine.objects.filter(user=cast.mia).exists()


def test_leaving_ends_the_line_that_day(cast: Cast) -> None:
    services.leave_team(user=cast.ana, ends_on=date(2026, 1, 1), **BY)
    services.stop_reporting(user=cast.ana, ends_on=date(2026, 1, 1), **BY)
    assert Membership.objects.get(user=cast.ana).during == DateRange(START, date(2026, 1, 1))
    assert ReportingLine.objects.get(user=cast.ana).during == DateRange(START, date(2026, 1, 1))


def test_teams_may_name_parents_of_the_same_file_in_any_order(db: None) -> None:
    records = [
        TeamRecord(external_id="jkt", name="Jakarta", parent="id"),
        TeamRecord(external_id="id", name="Indonesia"),
    ]
    services.save_teams(teams=records, fields=["name", "parent"], **BY)
    assert Team.objects.get(external_id="jkt").parent == Team.objects.get(external_id="id")


def test_a_team_can_not_lie_inside_itself(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="would lie inside itself"):
        services.save_team(team=cast.west.parent, name="Company", external_id="company", parent=cast.west, **BY)
    with pytest.raises(ValidationError, match="would lie inside itself"):
        services.save_teams(teams=[TeamRecord(external_id="company", parent="west")], fields=["parent"], **BY)


def test_a_team_with_an_unknown_parent_is_refused_by_name(db: None) -> None:
    with pytest.raises(ValidationError, match="names the parent mars"):
        services.save_teams(teams=[TeamRecord(external_id="x", parent="mars")], fields=["parent"], **BY)


def test_an_admin_can_not_lock_herself_out(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="your own admin role"):
        services.save_person(
            person=cast.ada, name="Ada", email="ada@example.com", roles=["rep"], acting_user=cast.ada, now=NOW
        )


def test_the_last_admin_stays(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="no active administrator"):
        services.save_person(
            person=cast.ada,
            name="Ada",
            email="ada@example.com",
            roles=["admin"],
            is_active=False,
            acting_user=None,
            now=NOW,
        )
