"""One component of a plan, over all the plan's versions: from measured credits to capped lines."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

import polars as pl

from commissions.engine.accumulate import Clause, accumulate, with_quota
from commissions.engine.curve import price
from commissions.engine.events import Event, Taking, has_parts
from commissions.engine.frames import LINES, NO_NOTICES, LineKind, Notice, QuotaKind, notices
from commissions.engine.modify import Around, allotted, divided, limited, members_of, multiplied, of_teams, to_members
from commissions.engine.modify.limits import cycles_of, since
from commissions.engine.modify.taken_back import TAKING
from commissions.engine.quotas import at_nothing, quota_kind, target_kind
from commissions.engine.schema import Component
from commissions.engine.segments import compile_curve
from commissions.engine.spiffs import is_limited
from commissions.engine.windows import Cycle, cycle_of


def component_lines(
    measured: pl.DataFrame, key: str, clauses: Mapping[int, Clause], around: Around
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """LINES with their `place` among credits, from where they are wanted on, and NOTICES of what kept credits from
    becoming lines.

    x carries on from version to version; each credit walks the curve of the version in force on its date.

    1. Add up all versions' credits in each window that a version uses.
    2. Price each version's own credits on its own curve, times its multiplier, as far back as a cap needs.
    3. Lift and cap, by the version's own floor and cap, over the lines of all versions.
    4. Of a spiff, pay the first deals, until the budget is used up. Divide what a team's pool earned among its members.
    5. Add the lines of what is taken back and leaves x where it is: no quota, curve or limit says what they pay.
    """
    if any(clause.component.pool for clause in clauses.values()):
        members = members_of(measured, around)
        lines, _left, told = _paid(of_teams(members), key, clauses, around, members)
        return _as_lines(divided(lines, members, clauses), key, around), told
    lines, left, told = _paid(measured, key, clauses, around)
    paid = allotted(lines, key, clauses, around)
    if any(rows.height for rows in left):
        nothing = {name: pl.lit(None if name in _NULLS else 0, dtype=pl.Int64()) for name in _UNPRICED}
        paid = pl.concat([paid, *(rows.with_columns(**nothing) for rows in left)], how="diagonal")
    return _as_lines(paid, key, around), told


def _paid(
    measured: pl.DataFrame,
    key: str,
    clauses: Mapping[int, Clause],
    around: Around,
    members: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, list[pl.DataFrame], pl.DataFrame]:
    """The lines after floors and caps, the credits of what is taken back without a step on the curve, and notices: of
    teams, to their members.
    """
    start = around.start
    cycles = {version: cycle_of(clause.document, clause.component.window) for version, clause in clauses.items()}
    accumulated = {cycle: accumulate(measured, cycle) for cycle in set(cycles.values())}
    priced, told, left = [], [NO_NOTICES], []
    times = any(clause.component.multiply for clause in clauses.values())
    for version, clause in clauses.items():
        own = _of_version(accumulated[cycles[version]], version, clauses)
        if has_parts(own):
            is_left = pl.col("taking").eq_missing(Taking.LEFT.value)
            left.append(own.filter(is_left))
            own = own.filter(~is_left)
        needed = with_quota(
            _since(_history(clauses, around.since), own), around.goals, clause.document, clause.component
        )
        for goal in _required(clause.component):
            if needed[column := goal.column].has_nulls():
                missing = needed.filter(pl.col(column).is_null() & (pl.col("date") >= start))
                whose = missing if members is None else to_members(missing, members)
                told += _without(whose, goal, key, clause, around)
                needed = needed.filter(pl.col(column).is_not_null())
        if times:
            needed, missing = _multiplied(needed, key, clause, around)
            told.append(missing)
        priced.append(_priced(needed, clause))
    lines = priced[0] if len(priced) == 1 else pl.concat(priced).sort("place")
    return limited(lines, clauses, around), left, pl.concat(told)


_UNPRICED = ("quota", "target", "y0", "y1", "uncapped", "amount")
_NULLS = ("quota", "target")


def _priced(rows: pl.DataFrame, clause: Clause) -> pl.DataFrame:
    """Each row on its curve; of a rate table on that of its own column, though x is that of all columns."""
    component, is_multiplied = clause.component, clause.component.multiply is not None
    if not component.columns:
        return price(rows, compile_curve(clause.document, component), multiplied=is_multiplied)
    parts = []
    for index in range(len(component.columns)):
        curve = compile_curve(clause.document, component.column(index))
        parts.append(price(rows.filter(pl.col("rate_column") == index), curve, multiplied=is_multiplied))
    return pl.concat(parts).sort("place")


def _as_lines(rows: pl.DataFrame, key: str, around: Around) -> pl.DataFrame:
    named = {"component": pl.lit(key)}
    named |= {} if "kind" in rows.columns else {"kind": pl.lit(LineKind.CREDIT.value)}
    named |= {} if has_parts(rows) else {"event": pl.lit(Event.BOOKED)}
    named |= {} if "multiplier" in rows.columns else _UNMULTIPLIED
    named |= {} if "deals_before" in rows.columns else _UNLIMITED
    named |= {} if "pool" in rows.columns else _NO_POOL
    named |= {} if "exchange_rate" in rows.columns else {"exchange_rate": pl.lit(None, dtype=pl.Int64())}
    named |= {} if "rate_column" in rows.columns else {"rate_column": pl.lit(None, dtype=pl.Int64())}
    named |= {} if "share" in rows.columns else {"share": pl.lit(None, dtype=pl.Int64())}
    named |= _NO_TRUE_UP
    if "kind" in rows.columns:
        is_credit = pl.col("deal").is_not_null()
        named["kind"] = pl.col("kind").fill_null(LineKind.CREDIT.value)
        named["event"] = pl.when(is_credit).then(named.get("event", pl.col("event")))
        named["place"] = pl.when(is_credit).then("place")
    wanted = _since(around.since, rows)
    taking = TAKING if has_parts(rows) and rows["taking"].null_count() < rows.height else ()
    return wanted.select(named.get(name, pl.col(name)).alias(name) for name in [*LINES, "place", *taking])


_NO_POOL = {"pool": pl.lit(None, dtype=pl.String())}
_NO_TRUE_UP = {name: pl.lit(None, dtype=pl.Int64()) for name in ("about", "was")}
_UNLIMITED = {name: pl.lit(None, dtype=pl.Int64()) for name in ("deals_before", "paid_before")}
_UNMULTIPLIED = {name: pl.lit(None, dtype=pl.Int64()) for name in ("multiplier", "multiplier_value")}


def _multiplied(rows: pl.DataFrame, key: str, clause: Clause, around: Around) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their multiplier; of a version without one, beside others that have one, pay is as it is."""
    if clause.component.multiply:
        return multiplied(rows, key, clause, around)
    return rows.with_columns(**_UNMULTIPLIED), NO_NOTICES


