"""PostgreSQL's COPY, in and out, as Polars frames: the only way that many rows cross the border of the database."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, LiteralString, cast

import polars as pl
from django.db import connection
from psycopg import Cursor, sql

from core import history

_BLOCK = 1 << 20


def copy_out(
    query: LiteralString, params: Sequence[Any], schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame:
    """Read a query's rows into a frame of exactly this schema, columns by position.

    `query` takes its values as %s; an absent value is null, an empty text stays an empty text.
    """
    buffer = BytesIO()
    with connection.cursor() as wrapped:
        cursor = cast("Cursor[Any]", wrapped.cursor)
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, NULL '\\N', FORCE_QUOTE *)")
        bound = _bind(query, params)
        with cursor.copy(statement.format(bound)) as rows:
            for block in rows:
                buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    return pl.read_csv(
        buffer.getvalue(), has_header=False, schema=schema, null_values="\\N", empty_string_is_null=False
    )


def copy_in(table: str, frame: pl.DataFrame) -> int:
    """Append a frame's rows to a table whose columns bear the frame's names; returns the number of rows."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    history.tell(connection)
    data = frame.write_csv(include_header=False, null_value="\\N", quote_style="non_numeric").encode()
    with connection.cursor() as wrapped, cast("Cursor[Any]", wrapped.cursor).copy(statement) as rows:
        for start in range(0, len(data), _BLOCK):
            rows.write(data[start : start + _BLOCK])
    return frame.height


def _bind(query: LiteralString, params: Sequence[Any]) -> sql.Composed:
    """COPY takes no parameters of its own: quote each value as a literal of this connection."""
    parts = query.split("%s")
    if len(parts) != len(params) + 1:
        raise ValueError(f"the query has {len(parts) - 1} places for {len(params)} values")
    composed: list[sql.Composable] = [sql.SQL(parts[0])]
    for value, part in zip(params, parts[1:], strict=True):
        composed += [sql.Literal(value), sql.SQL(part)]
    return sql.Composed(composed)
