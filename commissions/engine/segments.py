"""A component's curve in whole numbers: what a position on it is worth, exactly.

A curve is a list of segments. On each, the pay in minor units is one exact quotient of whole numbers,

    pay = (fixed + per_quota x quota + slope x x) / (over x quota, where over_quota, else over)

rounded once. Marginal, retroactive, interpolated and stepped tiers, bonuses, against money, quota or a number of units,
differ in the numbers alone. `at` is the formula for one position, in fractions; the stage `curve` puts the same numbers
into columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import gcd

from commissions.engine.decimals import decimals_of, scaled
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import Against, Component, Measure, PlanDocument, Rounding, StartsWhen, Tiers, Window
from core.money import exponent, round_half_even, round_half_up, to_minor


@dataclass(frozen=True, slots=True)
class Segment:
    tier: int  # index of the document's row
    start: int  # threshold x `scale`: minor units, or a share of quota
    fixed: int
    per_quota: int
    slope: int
    over: int
    bonus: int = 0  # minor units: what of the jump at its start is an amount of its own; in `fixed` already

    def largest(self, largest_x: int, largest_quota: int) -> int:
        """The most that its numerator can come to."""
        return abs(self.fixed) + abs(self.per_quota) * largest_quota + abs(self.slope) * largest_x


@dataclass(frozen=True, slots=True)
class Curve:
    """A component's curve in whole numbers. Quota and pay are minor units of the plan's currency, and x is that too,
    unless the component measures units or deals: then x is in millionths of one.
    """

    segments: tuple[Segment, ...]
    scale: int  # of thresholds
    against_quota: bool
    over_quota: bool  # the quotient's divisor holds the quota
    owns_boundary: bool  # a tier starts when x reaches its threshold, not only when x exceeds it
    mirrored: bool  # F(-x) = -F(x): each deal by itself, so that a refund takes back what the sale would earn
    half_even: bool

    def segment_at(self, x: int, quota: int | None) -> Segment:
        """The segment that x lies in."""
        starts = [segment.start * self.unit(quota) for segment in self.segments[1:]]
        passed = [x * self.scale >= start if self.owns_boundary else x * self.scale > start for start in starts]
        return self.segments[sum(passed)]

    def unit(self, quota: int | None) -> int:
        return (quota or 0) if self.against_quota else 1

    def start_of(self, segment: Segment, quota: int | None) -> Fraction:
        """Where a segment starts, in minor units of x."""
        return Fraction(segment.start * self.unit(quota), self.scale)

    def on(self, segment: Segment, x: Fraction | int, quota: int | None) -> Fraction:
        """The pay at x if x were on that segment, not rounded."""
        known = quota or 0
        top = segment.fixed + segment.per_quota * known + segment.slope * Fraction(x)
        return top / (segment.over * (known if self.over_quota else 1))

    def at(self, x: int, quota: int | None) -> Fraction:
        """The pay at x, not rounded."""
        if self.mirrored and x < 0:
            return -self.at(-x, quota)
        return self.on(self.segment_at(x, quota), x, quota)

    def rounded(self, pay: Fraction) -> int:
        """The one rounding of the document."""
        return (round_half_even if self.half_even else round_half_up)(pay.numerator, pay.denominator)


def compile_curve(document: PlanDocument, component: Component) -> Curve:
    """The curve of a component of a validated document.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan("{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}]}")
    >>> compile_curve(plan, plan.components[0]).at(12_000, None)
    Fraction(600, 1)
    """
    against_quota = component.against is Against.QUOTA
    thresholds, scale = _thresholds(component, document.currency)
    return Curve(
        segments=tuple(_segments(component, thresholds, scale, document.currency)),
        scale=scale,
        against_quota=against_quota,
        over_quota=against_quota and component.tiers is Tiers.INTERPOLATED,
        owns_boundary=component.starts_when is StartsWhen.REACHED,
        mirrored=component.window is Window.DEAL,
        half_even=document.rounding is Rounding.HALF_EVEN,
    )


def x_unit(component: Component, currency: str) -> int:
    """How much of x one dollar, one unit or one deal is."""
    return int(10 ** exponent(currency)) if component.measure is Measure.AMOUNT else WHOLE_SHARE


def _thresholds(component: Component, currency: str) -> tuple[list[int], int]:
    """Each row's start as a whole number, and the power of ten that made it whole."""
    starts = [step.from_ for step in component.steps]
    if component.against is Against.AMOUNT:
        return [int(Fraction(start) * x_unit(component, currency)) for start in starts], 1
    places = max(decimals_of(start) for start in starts)
    return [scaled(start, places) for start in starts], 10**places


def _segments(component: Component, thresholds: list[int], scale: int, currency: str) -> Iterator[Segment]:
    """Against a quota, what was fixed grows with it: rows are parts of it then. Bonuses and steps are amounts."""
    pays = [to_minor(step.pay or 0, currency) for step in component.steps]
    if component.tiers is Tiers.STEPPED:
        yield from (Segment(row, *each, 0, 0, 1) for row, each in enumerate(zip(thresholds, pays, strict=True)))
        return
    is_drawn = component.tiers is Tiers.INTERPOLATED
    rated = _between_points(thresholds, pays, scale) if is_drawn else _at_rates(component, thresholds, scale, currency)
    bonuses = [to_minor(step.bonus or 0, currency) for step in component.steps]
    for part, earned in zip(rated, accumulate(bonuses[part.tier] for part in rated), strict=True):
        grows, fixed = (part.fixed, 0) if component.against is Against.QUOTA else (0, part.fixed)
        yield replace(part, fixed=fixed + earned * part.over, per_quota=grows, bonus=bonuses[part.tier])


def _at_rates(component: Component, thresholds: list[int], scale: int, currency: str) -> list[Segment]:
    """Tiers with rates: over the rates' power of ten (times the thresholds')."""
    whole, over = _rates(component, currency)
    marginal = component.tiers is Tiers.MARGINAL
    segments, earned = [], 0  # earned: by the start of the segment
    for index, (start, rate) in enumerate(zip(thresholds, whole, strict=True)):
        if index and marginal:
            earned += whole[index - 1] * (start - thresholds[index - 1])
        fixed = earned - rate * start if marginal else 0
        segments.append(Segment(index, start, fixed, 0, rate * scale, scale * over))
    return segments


def _rates(component: Component, currency: str) -> tuple[list[int], int]:
    """What each row pays, in minor units for one step of x, as whole numbers over one."""
    is_money = component.measure is Measure.AMOUNT
    rates = [(step.rate if is_money else step.pay_per_unit) or Decimal(0) for step in component.steps]
    places = max(decimals_of(rate) for rate in rates)
    whole = [scaled(rate, places) for rate in rates]
    if is_money:
        return whole, 10**places
    minor, over = int(10 ** exponent(currency)), 10**places * x_unit(component, currency)
    shared = gcd(over, *(rate * minor for rate in whole))
    return [rate * minor // shared for rate in whole], over // shared


def _between_points(thresholds: list[int], pays: list[int], scale: int) -> list[Segment]:
    """Straight lines between points; flat from the last point on. Two points at one x are a jump."""
    points = list(zip(thresholds, pays, strict=True))
    segments = []
    for index, ((start, pay), (end, next_pay)) in enumerate(pairwise([*points, (points[-1][0] + 1, points[-1][1])])):
        if end == start:
            continue
        run, rise = end - start, next_pay - pay
        shared = gcd(run, rise)
        run, rise = run // shared, rise // shared
        segments.append(Segment(index, start, pay * run - rise * start, 0, rise * scale, run))
    return segments
