"""The tree of teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.services.writing import adopt, lock_tree, log


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRecord:
    external_id: str
    name: str = ""
    parent: str | int | None = None  # the parent's external id (in the database or among the records), or its id


def adopt_teams(*, external_ids: Mapping[str, str]) -> None:
    """Give teams that have none yet their external ids, by name."""
    adopt(
        "UPDATE accounts_team row SET external_id = wanted.id FROM unnest(%s::text[], %s::text[]) AS wanted(key, id) "
        "WHERE row.external_id IS NULL AND row.name = wanted.key",
        external_ids,
    )


@transaction.atomic
def save_teams(
    *, teams: Sequence[TeamRecord], fields: Sequence[str], acting_user: User | None, now: datetime
) -> dict[str, int]:
    """Create or change teams by external id, changing of those that exist only `fields`; return all their ids.

    `fields` may name `name` and `parent`. Raises ValidationError for an unknown parent or a circle.
    """
    lock_tree()
    named = ["external_id", *(["name"] if "name" in fields else [])]
    rows = [Team(external_id=record.external_id, name=record.name or record.external_id) for record in teams]
    Team.objects.bulk_create(rows, update_conflicts=True, unique_fields=["external_id"], update_fields=named)
    ids = {known: pk for known, pk in Team.objects.values_list("external_id", "pk") if known}
    if "parent" in fields:
        _set_parents({ids[record.external_id]: _parent_id(record, ids) for record in teams})
    log("teams saved", len(teams), acting_user, now)
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
    lock_tree()
    row = team or Team()
    row.name, row.parent, row.external_id = name, parent, external_id or None
    row.full_clean()
    if row.pk:
        refuse_circle({**dict(Team.objects.values_list("pk", "parent_id")), row.pk: row.parent_id})
    row.save()
    log("team saved", row.pk, acting_user, now)
    return row
