"""What each payee is expected to sell in a window, and to earn: her quotas and her target incentive."""

from dataclasses import dataclass

import polars as pl

from commissions.engine.frames import QuotaKind
from commissions.engine.prorate import prorated
from commissions.engine.schema import Against, Component, Measure, Pays, PlanDocument
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
    """All kinds of quota that a component reads."""
    return tuple(kind for kind in (quota_kind(component), target_kind(component)) if kind)


def needed(document: PlanDocument) -> frozenset[tuple[QuotaKind, PeriodKind]]:
    """Which kinds of quota, for windows of which length, the plan reads."""
    parts = [(part, part.window.period) for part in document.components]
    return frozenset((kind, window) for part, window in parts if window for kind in kinds_of(part))


def to_read(document: PlanDocument) -> frozenset[tuple[QuotaKind, PeriodKind]]:
    """The same, and the quotas of months, of which a ramp takes shares."""
    read = needed(document)
    if document.quotas is None or not document.quotas.ramp:
        return read
    return read | {(kind, PeriodKind.MONTH) for kind, _window in read if kind is not QuotaKind.TARGET}


@dataclass(frozen=True, slots=True)
class Goals:
    """What is set for one plan, and who was on it when."""

    set: pl.DataFrame  # QUOTAS
    tenures: pl.DataFrame  # TENURES


def held(goals: Goals, document: PlanDocument, component: Component, kind: QuotaKind | None) -> pl.DataFrame:
    """(payee, window_start, quota): those of one kind that hold for a component in its windows. Only what is above 0.

    A component's own quota of a window comes before the plan's. By the document's rules it counts for the days on the
    plan, and less in the first months.
    """
    rules = document.quotas
    quotas = goals.set if rules is None else prorated(goals.set, goals.tenures, rules)
    same = (pl.col("kind") == kind) & (pl.col("window") == component.window.value) & (pl.col("quota") > 0)
    whose = readable_components(document, component, kind)
    found = quotas.filter(same & pl.col("component").is_in(whose))
    if (found["component"] == "").all():
        return found.select("payee", "window_start", "quota")
    own_first = found.sort("component", descending=True).unique(["payee", "window_start"], keep="first")
    return own_first.select("payee", "window_start", "quota")


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
