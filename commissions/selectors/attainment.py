"""Where a payee stands on each curve today, and how far it is to the next tier."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import polars as pl

from accounts.models import User
from commissions.engine.calculate import Inputs, calculate, quotas_of
from commissions.engine.explain import what_next
from commissions.engine.frames import QuotaKind
from commissions.engine.quotas import held_by_payee, quota_kind, target_kind
from commissions.engine.schema import Against, Component, Measure, Pays, PlanDocument, Tiers, Window
from commissions.engine.segments import compile_curve
from commissions.engine.windows import joined_on
from commissions.models import Plan, PlanVersion
from commissions.selectors.explanations import share_of
from commissions.selectors.inputs import gather
from commissions.selectors.units import Unit, unit_of
from commissions.selectors.years import years_around
from core.periods import PeriodKind, period_of, since_label

_Held: TypeAlias = tuple[int, int, str, date]  # payee, plan version, component, start of its window


@dataclass(frozen=True, slots=True)
class Attainment:
    """One component of one plan that the payee is on today, in the window that holds today."""

    plan: str
    plan_version_pk: int
    component: str  # key
    component_name: str
    currency: str
    window: str  # month, quarter, half, year, plan
    window_label: str  # 2017-Q2, FY2017-04-Q1, 2017-06-05..
    window_start: date
    window_end: date | None  # exclusive; None: of the time on a plan
    x_minor: int  # credited in the window so far
    quota_minor: int | None
    target_minor: int | None  # of which the component pays shares
    share: Decimal | None  # of quota: 0.825 is 82.5 %; None without a quota
    rate: Decimal | None  # of the tier now; None for interpolated curves and rate tables
    next_from_minor: int | None  # where the next tier starts; None in the last one
    next_distance_minor: int | None
    next_rate: Decimal | None
    earned_minor: int  # in the window so far, by this component
    unit: Unit  # of x and the next tier, which are millionths where it isn't money
    is_pool: bool  # x is what the team sold together, and what is earned the payee's part

    @property
    def x(self) -> str:
        return self.unit.shown(self.x_minor)

    @property
    def x_short(self) -> str:
        return self.unit.short(self.x_minor)

    @property
    def quota(self) -> str:
        return self.unit.shown(self.quota_minor or 0)

    @property
    def quota_short(self) -> str:
        return self.unit.short(self.quota_minor or 0)

    @property
    def next_distance(self) -> str:
        return self.unit.shown(self.next_distance_minor or 0)

    @property
    def next_distance_short(self) -> str:
        return self.unit.short(self.next_distance_minor or 0)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one calculation says of many payees."""

    inputs: Inputs
    places: dict[tuple[int, int, str, date], tuple[int, int]]  # payee, plan, component, window: x and what it earned
    quotas: dict[_Held, int]
    targets: dict[_Held, int]


def attainment(payee: User, today: date) -> tuple[Attainment, ...]:
    """Each component with a window (not: per deal) of the plans of today, quota components first.

    Computed from the facts of this moment: also where a period before, of the same window, was never calculated.
    """
    return attainments([payee.pk], today)[payee.pk]


def attainments(payees: Sequence[int], today: date) -> dict[int, tuple[Attainment, ...]]:
    """The same for many, by payee, with a fixed number of queries however many there are."""
    start, end = years_around(payees, today, today)
    inputs = gather(payees=payees, kinds=list(PeriodKind), start=start, end=end).inputs
    in_force = _in_force(inputs.assignments, today)
    versions = (
        PlanVersion.objects.select_related("plan").defer("document", "source").in_bulk(set().union(*in_force.values()))
    )
    if not any(_adds_up(inputs.versions[version]) for version in versions):
        return dict.fromkeys(payees, ())
    facts = _facts(inputs, start, end)
    return {
        payee: tuple(
            sorted(
                (
                    row
                    for version in in_force.get(payee, ())
                    for row in _of_version(versions[version], facts, payee, today)
                ),
                key=lambda row: (row.quota_minor is None, row.plan, row.window_start),
            )
        )
        for payee in payees
    }


def attainment_under(document: PlanDocument, plan: Plan, payee: int, today: date) -> tuple[Attainment, ...]:
    """Where a payee would stand today if this document had held all year in the place of the plan's versions.

    Nothing where she wasn't on the plan this year. Raises AmountTooLarge.
    """
    start, end = years_around([payee], today, today, also=document.first_month)
    gathered = gather(payees=[payee], kinds=list(PeriodKind), start=start, end=end, also={plan.pk: document})
    versions = [version for version, of in gathered.inputs.plans.items() if of == plan.pk]
    inputs = replace(
        gathered.inputs,
        granted=None,
        versions=dict.fromkeys(versions, document),
        plans=dict.fromkeys(versions, plan.pk),
        assignments=gathered.inputs.assignments.filter(pl.col("plan_version").is_in(versions)),
    )
    if not versions or not _adds_up(document):
        return ()
    version = PlanVersion(pk=versions[-1], plan=plan)
    return tuple(_of_version(version, _facts(inputs, start, end), payee, today))


