"""Stage 2, from credits to measured credits: which count, and from where to where each moves its payee."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.bases import column_of
from commissions.engine.columns import column_in
from commissions.engine.curve import largest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.events import PARTS, Taking, has_parts, moved, rule_of
from commissions.engine.expressions import columns_of, compile_condition, parse_base, parse_condition
from commissions.engine.frames import NO_NOTICES, Notice, notices
from commissions.engine.items import counting, reads_items, summed
from commissions.engine.quotas import Goals, held, quota_kind, target_kind
from commissions.engine.relations import counts_through
from commissions.engine.schema import Component, Measure, PlanDocument, Rounding, Window
from commissions.engine.spiffs import closes_within
from commissions.engine.windows import Cycle, window_start
from commissions.engine.words import told
from core.money import exponent

WIDE, NARROW = pl.Int128(), pl.Int64()
LARGEST_SUM = 2**62  # minor units


@dataclass(frozen=True, slots=True)
class Clause:
    """A component as one version of its plan has it, and that version's credits."""

    document: PlanDocument
    component: Component
    credits: pl.DataFrame  # of `bases.with_bases`


def measure(clauses: Mapping[int, Clause], rules: Mapping[int, str]) -> pl.DataFrame:
    """The credits that a component counts in any version of its plan, with `credited`, the payee's part of what it
    measures: of the base in minor units, else of the units or the deal in millionths. It is null where the base isn't
    known, or where no column of a rate table takes the deal. In the order of `place`.

    `rules` says by version which events the component looks at (`events.Rule.key`).
    With a rate table, `rate_column` is the place of the deal's column, from 0.
    Credits that are parts of their deals have `reached` too, what of it was credited before. Those that leave x where
    it is credit nothing.
    """
    parts = [_measured(clause, rules) for clause in clauses.values()]
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal").sort("place")


def unknown(measured: pl.DataFrame, clauses: Mapping[int, Clause], start: date) -> pl.DataFrame:
    """Notices of the measured credits from `start` on whose base isn't known, for the deal lacks what it reads, or
    which no column of a rate table takes.
    """
    found = [NO_NOTICES]
    for version, clause in clauses.items():
        component = clause.component
        lacking = sorted(columns_of(parse_base(component.base)) - {"amount", "line_amount"})
        rows = measured.filter((pl.col("plan_version") == version) & (pl.col("date") >= start))
        once = rows.unique(["payee", "deal"], maintain_order=True)
        outside = pl.col("rate_column").is_null() if component.by else pl.lit(value=False)
        detail, by = (pl.lit(f"{component.key} {what}") for what in (",".join(lacking), component.by))
        found.append(notices(once.filter(~outside), Notice.FACT_MISSING, detail))
        found.append(notices(once.filter(outside), Notice.COLUMN_MISSING, by))
    return pl.concat(found)


def _measured(clause: Clause, rules: Mapping[int, str]) -> pl.DataFrame:
    component = clause.component
    counts = pl.col("role").is_in(component.credit.roles)
    if reads_items(component):
        counts &= pl.col(counting(component))
    elif component.when:
        counts &= compile_condition(parse_condition(component.when), exponent(clause.document.currency))
    if component.spiff:
        counts &= closes_within(component.spiff)
    if "depth" in clause.credits.columns:
        counts &= counts_through(component.credit)
    part, table = part_of(component), {}
    if component.by:
        column = column_in(component, exponent(clause.document.currency))
        part, table = pl.when(column.is_not_null()).then(part), {"rate_column": column}
    optional = [*_WHERE_THERE, *(["team", "closed_version"] if component.pool else [])]
    carried = [*_CARRIED, *(name for name in optional if name in clause.credits.columns)]
    if not has_parts(clause.credits):
        return clause.credits.filter(counts).select(*carried, **table, credited=part)
    own = rule_of(clause.document, component).key
    ruling = pl.col("closed_version").replace_strict(dict(rules), default=own, return_dtype=pl.String())
    counts &= pl.col("rule") == ruling.fill_null(own)
    rows = clause.credits.filter(counts)
    _refuse_too_large(rows, part)
    before, after = moved(part, half_even=clause.document.rounding is Rounding.HALF_EVEN)
    is_left = pl.col("taking").eq_missing(Taking.LEFT.value)
    credited = pl.when(is_left & part.is_not_null()).then(0).otherwise(after - before)
    reached = pl.when(is_left & (pl.col("before") < pl.col("after"))).then(after).otherwise(before)
    return rows.select(*carried, *PARTS, **table, credited=credited, reached=reached)


