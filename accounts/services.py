"""Writing people and teams: who there is, where they belong and to whom they report, from which day on."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, LiteralString

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg import sql

from accounts.models import Membership, ReportingLine, Role, Team, User
from accounts.signals import Moved, people_moved

logger = logging.getLogger(__name__)
_TREE = 7_101  # the advisory lock of whoever changes the tree of teams or managers: a circle takes two to make


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    external_id: str
    name: str = ""
    email: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRecord:
    external_id: str
    name: str = ""
    parent: str | int | None = None  # the parent's external id (in the database or among the records), or its id


@dataclass(frozen=True, slots=True)
class Move:
    """From a day on, a person belongs to a team, or reports to a manager."""

    user_id: int
    target_id: int
    starts_on: date


@transaction.atomic
def save_people(
    *, people: Sequence[PersonRecord], fields: Sequence[str], acting_user: User | None, now: datetime
) -> dict[str, int]:
    """Create or change people by external id, changing of those that exist only `fields`; return all their ids."""
    rows = [_unsaved_user(record, now) for record in people]
    User.objects.bulk_create(
        rows,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["external_id"],
        update_fields=["external_id", *fields],
    )
    _keep_an_admin()
    _log("people saved", len(people), acting_user, now)
    found = User.objects.filter(external_id__in=[record.external_id for record in people])
    return dict(found.values_list("external_id", "pk"))


def _unsaved_user(record: PersonRecord, now: datetime) -> User:
    email = record.email.lower() if record.email else None
    user = User(external_id=record.external_id, name=record.name, email=email, roles=list(record.roles), created_at=now)
    user.set_unusable_password()
    return user


def adopt_people(*, external_ids: Mapping[str, str]) -> None:
    """Give people who have none yet their external ids, by e-mail address; who has one keeps it."""
    _adopt(
        "UPDATE accounts_user row SET external_id = wanted.id FROM unnest(%s::text[], %s::text[]) AS wanted(key, id) "
        "WHERE row.external_id IS NULL AND lower(row.email) = lower(wanted.key)",
        external_ids,
    )


def adopt_teams(*, external_ids: Mapping[str, str]) -> None:
    """Give teams that have none yet their external ids, by name."""
    _adopt(
        "UPDATE accounts_team row SET external_id = wanted.id FROM unnest(%s::text[], %s::text[]) AS wanted(key, id) "
        "WHERE row.external_id IS NULL AND row.name = wanted.key",
        external_ids,
    )


def _adopt(statement: LiteralString, external_ids: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(external_ids), list(external_ids.values())])


@transaction.atomic
def save_person(
    *,
    person: User | None,
    name: str,
    email: str | None,
    roles: Sequence[str],
    external_id: str | None = None,
    language: str = "en",
    is_active: bool = True,
    acting_user: User | None,
    now: datetime,
) -> User:
    """Create a person, or change one. Raises ValidationError by field. A new one has no password yet."""
    row = User.objects.select_for_update().get(pk=person.pk) if person else User(created_at=now)
    if person is None:
        row.set_unusable_password()
    row.name, row.external_id, row.language = name, external_id or None, language
    row.email, row.roles, row.is_active = (email.lower() if email else None), sorted(roles), is_active
    _refuse_locking_oneself_out(row, acting_user)
    _refuse_taken_address(row)
    row.full_clean(exclude=["password"])
    row.save()
    _keep_an_admin()
    _log("person saved", row.pk, acting_user, now)
    return row


def save_profile(*, user: User, name: str, language: str) -> None:
    """Change what a person may change about herself."""
    User.objects.filter(pk=user.pk).update(name=name, language=language)


def choose_language(*, user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def _refuse_locking_oneself_out(row: User, acting_user: User | None) -> None:
    if acting_user and row.pk == acting_user.pk and acting_user.has_role(Role.ADMIN):
        if not row.is_active:
            raise ValidationError({"is_active": _("You can't deactivate yourself. Ask another administrator.")})
        if Role.ADMIN not in row.roles:
            raise ValidationError({"roles": _("You can't take your own admin role. Ask another administrator.")})


def _refuse_taken_address(row: User) -> None:
    """By field, as for the external id: the constraint on the lower case would name only itself."""
    if row.email and User.objects.filter(email__iexact=row.email).exclude(pk=row.pk).exists():
        raise ValidationError({"email": row.unique_error_message(User, ("email",))})


def _keep_an_admin() -> None:
    """An import or a form may not leave the company without anybody who can sign in and administer it."""
    admins = User.objects.filter(roles__contains=[Role.ADMIN])
    if admins.exists() and not admins.filter(is_active=True).exists():
        raise ValidationError(_("This would leave no active administrator. Make somebody else an admin first."))


@transaction.atomic
def save_teams(
    *, teams: Sequence[TeamRecord], fields: Sequence[str], acting_user: User | None, now: datetime
) -> dict[str, int]:
    """Create or change teams by external id, changing of those that exist only `fields`; return all their ids.

    `fields` may name `name` and `parent`. Raises ValidationError for an unknown parent or a circle.
    """
    _lock_tree()
    named = ["external_id", *(["name"] if "name" in fields else [])]
    rows = [Team(external_id=record.external_id, name=record.name or record.external_id) for record in teams]
    Team.objects.bulk_create(rows, update_conflicts=True, unique_fields=["external_id"], update_fields=named)
    ids = {known: pk for known, pk in Team.objects.values_list("external_id", "pk") if known}
    if "parent" in fields:
        _set_parents({ids[record.external_id]: _parent_id(record, ids) for record in teams})
    _log("teams saved", len(teams), acting_user, now)
    return {record.external_id: ids[record.external_id] for record in teams}


def _parent_id(record: TeamRecord, ids: Mapping[str, int]) -> int | None:
    if record.parent is None or isinstance(record.parent, int):
        return record.parent
    if record.parent not in ids:
        raise ValidationError(
            _(
                "Team %(team)s names the parent %(parent)s, which does not exist. "
                "Import that team too, or leave the parent empty."
            ),
            params={"team": record.external_id, "parent": record.parent},
        )
    return ids[record.parent]


def _set_parents(parents: Mapping[int, int | None]) -> None:
    rows = list(Team.objects.filter(pk__in=parents))
    for row in rows:
        row.parent_id = parents[row.pk]
    refuse_circle({**dict(Team.objects.values_list("pk", "parent_id")), **parents})
    Team.objects.bulk_update(rows, ["parent"], batch_size=1_000)


def refuse_circle(parents: Mapping[int, int | None]) -> None:
    """Raise ValidationError when a team would lie inside itself."""
    fine: set[int] = set()
    for team in parents:
        path: list[int] = []
        at: int | None = team
        while at is not None and at not in fine:
            if at in path:
                name = Team.objects.get(pk=at).name
                raise ValidationError(
                    _("Team %(team)s would lie inside itself. Choose a parent that is not below it."),
                    params={"team": name},
                )
            path.append(at)
            at = parents.get(at)
        fine.update(path)


@transaction.atomic
def save_team(
    *,
    team: Team | None,
    name: str,
    parent: Team | None,
    external_id: str | None = None,
    acting_user: User | None,
    now: datetime,
) -> Team:
    """Create a team, or change one. Raises ValidationError by field."""
    _lock_tree()
    row = team or Team()
    row.name, row.parent, row.external_id = name, parent, external_id or None
    row.full_clean()
    if row.pk:
        refuse_circle({**dict(Team.objects.values_list("pk", "parent_id")), row.pk: row.parent_id})
    row.save()
    _log("team saved", row.pk, acting_user, now)
    return row


def _log(what: str, which: int, acting_user: User | None, now: datetime) -> None:
    logger.info("%s: %s by user %s at %s", what, which, acting_user.pk if acting_user else "-", now.isoformat())


def _lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE])


def join_team(*, user: User, team: Team, starts_on: date, acting_user: User | None, now: datetime) -> None:
    """Put a person into a team from a day on, until the next change already known."""
    join_teams(moves=[Move(user.pk, team.pk, starts_on)], acting_user=acting_user, now=now)


def report_to(*, user: User, manager: User, starts_on: date, acting_user: User | None, now: datetime) -> None:
    """Let a person report to a manager from a day on, until the next change already known."""
    report_to_managers(moves=[Move(user.pk, manager.pk, starts_on)], acting_user=acting_user, now=now)


@transaction.atomic
def join_teams(*, moves: Sequence[Move], acting_user: User | None, now: datetime) -> int:
    """Move many people to teams; who is there already stays untouched. Returns how many moved."""
    return _move(moves, "accounts_membership", "team_id", acting_user, now)


@transaction.atomic
def report_to_managers(*, moves: Sequence[Move], acting_user: User | None, now: datetime) -> int:
    """Give many people their managers. Raises ValidationError when somebody would report to herself through others."""
    _lock_tree()
    moved = _move(moves, "accounts_reportingline", "manager_id", acting_user, now)
    if moved:
        _refuse_reporting_circle(moves)
    return moved


@transaction.atomic
def leave_team(*, user: User, ends_on: date, acting_user: User | None, now: datetime) -> None:
    """End a person's membership: she is in no team from that day on."""
    moved = _end(Membership, user, ends_on)
    people_moved.send(Membership, moved=moved, acting_user=acting_user)
    _log("team left", user.pk, acting_user, now)


