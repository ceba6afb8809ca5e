"""By what each line's pay is multiplied: read from a KPI or another component once for each payee and statement."""

from datetime import timedelta
from fractions import Fraction
from math import floor

import polars as pl

from commissions.engine.accumulate import Clause, running, with_quota
from commissions.engine.decimals import scaled
from commissions.engine.frames import Notice, notices
from commissions.engine.modify.around import Around
from commissions.engine.schema import Component, Multiply, PlanDocument
from commissions.engine.windows import Cycle, cycle_of, statement_cycle, window_start
from core.periods import PeriodKind

MILLION = 1_000_000
PLACES = 6  # of thresholds and times: both are kept in millionths
FURTHEST = 10**18  # millionths: beyond every threshold
_PAIR = ["payee", "period_start"]


def millionths_of(value: Fraction) -> int:
    """A KPI's value as KPIS holds it: rounded down, so that it reaches exactly the thresholds that the value reaches.

    >>> millionths_of(Fraction(79_999_999_999, 100_000_000_000))
    799999
    """
    return max(-FURTHEST, min(FURTHEST, floor(value * MILLION)))


def multiplied(rows: pl.DataFrame, key: str, clause: Clause, around: Around) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of one version with `multiplier` and `multiplier_value` in millionths, and NOTICES of missing values.

    Each statement is read by itself, up to its last day, so that all lines of a payee in it have one multiplier in
    whatever order her deals came. A value that isn't known counts as the lowest row's.
    """
    rule, period = clause.component.multiply, clause.document.period
    assert rule is not None  # noqa: S101 asked for components with a multiplier alone
    begun = rows.hstack([window_start(rows, statement_cycle(clause.document)).alias("period_start")])
    asked = begun.select(_PAIR).unique(maintain_order=True)
    values = _of_kpi(asked, rule, period, around) if rule.kpi else _of_component(asked, rule, clause, around)
    found = values.with_columns(multiplier=_times(rule))
    missing = found.filter(pl.col("multiplier_value").is_null()).join(
        begun.filter(pl.col("date") >= around.start), on=_PAIR, how="semi", maintain_order="left"
    )
    told = _missing(missing, key, rule, clause.document)
    times = found.select(*_PAIR, "multiplier", "multiplier_value")
    return begun.join(times, on=_PAIR, how="left", maintain_order="left").drop("period_start"), told


def _times(rule: Multiply) -> pl.Expr:
    """The times of the row reached; of the first one where no value is known, or where it lies below all."""
    value = pl.col("multiplier_value")
    times = pl.lit(scaled(rule.curve[0].times, PLACES), dtype=pl.Int64())
    for step in rule.curve[1:]:
        times = pl.when(value >= scaled(step.from_, PLACES)).then(scaled(step.times, PLACES)).otherwise(times)
    return times


def _of_kpi(asked: pl.DataFrame, rule: Multiply, period: PeriodKind, around: Around) -> pl.DataFrame:
    known = around.kpis.filter((pl.col("kpi") == rule.kpi) & (pl.col("period") == period.value))
    values = known.select(*_PAIR, multiplier_value="value")
    return asked.join(values, on=_PAIR, how="left", maintain_order="left")


def _of_component(asked: pl.DataFrame, rule: Multiply, clause: Clause, around: Around) -> pl.DataFrame:
    """The share of its quota that the other component has reached by the last day of each statement.

    x adds up over all versions of the plan; the version of the rows says the window and how the quota is read.
    """
    document, other = clause.document, clause.document.component(str(rule.component))
    last = pl.col("period_start").dt.offset_by(statement_cycle(document).length) - timedelta(days=1)
    days, cycle = asked.with_columns(date=last), cycle_of(document, other.window)
    placed = days.hstack([window_start(days, cycle)])
    reached = _reached(placed, other, cycle, around)
    shares = with_quota(reached, around.goals, document, other)
    wide = pl.col("x").cast(pl.Int128()) * MILLION // pl.col("quota")
    return shares.select(*_PAIR, multiplier_value=wide.clip(-FURTHEST, FURTHEST).cast(pl.Int64()))


def _reached(placed: pl.DataFrame, other: Component, cycle: Cycle, around: Around) -> pl.DataFrame:
    """The rows (payee, date, window_start) with `x`: what was credited in that window up to that day."""
    credits_ = around.measured.get((other.key, other.measure))
    if credits_ is None:
        return placed.with_columns(x=pl.lit(0, dtype=pl.Int64()))
    opened = window_start(credits_, cycle)
    after = running(credits_["payee"], opened, credits_["credited"])
    steps = credits_.select("payee", "date").hstack([opened.alias("of_window"), after.alias("x")])
    order = placed.with_row_index("row").sort("date")
    found = order.join_asof(steps.sort("date", maintain_order=True), on="date", by="payee", check_sortedness=False)
    same = pl.col("of_window") == pl.col("window_start")
    return found.with_columns(x=pl.when(same).then("x").otherwise(0)).sort("row").drop("row", "of_window")


def _missing(pairs: pl.DataFrame, key: str, rule: Multiply, document: PlanDocument) -> pl.DataFrame:
    labels = [f"{key} {rule.reads} {document.statement(day).label}" for day in pairs["period_start"]]
    named = pairs.with_columns(deal=pl.lit(None, dtype=pl.Int64()), label=pl.Series(labels, dtype=pl.String()))
    return notices(named, Notice.MULTIPLIER_MISSING, pl.col("label"))
