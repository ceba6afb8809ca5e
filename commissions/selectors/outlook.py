"""Where deals would take a payee on each curve, and what comes after them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from commissions.engine.ahead import round_step, worth_of_next
from commissions.engine.calculate import Inputs, quotas_of
from commissions.engine.explain import next_block, what_next
from commissions.engine.frames import QuotaKind
from commissions.engine.quotas import held_by_payee, quota_kind, target_kind
from commissions.engine.schema import Against, Component, Measure, Per, PlanDocument, Trigger, Window
from commissions.engine.segments import x_unit
from commissions.engine.windows import joined_on
from commissions.models import PlanVersion
from commissions.selectors.explanations import share_of
from commissions.selectors.rate_tables import heading_of
from commissions.selectors.units import Unit, unit_of
from core.periods import Period, PeriodKind, period_of, since_label


@dataclass(frozen=True, slots=True)
class Place:
    """One component in one window that the deals touch. Pay is in minor units of the plan's currency."""

    plan: str
    plan_version_pk: int
    component: str  # key
    component_name: str
    currency: str
    window_label: str  # 2017-Q2; empty where each deal is paid by itself
    unit: Unit  # of x and of steps on it, which are millionths where it isn't money
    before_minor: int  # x without the deals
    after_minor: int  # and with them
    quota_minor: int | None
    before_share: Decimal | None  # of quota: 0.825 is 82.5 %
    after_share: Decimal | None
    next_distance_minor: int | None  # to the next tier, after the deals; None in the last one
    next_rate: Decimal | None  # None where points give the slope
    step_minor: int  # a round amount
    step_worth_minor: int | None  # what crediting that much more would pay, after the cap; None where it isn't known
    starts_block: bool  # the step is what is missing to the next block, and that is what it pays
    step_column: str  # of a rate table, in which it would be sold; else empty
    lacks_goal: bool  # a quota or a target is needed, and none is set

    @property
    def before(self) -> str:
        return self.unit.short(self.before_minor)

    @property
    def after(self) -> str:
        return self.unit.short(self.after_minor)

    @property
    def quota(self) -> str:
        return self.unit.short(self.quota_minor or 0)

    @property
    def next_distance(self) -> str:
        return self.unit.short(self.next_distance_minor or 0)

    @property
    def step(self) -> str:
        return (self.unit.text if self.starts_block else self.unit.short)(self.step_minor)


@dataclass(frozen=True, slots=True)
class _Spot:
    payee: int
    version: PlanVersion
    document: PlanDocument
    component: Component
    window: Period | None  # None: deal by deal, or all the time on the plan
    joined: date | None  # of the time on the plan
    last: date  # the last of the days that touch it


def places(
    payee: int,
    days: Sequence[date],
    inputs: Inputs,
    *,
    later: Iterable[date] = (),
    before: pl.DataFrame,
    after: pl.DataFrame,
    versions: Mapping[int, PlanVersion],
) -> Iterator[Place]:
    """Each component that is in force on one of these days, in each of its windows that they touch. `later` are those
    on which deals are but invoiced or paid.
    """
    for spot in _spots(payee, days, {*later}, inputs, versions):
        own = (pl.col("plan") == spot.version.plan_id) & (pl.col("component") == spot.component.key)
        yield _place(spot, inputs, before.filter(own), after.filter(own))


def _spots(
    payee: int, days: Sequence[date], later: set[date], inputs: Inputs, versions: Mapping[int, PlanVersion]
) -> Iterator[_Spot]:
    found: dict[tuple[int, str, Period | None], _Spot] = {}
    assigned = inputs.assignments.sort("start", "plan_version").iter_rows(named=True)
    for row in assigned:
        document, version = inputs.versions[row["plan_version"]], versions[row["plan_version"]]
        for day in sorted(day for day in days if row["start"] <= day and (row["end"] is None or day < row["end"])):
            for component in (part for part in document.components if _is_touched(part, is_later=day in later)):
                kind = component.window.period
                window = period_of(day, kind, document.first_month) if kind else None
                over_plan = component.window is Window.PLAN
                joined = joined_on(quotas_of(inputs, version.plan_id).tenures, payee, day) if over_plan else None
                spot = _Spot(payee, version, document, component, window, joined, day)
                found[version.plan_id, component.key, window] = spot
    yield from found.values()


def _is_touched(component: Component, *, is_later: bool) -> bool:
    return component.measure is not Measure.SCORE and not (is_later and component.credit.trigger is Trigger.BOOKED)