@transaction.atomic
def stop_reporting(*, user: User, ends_on: date, acting_user: User | None, now: datetime) -> None:
    """End a person's reporting line: she reports to nobody from that day on."""
    moved = _end(ReportingLine, user, ends_on)
    people_moved.send(ReportingLine, moved=moved, acting_user=acting_user)
    _log("reporting ended", user.pk, acting_user, now)


def _end(model: type[Membership] | type[ReportingLine], user: User, ends_on: date) -> frozenset[Moved]:
    """End the line in force and drop the later ones; returns what there is no more, from which day on."""
    rows = model.objects.filter(user=user)
    target = "team_id" if model is Membership else "manager_id"
    ended = rows.filter(Q(during__endswith__gt=ends_on) | Q(during__upper_inf=True)).values_list("during", target)
    moved = frozenset(Moved(user.pk, max(during.lower, ends_on), former) for during, former in ended)
    rows.filter(during__startswith__gte=ends_on).delete()
    for row in rows.filter(during__contains=ends_on):
        row.during = type(row.during)(row.during.lower, ends_on)
        row.save(update_fields=["during"])
    return moved or frozenset({Moved(user.pk, ends_on)})


_MOVES = """
CREATE TEMP TABLE accounts_moves ON COMMIT DROP AS
SELECT move.user_id, move.target_id, move.starts_on, former.{target} AS former_id
FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS move(user_id, target_id, starts_on)
LEFT JOIN {table} former ON former.user_id = move.user_id AND former.during @> move.starts_on
WHERE former.{target} IS DISTINCT FROM move.target_id
"""
_CLEAR = """
DELETE FROM {table} line USING accounts_moves move
WHERE line.user_id = move.user_id AND lower(line.during) = move.starts_on
"""
_SHORTEN = """
UPDATE {table} line SET during = daterange(lower(line.during), move.starts_on) FROM accounts_moves move
WHERE line.user_id = move.user_id AND line.during @> move.starts_on
"""
_INSERT = """
INSERT INTO {table} (user_id, {target}, during)
SELECT move.user_id, move.target_id, daterange(move.starts_on, (
    SELECT min(lower(line.during)) FROM {table} line
    WHERE line.user_id = move.user_id AND lower(line.during) > move.starts_on
))
FROM accounts_moves move
"""


