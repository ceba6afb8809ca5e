"""Rows of deals that the file alone can't judge: what they say meets what the database has."""

import polars as pl

from core.copy import copy_out
from sales.engine.changes import CHANGED
from sales.engine.problems import told
from sales.services.bulk.decision import Task

_PAID_FOR = "SELECT DISTINCT deal_id FROM sales_payment WHERE deal_id = ANY(%s)"
_WITH_LINES = "SELECT DISTINCT deal_id FROM sales_dealline WHERE deal_id = ANY(%s)"
_STATE = ("status", "closed_on", "cancelled_on")


def refuse_impossible(task: Task, compared: pl.DataFrame, existing: pl.DataFrame) -> pl.DataFrame:
    """Without the rows that would make a deal what it can't be; each is told of."""
    _refuse_states(task, compared, existing)
    _refuse_currencies(task, compared)
    _refuse_amounts_of_lines(task, compared)
    return task.problems.without_bad(compared)


def _refuse_states(task: Task, compared: pl.DataFrame, existing: pl.DataFrame) -> None:
    """Won or lost without a day; cancelled without being won, or before it was."""
    given = task.gives(*_STATE)
    if not given:
        return
    absent = [name for name in _STATE if name not in given]
    deals = compared.join(existing.select("id", *absent), on="id", how="left", maintain_order="left")
    deals = deals.with_columns(pl.col("status").fill_null("open"))
    closed = deals.filter(pl.col("status").is_in(["won", "lost"]) & pl.col("closed_on").is_null())
    for line in closed["line"].to_list():
        undated = told("The deal would be won or lost without a date of closing.")
        task.refuse(line, given[0], undated, told("Give closed_on too."))
    cancelled = deals.filter(pl.col("cancelled_on").is_not_null())
    place = "cancelled_on" if "cancelled_on" in given else given[0]
    for line in cancelled.filter(pl.col("status") != "won")["line"].to_list():
        not_won = told("The deal would be cancelled without being won.")
        task.refuse(line, place, not_won, told("Only a won deal can be cancelled; set its status to won, or lose it."))
    for line in cancelled.filter(pl.col("cancelled_on") < pl.col("closed_on"))["line"].to_list():
        early = told("The deal would be cancelled before it closed.")
        task.refuse(line, place, early, told("Correct one of the two days."))


def _refuse_currencies(task: Task, compared: pl.DataFrame) -> None:
    """Amounts are read in the row's currency: it must be the deal's own, or the file must say that it changes."""
    if "currency" not in compared.columns or "old_currency" not in compared.columns:
        return
    other = compared.filter((pl.col("verdict") == CHANGED) & (pl.col("currency") != pl.col("old_currency")))
    paid = set(copy_out(_PAID_FOR, [other["id"].to_list()], {"id": pl.Int64()})["id"]) if other.height else set()
    for line, deal, code, stored in other.select("line", "id", "currency", "old_currency").iter_rows():
        if deal in paid:
            kept = told(
                "The deal has payments in %(stored)s, so its currency can't become %(code)s.", stored=stored, code=code
            )
            task.refuse(line, "currency", kept, told("Remove the payments first, or correct the currency."))


def _refuse_amounts_of_lines(task: Task, compared: pl.DataFrame) -> None:
    """A deal with lines has what they add up to, so a file can't give it another amount."""
    if "old_amount_minor" not in compared.columns:
        return
    other = compared.filter((pl.col("verdict") == CHANGED) & (pl.col("amount_minor") != pl.col("old_amount_minor")))
    lined = set(copy_out(_WITH_LINES, [other["id"].to_list()], {"id": pl.Int64()})["id"]) if other.height else set()
    for line in other.filter(pl.col("id").is_in(lined))["line"].to_list():
        sums = told("The deal has lines, which add up to another amount.")
        task.refuse(line, "amount", sums, told("Import its lines: the amount follows. Or leave the amount out."))


def refuse_other_currencies(task: Task, compared: pl.DataFrame, existing: pl.DataFrame) -> pl.DataFrame:
    """Costs and taxes of a file without amounts and currencies are read in its default one: it must be the deal's."""
    stored = compared.join(existing.select("id", stored="currency"), on="id", how="left", maintain_order="left")
    for line, code, other in (
        stored.filter(pl.col("stored") != pl.col("currency")).select("line", "currency", "stored").iter_rows()
    ):
        refuse_currency(task, line, code=code, stored=other)
    return task.problems.without_bad(compared)


def refuse_currency(task: Task, line: int, *, code: str, stored: str) -> None:
    wrong = told("The deal is in %(stored)s, and the amount is read in %(code)s.", stored=stored, code=code)
    fix = told("Give the deal's own currency in a column, or as the `currency` of the mapping.")
    task.refuse(line, "currency", wrong, fix)
