"""Customers and products: plain records with an external id."""

from collections.abc import Sequence
from typing import Any, LiteralString

import polars as pl

from core.copy import copy_out
from sales.engine.changes import compare, samples
from sales.engine.fields import Kind
from sales.services.bulk.decision import Decision, Task, refuse_incomplete, show_plain, to_write, upsert
from sales.services.bulk.stored import announce, deals_of_ids

_TEXT, _MONEY = pl.String(), pl.Int64()
# Our fields as columns of the table, with the type and what an empty cell means there.
_COLUMNS: dict[Kind, dict[str, tuple[str, pl.DataType, str | None]]] = {
    Kind.CUSTOMERS: {
        "name": ("name", _TEXT, ""),
        "sector": ("sector", _TEXT, ""),
        "country": ("country", _TEXT, ""),
    },
    Kind.PRODUCTS: {
        "name": ("name", _TEXT, ""),
        "family": ("family", _TEXT, ""),
        "price": ("price_minor", _MONEY, None),
        "currency": ("currency", _TEXT, None),
    },
}
_TABLE = {Kind.CUSTOMERS: "sales_customer", Kind.PRODUCTS: "sales_product"}
_EXISTING = {
    Kind.CUSTOMERS: "SELECT id, external_id, name, sector, country FROM sales_customer WHERE external_id = ANY(%s)",
    Kind.PRODUCTS: (
        "SELECT id, external_id, name, family, price_minor, currency FROM sales_product WHERE external_id = ANY(%s)"
    ),
}
_DEALS: dict[Kind, LiteralString] = {
    Kind.CUSTOMERS: "SELECT id FROM sales_deal WHERE customer_id = ANY(%s)",
    Kind.PRODUCTS: "SELECT id FROM sales_deal WHERE product_id = ANY(%s)",
}


def decide(task: Task) -> Decision:
    """Compare with the records of the same external ids."""
    columns = _COLUMNS[task.kind]
    incoming = task.problems.without_bad(task.converted.rows)
    incoming = incoming.select("line", "external_id", *(_column(name, columns) for name in task.gives(*columns)))
    mapped = [name for name in incoming.columns if name not in ("line", "external_id")]
    schema = {"id": pl.Int64(), "external_id": _TEXT, **{name: kind for name, kind, _empty in columns.values()}}
    lock = " FOR UPDATE" if task.locks else ""
    existing = copy_out(_EXISTING[task.kind] + lock, [incoming["external_id"].to_list()], schema)
    compared = refuse_incomplete(task, compare(existing, incoming, mapped))
    absent = (
        {"name": "", "sector": "", "country": ""} if task.kind == Kind.CUSTOMERS else {"family": "", "currency": "USD"}
    )
    return Decision(
        compared,
        samples(compared, mapped, show_plain),
        lambda _user, _now: _write(task.kind, to_write(compared), mapped, absent),
    )


def _write(kind: Kind, rows: pl.DataFrame, mapped: Sequence[str], absent: dict[str, Any]) -> None:
    """Plans read names, sectors and families, so the deals of a record that changes count in another way."""
    upsert(_TABLE[kind], rows, mapped, absent)
    known = rows["id"].drop_nulls().to_list()
    if known:
        found = copy_out(_DEALS[kind], [known], {"id": pl.Int64()})
        deals = deals_of_ids(found["id"].to_list())
        announce(deals, deals)


def _column(name: str, columns: dict[str, tuple[str, pl.DataType, str | None]]) -> pl.Expr:
    column, _kind, empty = columns[name]
    value = pl.col(name) if empty is None else pl.col(name).fill_null(empty)
    return value.alias(column)
