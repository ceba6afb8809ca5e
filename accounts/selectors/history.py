"""The history of any row of any app: what changed, from what to what, by whom and when.

It is written by the database (see `core.history`), so what is here is true of imports, commands and psql as well.
Columns and values are those of the tables: owner_id and 7, amount_minor and 1250050, "2026-01-31" for a day.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BinaryField, Model, QuerySet
from django.db.models.fields.json import KT
from psycopg import sql

from accounts.models import Change
from core import history

Pk = int | str
Values = dict[str, Any]  # of a row, by column


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one column of one row, or of the row itself: then `field` is empty."""

    change_id: int
    at: datetime  # the beginning of the transaction
    kind: str  # of Change.Kind
    object_id: Pk
    field: str  # the column; empty of a row that was created
    before: Any  # as JSON has it; None of a row that was created
    after: Any  # None of a row that was deleted
    user_id: int | None  # None: nobody who was signed in; `source` says more
    source: str


def history_of(
    model: type[Model], pks: Collection[Pk], *, since: datetime | None = None, until: datetime | None = None
) -> list[FieldChange]:
    """What changed in these rows of a model, in the order in which it happened; [since, until).

    A changed row has an entry for each column that changed; a created one has a single entry, with an empty `field`
    (`created_with` tells its values); a deleted one an entry for each column that had a value, with `after` None. One
    query. Of what belongs to a deal (DealShare, DealLine, Payment), the pks of rows that are gone are `deleted_of`.
    """
    rows = changes_of(model).filter(object_id__in=list(map(str, pks)))
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return [each for row in rows.order_by("id").iterator() for each in field_changes(model, row)]


def changes_of(model: type[Model]) -> QuerySet[Change]:
    """Raises LookupError for a model without a history."""
    label = model._meta.label_lower  # noqa: SLF001 - Django's own name
    if label not in history.tracked_models():
        raise LookupError(f"{label} has no history: {history.untracked_models().get(label, 'it is not ours')}")
    return Change.objects.filter(model=label)


def field_changes(model: type[Model], row: Change) -> Iterator[FieldChange]:
    """A row of the history, field by field, as `history_of` tells it."""

    pk = pk_of(model, row)

    def told(field: str = "", before: Any = None, after: Any = None) -> FieldChange:  # noqa: ANN401 - any value
        return FieldChange(row.pk, row.at, row.kind, pk, field, before, after, row.user_id, row.source)

    changes = row.changes or {}
    if row.kind == Change.Kind.CREATED:
        yield told()
    elif row.kind == Change.Kind.DELETED:
        yield from (told(name, value) for name, value in changes.items() if value is not None)
    else:
        yield from (told(name, before, after) for name, (before, after) in changes.items())


def pk_of(model: type[Model], row: Change) -> Pk:
    pk: Pk = model._meta.pk.to_python(row.object_id)  # noqa: SLF001
    return pk


def deleted_of(model: type[Model], deal_ids: Collection[int]) -> list[int]:
    """The pks of rows that these deals no longer have: shares, lines and payments that were deleted."""
    rows = changes_of(model).alias(deal=KT("changes__deal_id")).filter(kind=Change.Kind.DELETED)
    found = rows.filter(deal__in=[str(pk) for pk in deal_ids]).values_list("object_id", flat=True)
    return list(map(int, found))


def created_with(model: type[Model], pks: Collection[Pk]) -> dict[Pk, Values]:
    """With what values these rows were created, by pk: as they are, or were last, before all that changed since.

    Columns that a history keeps secret or leaves out aren't there. A row from before there was a history is as it was
    when the history began.
    """
    values = _as_they_are(model, pks)
    for row in (
        changes_of(model).filter(object_id__in=list(map(str, pks))).exclude(kind=Change.Kind.CREATED).order_by("-id")
    ):
        pk = pk_of(model, row)
        if row.kind == Change.Kind.DELETED:
            values[pk] = dict(row.changes or {})
        elif pk in values:
            values[pk] |= {name: before for name, (before, _after) in (row.changes or {}).items()}
    hidden = _hidden(model)
    return {pk: {name: value for name, value in row.items() if name not in hidden} for pk, row in values.items()}


def _hidden(model: type[Model]) -> set[str]:
    tracking = history.tracking_of(model)
    in_bytes = [str(field.column) for field in model._meta.concrete_fields if isinstance(field, BinaryField)]  # noqa: SLF001
    return {*tracking.secret, *tracking.left_out, *in_bytes}


def _as_they_are(model: type[Model], pks: Collection[Pk]) -> dict[Pk, Values]:
    table, key = sql.Identifier(model._meta.db_table), sql.Identifier(str(model._meta.pk.column))  # noqa: SLF001
    query = sql.SQL("SELECT {key}, to_jsonb(row) FROM {table} row WHERE {key} = ANY(%s)").format(table=table, key=key)
    with connection.cursor() as cursor:
        cursor.execute(query, [list(pks)])
        return {pk: json.loads(row) for pk, row in cursor.fetchall()}
