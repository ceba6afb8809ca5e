"""Statements and lines into the database: only what differs from what stands there is written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, LiteralString

import polars as pl
from django.db import connection
from django.db.models import F

from commissions.engine.computed import Computed
from commissions.models import Period, Statement
from commissions.selectors.adjusted import adjusted_sums
from commissions.selectors.columns import COLUMNS
from commissions.services.changes import Moved, note_changes
from commissions.services.releases import post_releases
from commissions.services.settlements import Key, post_settlements
from core.copy import copy_in, copy_out

_TABLE: Final = "commissions_earningline"
_TYPES: Final[dict[str, Any]] = {
    **dict.fromkeys(COLUMNS, pl.Int64),
    **dict.fromkeys(("component", "kind", "role", "event", "pool"), pl.String),
    **dict.fromkeys(("date", "window_start"), pl.Date),
    "seq": pl.Int32,
}
_LINES: Final[LiteralString] = (
    "SELECT id, " + ", ".join(COLUMNS) + " FROM commissions_earningline WHERE statement_id = ANY(%s)"  # noqa: S608
)
_STANDING: Final = """
SELECT payee_id, currency, id, total_minor, payable_minor, notices::text, adjusted_minor
FROM commissions_statement WHERE period_id = %s AND payee_id = ANY(%s)
"""
_UPSERT: Final = """
INSERT INTO commissions_statement (
    period_id, payee_id, currency, total_minor, payable_minor, adjusted_minor, notices, computed_at
)
SELECT %s, payee, currency, total, payable, adjusted, notices::jsonb, %s
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
    AS new (payee, currency, total, payable, adjusted, notices)
ORDER BY payee, currency
ON CONFLICT (period_id, payee_id, currency) DO UPDATE SET total_minor = excluded.total_minor,
    payable_minor = excluded.payable_minor, adjusted_minor = excluded.adjusted_minor, notices = excluded.notices,
    computed_at = excluded.computed_at
