"""Stage 5, from lines to statements: what each payee is owed."""

from collections.abc import Mapping

import polars as pl

from commissions.engine.frames import STATEMENTS
from commissions.engine.schema import PlanDocument


def settle(lines: pl.DataFrame, assignments: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    """STATEMENTS: one row for each payee and plan version in force, also where nothing was earned.

    `assignments` has the columns payee, plan and plan_version, of those in force in the range.
    """
    key = ["payee", "plan", "plan_version"]
    currencies = {version: document.currency for version, document in versions.items()}
    totals = lines.group_by("payee", "plan_version").agg(pl.col("amount").sum())
    statements = assignments.select(key).unique().join(totals, on=["payee", "plan_version"], how="left").sort(key)
    total = pl.col("amount").fill_null(0)
    currency = pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String())
    return statements.select(*key, currency=currency, total=total, payable=total).select(list(STATEMENTS))
