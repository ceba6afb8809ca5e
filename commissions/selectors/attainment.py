"""Where a payee stands on each curve today, and how far it is to the next tier."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from accounts.models import User
from commissions.engine.calculate import Inputs, calculate
from commissions.engine.explain import what_next
from commissions.engine.schema import Against, Component, PlanDocument, Tiers
from commissions.engine.segments import compile_curve
from commissions.models import PlanVersion
from commissions.selectors.explanations import share_of
from commissions.selectors.inputs import gather
from core.periods import Period, PeriodKind, period_of


@dataclass(frozen=True, slots=True)
class Attainment:
    """One component of one plan that the payee is on today, in the window that holds today."""

    plan: str
    plan_version_pk: int
    component: str  # key
    component_name: str
    currency: str
    window: str  # month, quarter, half, year
    window_label: str  # 2017-Q2
    window_start: date
    window_end: date  # exclusive
    x_minor: int  # credited in the window so far
    quota_minor: int | None
    share: Decimal | None  # of quota: 0.825 is 82.5 %; None without a quota
    rate: Decimal | None  # of the tier now; None for interpolated curves
    next_from_minor: int | None  # where the next tier starts; None in the last one
    next_distance_minor: int | None
    next_rate: Decimal | None
    earned_minor: int  # in the window so far, by this component


def attainment(payee: User, today: date) -> tuple[Attainment, ...]:
    """Each component with a window (not: per deal) of the plans of today, quota components first.

    Computed from the facts of this moment: also where a period before, of the same window, was never calculated.
    """
    year = period_of(today, PeriodKind.YEAR)
    inputs = gather(payees=[payee.pk], kinds=list(PeriodKind), start=year.start, end=year.end).inputs
    in_force = _in_force(inputs.assignments, today)
    versions = PlanVersion.objects.filter(pk__in=in_force).select_related("plan").defer("document", "source")
    if not any(_windows(inputs.versions[version], today) for version in in_force):
        return ()
    lines = calculate(inputs, start=year.start, end=year.end).lines
    rows = [row for version in versions for row in _of_version(version, inputs, lines, payee, today)]
    return tuple(sorted(rows, key=lambda row: (row.quota_minor is None, row.plan, row.window_start)))


def _in_force(assignments: pl.DataFrame, today: date) -> list[int]:
    on_today = (pl.col("start") <= today) & (pl.col("end").is_null() | (pl.col("end") > today))
    found: list[int] = assignments.filter(on_today)["plan_version"].unique().to_list()
    return found


def _windows(document: PlanDocument, today: date) -> list[tuple[Component, Period]]:
    return [
        (component, period_of(today, component.window.period))
        for component in document.components
        if component.window.period
    ]


def _of_version(
    version: PlanVersion, inputs: Inputs, lines: pl.DataFrame, payee: User, today: date
) -> Iterator[Attainment]:
    document = inputs.versions[version.pk]
    for component, window in _windows(document, today):
        mine = lines.filter(
            (pl.col("payee") == payee.pk)
            & (pl.col("plan") == version.plan_id)
            & (pl.col("component") == component.key)
            & (pl.col("window_start") == window.start)
        ).sort("seq")
        quota = _quota(inputs, version, component, window)
        x = mine["x1"][-1] if mine.height else 0
        yield _row(version, document, component, window, x=x, quota=quota, earned=int(mine["amount"].sum()))


def _quota(inputs: Inputs, version: PlanVersion, component: Component, window: Period) -> int | None:
    if component.against is not Against.QUOTA:
        return None
    found = inputs.quotas.filter(
        (pl.col("plan") == version.plan_id)
        & (pl.col("window") == window.kind.value)
        & (pl.col("window_start") == window.start)
    )["quota"]
    return int(found[0]) if len(found) else None


def _row(
    version: PlanVersion,
    document: PlanDocument,
    component: Component,
    window: Period,
    *,
    x: int,
    quota: int | None,
    earned: int,
) -> Attainment:
    following = what_next(document, component.key, quota=quota, x=x)
    return Attainment(
        plan=version.plan.name,
        plan_version_pk=version.pk,
        component=component.key,
        component_name=component.name,
        currency=document.currency,
        window=window.kind.value,
        window_label=window.label,
        window_start=window.start,
        window_end=window.end,
        x_minor=x,
        quota_minor=quota,
        share=share_of(x, quota),
        rate=_rate(document, component, quota, x),
        next_from_minor=following.starts_at if following else None,
        next_distance_minor=following.distance if following else None,
        next_rate=following.rate if following else None,
        earned_minor=earned,
    )


def _rate(document: PlanDocument, component: Component, quota: int | None, x: int) -> Decimal | None:
    if component.tiers is Tiers.INTERPOLATED or (component.against is Against.QUOTA and not quota):
        return None
    return component.steps[compile_curve(document, component).segment_at(x, quota).tier].rate
