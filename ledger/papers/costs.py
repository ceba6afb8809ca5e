"""Costs to obtain contracts as an auditor reads them: the roll-forward of a year, and each contract in it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl
from django.utils.translation import gettext as _

from core.money import Money
from core.sheets import Cell, Column, Kind, Table
from ledger.engine.capitalised import ROLL, rolled
from ledger.selectors.costs import MonthRoll, contract_names

AMOUNTS: Final = tuple(ROLL)[1:]


def cost_tables(year: int, months: Sequence[MonthRoll], costs: pl.DataFrame) -> list[Table]:
    """The roll-forward by month, then by contract: each row adds up, and the contracts' to the months'."""
    title = _("Costs to obtain contracts, %(year)s") % {"year": year}
    named = [Column("month", _("Month"), Kind.DATE), Column("currency", _("Currency"))]
    by_month = Table(_("Roll-forward"), title, [*named, *_amounts()], (_month_row(row) for row in months))
    contract = [
        Column("deal", _("Deal")),
        Column("name", _("Name")),
        Column("posted", _("Posted"), Kind.DATE),
        Column("begins", _("Begins"), Kind.DATE),
        Column("months", _("Months"), Kind.INTEGER),
        Column("ended", _("Ended early"), Kind.DATE),
        Column("currency", _("Currency")),
        Column("cost", _("Cost"), Kind.MONEY),
    ]
    rows = _contract_rows(rolled(costs, date(year, 1, 1), date(year + 1, 1, 1)))
    return [by_month, Table(_("Contracts"), title, [*contract, *_amounts()], rows, total=_("Total"))]


def _amounts() -> list[Column]:
    headings = (_("Opening balance"), _("Added"), _("Amortised"), _("Impaired"), _("Closing balance"))
    return [Column(key, heading, Kind.MONEY, is_summed=True) for key, heading in zip(AMOUNTS, headings, strict=True)]


def _month_row(row: MonthRoll) -> tuple[Cell, ...]:
    return (row.month, row.currency, *(Money(getattr(row, key), row.currency) for key in AMOUNTS))


def _contract_rows(moved: pl.DataFrame) -> Iterator[tuple[Cell, ...]]:
    concerned = moved.filter(pl.any_horizontal(pl.col(AMOUNTS) != 0)).sort("recorded", "contract", "currency")
    names = contract_names(concerned["contract"].unique().to_list())
    for row in concerned.iter_rows(named=True):
        money = [Money(row[key], row["currency"]) for key in ("amount", *AMOUNTS)]
        days = row["recorded"], row["starts"], row["months"], row["ended"]
        yield (*names[row["contract"]], *days, row["currency"], *money)
