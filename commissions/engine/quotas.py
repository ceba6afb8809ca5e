"""What a payee or a team is expected to sell in a window, and a payee to earn: quotas and target incentives."""

from dataclasses import dataclass

import polars as pl

from commissions.engine.frames import QuotaKind
from commissions.engine.prorate import prorated
from commissions.engine.schema import Against, Component, Measure, Of, Pays, PlanDocument
from core.periods import PeriodKind


def quota_kind(component: Component) -> QuotaKind | None:
    """In what the component's quota is set; None where it isn't against one.

    >>> from commissions.engine.schema import Component
    >>> quota_kind(Component(key="a", name="A", against="quota"))
    <QuotaKind.AMOUNT: 'amount'>
    """
    if component.against is not Against.QUOTA:
        return None
    return QuotaKind.AMOUNT if component.measure is Measure.AMOUNT else QuotaKind.UNITS


def target_kind(component: Component) -> QuotaKind | None:
    """The kind of the target of which the component pays shares; None where it pays money."""
    return QuotaKind.TARGET if component.pays is Pays.TARGET else None


def kinds_of(component: Component) -> tuple[QuotaKind, ...]:
    """All kinds of quota of a payee that a component reads. The quota of a pool is its team's."""
    if component.pool:
        return ()
    return tuple(kind for kind in (quota_kind(component), target_kind(component)) if kind)


def needed(document: PlanDocument) -> frozenset[tuple[QuotaKind, PeriodKind]]:
    """Which kinds of quota, for windows of which length, the plan reads."""
    parts = [(part, part.window.period) for part in document.components]
    return frozenset((kind, window) for part, window in parts if window for kind in kinds_of(part))


def needed_of_teams(document: PlanDocument) -> frozenset[tuple[QuotaKind, PeriodKind]]:
    """The same of teams, whose quotas the pools of a plan go by."""
    parts = [(quota_kind(part), part.window.period) for part in document.components if part.pool]
    return frozenset((kind, window) for kind, window in parts if kind and window)


def to_read(document: PlanDocument) -> frozenset[tuple[QuotaKind, PeriodKind]]:
    """Those of payees, and the quotas of months, of which a ramp takes shares."""
    read = needed(document)
    if document.quotas is None or not document.quotas.ramp:
        return read
    return read | {(kind, PeriodKind.MONTH) for kind, _window in read if kind is not QuotaKind.TARGET}


@dataclass(frozen=True, slots=True)
class Goals:
    """What is set for one plan, who was on it when, and who was away."""

    set: pl.DataFrame  # QUOTAS
    tenures: pl.DataFrame  # TENURES
    teams: pl.DataFrame  # QUOTAS of teams, each in the place of the payee
    leaves: pl.DataFrame  # LEAVES


def held(goals: Goals, document: PlanDocument, component: Component, kind: QuotaKind | None) -> pl.DataFrame:
    """(payee, window_start, quota): those of one kind that hold for a component in its windows; of a pool, those of
    teams. Only what is above 0.

    A component's own quota of a window comes before the plan's. By the document's rules a payee's counts for the days
    on the plan, and less in the first months; a team's counts as it is set.
    """
    quotas = goals.teams if component.pool else _of_payees(goals, document)
    return _held(quotas, document, component, kind)


def at_nothing(goals: Goals, document: PlanDocument, component: Component, kind: QuotaKind | None) -> pl.DataFrame:
    """(payee, window_start) of those that are set, and of which nothing counts."""
    found, on = held(goals, document, component, kind), ["payee", "window_start"]
    whole = goals.teams if component.pool else goals.set
    return _held(whole, document, component, kind).join(found, on=on, how="anti")


def _held(quotas: pl.DataFrame, document: PlanDocument, component: Component, kind: QuotaKind | None) -> pl.DataFrame:
    same = (pl.col("kind") == kind) & (pl.col("window") == component.window.value) & (pl.col("quota") > 0)
    whose = readable_components(document, component, kind)
    found = quotas.filter(same & pl.col("component").is_in(whose))
    if (found["component"] == "").all():
        return found.select("payee", "window_start", "quota")
    own_first = found.sort("component", descending=True).unique(["payee", "window_start"], keep="first")
    return own_first.select("payee", "window_start", "quota")


def held_by_payee(
    goals: Goals,
    relations: pl.DataFrame | None,
    document: PlanDocument,
    component: Component,
    kind: QuotaKind | None,
) -> pl.DataFrame:
    """The same by payee: of a pool, that of the team that she is in last within the window, by RELATIONS."""
    found, length = held(goals, document, component, kind), component.window.period
    if component.pool is None or relations is None or length is None:
        return found
    own = relations.filter((pl.col("of") == Of.TEAM) & (pl.col("payee") == pl.col("source")))
    members = own.select("payee", "team", "start", "end")
    until = pl.col("window_start").dt.offset_by(f"{length.months}mo")
    of_teams = found.select(team="payee", window_start="window_start", quota="quota", until=until)
    is_in = (pl.col("start") < pl.col("until")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("window_start")))
    each = members.join(of_teams, on="team").filter(is_in).sort("start")
    return each.unique(["payee", "window_start"], keep="last").select("payee", "window_start", "quota")


def _of_payees(goals: Goals, document: PlanDocument) -> pl.DataFrame:
    return goals.set if document.quotas is None else prorated(goals.set, goals.tenures, document, goals.leaves)


def readable_components(document: PlanDocument, component: Component, kind: QuotaKind | None) -> tuple[str, ...]:
    """Whose quotas or targets a component goes by, the empty text for the plan's.

    Of targets: with a weight the plan's; without one its own, and the plan's when it is the only one on target. So
    nobody is paid the plan's target twice.
    """
    if kind is not QuotaKind.TARGET:
        return ("", component.key)
    if component.weight is not None:
        return ("",)
    alone = sum(part.pays is Pays.TARGET for part in document.components) == 1
    return ("", component.key) if alone else (component.key,)
