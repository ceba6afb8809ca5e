"""Saying whose deals another exchange rate converts in another way."""

from collections.abc import Iterable
from datetime import date
from typing import Final, LiteralString

import polars as pl

from core.copy import copy_out
from sales.engine.credits import credited_days
from sales.models import ExchangeRate
from sales.services.bulk.stored import days_of_payments, deals_of_ids
from sales.signals import Touched, rates_changed

# Those that closed from the day of a rate until the next rate of its pair begins.
_CONVERTED: Final[LiteralString] = """
SELECT deal.id, asked.target FROM unnest(%s::text[], %s::text[], %s::date[]) AS asked (source, target, first)
JOIN sales_deal deal ON deal.currency = asked.source AND deal.status <> 'open' AND deal.closed_on >= asked.first
    AND deal.closed_on < coalesce((
        SELECT min(later.starts_on) FROM sales_exchangerate later
        WHERE later.source = asked.source AND later.target = asked.target AND later.starts_on > asked.first
    ), 'infinity'::date)
"""

ODD = 2  # how many times its neighbour a rate must be for us to ask about it

Begun = tuple[str, str, date]  # source, target, the day from which a rate held, holds, or no longer holds


def announce_rates(begun: Iterable[Begun]) -> None:
    """Say whose deals are converted in another way, once the rates are written: those closed from each of these days to
    the next rate of its pair. Named is each day that may credit such a deal, for on each somebody else may manage.
    """
    rows = sorted(set(begun))
    asked = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []]
    found = copy_out(_CONVERTED, asked, {"id": pl.Int64(), "target": pl.String()})
    for (target,), part in found.group_by("target"):
        ids = part["id"].unique().to_list()
        days = credited_days(deals_of_ids(ids), days_of_payments(ids))
        touched = frozenset(Touched(*pair) for pair in days.iter_rows())
        rates_changed.send(ExchangeRate, target=str(target), touched=touched, deal_ids=frozenset(ids))