def _move(
    moves: Sequence[Move],
    table: Literal["accounts_membership", "accounts_reportingline"],
    target: Literal["team_id", "manager_id"],
    acting_user: User | None,
    now: datetime,
) -> int:
    """Set one line of history per person, in a handful of statements however many there are.

    1. keep the moves that say something new; 2. drop the lines that start that very day; 3. end the lines in force;
    4. begin the new ones, up to the next line already known.
    """
    if not moves:
        return 0
    names = {"table": sql.Identifier(table), "target": sql.Identifier(target)}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS accounts_moves")
        cursor.execute(sql.SQL(_MOVES).format(**names), _columns(moves))
        for statement in (_CLEAR, _SHORTEN, _INSERT):
            cursor.execute(sql.SQL(statement).format(**names))
        cursor.execute("SELECT user_id, starts_on, former_id FROM accounts_moves")
        moved = frozenset(Moved(*row) for row in cursor.fetchall())
    if moved:
        people_moved.send(Membership if target == "team_id" else ReportingLine, moved=moved, acting_user=acting_user)
        _log(f"{target} changed", len(moved), acting_user, now)
    return len(moved)


def _columns(moves: Sequence[Move]) -> tuple[list[int], list[int], list[date]]:
    return [move.user_id for move in moves], [move.target_id for move in moves], [move.starts_on for move in moves]


# A circle may close on any day on which a new line holds: the days that all of its lines have in common.
_CIRCLE = """
WITH RECURSIVE above(user_id, manager_id, during) AS (
    SELECT line.user_id, line.manager_id, line.during
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS move(user_id, manager_id, starts_on)
    JOIN accounts_reportingline line
    ON line.user_id = move.user_id AND line.manager_id = move.manager_id AND lower(line.during) = move.starts_on
    UNION
    SELECT above.user_id, line.manager_id, above.during * line.during
    FROM above JOIN accounts_reportingline line ON line.user_id = above.manager_id AND line.during && above.during
)
SELECT person.name FROM above JOIN accounts_user person ON person.id = above.user_id
WHERE above.user_id = above.manager_id ORDER BY person.name LIMIT 1
"""


def _refuse_reporting_circle(moves: Sequence[Move]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CIRCLE, _columns(moves))
        found = cursor.fetchone()
    if found:
        raise ValidationError(
            _("%(name)s would report to herself or himself through others. Change one of the reporting lines."),
            params={"name": found[0]},
        )
