"""What statements to come would pay of what they earn, where a plan has a draw or something is owed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from commissions.engine.calculate import Inputs
from commissions.engine.releases import as_earlier, carried_on
from commissions.engine.settle import Opening, settle
from commissions.engine.terms import has_terms
from commissions.models import Period as PeriodRow
from commissions.selectors.balances import balances
from commissions.selectors.earlier import earlier
from core.periods import Period

Payable = dict[tuple[Period, str], int]  # by period and currency, minor units


def payables(payee: int, days: Sequence[date], inputs: Inputs, lines: pl.DataFrame) -> Payable:
    """What each statement from the first of these days to the last would pay, each starting where the one before it
    leaves off. Of plans without terms nothing is said: there, what is earned is payable. `lines` are all of the range.
    """
    found: Payable = {}
    first, last = min(days), max(days)
    for opened in sorted({document.statement(first) for document in inputs.versions.values()}):
        versions = {pk: each for pk, each in inputs.versions.items() if each.statement(first) == opened}
        periods = _periods(opened, last)
        row = PeriodRow(kind=opened.kind.value, start=opened.start, end=opened.end, first_month=opened.first_month)
        before = earlier(payees=[payee], period=row, inputs=inputs)
        owed = balances(payees=[payee], period=row, versions=versions, plans=inputs.plans, earlier=before)
        if owed.height or any(has_terms(document) for document in versions.values()):
            found |= _chain(periods, inputs, versions, lines, Opening(row.end, owed, before, inputs.deals))
    return found


def _periods(opened: Period, last: date) -> list[Period]:
    found = [opened]
    while found[-1].end <= last:
        found.append(found[-1].next())
    return found


def _chain(
    periods: Sequence[Period],
    inputs: Inputs,
    versions: Mapping[int, object],
    lines: pl.DataFrame,
    opening: Opening,
) -> Payable:
    found: Payable = defaultdict(int)
    plan = pl.col("plan_version").replace_strict(inputs.plans, return_dtype=pl.Int64())
    assigned = inputs.assignments.filter(pl.col("plan_version").is_in(list(versions))).with_columns(plan=plan)
    for period in periods:
        in_force = (pl.col("start") < period.end) & (pl.col("end").is_null() | (pl.col("end") > period.start))
        own = lines.filter(
            pl.col("plan_version").is_in(list(versions))
            & pl.col("date").is_between(period.start, period.end, closed="left")
        )
        opening = replace(opening, end=period.end)
        outcome = settle(own, assigned.filter(in_force), inputs.versions, opening)
        for currency, payable in outcome.statements.select("currency", "payable").iter_rows():
            found[period, currency] += payable
        left = carried_on(opening.earlier, as_earlier(own, inputs.deals), outcome.releases, inputs.versions)
        opening = replace(opening, balances=_carried(opening.balances, outcome.settlements), earlier=left)
    return dict(found)


def _carried(owed: pl.DataFrame, settlements: pl.DataFrame) -> pl.DataFrame:
    """BALANCES of the next statement."""
    left = settlements.select("payee", "plan", leaves="owed_after")
    following = owed.join(left, on=["payee", "plan"], how="left", maintain_order="left")
    return following.with_columns(owed=pl.col("leaves").fill_null(pl.col("owed")), number=pl.col("number") + 1).drop(
        "leaves"
    )
