"""What every kind of bulk write has in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

from accounts.models import Team, User
from core.copy import copy_in
from core.money import to_major
from sales.engine.changes import CHANGED, CREATED, Sample
from sales.engine.convert import Converted, Problems
from sales.engine.fields import FIELDS, Kind
from sales.engine.mapping import KindMapping
from sales.engine.problems import Problem, Told, shorten, told

NEW_FILE_FIX = told("Add a column for it, or import these records first.")


@dataclass(frozen=True, slots=True)
class Task:
    """The rows of one file, read; its problems grow while they are compared with the facts."""

    kind: Kind
    converted: Converted
    mapping: KindMapping
    today: date
    locks: bool  # True when what is decided will be written: the rows to change are then locked

    @property
    def problems(self) -> Problems:
        return self.converted.problems

    def column(self, field: str) -> str:
        return self.converted.columns.get(field, field)

    def refuse(self, line: int, field: str, what: Told, fix: Told, value: str = "") -> None:
        self.problems.add(Problem(line, self.column(field), shorten(value), what, fix))

    def gives(self, *fields: str) -> list[str]:
        """Those of the fields that the file has."""
        return [name for name in fields if name in self.converted.rows.columns]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the good rows would do, and the deed itself."""

    compared: pl.DataFrame  # line, external_id, verdict, …: see sales.engine.changes.compare
    samples: dict[str, list[Sample]]
    write: Callable[[User | None, datetime], None]
    also: dict[str, list[str]] = field(default_factory=dict)  # names of records that come along, by kind

    def count(self, verdict: str) -> int:
        return self.compared.filter(verdict=verdict).height


Decide = Callable[[Task], Decision]
Show = Callable[[str, Any, Any], str]


def refuse_incomplete(task: Task, compared: pl.DataFrame) -> pl.DataFrame:
    """Rows that would create a record need the fields that it can't be without."""
    lacking = [f.name for f in FIELDS[task.kind] if f.required and f.name not in task.converted.columns]
    for name in lacking:
        for line, key in compared.filter(verdict=CREATED).select("line", "external_id").iter_rows():
            what = told("No such record is known yet, and without %(field)s it can't be created.", field=name)
            task.refuse(line, "external_id", what, NEW_FILE_FIX, key)
    return task.problems.without_bad(compared)


def show_plain(name: str, value: Any, row: Any) -> str:  # noqa: ANN401 - any cell of a frame
    """A value of a row as text; an amount in major units of the row's currency."""
    if value is None:
        return ""
    if name.endswith("_minor"):
        return f"{row.get('currency') or ''} {to_major(value, row.get('currency') or 'USD'):,f}".strip()
    return value.isoformat() if isinstance(value, date) else str(value)


def named(model: type[Team] | type[User], compared: pl.DataFrame, column: str) -> dict[str, str]:
    """Names of the records that a column's tokens ("#7") stand for."""
    tokens = pl.concat([compared[column], compared[f"old_{column}"].rename(column)]).drop_nulls().unique()
    ids = [int(token[1:]) for token in tokens.to_list() if token.startswith("#")]
    return {f"#{pk}": name for pk, name in model.objects.filter(pk__in=ids).values_list("pk", "name")}


def show_token(labels: dict[str, dict[str, str]]) -> Show:
    def show(name: str, value: Any, row: Any) -> str:  # noqa: ANN401 - any cell of a frame
        if name in labels and value is not None:
            return labels[name].get(value, str(value).removeprefix("new:"))
        return show_plain(name, value, row)

    return show


def to_write(compared: pl.DataFrame) -> pl.DataFrame:
    return compared.filter(pl.col("verdict").is_in([CREATED, CHANGED]))


_LIKE = "CREATE TEMP TABLE sales_incoming ON COMMIT DROP AS SELECT id, {names} FROM {table} WITH NO DATA"
_UPDATE = "UPDATE {table} row SET {sets} FROM sales_incoming incoming WHERE row.id = incoming.id"
_INSERT = """
INSERT INTO {table} ({names}) SELECT {names} FROM sales_incoming WHERE id IS NULL ON CONFLICT (external_id) DO {deed}
"""


def upsert(table: str, rows: pl.DataFrame, mapped: Sequence[str], absent: dict[str, Any]) -> None:
    """Write rows by COPY through a temporary table: where there is an `id` set the mapped columns alone, else insert.

    `absent` has the values of columns that a new record needs and the rows don't have. Known records are updated, for
    PostgreSQL would hold even an insert that only updates against the constraints of a whole record.
    """
    values = [*mapped, *(pl.lit(v).alias(k) for k, v in absent.items() if k not in mapped)]
    frame = rows.select("id", "external_id", *values)
    names = frame.columns[1:]
    known = {"table": sql.Identifier(table), "names": sql.SQL(", ").join(map(sql.Identifier, names))}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sales_incoming")
        cursor.execute(sql.SQL(_LIKE).format(**known))
        copy_in("sales_incoming", frame)
        if mapped:
            cursor.execute(sql.SQL(_UPDATE).format(**known, sets=_sets(mapped, "incoming")))
        deed = sql.SQL("UPDATE SET {}").format(_sets(mapped, "excluded")) if mapped else sql.SQL("NOTHING")
        cursor.execute(sql.SQL(_INSERT).format(**known, deed=deed))  # a conflict: another import brought it since


def _sets(mapped: Sequence[str], source: str) -> sql.Composed:
    given = sql.Identifier(source)
    return sql.SQL(", ").join(sql.SQL("{0} = {1}.{0}").format(sql.Identifier(name), given) for name in mapped)