def _place(spot: _Spot, inputs: Inputs, before: pl.DataFrame, after: pl.DataFrame) -> Place:
    component, document = spot.component, spot.document
    x0, x1 = _x(before, spot), _x(after, spot)
    quota, target = _held(spot, inputs, quota_kind(component)), _held(spot, inputs, target_kind(component))
    following = what_next(document, component.key, quota=quota, x=x1) if spot.window or spot.joined else None
    one = x_unit(component, document.currency)
    usual = max(int(after["credited"].abs().sum()), (100_000 if component.measure is Measure.AMOUNT else 1) * one)
    to_block = next_block(document, component.key, quota=quota, x=x1) if spot.window else None
    step = to_block or round_step(quota or _scale(component, document) or usual, one)
    column = _column(after, spot)
    worth = worth_of_next(
        document, component.key, quota=quota, target=target, multiplier=_multiplier(after, spot), x=x1,
        paid=_paid(after, spot), step=step, column=column,
    )  # fmt: skip
    return Place(
        plan=spot.version.plan.name,
        plan_version_pk=spot.version.pk,
        component=component.key,
        component_name=component.name,
        currency=document.currency,
        unit=unit_of(component, document.currency),
        window_label=_label(spot),
        before_minor=x0,
        after_minor=x1,
        quota_minor=quota,
        before_share=share_of(x0, quota),
        after_share=share_of(x1, quota),
        next_distance_minor=following.distance if following else None,
        next_rate=following.rate if following else None,
        step_minor=step,
        step_worth_minor=worth,
        starts_block=to_block is not None,
        step_column=heading_of(component, column),
        lacks_goal=_lacks(quota_kind(component), quota) or _lacks(target_kind(component), target),
    )


def _column(lines: pl.DataFrame, spot: _Spot) -> int | None:
    """Of a rate table the column of the last credit, for want of the next one's; the first, where there is none."""
    if not spot.component.columns:
        return None
    found = lines.filter(pl.col("date") <= spot.last).sort("seq")["rate_column"].drop_nulls()
    last = int(found[-1]) if len(found) else 0
    return min(last, len(spot.component.columns) - 1)  # an earlier version may have had more


def _label(spot: _Spot) -> str:
    if spot.joined:
        return since_label(spot.joined)
    return spot.window.label if spot.window else ""


def _lacks(kind: QuotaKind | None, held: int | None) -> bool:
    return kind is not None and not held


def _x(lines: pl.DataFrame, spot: _Spot) -> int:
    """Where the last credit of the window left x; 0 before the first."""
    begun = spot.window.start if spot.window else spot.joined
    if begun is None:
        return 0
    reached = lines.filter(pl.col("window_start") == begun).sort("seq")["x1"]
    return int(reached[-1]) if len(reached) else 0


def _held(spot: _Spot, inputs: Inputs, kind: QuotaKind | None) -> int | None:
    """Her quota or target of the window; None where the component reads none, or none is set."""
    if spot.window is None or kind is None:
        return None
    goals = quotas_of(inputs, spot.version.plan_id)
    own = held_by_payee(goals, inputs.relations, spot.document, spot.component, kind)
    same = (pl.col("payee") == spot.payee) & (pl.col("window_start") == spot.window.start)
    found = own.filter(same)["quota"]
    return int(found[0]) if len(found) else None


def _scale(component: Component, document: PlanDocument) -> int:
    """The last threshold, where thresholds aren't shares of a quota."""
    if component.against is Against.QUOTA:
        return 0
    return int(abs(component.steps[-1].from_) * x_unit(component, document.currency))


def _multiplier(lines: pl.DataFrame, spot: _Spot) -> int | None:
    """Of the statement that the last of the days falls into, as far as a line of it is known."""
    statement = spot.document.statement(spot.last)
    known = lines.filter(pl.col("date").is_between(statement.start, statement.end, closed="left"))["multiplier"]
    return int(known[-1]) if len(known) and known[-1] is not None else None


def _paid(lines: pl.DataFrame, spot: _Spot) -> int:
    """What the curve has paid since the cap's window began, before the cap."""
    cap = spot.component.cap
    if cap is None or cap.per is Per.DEAL:
        return 0
    within = period_of(spot.last, PeriodKind(cap.per.value), spot.document.first_month)
    since = lines.filter(pl.col("date").is_between(within.start, within.end, closed="left"))
    return int(since["uncapped"].sum())