def _in_force(assignments: pl.DataFrame, today: date) -> dict[int, set[int]]:
    on_today = (pl.col("start") <= today) & (pl.col("end").is_null() | (pl.col("end") > today))
    found: dict[int, set[int]] = {}
    for payee, version in assignments.filter(on_today).select("payee", "plan_version").iter_rows():
        found.setdefault(payee, set()).add(version)
    return found


def _facts(inputs: Inputs, start: date, end: date) -> _Facts:
    lines = calculate(inputs, start=start, end=end).lines
    keys = ["payee", "plan", "component", "window_start"]
    places = lines.sort("seq").group_by(keys).agg(pl.col("x1").last(), pl.col("amount").sum())
    return _Facts(
        inputs,
        {(payee, plan, key, start): (x, earned) for payee, plan, key, start, x, earned in places.iter_rows()},
        dict(_held(inputs, quota_kind)),
        dict(_held(inputs, target_kind)),
    )


def _held(inputs: Inputs, kind_of: Callable[[Component], QuotaKind | None]) -> Iterator[tuple[_Held, int]]:
    for version, document in inputs.versions.items():
        set_ = quotas_of(inputs, inputs.plans[version])
        for component in document.components:
            if kind := kind_of(component):
                for payee, start, quota in held_by_payee(set_, inputs.relations, document, component, kind).iter_rows():
                    yield (payee, version, component.key, start), quota


def _adds_up(document: PlanDocument) -> bool:
    return any(component.window is not Window.DEAL for component in document.components)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Over what credits add up today."""

    label: str
    start: date
    end: date | None


def _stretches(document: PlanDocument, today: date, joined: date) -> Iterator[tuple[Component, _Stretch]]:
    """A score isn't on its way to anything: it is given when its window ends."""
    for component in document.components:
        if component.measure is Measure.SCORE:
            continue
        if component.window is Window.PLAN:
            yield component, _Stretch(since_label(joined), joined, None)
        elif component.window.period:
            period = period_of(today, component.window.period, document.first_month)
            yield component, _Stretch(period.label, period.start, period.end)


def _of_version(version: PlanVersion, facts: _Facts, payee: int, today: date) -> Iterator[Attainment]:
    document = facts.inputs.versions[version.pk]
    joined = joined_on(quotas_of(facts.inputs, version.plan_id).tenures, payee, today)
    for component, window in _stretches(document, today, joined):
        x, earned = facts.places.get((payee, version.plan_id, component.key, window.start), (0, 0))
        place = (payee, version.pk, component.key, window.start)
        goals = {"quota": facts.quotas.get(place), "target": facts.targets.get(place)}
        yield _row(version, document, component, window, x=x, earned=earned, **goals)


def _row(
    version: PlanVersion,
    document: PlanDocument,
    component: Component,
    window: _Stretch,
    *,
    x: int,
    quota: int | None,
    target: int | None,
    earned: int,
) -> Attainment:
    following = what_next(document, component.key, quota=quota, x=x)
    return Attainment(
        plan=version.plan.name,
        plan_version_pk=version.pk,
        component=component.key,
        component_name=component.name,
        currency=document.currency,
        window=component.window.value,
        window_label=window.label,
        window_start=window.start,
        window_end=window.end,
        x_minor=x,
        quota_minor=quota,
        target_minor=target,
        share=share_of(x, quota),
        rate=_rate(document, component, quota, x),
        next_from_minor=following.starts_at if following else None,
        next_distance_minor=following.distance if following else None,
        next_rate=following.rate if following else None,
        earned_minor=earned,
        unit=unit_of(component, document.currency),
        is_pool=component.pool is not None,
    )


def _rate(document: PlanDocument, component: Component, quota: int | None, x: int) -> Decimal | None:
    has_rates = component.tiers not in (Tiers.INTERPOLATED, Tiers.STEPPED) and component.pays is Pays.MONEY
    has_rates = has_rates and not component.columns
    if not has_rates or (component.against is Against.QUOTA and not quota):
        return None
    return component.steps[compile_curve(document, component).segment_at(x, quota).tier].rate
