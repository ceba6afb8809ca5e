"""A note of each statement that a calculation changed: what it was, what it is, and which deals made the difference."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.db import connection

from commissions.engine.causes import causes

_NOTE: Final = """
INSERT INTO commissions_statementchange (period_id, payee_id, currency, run_id, at, revision, was_total_minor,
    was_payable_minor, total_minor, payable_minor, causes, more)
SELECT s.period_id, s.payee_id, s.currency, %s, %s, s.revision, was.total, was.payable,
    CASE WHEN was.is_gone THEN NULL ELSE s.total_minor END, CASE WHEN was.is_gone THEN NULL ELSE s.payable_minor END,
    was.causes::jsonb, was.more
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[], %s::text[], %s::int[])
    AS was (id, total, payable, is_gone, causes, more)
JOIN commissions_statement s ON s.id = was.id
ORDER BY s.payee_id, s.currency
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Lines that are no more, and those in their place."""

    old: pl.DataFrame
    new: pl.DataFrame

    @property
    def statements(self) -> frozenset[int]:
        return frozenset(self.old["statement_id"].to_list()) | frozenset(self.new["statement_id"].to_list())


def note_changes(
    *, touched: Collection[int], before: Mapping[int, tuple[int, int]], gone: Collection[int], moved: Moved,
    run_id: int | None, now: datetime,
) -> None:  # fmt: skip
    """Note what became of these statements, before those that are gone are deleted.

    `before` are total and payable of those that there were. Of a new one its lines aren't listed: all of them are.
    """
    ids = sorted(touched)
    if not ids:
        return
    known = pl.col("statement_id").is_in(list(before))
    found = causes(moved.old.filter(known), moved.new.filter(known)) if before else {}
    rows = [(pk, *before.get(pk, (None, None)), pk in gone, *found.get(pk, ("[]", 0))) for pk in ids]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [run_id, now, *columns])
