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
    currencies = pl.DataFrame(
        {"plan_version": list(versions), "currency": [version.currency for version in versions.values()]},
        schema={"plan_version": pl.Int64(), "currency": pl.String()},
    )
    totals = lines.group_by("payee", "plan_version").agg(total=pl.col("amount").sum())
    return (
        assignments.select(key)
        .unique()
        .join(totals, on=["payee", "plan_version"], how="left")
        .join(currencies, on="plan_version")
        .with_columns(pl.col("total").fill_null(0))
        .with_columns(payable=pl.col("total"))
        .select(list(STATEMENTS))
        .sort(key)
    )
