"""One component of a plan, over all the plan's versions: from measured credits to capped lines."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import reduce

import polars as pl

from commissions.engine.accumulate import Clause, accumulate, with_quota
from commissions.engine.curve import price
from commissions.engine.events import Event, has_parts
from commissions.engine.frames import LINES, NO_NOTICES, LineKind, Notice, notices
from commissions.engine.modify import Around, cap, multiplied, uncapped
from commissions.engine.schema import Against, Component, Pays, Window
from commissions.engine.segments import compile_curve
from core.money import to_minor
from core.periods import PeriodKind, period_of


def component_lines(
    measured: pl.DataFrame, key: str, clauses: Mapping[int, Clause], around: Around
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """LINES from the start on, and NOTICES of what kept credits from becoming lines.

    x carries on from version to version; each credit walks the curve of the version in force on its date.

    1. Add up all versions' credits in each window that a version uses.
    2. Price each version's own credits on its own curve, times its multiplier, as far back as a cap needs.
    3. Cap, by the version's own cap, over the lines of all versions.
    """
    start, quotas = around.start, around.quotas
    windows = {clause.component.window for clause in clauses.values()}
    accumulated = {window: accumulate(measured, window) for window in windows}
    priced, told = [], [NO_NOTICES]
    times = any(clause.component.multiply for clause in clauses.values())
    for version, clause in clauses.items():
        own = _of_version(accumulated[clause.component.window], version, clauses)
        needed = with_quota(_since(_history(clauses, start), own), quotas, clause.document, clause.component)
        for column, code in _required(clause.component):
            if needed[column].has_nulls():
                missing = needed.filter(pl.col(column).is_null() & (pl.col("date") >= start))
                told.append(_windows_without(missing, key, clause.component.window, code))
                needed = needed.filter(pl.col(column).is_not_null())
        if times:
            needed, missing = _multiplied(needed, key, clause, around)
            told.append(missing)
        curve = compile_curve(clause.document, clause.component)
        priced.append(price(needed, curve, multiplied=clause.component.multiply is not None))
    lines = _capped(priced[0] if len(priced) == 1 else pl.concat(priced).sort("place"), clauses)
    named = {"component": pl.lit(key), "kind": pl.lit(LineKind.CREDIT.value)}
    named |= {} if has_parts(lines) else {"event": pl.lit(Event.BOOKED)}
    if not times:
        named |= _UNMULTIPLIED
    named |= {} if "exchange_rate" in lines.columns else {"exchange_rate": pl.lit(None, dtype=pl.Int64())}
    return _since(start, lines).select(named.get(name, pl.col(name)).alias(name) for name in LINES), pl.concat(told)


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
    """From when on lines must be priced: a cap counts what was paid since its own window began."""
    caps = {clause.component.cap.per.period for clause in clauses.values() if clause.component.cap}
    return min((period_of(start, kind).start for kind in caps if kind is not None), default=start)


def _capped(lines: pl.DataFrame, clauses: Mapping[int, Clause]) -> pl.DataFrame:
    caps = {version: clause.component.cap for version, clause in clauses.items()}
    parts = []
    for per in {limit.per if limit else None for limit in caps.values()}:
        versions = [version for version, limit in caps.items() if (limit.per if limit else None) is per]
        limited = uncapped(lines) if per is None else cap(lines, per, _limit(clauses, versions))
        parts.append(limited if len(versions) == len(caps) else limited.filter(pl.col("plan_version").is_in(versions)))
    return parts[0] if len(parts) == 1 else pl.concat(parts).sort("place")


def _limit(clauses: Mapping[int, Clause], versions: list[int]) -> pl.Expr:
    """The cap of each row's version, in minor units."""
    amounts = [(version, _cap_minor(clauses[version])) for version in versions]
    first = pl.lit(amounts[0][1], dtype=pl.Int64())
    return reduce(
        lambda limit, other: pl.when(pl.col("plan_version") == other[0]).then(other[1]).otherwise(limit),
        amounts[1:],
        first,
    )


def _cap_minor(clause: Clause) -> int:
    assert clause.component.cap is not None  # noqa: S101 asked for capped versions alone
    return to_minor(clause.component.cap.amount, clause.document.currency)


def _required(component: Component) -> Iterator[tuple[str, Notice]]:
    """Without what a credit can't become a line, and what is said then."""
    if component.against is Against.QUOTA:
        yield "quota", Notice.QUOTA_MISSING
    if component.pays is Pays.TARGET:
        yield "target", Notice.TARGET_MISSING


def _windows_without(rows: pl.DataFrame, key: str, window: Window, code: Notice) -> pl.DataFrame:
    """One notice for each payee and window of the rows."""
    missing = rows.select("payee", "window_start").unique(maintain_order=True)
    kind = PeriodKind(window.value)
    labels = [f"{key} {period_of(day, kind).label}" for day in missing["window_start"]]
    named = missing.with_columns(deal=pl.lit(None, dtype=pl.Int64()), label=pl.Series(labels, dtype=pl.String()))
    return notices(named, code, pl.col("label"))
