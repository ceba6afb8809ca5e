"""Lines of deals by the thousand. A file holds all lines of each deal that it names: they replace those that the deal
had, and what they add up to is its amount.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.db import connection

from core.copy import copy_in, copy_out
from sales.engine.changes import CHANGED, UNCHANGED, compare, refer, samples
from sales.engine.convert import refuse_the_rest
from sales.engine.problems import told
from sales.models import MOST_LINES, Product
from sales.services.bulk.deals import product_directory
from sales.services.bulk.decision import Decision, Show, Task, refuse_incomplete, show_plain
from sales.services.bulk.stored import announce, deals_of_ids
from sales.services.bulk.wholeness import refuse_currency
from sales.services.locks import lock_deals

_COLUMNS: Final = {
    "product": "product_id",
    "name": "name",
    "quantity": "quantity",
    "amount": "amount_minor",
    "cost": "cost_minor",
    "discount": "discount_ppm",
}
_VALUES: Final = {
    "product_id": pl.Int64(),
    "name": pl.String(),
    "quantity": pl.Int64(),
    "amount_minor": pl.Int64(),
    "cost_minor": pl.Int64(),
    "discount_ppm": pl.Int64(),
}
_SCHEMA: Final = {"id": pl.Int64(), "external_id": pl.String(), "deal_id": pl.Int64(), "number": pl.Int64()} | _VALUES
_EXISTING = """
SELECT line.id, deal.external_id || ' / ' || line.number, line.deal_id, line.number, line.product_id, line.name,
    line.quantity, line.amount_minor, line.cost_minor, line.discount_ppm
FROM sales_dealline line JOIN sales_deal deal ON deal.id = line.deal_id WHERE line.deal_id = ANY(%s)
"""
_DEALS = "SELECT external_id, id, currency FROM sales_deal WHERE external_id = ANY(%s)"
_SUMS = """
UPDATE sales_deal deal SET amount_minor = lines.total, updated_at = %s
FROM (SELECT deal_id, sum(amount_minor) AS total FROM sales_dealline WHERE deal_id = ANY(%s) GROUP BY deal_id) lines
WHERE lines.deal_id = deal.id AND deal.amount_minor <> lines.total
"""


def decide(task: Task) -> Decision:
    """Look up deals and products; compare with the lines that the deals have, of the same numbers."""
    if task.locks:
        lock_deals()
    rows = _with_deals(task, task.problems.without_bad(task.converted.rows))
    if "product" in rows.columns:
        rows = rows.with_columns(refer(rows, "product", product_directory(), task.problems, task.column("product")))
    _refuse_numbers(task, rows)
    refuse_the_rest(rows, task.problems, task.column("external_id"))
    rows = task.problems.without_bad(rows)
    mapped = [_COLUMNS[name] for name in task.gives(*_COLUMNS)]
    named = pl.concat_str("external_id", pl.lit(" / "), pl.col("number").cast(pl.String)).alias("external_id")
    incoming = rows.rename({name: _COLUMNS[name] for name in task.gives(*_COLUMNS)}).with_columns(named)
    if "name" in mapped:
        incoming = incoming.with_columns(pl.col("name").fill_null(""))
    existing = copy_out(_EXISTING, [rows["deal_id"].unique().to_list()], _SCHEMA)
    compared = refuse_incomplete(task, compare(existing, incoming, mapped))
    gone = existing.join(compared, on=["deal_id", "number"], how="anti")
    gone = gone.join(compared, on="deal_id", how="semi")
    loses = (pl.col("verdict") == UNCHANGED) & pl.col("deal_id").is_in(gone["deal_id"].unique().to_list())
    compared = compared.with_columns(verdict=pl.when(loses).then(pl.lit(CHANGED)).otherwise("verdict"))
    return Decision(
        compared,
        samples(compared, mapped, _show(compared)),
        lambda _user, now: _write(compared, existing, mapped, now),
        {"removed": gone["external_id"].sort().to_list()},
    )


def _with_deals(task: Task, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `deal_id`; those of deals that aren't there, or in another currency, are refused."""
    schema = {"external_id": pl.String(), "deal_id": pl.Int64(), "stored": pl.String()}
    known = copy_out(_DEALS, [rows["external_id"].drop_nulls().unique().to_list()], schema)
    found = rows.join(known, on="external_id", how="left", maintain_order="left")
    for line, key in found.filter(pl.col("deal_id").is_null()).select("line", "external_id").iter_rows():
        fix = told("Import the deals first, correct the cell, or replace the word in the mapping.")
        task.refuse(line, "external_id", told("No deal has this external id."), fix, key)
    if "currency" in found.columns:
        other = found.filter(pl.col("stored") != pl.col("currency"))
        for line, code, stored in other.select("line", "currency", "stored").iter_rows():
            refuse_currency(task, line, code=code, stored=stored)
    return found.drop("stored")


def _refuse_numbers(task: Task, rows: pl.DataFrame) -> None:
    """Numbers that no line can have, and those that a deal has twice."""
    outside = rows.filter(~pl.col("number").is_between(1, MOST_LINES))
    for line, number in outside.select("line", "number").iter_rows():
        fix = told("Number the lines of each deal from 1 to %(most)s.", most=MOST_LINES)
        task.refuse(line, "number", told("No line has this number."), fix, str(number))
    first = rows.with_columns(first=pl.col("line").min().over("external_id", "number"))
    for line, number, at in first.filter(pl.col("line") != pl.col("first")).select("line", "number", "first").rows():
        twice = told("Line %(line)s has the same %(field)s.", line=str(at), field="number")
        task.refuse(line, "number", twice, told("Remove one of the two, or correct it."), str(number))


def _write(compared: pl.DataFrame, existing: pl.DataFrame, mapped: Sequence[str], now: datetime) -> None:
    """1. replace all lines of the deals of which any changes; 2. set their amounts; 3. announce whose days changed."""
    ids = compared.filter(pl.col("verdict") != UNCHANGED)["deal_id"].unique().sort().to_list()
    if not ids:
        return
    before = deals_of_ids(ids)
    kept = [name for name in _VALUES if name not in mapped]
    known = existing.select("id", *kept)
    rows = compared.filter(pl.col("deal_id").is_in(ids)).join(known, on="id", how="left", maintain_order="left")
    full = rows.select("deal_id", "number", *_VALUES).with_columns(
        pl.col("name").fill_null(""), pl.col("quantity").fill_null(1)
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sales_dealline WHERE deal_id = ANY(%s)", [ids])
        copy_in("sales_dealline", full)
        cursor.execute(_SUMS, [now, ids])
    announce(before, deals_of_ids(ids))


def _show(compared: pl.DataFrame) -> Show:
    """Write a value for people to read: products by their names."""
    columns = [name for name in ("product_id", "old_product_id") if name in compared.columns]
    ids = {pk for name in columns for pk in compared[name].head(1_000)}
    names = dict(Product.objects.filter(pk__in=ids - {None}).values_list("pk", "name"))

    def show(column: str, value: Any, row: Any) -> str:  # noqa: ANN401 - any cell of a frame
        return names.get(value, "") if column == "product_id" else show_plain(column, value, row)

    return show
