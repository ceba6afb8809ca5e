"""Stage 5, from lines and balances to statements: what each payee is owed, and what she owes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from commissions.engine.frames import SETTLEMENTS, STATEMENTS, empty
from commissions.engine.schema import PlanDocument
from commissions.engine.terms import has_terms, settled

_KEY = ["payee", "plan", "plan_version"]


def settle(
    lines: pl.DataFrame,
    assignments: pl.DataFrame,
    versions: Mapping[int, PlanDocument],
    balances: pl.DataFrame | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """STATEMENTS, one row for each payee and plan version in force, also where nothing was earned; and SETTLEMENTS.

    `assignments` has the columns payee, plan, plan_version and start, of those in force in the range. With `balances`
    (BALANCES) the range is one statement's, and draws and balances make the difference from earned to payable; it
    stands in the row of the version in force last. Without them what was earned is payable.
    """
    currencies = {version: document.currency for version, document in versions.items()}
    totals = lines.group_by("payee", "plan_version").agg(pl.col("amount").sum())
    rows = assignments.group_by(_KEY).agg(pl.col("start").max()).join(totals, on=["payee", "plan_version"], how="left")
    currency = pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String())
    statements = rows.sort(_KEY).with_columns(currency=currency, total=pl.col("amount").fill_null(0))
    if balances is None or not (balances.height or any(map(has_terms, versions.values()))):
        return statements.with_columns(payable=pl.col("total")).select(list(STATEMENTS)), empty(SETTLEMENTS)
    settlements = _settlements(statements, versions, balances)
    moved = settlements.select("payee", "plan_version", more=pl.col("payable") - pl.col("earned"))
    payable = pl.col("total") + pl.col("more").fill_null(0)
    paid = statements.join(moved, on=["payee", "plan_version"], how="left", maintain_order="left")
    return paid.with_columns(payable=payable).select(list(STATEMENTS)), settlements


def _settlements(
    statements: pl.DataFrame, versions: Mapping[int, PlanDocument], balances: pl.DataFrame
) -> pl.DataFrame:
    """SETTLEMENTS of all whose plan has terms of its own, or who owe something from before."""
    last = statements.sort("start").group_by("payee", "plan", maintain_order=True).agg(
        pl.col("plan_version").last(), earned=pl.col("total").sum()
    )  # fmt: skip
    with_terms = [version for version, document in versions.items() if has_terms(document)]
    known = last.join(balances, on=["payee", "plan"], how="left").with_columns(pl.col("owed", "number").fill_null(0))
    concerned = known.filter(pl.col("plan_version").is_in(with_terms) | (pl.col("owed") > 0)).sort("payee", "plan")
    return pl.DataFrame(list(_rows(concerned, versions)), schema=SETTLEMENTS)


def _rows(concerned: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> Iterator[dict[str, Any]]:
    for row in concerned.iter_rows(named=True):
        document = versions[row["plan_version"]]
        result = settled(document, earned=row["earned"], owed=row["owed"], number=row["number"])
        yield {key: row[key] for key in _KEY} | asdict(result)
