"""Deals as they are stored, and saying whose days a change of them touches."""

from collections.abc import Sequence
from typing import Final, LiteralString

import polars as pl

from core.copy import copy_out
from sales.engine.credits import credited_days
from sales.models import Deal
from sales.signals import Touched, facts_changed

COLUMNS: Final[dict[str, tuple[str, pl.DataType]]] = {  # by field: the column and its type
    "name": ("name", pl.String()),
    "kind": ("kind", pl.String()),
    "status": ("status", pl.String()),
    "stage": ("stage", pl.String()),
    "owner": ("owner_id", pl.Int64()),
    "customer": ("customer_id", pl.Int64()),
    "product": ("product_id", pl.Int64()),
    "quantity": ("quantity", pl.Int64()),
    "amount": ("amount_minor", pl.Int64()),
    "currency": ("currency", pl.String()),
    "opened_on": ("opened_on", pl.Date()),
    "closed_on": ("closed_on", pl.Date()),
    "invoiced_on": ("invoiced_on", pl.Date()),
    "cancelled_on": ("cancelled_on", pl.Date()),
    "cost": ("cost_minor", pl.Int64()),
    "tax": ("tax_minor", pl.Int64()),
    "discount": ("discount_ppm", pl.Int64()),
    "term_months": ("term_months", pl.Int64()),
}
_SCHEMA: Final = {
    "id": pl.Int64(),
    "external_id": pl.String(),
    **dict(COLUMNS.values()),
    "custom": pl.String(),
    "splits": pl.String(),
}
_STORED: Final[LiteralString] = """
SELECT id, external_id, name, kind, status, stage, owner_id, customer_id, product_id, quantity, amount_minor, currency,
    opened_on, closed_on, invoiced_on, cancelled_on, cost_minor, tax_minor, discount_ppm, term_months, custom::text,
    coalesce((
        SELECT string_agg(
            concat_ws(':', share.role, share.user_id, share.share_ppm), ';'
            ORDER BY share.role COLLATE "C", share.user_id
        )
        FROM sales_dealshare share WHERE share.deal_id = deal.id
    ), '')
FROM sales_deal deal WHERE """
_BY_EXTERNAL_ID: Final[LiteralString] = _STORED + "external_id = ANY(%s)"
_BY_ID: Final[LiteralString] = _STORED + "id = ANY(%s)"
_PAID: Final[LiteralString] = "SELECT DISTINCT deal_id, paid_on FROM sales_payment WHERE deal_id = ANY(%s)"
PAID: Final = {"id": pl.Int64(), "on": pl.Date()}  # a deal and a day on which it was paid for
NO_DAYS: Final = pl.DataFrame(schema=PAID)


def stored_deals(external_ids: Sequence[str], *, lock: bool) -> pl.DataFrame:
    """The deals of these external ids as they are: ids, the columns of a file, `custom` as JSON, and `splits`."""
    return copy_out(_BY_EXTERNAL_ID + (" FOR UPDATE OF deal" if lock else ""), [list(external_ids)], _SCHEMA)


def deals_of_ids(ids: Sequence[int]) -> pl.DataFrame:
    """The same of these ids."""
    return copy_out(_BY_ID, [list(ids)], _SCHEMA)


def days_of_payments(ids: Sequence[int]) -> pl.DataFrame:
    """The days (PAID) on which these deals were paid for."""
    return copy_out(_PAID, [list(ids)], PAID)


def announce(before: pl.DataFrame, after: pl.DataFrame, no_longer_paid: pl.DataFrame = NO_DAYS) -> None:
    """Say whose facts changed on which days: everybody credited before or after, on every day that may credit them.

    Those are the days of closing, of the invoice and of the cancellation, and of each payment: a deal that becomes
    larger counts for more on all of them. `no_longer_paid` are days (PAID) of payments that have gone or moved.
    """
    ids = pl.concat([before["id"], after["id"]]).unique().to_list()
    paid = pl.concat([days_of_payments(ids), no_longer_paid])
    pairs = pl.concat([credited_days(before, paid), credited_days(after, paid)]).unique()
    if pairs.height:
        touched = frozenset(Touched(*pair) for pair in pairs.iter_rows())
        facts_changed.send(Deal, touched=touched, deal_ids=frozenset(ids))
