"""A component's curve in whole numbers: what a position on it is worth, exactly.

A curve is a list of segments. On each, the pay in minor units is one exact quotient of whole numbers,

    pay = (fixed + per_quota x quota + slope x x) x target / (over x quota, where over_quota, else over)

rounded once; target is 1 where money is paid, and not shares of a target incentive. Marginal, retroactive, interpolated
and stepped tiers, bonuses, against money, quota or a number of units, differ in the numbers alone. `at` is the formula
for one position, in fractions; the stage `curve` puts the same numbers into columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import gcd

from commissions.engine.decimals import decimals_of, scaled
from commissions.engine.frames import WHOLE_SCORE, WHOLE_SHARE
from commissions.engine.schema import (
    Against,
    Component,
    Measure,
    Pays,
    PlanDocument,
    Rounding,
    StartsWhen,
    Step,
    Tiers,
    Window,
)
from core.money import exponent, round_half_even, round_half_up, to_minor


@dataclass(frozen=True, slots=True)
class Segment:
    tier: int  # index of the document's row
    start: int  # threshold x `scale`: minor units, or a share of quota
    fixed: int
    per_quota: int
    slope: int
    over: int
    bonus: int = 0  # what of the jump at its start is an amount of its own, over `bonus_over`; in the rest already

    def largest(self, largest_x: int, largest_quota: int) -> int:
        """The most that its numerator can come to."""
        return abs(self.fixed) + abs(self.per_quota) * largest_quota + abs(self.slope) * largest_x


@dataclass(frozen=True, slots=True)
class Curve:
    """A component's curve in whole numbers. Quota, target and pay are minor units of the plan's currency, and x is that
    too, unless the component measures units or deals: then x and quota are in millionths of one. See `x_unit`.
    """

    segments: tuple[Segment, ...]
    scale: int  # of thresholds
    against_quota: bool
    over_quota: bool  # the quotient's divisor holds the quota
    owns_boundary: bool  # a tier starts when x reaches its threshold, not only when x exceeds it
    mirrored: bool  # F(-x) = -F(x): each deal by itself, so that a refund takes back what the sale would earn
    half_even: bool
    pays_target: bool = False  # the quotient is a share of the payee's target
    bonus_over: int = 1

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

    def on(self, segment: Segment, x: Fraction | int, quota: int | None, target: int | None = None) -> Fraction:
        """The pay at x if x were on that segment, not rounded."""
        known = quota or 0
        top = segment.fixed + segment.per_quota * known + segment.slope * Fraction(x)
        return top * self.paid(target) / (segment.over * (known if self.over_quota else 1))

    def at(self, x: int, quota: int | None, target: int | None = None) -> Fraction:
        """The pay at x, not rounded."""
        if self.mirrored and x < 0:
            return -self.at(-x, quota, target)
        return self.on(self.segment_at(x, quota), x, quota, target)

    def paid(self, target: int | None) -> int:
        """What the quotient is a share of."""
        return (target or 0) if self.pays_target else 1

    def bonus_of(self, segment: Segment, target: int | None) -> Fraction:
        """What the segment pays at once at its start, beside its rate."""
        return Fraction(segment.bonus * self.paid(target), self.bonus_over)

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
    values = _values(component, document.currency)
    pays_target = component.pays is Pays.TARGET
    found = _segments(component, thresholds, scale, values)
    return Curve(
        segments=tuple(map(_reduced, found) if pays_target else found),
        scale=scale,
        against_quota=against_quota,
        over_quota=_is_over_quota(component),
        owns_boundary=component.starts_when is StartsWhen.REACHED,
        mirrored=component.window is Window.DEAL,
        half_even=document.rounding is Rounding.HALF_EVEN,
        pays_target=pays_target,
        bonus_over=values.pay_over,
    )


def _is_over_quota(component: Component) -> bool:
    """Whether pay goes by the share of quota itself: between points, and for each share of a target."""
    by_share = component.tiers is Tiers.INTERPOLATED or (
        component.pays is Pays.TARGET and component.tiers is not Tiers.STEPPED
    )
    return by_share and component.against is Against.QUOTA


def x_unit(component: Component, currency: str) -> int:
    """How much of x one dollar, one unit, one deal or a score of 100 % is."""
    if component.measure is Measure.SCORE:
        return WHOLE_SCORE
    return int(10 ** exponent(currency)) if component.measure is Measure.AMOUNT else WHOLE_SHARE


def _thresholds(component: Component, currency: str) -> tuple[list[int], int]:
    """Each row's start as a whole number, and the power of ten that made it whole."""
    starts = [step.from_ for step in component.steps]
    if component.against is Against.AMOUNT:
        return [int(Fraction(start) * x_unit(component, currency)) for start in starts], 1
    places = max(decimals_of(start) for start in starts)
    return [scaled(start, places) for start in starts], 10**places


