"""Facts and plans in, explained lines and statements out: the five stages in order.

Frames in and frames out; money is Int64 minor units of the plan's currency unless a comment says otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

import polars as pl

from commissions.engine.accumulate import Clause, measure, unknown
from commissions.engine.bases import with_bases
from commissions.engine.component import component_lines
from commissions.engine.credit import credit, deal_columns
from commissions.engine.currency import in_currency
from commissions.engine.events import reaches_back, rule_of, rules_of, with_events
from commissions.engine.frames import (
    ASSIGNMENTS,
    DEALS,
    ITEMS,
    KPIS,
    LEAVES,
    LINES,
    NO_NOTICES,
    NOTICES,
    PAYEES,
    PAYMENTS,
    QUOTAS,
    SCORES,
    SHARES,
    STATEMENTS,
    Notice,
    empty,
)
from commissions.engine.kept import keep, with_gone, with_those_gone
from commissions.engine.leave import read_leaves
from commissions.engine.modify import Around, capped_together, taken_back
from commissions.engine.modify.limits import cycles_of, since
from commissions.engine.quotas import Goals
from commissions.engine.relations import read_relations
from commissions.engine.releases import NOTHING_EARLIER, Earlier
from commissions.engine.schema import Measure, PlanDocument, Window
from commissions.engine.scores import scored
from commissions.engine.settle import Opening, settle
from commissions.engine.spiffs import Granted, begun, is_shared
from commissions.engine.true_ups import TrueUps, with_their_plans, with_true_ups
from commissions.engine.windows import cycle_of, with_joined

__all__ = [
    "ASSIGNMENTS",
    "DEALS",
    "ITEMS",
    "KPIS",
    "LINES",
    "NOTICES",
    "PAYEES",
    "PAYMENTS",
    "QUOTAS",
    "SCORES",
    "SHARES",
    "STATEMENTS",
    "Inputs",
    "Notice",
    "Result",
    "calculate",
    "empty",
    "history_end",
    "history_start",
    "windows_start",
]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a calculation reads. The column schemas are the constants of `frames`; extra columns are ignored.

    `deals`, `shares` and `assignments` must reach back to `history_start(versions, start)` and on to before
    `history_end(versions, end)`, for x and caps add up over whole windows, and hold every sharer of a deal in them,
    also those who aren't calculated: the odd cent needs them all. Only payees in `assignments` are calculated. Where
    their plans credit through others, `deals` and `shares` hold what the sources of `relations` have a part in, too.
    """

    deals: pl.DataFrame  # DEALS
    shares: pl.DataFrame  # SHARES
    assignments: pl.DataFrame  # ASSIGNMENTS
    quotas: pl.DataFrame  # QUOTAS
    versions: Mapping[int, PlanDocument]  # by plan version
    plans: Mapping[int, int]  # plan version -> plan: x carries on from one version of a plan to the next
    balances: pl.DataFrame | None = None  # BALANCES, where the range is a single statement's
    kpis: pl.DataFrame | None = None  # KPIS, of the periods that `history_start` reaches
    payees: pl.DataFrame | None = None  # PAYEES: the tie-break of an odd cent; without it, payee ids decide
    relations: pl.DataFrame | None = None  # RELATIONS, where a plan credits through others
    tenures: pl.DataFrame | None = None  # TENURES, where quotas are prorated or a window is plan; else `assignments`
    payments: pl.DataFrame | None = None  # PAYMENTS of `deals`, where a plan reads them
    rates: pl.DataFrame | None = None  # RATES, where a plan converts
    items: pl.DataFrame | None = None  # ITEMS of `deals`, where a plan looks at them
    # payees whose credits count for others, where a plan shares something among all on it; they aren't calculated
    beside: frozenset[int] = frozenset()
    credited: pl.DataFrame | None = None  # CREDITED, of those of `deals` that had other sharers then
    granted: Granted | None = None  # where a plan has a spiff: what closed statements have paid of it
    team_quotas: pl.DataFrame | None = None  # QUOTAS, each of a team in the place of a payee, where a plan has pools
    scores: pl.DataFrame | None = None  # SCORES, where a plan has components that count them
    leaves: pl.DataFrame | None = None  # LEAVES, also of those beside, where a plan reads them
    earlier: Earlier = NOTHING_EARLIER  # beside `balances`: what the statements before this one leave to it
    true_ups: TrueUps | None = None  # what the range's statement carries of closed ones


