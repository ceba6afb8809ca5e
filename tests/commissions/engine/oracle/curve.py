"""What a position on a component's curve pays, in fractions."""

from fractions import Fraction
from math import ceil, floor

from commissions.engine.schema import Component, PlanDocument, Step
from tests.commissions.engine.oracle.facts import EXPONENTS


def rounded(value: Fraction, document: PlanDocument) -> int:
    if document.rounding.value == "half_even":
        return round(value)
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def pay(
    document: PlanDocument,
    component: Component,
    x: int,
    quota: int | None,
    target: int | None = None,
    column: int | None = None,
) -> Fraction:
    if component.window.value == "deal" and x < 0:
        return -pay(document, component, -x, quota, target, column)
    minor: int = 10 ** EXPONENTS[document.currency]
    if component.pays.value == "target":
        return on_target(component, x, quota, minor, column) * Fraction(component.weight or 1) * Fraction(target or 0)
    one = one_of(component, minor)
    unit = Fraction(quota) if quota is not None else Fraction(one)
    starts = [Fraction(step.from_) * unit for step in component.steps]
    is_money = component.measure.value == "amount"
    rates = [rate if is_money else rate * minor / one for rate in prices_of(component, column)]
    pays = [Fraction(step.pay or 0) * minor for step in component.steps]
    reached = tier_of(component, starts, x)
    bonuses = sum((Fraction(step.bonus or 0) * minor for step in component.steps[: reached + 1]), Fraction(0))
    match component.tiers.value:
        case "flat" | "retroactive" if component.steps[reached].block:
            return started(component.steps[reached], Fraction(x), unit, minor) + bonuses
        case "flat":
            return rates[0] * x
        case "marginal":
            return marginal(rates, starts, x) + in_blocks(component, starts, Fraction(x), unit, minor) + bonuses
        case "retroactive":
            return rates[reached] * x + bonuses
        case "stepped":
            return pays[reached]
        case _:
            return interpolated(component, starts, pays, x)


def started(step: Step, way: Fraction, unit: Fraction, minor: int) -> Fraction:
    """What the blocks pay that are started on a way."""
    return Fraction(step.pay_per_block or 0) * minor * ceil(way / (Fraction(step.block or 1) * unit))


def in_blocks(component: Component, starts: list[Fraction], x: Fraction, unit: Fraction, minor: int) -> Fraction:
    """What tiers with blocks pay, each for its own part of x."""
    total = Fraction(0)
    for index, step in enumerate(component.steps):
        if step.block:
            way = x if index + 1 == len(starts) else min(x, starts[index + 1])
            if way > starts[index] or index == 0:
                total += started(step, way - starts[index], unit, minor)
    return total


def prices_of(component: Component, column: int | None) -> list[Fraction]:
    """What each row pays for one of what it counts: in a column of its table, or alone."""
    if component.tiers.value == "flat":
        several, one = [component.rates], [component.rate or component.pay_per_unit]
    else:
        several = [step.rates for step in component.curve]
        one = [step.rate or step.pay_per_unit for step in component.curve]
    return [Fraction(price or 0) for price in (one if column is None else [rates[column] for rates in several])]


def on_target(component: Component, x: int, quota: int | None, minor: int, column: int | None) -> Fraction:
    """Which share of the target is earned. What is against quota goes by shares of it, the rest by money or units."""
    one = Fraction(one_of(component, minor))
    at = Fraction(x) / (quota if quota is not None else one)
    starts = [Fraction(step.from_) for step in component.steps]
    pays = [Fraction(step.pay or 0) for step in component.steps]
    rates = prices_of(component, column)
    reached = tier_of(component, starts, at)
    bonuses = sum((Fraction(step.bonus or 0) for step in component.steps[: reached + 1]), Fraction(0))
    match component.tiers.value:
        case "flat":
            return rates[0] * at
        case "marginal":
            return marginal(rates, starts, at) + bonuses
        case "retroactive":
            return rates[reached] * at + bonuses
        case "stepped":
            return pays[reached]
        case _:
            return interpolated(component, starts, pays, at)


def one_of(component: Component, minor: int) -> int:
    """How much of x is a dollar, a unit, a deal or a score of 100 %."""
    return {"amount": minor, "score": 10**12}.get(component.measure.value, 10**6)


def tier_of(component: Component, starts: list[Fraction], x: Fraction | int) -> int:
    """The last tier whose start is reached (or exceeded); the first one for whatever lies below."""
    reached = component.starts_when.value == "reached"
    found = 0
    for index, start in enumerate(starts):
        if index and (x >= start if reached else x > start):
            found = index
    return found


def marginal(rates: list[Fraction], starts: list[Fraction], x: Fraction | int) -> Fraction:
    if x < 0:
        return rates[0] * x
    total = Fraction(0)
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else max(Fraction(x), Fraction(0)) + start
        total += rates[index] * max(Fraction(0), min(Fraction(x), end) - start)
    return total


def interpolated(component: Component, starts: list[Fraction], pays: list[Fraction], x: Fraction | int) -> Fraction:
    index = tier_of(component, starts, x)
    if index == len(starts) - 1:
        return pays[-1]
    if starts[index] == starts[index + 1]:
        raise AssertionError("no x lies between two points at one place")
    part = (Fraction(x) - starts[index]) / (starts[index + 1] - starts[index])
    return pays[index] + (pays[index + 1] - pays[index]) * part