@dataclass(frozen=True, slots=True)
class _Values:
    """What the rows pay, as whole numbers: rates over `over`, amounts over `pay_over`; money in minor units."""

    rates: list[int]
    over: int
    pays: list[int]
    bonuses: list[int]
    pay_over: int  # of pays and bonuses


def _values(component: Component, currency: str) -> _Values:
    steps = component.steps
    if component.pays is Pays.MONEY:
        rates, over = _rates(component, currency)
        pays, bonuses = ([to_minor(value or 0, currency) for value in column] for column in _amounts(steps))
        return _Values(rates, over, pays, bonuses, 1)
    weight = component.weight or Decimal(1)
    columns = [[_EXACT.multiply(value or Decimal(0), weight) for value in column] for column in _shares(steps)]
    places = max(decimals_of(value) for column in columns for value in column)
    rates, pays, bonuses = ([scaled(value, places) for value in column] for column in columns)
    one = (
        x_unit(component, currency) if component.measure is Measure.SCORE else 1
    )  # a rate is for each share of a score
    return _Values(rates, 10**places * one, pays, bonuses, 10**places)


_EXACT = Context(prec=100)


def _amounts(steps: tuple[Step, ...]) -> tuple[list[Decimal | None], list[Decimal | None]]:
    return [step.pay for step in steps], [step.bonus for step in steps]


def _shares(steps: tuple[Step, ...]) -> tuple[list[Decimal | None], ...]:
    return [step.rate for step in steps], *_amounts(steps)


def _segments(component: Component, thresholds: list[int], scale: int, values: _Values) -> Iterator[Segment]:
    """Against a quota, what was fixed grows with it: rows are parts of it then. Bonuses and steps are amounts."""
    if component.tiers is Tiers.STEPPED:
        rows = enumerate(zip(thresholds, values.pays, strict=True))
        yield from (Segment(row, *each, 0, 0, values.pay_over) for row, each in rows)
        return
    is_drawn = component.tiers is Tiers.INTERPOLATED
    rated = _between_points(thresholds, values, scale) if is_drawn else _at_rates(component, thresholds, scale, values)
    for part, earned in zip(rated, accumulate(values.bonuses[part.tier] for part in rated), strict=True):
        grows, fixed = (part.fixed, 0) if component.against is Against.QUOTA else (0, part.fixed)
        bonuses = earned * part.over // values.pay_over
        if _is_over_quota(component):
            grows, bonuses = grows + bonuses, 0
        yield replace(part, fixed=fixed + bonuses, per_quota=grows, bonus=values.bonuses[part.tier])


def _at_rates(component: Component, thresholds: list[int], scale: int, values: _Values) -> list[Segment]:
    """Tiers with rates: over the rates' power of ten (times the thresholds')."""
    whole, marginal = values.rates, component.tiers is Tiers.MARGINAL
    segments, earned = [], 0  # earned: by the start of the segment
    for index, (start, rate) in enumerate(zip(thresholds, whole, strict=True)):
        if index and marginal:
            earned += whole[index - 1] * (start - thresholds[index - 1])
        fixed = earned - rate * start if marginal else 0
        segments.append(Segment(index, start, fixed, 0, rate * scale, scale * values.over))
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


def _between_points(thresholds: list[int], values: _Values, scale: int) -> list[Segment]:
    """Straight lines between points; flat from the last point on. Two points at one x are a jump."""
    points = list(zip(thresholds, values.pays, strict=True))
    segments = []
    for index, ((start, pay), (end, next_pay)) in enumerate(pairwise([*points, (points[-1][0] + 1, points[-1][1])])):
        if end == start:
            continue
        run, rise = end - start, next_pay - pay
        shared = gcd(run, rise)
        run, rise = run // shared, rise // shared
        segments.append(Segment(index, start, pay * run - rise * start, 0, rise * scale, run * values.pay_over))
    return segments


def _reduced(part: Segment) -> Segment:
    """The same quotient in smaller numbers, so that a target fits beside them."""
    shared = gcd(part.fixed, part.per_quota, part.slope, part.over)
    return replace(
        part,
        fixed=part.fixed // shared,
        per_quota=part.per_quota // shared,
        slope=part.slope // shared,
        over=part.over // shared,
    )
