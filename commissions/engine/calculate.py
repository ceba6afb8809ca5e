"""Facts and plans in, explained lines and statements out: the five stages in order.

Frames in and frames out; money is Int64 minor units of the plan's currency unless a comment says otherwise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.accumulate import Clause, measure
from commissions.engine.bases import with_bases
from commissions.engine.component import component_lines
from commissions.engine.credit import credit, deal_columns, in_currency
from commissions.engine.frames import (
    ASSIGNMENTS,
    DEALS,
    LINES,
    NOTICES,
    PAYEES,
    QUOTAS,
    SHARES,
    STATEMENTS,
    Notice,
    empty,
)
from commissions.engine.schema import PlanDocument, Window
from commissions.engine.settle import settle
from core.periods import period_of

__all__ = [
    "ASSIGNMENTS",
    "DEALS",
    "LINES",
    "NOTICES",
    "PAYEES",
    "QUOTAS",
    "SHARES",
    "STATEMENTS",
    "Inputs",
    "Notice",
    "Result",
    "calculate",
    "empty",
    "history_start",
]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a calculation reads. The column schemas are the constants of `frames`; extra columns are ignored.

    `deals`, `shares` and `assignments` must reach back to `history_start(versions, start)`, for x and caps add up over
    whole windows, and hold every sharer of a deal in them, also those who aren't calculated: the odd cent needs them
    all. Only payees in `assignments` are calculated.
    """

    deals: pl.DataFrame  # DEALS
    shares: pl.DataFrame  # SHARES
    assignments: pl.DataFrame  # ASSIGNMENTS
    quotas: pl.DataFrame  # QUOTAS
    versions: Mapping[int, PlanDocument]  # by plan version
    plans: Mapping[int, int]  # plan version -> plan: x carries on from one version of a plan to the next
    payees: pl.DataFrame | None = None  # PAYEES: the tie-break of an odd cent; without it, payee ids decide


@dataclass(frozen=True, slots=True)
class Result:
    lines: pl.DataFrame  # LINES
    statements: pl.DataFrame  # STATEMENTS
    notices: pl.DataFrame  # NOTICES


def history_start(versions: Mapping[int, PlanDocument], start: date) -> date:
    """The first day whose deals a calculation from `start` on must be given.

    >>> history_start({}, date(2026, 5, 1))
    datetime.date(2026, 5, 1)
    """
    components = [component for version in versions.values() for component in version.components]
    windows = {component.window for component in components} | {part.cap.per for part in components if part.cap}
    return min((_window_start(start, window) for window in windows), default=start)


def _window_start(day: date, window: Window) -> date:
    return period_of(day, window.period).start if window.period else day


def calculate(inputs: Inputs, *, start: date, end: date) -> Result:
    """The lines dated from `start` to before `end`, the statements they add up to, and why credits didn't count.

    The same inputs in any order of rows and with any database ids give the same lines. Raises AmountTooLarge.
    """
    assignments = _in_reach(inputs, history_start(inputs.versions, start), end)
    reached = inputs.deals.filter(
        pl.col("closed").is_between(history_start(inputs.versions, start), end, closed="left")
    )
    deals = reached.select(deal_columns(inputs.versions.values()))
    credits_ = credit(deals, inputs.shares, assignments, inputs.payees, start)
    lines, told = [empty(LINES)], [credits_.notices]
    credited = {}
    for version, rows in _by_version(credits_.rows).items():
        own, foreign = in_currency(rows, inputs.versions[version], start)
        credited[version] = with_bases(own, credits_.sharers, inputs.versions[version])
        told.append(foreign)
    for plan in sorted(assignments["plan"].unique()):
        for found, missing in _components(inputs, credited, plan, start):
            lines.append(found)
            told.append(missing)
    everything = pl.concat(lines)
    current = assignments.filter((pl.col("start") < end) & (pl.col("end").is_null() | (pl.col("end") > start)))
    return Result(everything, settle(everything, current, inputs.versions), pl.concat(told))


def _in_reach(inputs: Inputs, start: date, end: date) -> pl.DataFrame:
    """The assignments in force in the range, with their plan."""
    overlaps = (pl.col("start") < end) & (pl.col("end").is_null() | (pl.col("end") > start))
    plan = pl.col("plan_version").replace_strict(inputs.plans, return_dtype=pl.Int64())
    return inputs.assignments.filter(overlaps).select(*ASSIGNMENTS, plan=plan)


def _by_version(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """The rows of each plan version, in their order."""
    versions = rows["plan_version"].unique().to_list()
    if len(versions) == 1:
        return {versions[0]: rows}
    return {version: rows.filter(pl.col("plan_version") == version) for version in sorted(versions)}


def _components(
    inputs: Inputs, credited: Mapping[int, pl.DataFrame], plan: int, start: date
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Lines and notices of each component of a plan, over all its versions, in the order of the document."""
    own = {version: rows for version, rows in credited.items() if inputs.plans[version] == plan}
    quotas = inputs.quotas.filter(pl.col("plan") == plan)
    for key in dict.fromkeys(part.key for version in own for part in inputs.versions[version].components):
        clauses = {
            version: Clause(inputs.versions[version], part, rows)
            for version, rows in own.items()
            for part in inputs.versions[version].components
            if part.key == key
        }
        measured = measure(clauses)
        if measured.height:
            yield component_lines(measured, quotas, key, clauses, start)