@dataclass(frozen=True, slots=True)
class Result:
    lines: pl.DataFrame  # LINES
    statements: pl.DataFrame  # STATEMENTS
    settlements: pl.DataFrame  # SETTLEMENTS
    releases: pl.DataFrame  # RELEASES
    notices: pl.DataFrame  # NOTICES


def history_start(versions: Mapping[int, PlanDocument], start: date) -> date:
    """The first day whose deals a calculation from `start` on must be given: the first of all where credits add up over
    the time on a plan.

    >>> history_start({}, date(2026, 5, 1))
    datetime.date(2026, 5, 1)
    """
    if any(part.window is Window.PLAN for version in versions.values() for part in version.components):
        return date.min
    first = lines_since(versions, start)
    return min(since_windows(versions, first), begun(versions.values(), first))


def windows_start(versions: Mapping[int, PlanDocument], start: date) -> date:
    """The same, but for spiffs and for the time on a plan: from there on quotas and KPIs are needed."""
    return since_windows(versions, lines_since(versions, start))


def since_windows(versions: Mapping[int, PlanDocument], start: date) -> date:
    """The first day of the longest window of the calendar that holds the start."""
    components = [(version, component) for version in versions.values() for component in version.components]
    counting = [each for each in components if each[1].measure is not Measure.SCORE]
    cycles = {cycle_of(version, part.window) for version, part in counting if part.window is not Window.PLAN}
    return since(cycles.union(*(cycles_of(*each) for each in components)), start)


def history_end(versions: Mapping[int, PlanDocument], end: date) -> date:
    """The day before which a calculation to before `end` must be given deals: the end of the statement that it falls
    into, where that statement reads how far another component came.

    >>> history_end({}, date(2026, 5, 1))
    datetime.date(2026, 5, 1)
    """
    reading = [v for v in versions.values() if any(part.multiply and part.multiply.component for part in v.components)]
    return max((version.statement(end - timedelta(days=1)).end for version in reading), default=end)


def lines_since(versions: Mapping[int, PlanDocument], start: date) -> date:
    """From when on lines must be known: a cap over all components counts what they paid since its window began, and
    what a deal was paid says what is taken back of it.
    """
    first = start - timedelta(days=max(map(reaches_back, versions.values()), default=0))
    caps = {cycle_of(document, document.cap.per.window) for document in versions.values() if document.cap}
    return since(caps, first)


def calculate(inputs: Inputs, *, start: date, end: date) -> Result:
    """The lines dated from `start` to before `end`, the statements they add up to, and why credits didn't count.

    The same inputs in any order of rows and with any database ids give the same lines. Raises AmountTooLarge.
    """
    found = credited(inputs, start=start, end=end)
    return finished(inputs, found, measured_parts(inputs, found, start), start=start, end=end)


def finished(inputs: Inputs, found: "Credited", parts: Iterable["Part"], *, start: date, end: date) -> Result:
    """The rest of the way, from what components count to statements. Raises AmountTooLarge."""
    lines, told = [_NO_LINES], [found.notices]
    for part, around in with_surroundings(inputs, found, list(parts), start=start, end=end):
        priced, missing = component_lines(part.measured, part.key, part.clauses, around)
        lines.append(_of_calculated(priced, inputs))
        told += [part.unknown, missing]
    how: Literal["vertical", "diagonal"] = "diagonal" if any("taking" in each.columns for each in lines) else "vertical"
    capped = capped_together(pl.concat(lines, how=how), inputs.versions, inputs.plans)
    own = _within(taken_back(capped, inputs.versions), inputs, start, end)
    current = with_those_gone(_of_calculated(_in_reach(found.assignments, start, end), inputs), own, inputs.credited)
    everything, given = with_true_ups(own, inputs.true_ups), inputs.true_ups
    documents = {**given.versions, **inputs.versions} if given else inputs.versions
    settled = settle(everything, with_their_plans(current, given), documents, _opening(inputs, end))
    return Result(
        everything, settled.statements, settled.settlements, settled.releases, _of_calculated(pl.concat(told), inputs)
    )


