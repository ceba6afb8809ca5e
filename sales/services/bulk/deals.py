"""Deals by the hundred thousand: whom they name, what they change, and whose numbers that touches."""

from datetime import datetime
from typing import Any, LiteralString

import polars as pl
from django.db import connection

from accounts.models import Company, User
from core.copy import copy_in, copy_out
from sales.engine.changes import CHANGED, CREATED, MOST_SAMPLES, Directory, compare, refer, samples
from sales.engine.credits import sharers
from sales.engine.problems import told
from sales.engine.splits import OWNER, percent
from sales.models import Customer, Deal, Product
from sales.services.bulk.custom import custom_columns, merged, with_custom
from sales.services.bulk.decision import Decision, Show, Task, refuse_incomplete, show_plain, to_write, upsert
from sales.services.bulk.people import NOBODY, SEVERAL
from sales.services.bulk.stored import COLUMNS, announce, stored_deals
from sales.services.bulk.wholeness import refuse_impossible, refuse_other_currencies
from sales.services.locks import lock_deals

_NEVER_NULL = {"name": "", "kind": "", "stage": ""}
_DIRECTORY_SCHEMA = {"key": pl.String(), "id": pl.Int64(), "rank": pl.Int64()}
_PEOPLE = """
SELECT external_id, id, 0 FROM accounts_user WHERE external_id IS NOT NULL
UNION ALL SELECT lower(email), id, 1 FROM accounts_user WHERE email IS NOT NULL
"""
_CUSTOMERS = """
SELECT external_id, id, 0 FROM sales_customer WHERE lower(external_id) = ANY(%s)
UNION ALL SELECT name, id, 1 FROM sales_customer WHERE lower(name) = ANY(%s)
"""
_PRODUCTS = "SELECT external_id, id, 0 FROM sales_product UNION ALL SELECT name, id, 1 FROM sales_product"
# Of each reference: what is said of a text that names nothing, of one that names several, and what to do.
_SAID = {
    "owner": (
        NOBODY,
        SEVERAL,
        told("Import the people first, correct the cell, or replace the word in the mapping."),
    ),
    "customer": (
        told("No customer has this external id or name."),
        told("%(n)s customers have this external id or name."),
        told("Import the customers first, correct the cell, or replace the word in the mapping."),
    ),
    "product": (
        told("No product has this external id or name."),
        told("%(n)s products have this external id or name."),
        told("Import the products first, correct the cell, or replace the word in the mapping."),
    ),
}


def decide(task: Task) -> Decision:
    """Look up owners, customers, products and sharers; compare with the deals of the same external ids."""
    rows = task.problems.without_bad(task.converted.rows)
    if task.locks:
        lock_deals()
    people = people_directory()
    rows = _refer_all(task, rows, people)
    rows = _with_shares(task, rows, people)
    rows = task.problems.without_bad(rows)
    custom = custom_columns(task)
    columns = [COLUMNS[name][0] for name in task.gives(*COLUMNS)]
    if _only_reads_in_currency(task):
        columns.remove("currency")
    mapped = [*columns, *custom, *task.gives("splits")]
    incoming = rows.rename({name: COLUMNS[name][0] for name in task.gives(*COLUMNS)})
    incoming = incoming.with_columns(
        pl.col(name).fill_null(text) for name, text in _NEVER_NULL.items() if name in mapped
    )
    existing = stored_deals(incoming["external_id"].to_list(), lock=task.locks)
    compared = refuse_impossible(task, compare(with_custom(existing, custom), incoming, mapped), existing)
    if _only_reads_in_currency(task):
        compared = refuse_other_currencies(task, compared, existing)
    compared = merged(task, refuse_incomplete(task, compared), existing, custom)
    return Decision(
        compared,
        samples(compared, mapped, _show(compared)),
        lambda _user, now: _write(
            compared,
            existing,
            [*columns, *(["custom"] if custom else []), *task.gives("splits")],
            task.mapping.currency or _own_currency(),
            now,
        ),
    )


def _only_reads_in_currency(task: Task) -> bool:
    """Whether the rows' currency is only that in which their costs and taxes are read, and nothing they say."""
    return "currency" in task.converted.rows.columns and not {"currency", "amount"} & task.converted.columns.keys()


def people_directory() -> Directory:
    return Directory(*_SAID["owner"], _entries(_PEOPLE, []))


def _entries(query: LiteralString, params: list[Any]) -> pl.DataFrame:
    return copy_out(query, params, _DIRECTORY_SCHEMA)


def _refer_all(task: Task, rows: pl.DataFrame, people: Directory) -> pl.DataFrame:
    """References as ids. An empty cell refers to nothing, which a deal may."""
    for name in task.gives("owner", "customer", "product"):
        directory = people if name == "owner" else _catalogue(name, rows)
        rows = rows.with_columns(refer(rows, name, directory, task.problems, task.column(name)))
    return rows


def product_directory() -> Directory:
    return Directory(*_SAID["product"], _entries(_PRODUCTS, []))


