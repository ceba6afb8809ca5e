"""The baseline: the same lines, COPYed into an empty table with the columns of the real one and nothing else."""

import time
from statistics import median

import polars as pl
from django.db import connection

from commissions.services.posting import as_rows
from core.copy import copy_in

TABLE = "bench_earningline"
WHAT = "COPY of the same lines into a table with the columns of commissions_earningline, without indexes or keys"


def seconds_to_copy(lines: pl.DataFrame, repeat: int) -> tuple[float, int]:
    """Median seconds of a COPY of LINES, committed; and the rows."""
    rows = as_rows(lines.with_columns(statement=_statement(), seq=pl.int_range(pl.len()).cast(pl.Int32)))
    return median(_once(rows) for _turn in range(repeat)), rows.height


def _statement() -> pl.Expr:
    return pl.struct("payee", pl.col("date").dt.month()).rank("dense").cast(pl.Int64)


def _once(rows: pl.DataFrame) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE commissions_earningline INCLUDING IDENTITY)")
    try:
        started = time.perf_counter()
        copy_in(TABLE, rows)
        return time.perf_counter() - started
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TABLE}")
