"""A component's curve in whole numbers: what a position on it is worth, exactly.

A curve is a list of segments. On each, the pay in minor units is one exact quotient of whole numbers,

    pay = (fixed + per_quota x quota + slope x x) x target / (over x quota, where over_quota, else over)

rounded once; target is 1 where money is paid, and not shares of a target incentive. Marginal, retroactive, interpolated
and stepped tiers, bonuses, against money, quota or a number of units, differ in the numbers alone. Where started blocks
are paid, their number stands in place of x. `at` is the formula for one position, in fractions; the stage `curve` puts
the same numbers into columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil, gcd

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
    block: int = 0  # as `start`: the size of a block, where slope is for each started one; 0 where it is for x itself
    counted_from: int = 0  # as `start`: where the first of its blocks begins

    def largest(self, largest_x: int, largest_quota: int, largest_start: int) -> int:
        """The most that its numerator can come to. `largest_start`: of x times the scale, and of starts."""
        steps = 2 * largest_start // self.block + 1 if self.block else largest_x
        return abs(self.fixed) + abs(self.per_quota) * largest_quota + abs(self.slope) * steps


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
        steps = Fraction(self.blocks(segment, x, quota) if segment.block else x)
        top = segment.fixed + segment.per_quota * known + segment.slope * steps
        return top * self.paid(target) / (segment.over * (known if self.over_quota else 1))

    def blocks(self, segment: Segment, x: Fraction | int, quota: int | None) -> int:
        """How many blocks of that segment x has started; below where the first begins, less than none."""
        unit = self.unit(quota)
        return ceil((Fraction(x) * self.scale - segment.counted_from * unit) / (segment.block * unit))

    def block_of(self, segment: Segment, quota: int | None) -> Fraction:
        """The size of the segment's blocks, in minor units of x."""
        return Fraction(segment.block * self.unit(quota), self.scale)

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
    rows, scale = _rows(component, document.currency)
    values = _values(component, document.currency)
    pays_target = component.pays is Pays.TARGET
    found = _segments(component, rows, scale, values)
    return Curve(
        segments=tuple(map(_reduced, found) if pays_target or any(rows.blocks) else found),
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


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where the rows start, and how large their blocks are, as whole numbers; 0 of a row without blocks."""

    starts: list[int]
    blocks: list[int]


def _rows(component: Component, currency: str) -> tuple[_Rows, int]:
    """The rows, and the power of ten that made them whole."""
    columns = [[step.from_ for step in component.steps], [step.block or Decimal(0) for step in component.steps]]
    if component.against is Against.AMOUNT:
        one = x_unit(component, currency)
        return _Rows(*([int(Fraction(value) * one) for value in column] for column in columns)), 1
    places = max(decimals_of(value) for column in columns for value in column)
    return _Rows(*([scaled(value, places) for value in column] for column in columns)), 10**places


@dataclass(frozen=True, slots=True)
class _Values:
    """What the rows pay, as whole numbers: rates, and pay for a block, over `over`, amounts over `pay_over`; money in
    minor units.
    """

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


def _segments(component: Component, rows: _Rows, scale: int, values: _Values) -> Iterator[Segment]:
    """Against a quota, what was fixed grows with it: rows are parts of it then. Bonuses, steps and what blocks of
    tiers before have paid are amounts.
    """
    if component.tiers is Tiers.STEPPED:
        steps = enumerate(zip(rows.starts, values.pays, strict=True))
        yield from (Segment(row, *each, 0, 0, values.pay_over) for row, each in steps)
        return
    is_drawn = component.tiers is Tiers.INTERPOLATED
    rated = _between_points(rows.starts, values, scale) if is_drawn else _at_rates(component, rows, scale, values)
    by_blocks = _by_blocks(component, rows, values)
    for part, earned in zip(rated, accumulate(values.bonuses[part.tier] for part in rated), strict=True):
        grows, fixed = (part.fixed, 0) if component.against is Against.QUOTA else (0, part.fixed)
        amounts = earned * part.over // values.pay_over + by_blocks[part.tier] * part.over // values.over
        if _is_over_quota(component):
            grows, amounts = grows + amounts, 0
        yield replace(part, fixed=fixed + amounts, per_quota=grows, bonus=values.bonuses[part.tier])


def _at_rates(component: Component, rows: _Rows, scale: int, values: _Values) -> list[Segment]:
    """Tiers with rates or blocks: over the rates' power of ten (times the thresholds')."""
    whole, starts, marginal = values.rates, rows.starts, component.tiers is Tiers.MARGINAL
    segments, earned = [], 0  # earned: by rates, by the start of the segment
    for index, (start, rate, block) in enumerate(zip(starts, whole, rows.blocks, strict=True)):
        if index and marginal and not rows.blocks[index - 1]:
            earned += whole[index - 1] * (start - starts[index - 1])
        fixed = earned if block else earned - rate * start
        part = Segment(index, start, fixed if marginal else 0, 0, rate * scale, scale * values.over)
        segments.append(replace(part, block=block, counted_from=start if block and marginal else 0))
    return segments


def _by_blocks(component: Component, rows: _Rows, values: _Values) -> list[int]:
    """By the start of each row, what all blocks of marginal rows before it have paid, over the rates' power of ten."""
    if component.tiers is not Tiers.MARGINAL:
        return [0] * len(rows.starts)
    ends = pairwise(rows.starts)
    paid = [
        rate * -(-(end - start) // block) if block else 0
        for (start, end), rate, block in zip(ends, values.rates, rows.blocks, strict=False)
    ]
    return [0, *accumulate(paid)]


def _rates(component: Component, currency: str) -> tuple[list[int], int]:
    """What each row pays, in minor units for one step of x, or for a block, as whole numbers over one."""
    is_money, steps = component.measure is Measure.AMOUNT, component.steps
    minor, one = int(10 ** exponent(currency)), x_unit(component, currency)
    prices = [_price(step, is_money=is_money) for step in steps]
    places = max(decimals_of(price) for price in prices)
    # A dollar for a dollar is a cent for a cent; a dollar for a block is a hundred cents for one.
    each = [scaled(price, places) * (one if step.block else 1) for price, step in zip(prices, steps, strict=True)]
    if is_money:
        return each, 10**places
    over = 10**places * one
    shared = gcd(over, *(price * minor for price in each))
    return [price * minor // shared for price in each], over // shared


def _price(step: Step, *, is_money: bool) -> Decimal:
    price = step.pay_per_block if step.block else step.rate if is_money else step.pay_per_unit
    return price or Decimal(0)


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
    """The same quotient in smaller numbers, so that a target, or a number of blocks, fits beside them."""
    shared = gcd(part.fixed, part.per_quota, part.slope, part.over)
    return replace(
        part,
        fixed=part.fixed // shared,
        per_quota=part.per_quota // shared,
        slope=part.slope // shared,
        over=part.over // shared,
    )