RETURNING payee_id, currency, id
"""


class TotalsDiffer(AssertionError):  # noqa: N818
    """A statement would not be the sum of its lines. A bug: nothing was posted."""


@dataclass(frozen=True, slots=True)
class _Row:
    total: int
    payable: int  # with what adjustments add
    notices: list[dict[str, Any]]
    adjusted: int = 0


def post(
    *, period: Period, payees: Sequence[int], computed: Computed, now: datetime, run_id: int | None = None
) -> frozenset[int]:
    """Make the period's statements of these payees what was computed; returns the payees for whom that is a change.

    A statement keeps its id, and so does a line that is as it was: open pages and links stay good. What a statement was
    before is noted, with the deals that made the difference.
    """
    rows = _with_adjustments(_rows(computed), adjusted_sums(period_id=period.pk, payees=payees))
    standing = _standing(period, payees)
    ids = _upsert(period, rows, now)
    gone = {key: pk for key, (pk, _row) in standing.items() if key not in rows}
    lines = _numbered(computed.lines, ids)
    moved = _post_lines(lines, known=[ids[key] for key in standing if key in rows], gone=list(gone.values()))
    touched = set(moved.statements)
    touched |= post_settlements(period=period, ids=ids, gone=gone, settlements=computed.settlements)
    touched |= post_releases(period=period, ids=ids, gone=gone, releases=computed.releases)
    touched |= {ids[key] for key, row in rows.items() if key not in standing or standing[key][1] != row}
    _count_revisions(touched & {pk for pk, _row in standing.values()})
    before = {pk: (row.total, row.payable) for pk, row in standing.values()}
    left = frozenset(gone.values())
    note_changes(touched=touched | left, before=before, gone=left, moved=moved, run_id=run_id, now=now)
    _delete_statements(list(gone.values()))
    return frozenset(payee for (payee, _currency), pk in (*ids.items(), *gone.items()) if pk in touched) | {
        payee for payee, _currency in gone
    }


def _rows(computed: Computed) -> dict[Key, _Row]:
    totals = {(payee, currency): (total, payable) for payee, currency, total, payable in computed.totals.select(
        "payee", "currency", "total", "payable").iter_rows()}  # fmt: skip
    sums: dict[Key, int] = {
        (payee, currency): amount
        for payee, currency, amount in computed.lines.group_by("payee", "currency")
        .agg(pl.col("amount").sum())
        .iter_rows()
    }
    different = [key for key in totals.keys() | sums.keys() if totals.get(key, (0, 0))[0] != sums.get(key, 0)]
    if different:
        raise TotalsDiffer(f"The totals of {different[:3]} aren't the sums of their lines. Nothing was posted.")
    notices = _notices(computed.notices)
    return {key: _Row(*totals[key], notices.get(key[0], [])) for key in sorted(totals)}


def _with_adjustments(rows: dict[Key, _Row], sums: Mapping[Key, int]) -> dict[Key, _Row]:
    """Payable is what was settled and what people added. Who has an adjustment has a statement, on a plan or not."""
    nothing = _Row(0, 0, [])
    return {
        key: replace(row, payable=row.payable + sums.get(key, 0), adjusted=sums.get(key, 0))
        for key in sorted(rows.keys() | sums.keys())
        for row in (rows.get(key, nothing),)
    }


def _notices(frame: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for payee, deal, code, detail in frame.sort("payee", "code", "detail", "deal", nulls_last=True).iter_rows():
        found.setdefault(payee, []).append({"deal": deal, "code": code, "detail": detail})
    return found


def _standing(period: Period, payees: Sequence[int]) -> dict[Key, tuple[int, _Row]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [period.pk, list(payees)])
        return {
            (payee, currency): (pk, _Row(total, payable, json.loads(notices), adjusted))
            for payee, currency, pk, total, payable, notices, adjusted in cursor.fetchall()
        }


def _upsert(period: Period, rows: dict[Key, _Row], now: datetime) -> dict[Key, int]:
    if not rows:
        return {}
    columns: list[list[Any]] = [
        [payee for payee, _currency in rows],
        [currency for _payee, currency in rows],
        [row.total for row in rows.values()],
        [row.payable for row in rows.values()],
        [row.adjusted for row in rows.values()],
        [json.dumps(row.notices) for row in rows.values()],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [period.pk, now, *columns])
        return {(payee, currency): pk for payee, currency, pk in cursor.fetchall()}


def _numbered(lines: pl.DataFrame, ids: dict[Key, int]) -> pl.DataFrame:
    """Lines as rows of the table. `seq` counts the credits of the statement, whatever else was calculated with them."""
    statements = pl.DataFrame(
        [(payee, currency, pk) for (payee, currency), pk in ids.items()],
        schema={"payee": pl.Int64, "currency": pl.String, "statement": pl.Int64},
        orient="row",
    )
    placed = lines.join(statements, on=["payee", "currency"]).with_columns(
        seq=pl.col("seq").rank("dense").over("statement") - 1
    )
    return as_rows(placed.sort("statement", "seq", "component"))  # the order of the index: each page is written once


def as_rows(lines: pl.DataFrame) -> pl.DataFrame:
    """LINES with the column `statement`, as the columns of the table."""
    return lines.select(pl.col(source).cast(_TYPES[name]).alias(name) for name, source in COLUMNS.items())


def _post_lines(lines: pl.DataFrame, known: list[int], gone: list[int]) -> Moved:
    """Delete and insert what differs."""
    if not known and not gone:
        copy_in(_TABLE, lines)
        return Moved(lines.clear(), lines)
    standing = copy_out(_LINES, [[*known, *gone]], {"id": pl.Int64, **_TYPES})
    same = list(COLUMNS)
    old = standing.join(lines, on=same, how="anti", nulls_equal=True)
    new = lines.join(standing, on=same, how="anti", nulls_equal=True)
    if old.height:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM commissions_earningline WHERE id = ANY(%s)", [old["id"].to_list()])
    if new.height:
        copy_in(_TABLE, new)
    return Moved(old, new)


def _count_revisions(ids: Iterable[int]) -> None:
    """Whoever approved or accepted one of these statements did so as it was before."""
    Statement.objects.filter(pk__in=ids).update(revision=F("revision") + 1)


def _delete_statements(ids: list[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM commissions_statement WHERE id = ANY(%s)", [ids])