def _of_calculated(rows: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    return rows.filter(~pl.col("payee").is_in(inputs.beside)) if inputs.beside else rows


def _opening(inputs: Inputs, end: date) -> Opening | None:
    if inputs.balances is None:
        return None
    deals = inputs.deals
    if inputs.true_ups is not None:
        deals = pl.concat([deals, inputs.true_ups.deals.join(deals, on="deal", how="anti")], how="diagonal")
    return Opening(end, inputs.balances, inputs.earlier, deals, inputs.payments)


_NO_LINES = pl.DataFrame(schema=LINES | {"place": pl.Int32()})


def _within(lines: pl.DataFrame, inputs: Inputs, start: date, end: date) -> pl.DataFrame:
    """LINES of the range alone. Those without a deal have a `seq` below 0, by date, plan and kind."""
    if history_end(inputs.versions, end) > end or lines_since(inputs.versions, start) < start:
        lines = lines.filter(pl.col("date").is_between(start, end, closed="left"))
    found = lines.drop("place")
    if not found["deal"].has_nulls():
        return found
    alone = found["deal"].is_null()
    order = pl.struct("date", "plan", "kind").rank("dense").over("payee").cast(pl.Int64)
    without = found.filter(alone).with_columns(seq=(order - 1_000_000).cast(pl.Int32))
    return pl.concat([found.filter(~alone), without])


@dataclass(frozen=True, slots=True)
class Credited:
    """Stage 1, and what the components of a version share of stage 2. It knows no rate, no threshold and no cap."""

    by_version: dict[int, pl.DataFrame]  # of `bases.with_bases`
    assignments: pl.DataFrame  # those in reach, with their plan
    notices: pl.DataFrame  # NOTICES
    since: date  # the first day of what is known
    until: date  # exclusive


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a plan with what it counts: the rest of stage 2 that knows no rate, no threshold and no cap."""

    plan: int
    key: str
    clauses: Mapping[int, Clause]  # by plan version
    measured: pl.DataFrame  # of `accumulate.measure`
    unknown: pl.DataFrame  # NOTICES of the credits that couldn't be measured

    @property
    def measure(self) -> Measure:
        return next(iter(self.clauses.values())).component.measure

    @property
    def is_pool(self) -> bool:
        return next(iter(self.clauses.values())).component.pool is not None


def with_surroundings(
    inputs: Inputs, found: "Credited", parts: Sequence[Part], *, start: date, end: date
) -> Iterator[tuple[Part, Around]]:
    """Each component with what its lines read beside its own credits."""
    kpis = empty(KPIS) if inputs.kpis is None else inputs.kpis
    for plan, of_plan in groupby(parts, key=lambda part: part.plan):
        mine = list(of_plan)
        measured = {(part.key, part.measure): part.measured for part in mine if not part.is_pool}
        assigned = found.assignments.filter(pl.col("plan") == plan)
        first = lines_since(inputs.versions, start)
        keys = inputs.deals.select("deal", "key")
        goals = quotas_of(inputs, plan)
        around = Around(start, first, end, assigned, kpis, goals, measured, keys, inputs.payees, inputs.granted)
        yield from ((part, around) for part in mine)


def credited(inputs: Inputs, *, start: date, end: date) -> Credited:
    """Who gets credit for what in the range and the windows before it. Raises AmountTooLarge."""
    since, until = history_start(inputs.versions, start), history_end(inputs.versions, end)
    history = _with_plans(inputs)
    assignments = _in_reach(history, since, until)
    rules = rules_of(inputs.versions.values())
    events = with_events(inputs.deals.select(deal_columns(inputs.versions.values())), inputs.payments, rules)
    kept = keep(events, inputs.shares, inputs.credited)
    reached = kept.events.filter(pl.col("date").is_between(since, until, closed="left"))
    relations = read_relations(inputs.relations, inputs.versions.values())
    leaves = read_leaves(inputs.leaves, inputs.versions.values())
    crediting = [pk for pk, document in inputs.versions.items() if _reads_deals(document)]
    on_deals = assignments.filter(pl.col("plan_version").is_in(crediting))
    known = (history, inputs.payees, inputs.versions)
    on_deals, takes_back = with_gone(on_deals, kept, history, crediting)
    credits_ = credit(reached, kept.shares, on_deals, *known, start, relations, leaves, takes_back)
    found, told = {}, [credits_.notices]
    for version, rows in _by_version(credits_.rows).items():
        own, foreign = in_currency(rows, inputs.versions[version], inputs.rates, start)
        found[version] = kept.named(
            with_bases(own, credits_.sharers, inputs.versions[version], kept.items(inputs.items))
        )
        told.append(foreign)
    return Credited(found, assignments, kept.named(pl.concat(told)), since, until)


def _reads_deals(document: PlanDocument) -> bool:
    return any(component.measure is not Measure.SCORE for component in document.components)


def measured_parts(inputs: Inputs, found: Credited, start: date) -> Iterator[Part]:
    """Each component that counts anything, plan by plan, over all the plan's versions, in the document's order."""
    gone = {inputs.plans[version] for version in found.by_version}
    for plan in sorted({*found.assignments["plan"].unique(), *gone}):
        own = {version: rows for version, rows in found.by_version.items() if inputs.plans[version] == plan}
        components = [part for version in own for part in inputs.versions[version].components]
        yield from _scored_parts(inputs, found, plan, start)
        for key, *counted in dict.fromkeys((part.key, part.measure, part.pool is not None) for part in components):
            if counted[0] is Measure.SCORE:
                continue
            clauses = clauses_of(inputs.versions, own, key, tuple(counted))
            measured = measure(clauses, _rules(inputs, plan, key))
            if not any(is_shared(clause.component) or clause.component.pool for clause in clauses.values()):
                measured = _of_calculated(measured, inputs)
            if any(clause.component.window is Window.PLAN for clause in clauses.values()):
                measured = with_joined(measured, quotas_of(inputs, plan).tenures)
            if not measured["credited"].null_count():
                known, told = measured, NO_NOTICES
            else:
                known = measured.drop_nulls("credited")
                told = unknown(measured.filter(pl.col("credited").is_null()), clauses, start)
            if measured.height:
                yield Part(plan, key, clauses, known, told)


def _scored_parts(inputs: Inputs, found: Credited, plan: int, start: date) -> Iterator[Part]:
    """Each component of a plan that counts scores: they need no deal."""
    assigned = found.assignments.filter(pl.col("plan") == plan)
    own = dict.fromkeys(sorted(assigned["plan_version"].unique()), pl.DataFrame())
    components = [part for version in own for part in inputs.versions[version].components]
    for key in dict.fromkeys(part.key for part in components if part.measure is Measure.SCORE):
        clauses = clauses_of(inputs.versions, own, key, (Measure.SCORE, False))
        known = empty(SCORES) if inputs.scores is None else inputs.scores
        since = windows_start(inputs.versions, start)
        measured, missing = scored(known, assigned, clauses, key, since, found.until)
        yield Part(
            plan,
            key,
            clauses,
            _of_calculated(measured, inputs),
            _of_calculated(missing, inputs).filter(pl.col("date") >= start).select(list(NOTICES)),
        )


def clauses_of(
    versions: Mapping[int, PlanDocument], own: Mapping[int, pl.DataFrame], key: str, counted: tuple[Any, ...]
) -> dict[int, Clause]:
    """A component as each version of its plan has it, with that version's credits. Money and units don't add up, nor do
    a payee's credits and a team's, so a component that starts to count another thing starts anew. `counted` is what it
    measures, and whether for a pool.
    """
    return {
        version: Clause(versions[version], part, rows)
        for version, rows in own.items()
        for part in versions[version].components
        if part.key == key and (part.measure, part.pool is not None) == counted
    }


def _rules(inputs: Inputs, plan: int, key: str) -> dict[int, str]:
    """By version of the plan, the rule of its component of that key."""
    return {
        version: rule_of(document, part).key
        for version, document in inputs.versions.items()
        for part in document.components
        if inputs.plans[version] == plan and part.key == key
    }


def quotas_of(inputs: Inputs, plan: int) -> Goals:
    of_plan = pl.col("plan") == plan
    own, teams = inputs.quotas.filter(of_plan), _NO_QUOTAS
    if inputs.team_quotas is not None:
        teams = inputs.team_quotas.filter(of_plan)
    away = _NO_LEAVES if inputs.leaves is None else inputs.leaves
    if inputs.tenures is not None:
        return Goals(own, inputs.tenures.filter(of_plan), teams, away)
    versions = [version for version, of in inputs.plans.items() if of == plan]
    return Goals(own, inputs.assignments.filter(pl.col("plan_version").is_in(versions)), teams, away)


_NO_QUOTAS, _NO_LEAVES = empty(QUOTAS), empty(LEAVES)


def _with_plans(inputs: Inputs) -> pl.DataFrame:
    plan = pl.col("plan_version").replace_strict(inputs.plans, return_dtype=pl.Int64())
    return inputs.assignments.select(*ASSIGNMENTS, plan=plan)


def _in_reach(assignments: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Those in force in the range."""
    return assignments.filter((pl.col("start") < end) & (pl.col("end").is_null() | (pl.col("end") > start)))


def _by_version(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """The rows of each plan version, in their order."""
    versions = rows["plan_version"].unique().to_list()
    if len(versions) == 1:
        return {versions[0]: rows}
    return {version: rows.filter(pl.col("plan_version") == version) for version in sorted(versions)}
