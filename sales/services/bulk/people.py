"""People with their teams and managers: who they are now, and where they belong from a day on.

An empty cell says nothing here: it takes nobody's role, address, team or manager away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from accounts.models import Role, Team, User
from accounts.services import (
    Move,
    PersonRecord,
    TeamRecord,
    adopt_people,
    join_teams,
    report_to_managers,
    save_people,
    save_teams,
)
from core.copy import copy_out
from sales.engine.changes import Directory, compare, refer, samples
from sales.engine.problems import told
from sales.services.bulk.decision import Decision, Task, named, refuse_incomplete, show_token, to_write
from sales.services.bulk.teams import NEW, directory, of_file

_EXISTING = """
SELECT person.id, wanted.external_id, person.name, person.email,
    array_to_string(ARRAY(SELECT unnest(person.roles) ORDER BY 1), ';'), '#' || member.team_id, '#' || line.manager_id
FROM unnest(%s::text[], %s::text[], %s::date[]) AS wanted(external_id, email, day)
JOIN accounts_user person
    ON person.external_id = wanted.external_id OR (person.external_id IS NULL AND lower(person.email) = wanted.email)
LEFT JOIN accounts_membership member ON member.user_id = person.id AND member.during @> wanted.day
LEFT JOIN accounts_reportingline line ON line.user_id = person.id AND line.during @> wanted.day
"""
_SCHEMA = {
    "id": pl.Int64(),
    **dict.fromkeys(("external_id", "name", "email", "roles", "team", "manager"), pl.String()),
}
_DIRECTORY = """
SELECT external_id, '#' || id, 0 FROM accounts_user WHERE external_id IS NOT NULL
UNION ALL SELECT lower(email), '#' || id, 1 FROM accounts_user WHERE email IS NOT NULL
"""
NOBODY = told("No person has this external id or e-mail address.")
SEVERAL = told("%(n)s people have this external id or e-mail address.")
_ADD_TEAM = told("Add the team to the file, correct the cell, or say `create_missing: [team]` in the mapping.")
_ADD_MANAGER = told("Add the manager to the file, correct the cell, or say `create_missing: [manager]` in the mapping.")
_TAKEN = told("Another person has this e-mail address.")
_OWN_ADDRESS = told("Correct it, or give the row that person's external id.")
PERSON_FIELDS = ("name", "email", "roles")
_FIELDS = (*PERSON_FIELDS, "team", "manager")


def decide(task: Task) -> Decision:
    """1. find their teams and managers, new ones among them; 2. compare; 3. refuse addresses that others have."""
    rows = _with_day(task)
    existing = _existing(rows)
    rows, people, managers = _find_managers(task, rows, _directory(rows, existing))
    teams, new_teams = _find_teams(task, rows)
    for name, where in (("team", teams), ("manager", people)):
        if name in rows.columns:
            rows = rows.with_columns(refer(rows, name, where, task.problems, task.column(name)))
    mapped = task.gives(*_FIELDS)
    rows = _keep_what_is_not_said(task.problems.without_bad(rows), existing, mapped)
    compared = refuse_incomplete(task, _refuse_foreign_addresses(task, compare(existing, rows, mapped)))
    labels = {
        name: named(model, compared, name) for name, model in (("team", Team), ("manager", User)) if name in mapped
    }
    return Decision(
        compared,
        samples(compared, mapped, show_token(labels)),
        lambda user, now: _Writer(compared, mapped, user, now).write(new_teams, managers),
        {"teams": new_teams, "people": [record.name for record in managers]},
    )


def _with_day(task: Task) -> pl.DataFrame:
    rows = task.problems.without_bad(task.converted.rows)
    day = pl.col("from") if "from" in rows.columns else pl.lit(None, pl.Date)
    return rows.with_columns(day=day.fill_null(task.today))


def _existing(rows: pl.DataFrame) -> pl.DataFrame:
    emails = rows["email"].to_list() if "email" in rows.columns else [None] * rows.height
    return copy_out(_EXISTING, [rows["external_id"].to_list(), emails, rows["day"].to_list()], _SCHEMA)


def _directory(rows: pl.DataFrame, existing: pl.DataFrame) -> Directory:
    known = copy_out(_DIRECTORY, [], {"key": pl.String(), "id": pl.String(), "rank": pl.Int64()})
    return Directory(NOBODY, SEVERAL, _ADD_MANAGER, known).and_also(of_file(rows, existing, "email"))


def _find_teams(task: Task, rows: pl.DataFrame) -> tuple[Directory, list[str]]:
    """The teams that rows may name, and the names of those to create."""
    known = directory(_ADD_TEAM)
    if "team" not in rows.columns or "team" not in task.mapping.create_missing:
        return known, []
    missing = known.missing(rows["team"])
    return known.and_also(_new_entries(missing)), missing


def _find_managers(
    task: Task, rows: pl.DataFrame, people: Directory
) -> tuple[pl.DataFrame, Directory, list[PersonRecord]]:
    """The people whom rows may name as managers, and those to create. A manager is also known by manager_email."""
    if "manager" not in rows.columns:
        return rows, people, []
    if "manager_email" in rows.columns:
        unknown = people.look_up(rows["manager"])["times"] == 0
        by_email = unknown & (people.look_up(rows["manager_email"])["times"] == 1)
        rows = rows.with_columns(manager=rows["manager_email"].zip_with(by_email, rows["manager"]))
    if "manager" not in task.mapping.create_missing:
        return rows, people, []
    missing = people.missing(rows["manager"])
    records = _manager_records(rows.filter(pl.col("manager").is_in(missing)))
    return rows, people.and_also(_new_entries(missing)), records


def _new_entries(keys: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"key": keys}, schema={"key": pl.String}).select(
        "key", id=NEW + pl.col("key"), rank=pl.lit(0, pl.Int64)
    )


def _manager_records(rows: pl.DataFrame) -> list[PersonRecord]:
    records = []
    for row in rows.unique("manager", keep="first", maintain_order=True).iter_rows(named=True):
        key = row["manager"]
        email = row.get("manager_email") or (key if "@" in key else None)
        name = row.get("manager_name") or key
        records.append(PersonRecord(external_id=key, name=name, email=email, roles=(Role.MANAGER,)))
    return records


def _keep_what_is_not_said(rows: pl.DataFrame, existing: pl.DataFrame, mapped: list[str]) -> pl.DataFrame:
    if not mapped:
        return rows
    old = existing.select("external_id", *(pl.col(name).alias(f"was_{name}") for name in mapped))
    joined = rows.join(old, on="external_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(name, f"was_{name}").alias(name) for name in mapped).select(rows.columns)


def _refuse_foreign_addresses(task: Task, compared: pl.DataFrame) -> pl.DataFrame:
    if "email" not in compared.columns:
        return compared
    taken = dict(User.objects.filter(email__in=compared["email"].drop_nulls().to_list()).values_list("email", "pk"))
    for line, email, pk in compared.select("line", "email", "id").iter_rows():
        if taken.get(email, pk) != pk:
            task.refuse(line, "email", _TAKEN, _OWN_ADDRESS, email)
    return task.problems.without_bad(compared)


@dataclass(frozen=True, slots=True)
class _Writer:
    """One write of people: teams and managers that come along, then the people, then where they belong."""

    compared: pl.DataFrame
    mapped: list[str]
    user: User | None
    now: datetime

    def write(self, teams: list[str], managers: list[PersonRecord]) -> None:
        team_ids = self._save_teams(teams)
        rows = to_write(self.compared)
        people_ids = self._save_people(managers, ["name", "email", "roles"])
        people_ids |= self._save_people(_records(rows), [name for name in self.mapped if name in PERSON_FIELDS])
        if "team" in self.mapped:
            moves = [
                *_moves(rows, "team", people_ids, team_ids),
                *self._moves_of_managers(people_ids, team_ids, managers),
            ]
            join_teams(moves=moves, acting_user=self.user, now=self.now)
        if "manager" in self.mapped:
            moves = _moves(rows, "manager", people_ids, people_ids)
            report_to_managers(moves=moves, acting_user=self.user, now=self.now)

    def _save_teams(self, names: list[str]) -> dict[str, int]:
        teams = [TeamRecord(external_id=name, name=name) for name in names]
        return save_teams(teams=teams, fields=[], acting_user=self.user, now=self.now) if teams else {}

    def _save_people(self, records: list[PersonRecord], fields: list[str]) -> dict[str, int]:
        if not records:
            return {}
        adopt_people(external_ids={record.email: record.external_id for record in records if record.email})
        return save_people(people=records, fields=fields, acting_user=self.user, now=self.now)

    def _moves_of_managers(
        self, people: Mapping[str, int], teams: Mapping[str, int], managers: list[PersonRecord]
    ) -> list[Move]:
        """A manager who came along belongs to the team of her reports, where that is one team."""
        if "manager" not in self.mapped:
            return []
        new = [NEW + record.external_id for record in managers]
        groups = self.compared.filter(pl.col("manager").is_in(new)).group_by("manager", maintain_order=True)
        found = groups.agg(pl.col("team").first(), pl.col("day").min(), one=pl.col("team").n_unique() == 1)
        return [
            Move(_id(manager, people), _id(team, teams), day)
            for manager, team, day, one in found.iter_rows()
            if one and team is not None
        ]


def _records(rows: pl.DataFrame) -> list[PersonRecord]:
    return [
        PersonRecord(
            external_id=row["external_id"],
            name=row.get("name") or "",
            email=row.get("email"),
            roles=tuple((row.get("roles") or Role.REP).split(";")),
        )
        for row in rows.iter_rows(named=True)
    ]


def _moves(rows: pl.DataFrame, name: str, people: Mapping[str, int], targets: Mapping[str, int]) -> list[Move]:
    moved = rows.filter(pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"old_{name}")))
    return [
        Move(people[key], _id(token, targets), day)
        for key, token, day in moved.select("external_id", name, "day").iter_rows()
    ]


def _id(token: str, new: Mapping[str, int]) -> int:
    return new[token.removeprefix(NEW)] if token.startswith(NEW) else int(token.removeprefix("#"))