def _catalogue(name: str, rows: pl.DataFrame) -> Directory:
    if name == "product":
        return product_directory()
    wanted = rows[name].drop_nulls().str.to_lowercase().unique().to_list()
    return Directory(*_SAID[name], _entries(_CUSTOMERS, [wanted, wanted]))


def _with_shares(task: Task, rows: pl.DataFrame, people: Directory) -> pl.DataFrame:
    """The splits as the text that the database would give for them: role:user:ppm, in order."""
    if task.converted.shares is None:
        return rows
    shares = task.problems.without_bad(task.converted.shares)
    shares = shares.with_columns(refer(shares, "person", people, task.problems, task.column("splits")))
    twice = shares.filter(pl.struct("line", "role", "person").is_duplicated() & pl.col("person").is_not_null())
    for line in twice["line"].unique().to_list():
        task.refuse(line, "splits", told("One person comes twice under two names."), told("Add the shares up."))
    text = (
        shares.sort("role", "person")
        .group_by("line", maintain_order=True)
        .agg(splits=pl.concat_str("role", "person", "share_ppm", separator=":", ignore_nulls=True).str.join(";"))
    )
    return (
        rows.drop("splits")
        .join(text, on="line", how="left", maintain_order="left")
        .with_columns(pl.col("splits").fill_null(""))
    )


def _own_currency() -> str:
    return Company.objects.values_list("currency", flat=True).first() or "USD"


def _write(compared: pl.DataFrame, existing: pl.DataFrame, mapped: list[str], currency: str, now: datetime) -> None:
    """1. upsert the deals; 2. replace the shares that changed; 3. announce whose days changed, old and new."""
    rows = to_write(compared).with_columns(updated_at=pl.lit(now))
    columns = [name for name in mapped if name != "splits"]
    absent = {
        **_NEVER_NULL,
        "status": Deal.Status.OPEN.value,
        "quantity": 1,
        "amount_minor": 0,
        "currency": currency,
    }
    upsert("sales_deal", rows, [*columns, "updated_at"], absent)
    if "splits" in mapped:
        _replace_shares(rows.filter(pl.col("splits").ne_missing(pl.col("old_splits"))))
    before = existing.join(rows.select("external_id"), on="external_id", how="semi")
    after = stored_deals(rows["external_id"].to_list(), lock=False)
    announce(before, after)


def _replace_shares(rows: pl.DataFrame) -> None:
    shares = (
        rows.select("external_id", pl.col("splits").str.split(";").alias("share"))
        .explode("share")
        .filter(pl.col("share") != "")
        .with_columns(pl.col("share").str.split_exact(":", 2).struct.rename_fields(["role", "user_id", "share_ppm"]))
        .unnest("share")
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sales_incoming_share")
        cursor.execute(
            "CREATE TEMP TABLE sales_incoming_share (external_id text, role text, user_id bigint, share_ppm int) "
            "ON COMMIT DROP"
        )
        copy_in("sales_incoming_share", shares)
        cursor.execute(
            "DELETE FROM sales_dealshare USING sales_deal deal WHERE deal_id = deal.id AND deal.external_id = ANY(%s)",
            [rows["external_id"].to_list()],
        )
        cursor.execute(
            "INSERT INTO sales_dealshare (deal_id, user_id, role, share_ppm) "
            "SELECT deal.id, user_id, role, share_ppm "
            "FROM sales_incoming_share JOIN sales_deal deal USING (external_id)"
        )


_NAMED: dict[str, type[User] | type[Customer] | type[Product]] = {
    "owner_id": User,
    "customer_id": Customer,
    "product_id": Product,
}


def _show(compared: pl.DataFrame) -> Show:
    """Write a value for people to read: names for ids, percents for parts per million."""
    shown = pl.concat([compared.filter(verdict=verdict).head(MOST_SAMPLES) for verdict in (CREATED, CHANGED)])
    names = {column: _names(model, _ids(shown, column)) for column, model in _NAMED.items() if column in shown.columns}
    people = _names(User, _sharers(shown)) if "splits" in shown.columns else {}

    def show(column: str, value: Any, row: Any) -> str:  # noqa: ANN401 - any cell of a frame
        if column in names:
            return names[column].get(value, "")
        return _split_text(value, people) if column == "splits" else show_plain(column, value, row)

    return show


def _names(model: type[User] | type[Customer] | type[Product], ids: list[int]) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=ids).values_list("pk", "name"))


def _ids(shown: pl.DataFrame, column: str) -> list[int]:
    return pl.concat([shown[column], shown[f"old_{column}"].rename(column)]).drop_nulls().unique().to_list()


def _sharers(shown: pl.DataFrame) -> list[int]:
    return [*sharers(shown["splits"]), *sharers(shown["old_splits"])]


def _split_text(splits: str | None, people: dict[int, str]) -> str:
    shares = [share.split(":") for share in (splits or "").split(";") if share]
    return "; ".join(
        f"{'' if role == OWNER else f'{role}: '}{people.get(int(user), user)} {percent(int(ppm))} %"
        for role, user, ppm in shares
    )