def _refuse_too_large(rows: pl.DataFrame, part: pl.Expr) -> None:
    """A deal that is credited again and again adds up to many times its base. Raises AmountTooLarge."""
    times = rows.select(times=pl.col("after") // pl.col("whole"))["times"]
    if largest(rows.select(part=part)["part"]) * largest(times) > LARGEST_SUM:
        raise _too_large()


def part_of(component: Component) -> pl.Expr:
    """What the payee's share of a credit adds to x. A refund counts against, however its quantity is written.

    Shares are parts per million, so a part of a unit is whole in millionths: nothing is rounded, and the parts of all
    sharers add up.
    """
    if component.measure is Measure.AMOUNT:
        return pl.col(column_of(component))
    if component.measure is Measure.QUANTITY and reads_items(component):
        return pl.col(summed(component)) * pl.col("share")
    units = pl.col("quantity") if component.measure is Measure.QUANTITY else pl.lit(1, dtype=NARROW)
    return pl.when("is_refund").then(-units.abs()).otherwise(units) * pl.col("share")


_CARRIED = ["payee", "plan", "plan_version", "deal", "role", "via", "share", "seq", "place", "date"]
_WHERE_THERE = ["exchange_rate"]  # columns that credits have only where something calls for them


def accumulate(measured: pl.DataFrame, cycle: Cycle) -> pl.DataFrame:
    """The rows with `window_start`, and `x0` and `x1`: what the payee had in the window before and after the credit.

    Scores don't add up: each is one of a window, and begins at 0.
    """
    credited = measured["credited"]
    if "kind" in measured.columns:
        return measured.hstack([window_start(measured, cycle), (credited - credited).alias("x0"), credited.alias("x1")])
    if cycle.window is Window.DEAL:
        before = measured["reached"] if has_parts(measured) else credited - credited
        return measured.hstack(
            [measured["date"].alias("window_start"), before.alias("x0"), (before + credited).alias("x1")]
        )
    started = window_start(measured, cycle)
    after = running(measured["payee"], started, credited)
    return measured.hstack([started, (after - credited).alias("x0"), after.alias("x1")])


def running(payee: pl.Series, window: pl.Series, steps: pl.Series) -> pl.Series:
    """The running sum of the steps within (payee, window), each row's own step included.

    The rows are in order of payee and date, so each window is one block: the sum over everything, less what it was
    where the block began. That is linear, where a grouped sum would hash a million rows. Raises AmountTooLarge.
    """
    number = NARROW if len(steps) * largest(steps) < LARGEST_SUM else WIDE
    rows = pl.DataFrame({"payee": payee, "window": window, "step": steps})
    first = rows.select(first=pl.struct("payee", "window").rle_id().diff() != 0)["first"].fill_null(value=True)
    total = pl.col("step").cast(number).cum_sum()
    sums = rows.select(after=total - pl.when(first).then(total - pl.col("step")).forward_fill())["after"]
    if number is WIDE and largest(sums) > LARGEST_SUM:
        raise _too_large()
    return sums.cast(NARROW)


def _too_large() -> AmountTooLarge:
    return AmountTooLarge(
        told("A payee's total in a window exceeds %(most)s minor units. Check the amounts.", most=LARGEST_SUM)
    )


def with_quota(accumulated: pl.DataFrame, goals: Goals, document: PlanDocument, component: Component) -> pl.DataFrame:
    """The rows with the payee's `quota` and `target` of their window; null where the component isn't against a quota or
    doesn't pay shares of a target, or none is set.

    `goals` are those of its plan.
    """
    found = accumulated
    for column, kind in (("quota", quota_kind(component)), ("target", target_kind(component))):
        if kind is None:
            found = found.hstack([pl.Series(column, [], dtype=pl.Int64()).extend_constant(None, found.height)])
        else:
            known = held(goals, document, component, kind).rename({"quota": column})
            found = found.join(known, on=["payee", "window_start"], how="left", maintain_order="left")
    return found
