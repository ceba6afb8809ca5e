"""The history as a table: one row for each field that changed."""

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from audit.selectors import Search, changes_found, said
from core.sheets import Cell, Column, Kind, Table

_AT_ONCE = 500
MOST_ROWS = 100_000  # changes in one file: the filters cut a longer history into several


def history_table(search: Search) -> Table:
    columns = (
        Column("at", _("When"), Kind.INSTANT),
        Column("who", _("Who")),
        Column("source", _("In the course of")),
        Column("change", _("Change")),
        Column("kind", _("What")),
        Column("id", "ID"),
        Column("name", _("Name")),
        Column("field", _("Field")),
        Column("before", _("Before")),
        Column("after", _("After")),
    )
    return Table(_("Changes"), _("History of changes"), columns, _rows(search))


def _rows(search: Search) -> Iterator[list[Cell]]:
    changes = changes_found(search)[:MOST_ROWS].iterator(chunk_size=_AT_ONCE)
    while part := list(islice(changes, _AT_ONCE)):
        for row in said(part):
            change = row.change
            head: list[Cell] = [change.at, row.who, change.source, row.what, row.kind, change.object_id, row.name]
            fields = [[field.field, field.before, field.after] for field in row.fields] or [["", "", ""]]
            yield from ([*head, *field] for field in fields)
