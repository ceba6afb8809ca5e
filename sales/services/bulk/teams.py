"""Teams, whose parents may stand in the same file, before or after them."""

from datetime import datetime

import polars as pl

from accounts.models import Team, User
from accounts.services import TeamRecord, adopt_teams, save_teams
from core.copy import copy_out
from sales.engine.changes import Directory, compare, refer, samples
from sales.engine.problems import Told, told
from sales.services.bulk.decision import Decision, Task, named, refuse_incomplete, show_token, to_write

NEW = "new:"  # a token of a record that comes along with this file; "#7" is the one with id 7
_EXISTING = """
SELECT team.id, wanted.external_id, team.name, '#' || team.parent_id
FROM unnest(%s::text[], %s::text[]) AS wanted(external_id, name)
JOIN accounts_team team
    ON team.external_id = wanted.external_id OR (team.external_id IS NULL AND team.name = wanted.name)
"""
_DIRECTORY = """
SELECT external_id, '#' || id, 0 FROM accounts_team WHERE external_id IS NOT NULL
UNION ALL SELECT name, '#' || id, 1 FROM accounts_team
"""
_FIX = told("Add the team to the file, correct the cell, or replace the word in the mapping.")


def directory(fix: Told = _FIX) -> Directory:
    schema = {"key": pl.String(), "id": pl.String(), "rank": pl.Int64()}
    unknown = told("No team has this external id or name.")
    ambiguous = told("%(n)s teams have this external id or name.")
    return Directory(unknown, ambiguous, fix, copy_out(_DIRECTORY, [], schema))


def decide(task: Task) -> Decision:
    """Compare with the teams of the same external ids, or of the same name where a team has none."""
    rows = task.problems.without_bad(task.converted.rows)
    names = rows["name"] if "name" in rows.columns else rows["external_id"]
    schema = {"id": pl.Int64(), "external_id": pl.String(), "name": pl.String(), "parent": pl.String()}
    existing = copy_out(_EXISTING, [rows["external_id"].to_list(), names.to_list()], schema)
    rows = _with_parents(task, rows, existing)
    mapped = task.gives("name", "parent")
    compared = refuse_incomplete(task, compare(existing, task.problems.without_bad(rows), mapped))
    labels = named(Team, compared, "parent") if "parent" in mapped else {}
    return Decision(
        compared,
        samples(compared, mapped, show_token({"parent": labels})),
        lambda user, now: _write(compared, mapped, user, now),
    )


def _with_parents(task: Task, rows: pl.DataFrame, existing: pl.DataFrame) -> pl.DataFrame:
    if "parent" not in rows.columns:
        return rows
    wider = directory().and_also(of_file(rows, existing, "name"))
    return rows.with_columns(refer(rows, "parent", wider, task.problems, task.column("parent")))


def of_file(rows: pl.DataFrame, existing: pl.DataFrame, *others: str) -> pl.DataFrame:
    """Directory entries of the file's own rows: by external id, and by other fields at the next rank."""
    token = (
        pl.when(pl.col("id").is_null()).then(NEW + pl.col("external_id")).otherwise("#" + pl.col("id").cast(pl.String))
    )
    known = rows.join(existing.select("external_id", "id"), on="external_id", how="left").with_columns(token=token)
    keys = [("external_id", 0), *((name, 1) for name in others if name in rows.columns)]
    return pl.concat(
        known.select(key=pl.col(name), id="token", rank=pl.lit(rank, pl.Int64)).drop_nulls("key") for name, rank in keys
    )


def _write(compared: pl.DataFrame, mapped: list[str], user: User | None, now: datetime) -> None:
    rows = to_write(compared)
    if "name" in mapped:
        adopt_teams(external_ids=dict(rows.select("name", "external_id").iter_rows()))
    records = [
        TeamRecord(external_id=row["external_id"], name=row.get("name") or "", parent=_parent(row.get("parent")))
        for row in rows.iter_rows(named=True)
    ]
    save_teams(teams=records, fields=mapped, acting_user=user, now=now)


def _parent(token: str | None) -> str | int | None:
    if token is None:
        return None
    return token.removeprefix(NEW) if token.startswith(NEW) else int(token.removeprefix("#"))
