"""What multipliers, floors and caps may get wrong."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from commissions.engine.decimals import canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_checks import money_errors
from commissions.engine.modify.multiply import PLACES
from commissions.engine.schema import Against, Component, Excess, Multiply, Per, PlanCap, PlanDocument
from commissions.engine.words import Share, told
from core.periods import PeriodKind

LARGEST_TIMES = 10  # 1000 %
LARGEST_VALUE = 10**11  # of a KPI


def check_multiply(rule: Multiply, path: str) -> Iterator[PlanError]:
    """Errors of a multiplier by itself."""
    if (rule.kpi is None) == (rule.component is None):
        yield PlanError(path, told("Say what decides: either `kpi: KEY` or `component: KEY`, not both."))
    if len(rule.curve) == 1:
        yield PlanError(
            f"{path}.curve", told("One row multiplies always by the same. Add a row, or change the rate instead.")
        )
    yield from _order([step.from_ for step in rule.curve], f"{path}.curve")
    for index, step in enumerate(rule.curve):
        yield from _value(step.from_, f"{path}.curve[{index}].from")
        yield from _times(step.times, f"{path}.curve[{index}].times")


def _order(starts: list[Decimal], path: str) -> Iterator[PlanError]:
    if starts[0] != 0:
        yield PlanError(f"{path}[0].from", told("The first row must start at 0, so that each value has one. Add it."))
    for index, (one, other) in enumerate(pairwise(starts), start=1):
        if other <= one:
            yield PlanError(
                f"{path}[{index}].from",
                told(
                    "%(later)s comes after %(earlier)s: rows must rise. Sort them.",
                    later=canonical(other),
                    earlier=canonical(one),
                ),
            )


def _value(value: Decimal, path: str) -> Iterator[PlanError]:
    if value >= LARGEST_VALUE or decimals_of(value) > PLACES:
        yield PlanError(
            path,
            told(
                "%(value)s is no value to reach. Write one less than %(most)s with at most %(places)s decimals.",
                value=canonical(value),
                most=LARGEST_VALUE,
                places=PLACES,
            ),
        )


def _times(value: Decimal, path: str) -> Iterator[PlanError]:
    if not 0 <= value <= LARGEST_TIMES or decimals_of(value) > PLACES:
        yield PlanError(
            path,
            told(
                "%(written)s means %(times)s. Write a multiplier from 0%% to %(most)s, with at most %(places)s "
                "decimals in percent.",
                written=canonical(value),
                times=Share(value),
                most=Share(Decimal(LARGEST_TIMES)),
                places=PLACES - 2,
            ),
        )


def check_reading(document: PlanDocument) -> Iterator[PlanError]:
    """Errors of components that read one another: whether what they name is there, has a quota, and isn't a circle."""
    known = {component.key: component for component in document.components}
    for index, component in enumerate(document.components):
        rule = component.multiply
        if rule is None or rule.component is None:
            continue
        path = f"components[{index}].multiply.component"
        other = known.get(rule.component)
        if other is None:
            yield PlanError(
                path,
                told("There is no component %(key)s. Known: %(known)s.", key=rule.component, known=", ".join(known)),
            )
        elif circle := _circle(component, known):
            yield PlanError(
                path,
                told("%(circle)s is a circle. Let one of them read a KPI, or nothing.", circle=" → ".join(circle)),
            )
        else:
            yield from _readable(other, document.period, path)


def _circle(component: Component, known: dict[str, Component]) -> list[str]:
    """The way from a component back to itself; empty where it ends."""
    way, here = [component.key], component
    while here.multiply and here.multiply.component in known and len(way) <= len(known):
        here = known[here.multiply.component]
        way.append(here.key)
        if here.key == component.key:
            return way
    return []


def _readable(other: Component, period: PeriodKind, path: str) -> Iterator[PlanError]:
    if other.against is not Against.QUOTA:
        yield PlanError(
            path,
            told("%(key)s has no quota to reach a share of. Name a component with `against: quota`.", key=other.key),
        )
    elif other.pool is not None:
        said = told("%(key)s is measured against a team's quota. Name a component without a pool.", key=other.key)
        yield PlanError(path, said)
    elif other.window.period and other.window.period.months < period.months:
        yield PlanError(
            path,
            told(
                "%(key)s starts anew within one statement: its window is a %(window)s. Name one whose window is "
                "a %(period)s or longer.",
                key=other.key,
                window=other.window.value,
                period=period.value,
            ),
        )


def check_limits(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    """Errors of a component's floor, and of what becomes of what its cap takes."""
    floor, cap = component.floor, component.cap
    if floor is not None:
        yield from money_errors(floor.amount, f"{path}.floor.amount", currency)
        if floor.amount <= 0:
            yield PlanError(f"{path}.floor.amount", told("A floor must be more than 0. Without one, leave it out."))
        if cap is not None and cap.per is floor.per and cap.amount < floor.amount:
            yield PlanError(
                f"{path}.floor.amount",
                told("The floor lies above the cap of the same window. Lower the floor, or raise the cap."),
            )
    if cap is not None and cap.excess is Excess.CARRY and cap.per in (Per.DEAL, Per.YEAR):
        yield PlanError(
            f"{path}.cap.excess",
            told("A cap carries from one month, quarter or half-year to the next. Write `per: month`, say."),
        )


def check_plan_cap(cap: PlanCap, currency: str | None) -> Iterator[PlanError]:
    yield from money_errors(cap.amount, "cap.amount", currency)
    if cap.amount <= 0:
        yield PlanError("cap.amount", told("A cap must be more than 0. Without one, leave it out."))
    if cap.per is Per.DEAL:
        yield PlanError(
            "cap.per", told("A cap of the whole plan is for a month or more. Give each component a cap per deal.")
        )
