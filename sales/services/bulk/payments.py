"""Payments by the thousand: for which deals, what they change, and whose numbers that touches."""

import polars as pl

from core.copy import copy_out
from sales.engine.changes import Directory, compare, refer, samples
from sales.engine.problems import told
from sales.models import Deal
from sales.services.bulk.decision import Decision, Show, Task, refuse_incomplete, show_plain, to_write, upsert
from sales.services.bulk.stored import announce, deals_of_ids
from sales.services.bulk.wholeness import refuse_currency
from sales.services.locks import lock_deals

_COLUMNS = {"deal": "deal_id", "paid_on": "paid_on", "amount": "amount_minor"}
_EXISTING = """
SELECT id, external_id, deal_id, paid_on, amount_minor FROM sales_payment WHERE external_id = ANY(%s)
"""
_SCHEMA = {
    "id": pl.Int64(), "external_id": pl.String(),
    "deal_id": pl.Int64(), "paid_on": pl.Date(), "amount_minor": pl.Int64(),
}  # fmt: skip
_DEALS = "SELECT external_id, id, 0 FROM sales_deal WHERE external_id = ANY(%s)"
_CURRENCIES = "SELECT id, currency FROM sales_deal WHERE id = ANY(%s)"


def decide(task: Task) -> Decision:
    """Look up the deals; compare with the payments of the same external ids."""
    if task.locks:
        lock_deals()
    rows = _with_deals(task, task.problems.without_bad(task.converted.rows))
    mapped = [_COLUMNS[name] for name in task.gives(*_COLUMNS)]
    incoming = rows.rename({name: _COLUMNS[name] for name in task.gives(*_COLUMNS)})
    lock = " FOR UPDATE" if task.locks else ""
    existing = copy_out(_EXISTING + lock, [incoming["external_id"].to_list()], _SCHEMA)
    compared = refuse_incomplete(task, compare(existing, incoming, mapped))
    compared = _refuse_amounts(task, compared, existing)
    return Decision(
        compared,
        samples(compared, mapped, _show(compared)),
        lambda _user, _now: _write(compared, existing, mapped),
    )


def _with_deals(task: Task, rows: pl.DataFrame) -> pl.DataFrame:
    if "deal" not in rows.columns:
        return rows
    entries = copy_out(
        _DEALS,
        [rows["deal"].drop_nulls().unique().to_list()],
        {"key": pl.String(), "id": pl.Int64(), "rank": pl.Int64()},
    )
    directory = Directory(
        told("No deal has this external id."),
        told("%(n)s deals have this external id."),
        told("Import the deals first, correct the cell, or replace the word in the mapping."),
        entries,
    )
    return task.problems.without_bad(
        rows.with_columns(refer(rows, "deal", directory, task.problems, task.column("deal")))
    )


def _refuse_amounts(task: Task, compared: pl.DataFrame, existing: pl.DataFrame) -> pl.DataFrame:
    """Payments of nothing, and amounts read in another currency than the deal's."""
    if "amount_minor" not in compared.columns:
        return compared
    for line in compared.filter(pl.col("amount_minor") == 0)["line"].to_list():
        task.refuse(
            line, "amount", told("A payment of nothing is none."), told("Remove the row, or correct the amount.")
        )
    paid = compared
    if "deal_id" not in compared.columns:
        paid = compared.join(existing.select("id", "deal_id"), on="id", how="left", maintain_order="left")
    stored = copy_out(
        _CURRENCIES, [paid["deal_id"].drop_nulls().unique().to_list()], {"deal_id": pl.Int64(), "stored": pl.String()}
    )
    other = paid.join(stored, on="deal_id", how="left", maintain_order="left")
    other = other.filter(pl.col("stored") != pl.col("currency"))
    for line, code, currency in other.select("line", "currency", "stored").iter_rows():
        refuse_currency(task, line, code=code, stored=currency)
    return task.problems.without_bad(compared)


def _write(compared: pl.DataFrame, existing: pl.DataFrame, mapped: list[str]) -> None:
    """1. upsert the payments; 2. announce whose days changed: of the deals paid for, before and now."""
    rows = to_write(compared)
    upsert("sales_payment", rows, mapped, {})
    before = existing.join(rows.select("external_id"), on="external_id", how="semi")
    after = copy_out(_EXISTING, [rows["external_id"].to_list()], _SCHEMA)
    deals = deals_of_ids(pl.concat([before["deal_id"], after["deal_id"]]).unique().to_list())
    announce(deals, deals, before.select(id="deal_id", on="paid_on"))


def _show(compared: pl.DataFrame) -> Show:
    """Write a value for people to read: deals by their names."""
    ids = {pk for name in ("deal_id", "old_deal_id") if name in compared.columns for pk in compared[name].head(1_000)}
    names = {deal.pk: str(deal) for deal in Deal.objects.filter(pk__in=ids - {None}).only("name", "external_id")}

    def show(column: str, value: object, row: object) -> str:
        return names.get(value, "") if column == "deal_id" else show_plain(column, value, row)  # type: ignore[call-overload]

    return show
