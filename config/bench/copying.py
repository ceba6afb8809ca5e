"""The baseline: the same lines, COPYed into an empty table made like the real one; and into one without its indexes."""

import time
from dataclasses import dataclass
from statistics import median

import polars as pl
from django.db import connection

from commissions.services.posting import as_rows
from core.copy import copy_in

TABLE = "bench_earningline"
WHAT = "COPY of the same lines into a table like commissions_earningline, with its indexes (bare: without them)"


@dataclass(frozen=True, slots=True)
class Copying:
    rows: int
    seconds: float
    bare_seconds: float


def time_copy(lines: pl.DataFrame, repeat: int) -> Copying:
    """Median seconds of committed COPYs of LINES. Neither table has triggers or foreign keys."""
    rows = as_rows(lines.with_columns(statement=_statement(), seq=pl.int_range(pl.len()).cast(pl.Int32)))
    indexed, bare = (median(_once(rows, like) for _turn in range(repeat)) for like in ("ALL", "IDENTITY"))
    return Copying(rows.height, indexed, bare)


def _statement() -> pl.Expr:
    return pl.struct("payee", pl.col("date").dt.month()).rank("dense").cast(pl.Int64)


def _once(rows: pl.DataFrame, like: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE commissions_earningline INCLUDING {like})")
    try:
        started = time.perf_counter()
        copy_in(TABLE, rows)
        return time.perf_counter() - started
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TABLE}")
