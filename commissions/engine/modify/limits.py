"""Which floor and which cap hold for the lines of a component, version by version."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

import polars as pl

from commissions.engine.accumulate import Clause
from commissions.engine.modify.around import Around
from commissions.engine.modify.caps import cap, floor
from commissions.engine.modify.carry import carried
from commissions.engine.schema import Component, Excess, PlanDocument, Window
from commissions.engine.windows import Cycle, cycle_of
from core.money import to_minor

_Act = Callable[[pl.DataFrame, pl.Series, Cycle, pl.Expr], pl.Series]


@dataclass(frozen=True, slots=True, order=True)
class Limit:
    per: Cycle
    minor: int  # minor units


def limited(lines: pl.DataFrame, clauses: Mapping[int, Clause], around: Around) -> pl.DataFrame:
    """The lines with `amount`, and the lines that pay what a cap took earlier.

    A floor comes first: a cap has the last word. What earlier versions earned counts towards both.
    """
    steps = applied(lines, lines["uncapped"], _floors(clauses), floor)
    amounts = applied(lines, steps, _caps(clauses, Excess.DROP), cap)
    carrying = _caps(clauses, Excess.CARRY)
    return carried(lines, amounts, carrying, around) if carrying else lines.hstack([amounts.alias("amount")])


def applied(lines: pl.DataFrame, steps: pl.Series, limits: Mapping[int, Limit], act: _Act) -> pl.Series:
    """What each line pays after the limit of its version; as before, where its version has none."""
    paid = steps
    for per in sorted({limit.per for limit in limits.values()}):
        own = {version: limit.minor for version, limit in limits.items() if limit.per == per}
        acted = act(lines, steps, per, _by_version(own))
        mine = pl.col("plan_version").is_in(list(own))
        paid = lines.select(paid=pl.when(mine).then(pl.lit(acted)).otherwise(pl.lit(paid)))["paid"]
    return paid


def _by_version(amounts: Mapping[int, int]) -> pl.Expr:
    """The limit of each row's version."""
    (_version, first), *others = amounts.items()
    return reduce(
        lambda limit, other: pl.when(pl.col("plan_version") == other[0]).then(other[1]).otherwise(limit),
        others,
        pl.lit(first, dtype=pl.Int64()),
    )


def _floors(clauses: Mapping[int, Clause]) -> dict[int, Limit]:
    return {
        version: Limit(cycle_of(clause.document, rule.per.window), to_minor(rule.amount, clause.document.currency))
        for version, clause in clauses.items()
        if (rule := clause.component.floor)
    }


def _caps(clauses: Mapping[int, Clause], excess: Excess) -> dict[int, Limit]:
    return {
        version: Limit(cycle_of(clause.document, rule.per.window), to_minor(rule.amount, clause.document.currency))
        for version, clause in clauses.items()
        if (rule := clause.component.cap) and rule.excess is excess
    }


def plan_caps(versions: Mapping[int, PlanDocument]) -> dict[int, Limit]:
    """The caps over all components, of the versions that have one."""
    return {
        version: Limit(cycle_of(document, document.cap.per.window), to_minor(document.cap.amount, document.currency))
        for version, document in versions.items()
        if document.cap
    }


def cycles_of(document: PlanDocument, component: Component) -> set[Cycle]:
    """Over what floor and cap add up: so far back lines must be known. What is carried is carried within a year."""
    found = {rule.per.window for rule in (component.floor, component.cap) if rule}
    found |= {Window.YEAR} if component.cap and component.cap.excess is Excess.CARRY else set()
    return {cycle_of(document, window) for window in found}


def since(cycles: Iterable[Cycle], start: date) -> date:
    """The first day of the earliest of these windows that hold the start."""
    return min((cycle.first_day(start) for cycle in cycles), default=start)