def _since(start: date, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows from that day on; the frame itself where that is all of them."""
    recent = rows["date"] >= start
    return rows if recent.all() else rows.filter(recent)


def _of_version(rows: pl.DataFrame, version: int, clauses: Mapping[int, Clause]) -> pl.DataFrame:
    return rows if len(clauses) == 1 else rows.filter(pl.col("plan_version") == version)


def _history(clauses: Mapping[int, Clause], start: date) -> date:
    """From when on lines must be priced: floors and caps count what was paid since their own windows began, a deal of a
    spiff all that closed before it, and a pool what it earned in its window.
    """
    if any(is_limited(clause.component) or clause.component.pool for clause in clauses.values()):
        return date.min
    return since(set().union(*(cycles_of(clause.document, clause.component) for clause in clauses.values())), start)


class _Goal(NamedTuple):
    """Without what a credit can't become a line, and what is said then."""

    column: str
    kind: QuotaKind
    missing: Notice  # none is set
    at_nothing: Notice  # nothing of it counts


def _required(component: Component) -> Iterator[_Goal]:
    if quota := quota_kind(component):
        yield _Goal("quota", quota, Notice.QUOTA_MISSING, Notice.QUOTA_AT_NOTHING)
    if target := target_kind(component):
        yield _Goal("target", target, Notice.TARGET_MISSING, Notice.TARGET_AT_NOTHING)


def _without(rows: pl.DataFrame, goal: _Goal, key: str, clause: Clause, around: Around) -> Iterator[pl.DataFrame]:
    cycle = cycle_of(clause.document, clause.component.window)
    nothing = at_nothing(around.goals, clause.document, clause.component, goal.kind)
    ways: tuple[tuple[Literal["anti", "semi"], Notice], ...] = (("anti", goal.missing), ("semi", goal.at_nothing))
    for how, code in ways:
        yield _windows_without(rows.join(nothing, on=["payee", "window_start"], how=how), key, cycle, code)


def _windows_without(rows: pl.DataFrame, key: str, cycle: Cycle, code: Notice) -> pl.DataFrame:
    """One notice for each payee and window of the rows."""
    missing = rows.select("payee", "window_start").unique(maintain_order=True)
    labels = [f"{key} {cycle.period(day).label}" for day in missing["window_start"]]
    named = missing.with_columns(deal=pl.lit(None, dtype=pl.Int64()), label=pl.Series(labels, dtype=pl.String()))
    return notices(named, code, pl.col("label"))
