"""A line's own arithmetic, from the same curve that paid it; and how far it is to the next tier."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from commissions.engine.curve import MILLION
from commissions.engine.frames import WHOLE_SCORE, WHOLE_SHARE
from commissions.engine.schema import Component, Measure, Pays, PlanDocument, Tiers, Window
from commissions.engine.segments import Curve, Segment, compile_curve


class PieceKind(StrEnum):
    SLOPE = "slope"  # pay = slope x (end - start)
    JUMP = "jump"  # at one x, the pay changes at once: all that came before is paid at the next tier's rate
    BONUS = "bonus"  # at one x, an amount is paid at once
    BLOCKS = "blocks"  # pay = slope x blocks: those that were started from start to end


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the way from x0 to x1, in the order walked; backwards when the credit is negative."""

    kind: PieceKind
    tier: int  # index of the curve's row, from 0; of a jump, the row jumped to
    start: Fraction  # minor units of x; a share of quota may fall between two
    end: Fraction
    rate: Decimal | None  # of the row; None where the slope comes from two points, and where units are paid for
    # pay per step of x (see Curve): equals rate where there is one; of a jump, the change of rate; 0 of a bonus; of
    # blocks, pay for each
    slope: Fraction
    pay: Fraction  # minor units, not rounded
    blocks: int = 0  # how many
    block: Fraction | None = None  # minor units: how large one is; of a jump to or from a tier with blocks, of either


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """Why a line pays what it pays.

    The pieces add up to exact1 - exact0; `times` multiplies both before they are rounded, and y1 - y0 is the line
    before its floor and caps.
    """

    component: str  # key
    tiers: Tiers
    window: Window
    quota: int | None  # minor units, or millionths of a unit or deal
    target: int | None  # minor units: the whole target, of which the component's weight is a part
    x0: int  # minor units, or millionths of a unit or deal; of a score, see WHOLE_SCORE
    x1: int
    pieces: tuple[Piece, ...]
    exact0: Fraction  # the curve's pay at x0 and x1 before rounding, minor units
    exact1: Fraction
    times: Fraction  # the multiplier; 1 without one
    y0: int  # multiplied and rounded
    y1: int
    uncapped: int  # y1 - y0
    amount: int  # what was paid
    capped_away: int  # uncapped - amount: what caps took from this line; negative where a reversal or a floor gives


@dataclass(frozen=True, slots=True)
class NextTier:
    starts_at: int  # minor units: the first x that is in it
    distance: int  # minor units from here to there
    tier: int  # index of the curve's row
    rate: Decimal | None  # of the row; None for interpolated, and where a rate table has several
    attainment: Decimal | None  # the threshold as a share of quota, where it is one


def explain(
    document: PlanDocument,
    component: str,
    *,
    quota: int | None,
    x0: int,
    x1: int,
    amount: int | None = None,
    multiplier: int | None = None,
    target: int | None = None,
    column: int | None = None,
) -> LineExplanation:
    """Why moving from x0 to x1 pays what it pays. `amount` is the line's, after its cap, if it has one.

    x0, x1, quota, target and amount are those of the line, in minor units, and so are `multiplier`, in millionths, and
    `column`, the place of its column in a rate table.
    Raises KeyError for an unknown component, ValueError where the component needs a quota or a target and none is
    given, unless nothing moves: what is taken back of nothing has no goal.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan('''
    ... {plan: A, currency: USD, period: month, components: [{key: a, name: A, window: month, tiers: marginal,
    ...  curve: [{from: 0, rate: 5%}, {from: 500, rate: 8%}]}]}''')
    >>> [(str(piece.rate), int(piece.pay)) for piece in explain(plan, "a", quota=None, x0=40000, x1=60000).pieces]
    [('0.05', 500), ('0.08', 800)]
    """
    part = document.component(component).column(column)
    curve = compile_curve(document, part)
    if x0 == x1 and _lacks(curve, quota, target):
        return unmoved(document, component, x=x0, amount=amount or 0)
    _require(curve, quota, target, component)
    exact0, exact1 = curve.at(x0, quota, target), curve.at(x1, quota, target)
    times = Fraction(1) if multiplier is None else Fraction(multiplier, MILLION)
    y0, y1 = curve.rounded(exact0 * times), curve.rounded(exact1 * times)
    paid = y1 - y0 if amount is None else amount
    return LineExplanation(
        component=component,
        tiers=part.tiers,
        window=part.window,
        quota=quota,
        target=target,
        x0=x0,
        x1=x1,
        pieces=_pieces(_Walk(curve, part, quota, target), x0, x1),
        exact0=exact0,
        exact1=exact1,
        times=times,
        y0=y0,
        y1=y1,
        uncapped=y1 - y0,
        amount=paid,
        capped_away=y1 - y0 - paid,
    )


def unmoved(document: PlanDocument, component: str, *, x: int, amount: int) -> LineExplanation:
    """Of a line that takes pay back and leaves x where it is: no piece of the curve leads to its amount.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan("{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}]}")
    >>> found = unmoved(plan, "a", x=10000, amount=-500)
    >>> found.pieces, found.uncapped, found.capped_away
    ((), -500, 0)
    """
    part, taken = document.component(component), Fraction(amount)
    return LineExplanation(
        component, part.tiers, part.window, quota=None, target=None, x0=x, x1=x, pieces=(), exact0=Fraction(0),
        exact1=taken, times=Fraction(1), y0=0, y1=amount, uncapped=amount, amount=amount, capped_away=0,
    )  # fmt: skip


def _lacks(curve: Curve, quota: int | None, target: int | None) -> bool:
    return (curve.against_quota and not quota) or (curve.pays_target and not target)


def _require(curve: Curve, quota: int | None, target: int | None, component: str) -> None:
    if curve.against_quota and not quota:
        raise ValueError(f"{component} pays against quota, and none is given. Pass the quota of the line's window.")
    if curve.pays_target and not target:
        raise ValueError(f"{component} pays shares of a target, and none is given. Pass that of the line's window.")


@dataclass(frozen=True, slots=True)
class _Walk:
    """A payee's own curve."""

    curve: Curve
    component: Component
    quota: int | None
    target: int | None

    def on(self, segment: Segment, x: Fraction) -> Fraction:
        return self.curve.on(segment, x, self.quota, self.target)

    def start_of(self, segment: Segment) -> Fraction:
        return self.curve.start_of(segment, self.quota)

    def rate(self, segment: Segment) -> Decimal | None:
        """Of the row; a share of a target isn't one of x."""
        return None if self.curve.pays_target else self.component.steps[segment.tier].rate


def _pieces(walk: _Walk, x0: int, x1: int) -> tuple[Piece, ...]:
    """The walk from x0 to x1, cut at each threshold crossed. A mirrored curve is walked on its positive side."""
    curve = walk.curve
    if curve.mirrored and min(x0, x1) < 0:
        return tuple(_mirrored(piece) for piece in _pieces(walk, -x0, -x1))
    if x1 < x0:
        return tuple(_reversed(piece) for piece in reversed(_pieces(walk, x1, x0)))
    first, last = (curve.segments.index(curve.segment_at(x, walk.quota)) for x in (x0, x1))
    pieces: list[Piece] = []
    here = Fraction(x0)
    for index in range(first, last + 1):
        segment = curve.segments[index]
        if index > first:
            pieces += _jumps(walk, curve.segments[index - 1], segment)
        end = walk.start_of(curve.segments[index + 1]) if index < last else Fraction(x1)
        pieces += _slope(walk, segment, here, end)
        here = end
    return tuple(pieces)


def _slope(walk: _Walk, segment: Segment, start: Fraction, end: Fraction) -> list[Piece]:
    if start == end:
        return []
    pay = walk.on(segment, end) - walk.on(segment, start)
    if segment.block:
        curve, quota = walk.curve, walk.quota
        count = curve.blocks(segment, end, quota) - curve.blocks(segment, start, quota)
        each, size = Fraction(segment.slope, segment.over), curve.block_of(segment, quota)
        return [Piece(PieceKind.BLOCKS, segment.tier, start, end, None, each, pay, count, size)]
    return [Piece(PieceKind.SLOPE, segment.tier, start, end, walk.rate(segment), pay / (end - start), pay)]


def _jumps(walk: _Walk, left: Segment, right: Segment) -> Iterator[Piece]:
    """What changes at once where one segment meets the next: all pay of before, an amount, or both."""
    place, step = walk.start_of(right), walk.component.steps[right.tier]
    pay = walk.on(right, place) - walk.on(left, place)
    bonus = walk.curve.bonus_of(right, walk.target) if step.pay is None else pay
    if pay != bonus:
        slope = (pay - bonus) / place if place else Fraction(0)
        blocks = walk.curve.block_of(right if right.block else left, walk.quota) if left.block or right.block else None
        rate = walk.rate(right) if blocks is None else None  # no change of rate: blocks are paid on one side
        yield Piece(PieceKind.JUMP, right.tier, place, place, rate, slope, pay - bonus, block=blocks)
    if bonus:
        yield Piece(PieceKind.BONUS, right.tier, place, place, None, Fraction(0), bonus)


def _reversed(piece: Piece) -> Piece:
    return replace(piece, start=piece.end, end=piece.start, pay=-piece.pay, blocks=-piece.blocks)


def _mirrored(piece: Piece) -> Piece:
    return replace(piece, start=-piece.start, end=-piece.end, pay=-piece.pay, blocks=-piece.blocks)


def what_next(document: PlanDocument, component: str, *, quota: int | None, x: int) -> NextTier | None:
    """The next tier above x; None in the last one, or where no quota is known to measure by.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan('''
    ... {plan: A, currency: USD, period: month, components: [{key: a, name: A, window: month, against: quota,
    ...  tiers: marginal, curve: [{from: 0%, rate: 5%}, {from: 100%, rate: 8%}]}]}''')
    >>> what_next(plan, "a", quota=100_000, x=40_000).distance
    60000
    """
    part = document.component(component)
    curve = compile_curve(document, part)
    if curve.against_quota and not quota:
        return None
    index = curve.segments.index(curve.segment_at(x, quota)) + 1
    if index == len(curve.segments):
        return None
    segment = curve.segments[index]
    starts_at = _first_in(curve, segment, quota, beyond=_BEYOND.get(part.measure, WHOLE_SHARE))
    step = part.steps[segment.tier]
    attainment = step.from_ if curve.against_quota else None
    rate = step.rate if part.pays is Pays.MONEY and not part.columns else None
    return NextTier(starts_at, starts_at - x, segment.tier, rate, attainment)


_BEYOND = {Measure.AMOUNT: 1, Measure.SCORE: WHOLE_SCORE // 10_000}  # a minor unit; a hundredth of a percent


def _first_in(curve: Curve, segment: Segment, quota: int | None, *, beyond: int) -> int:
    """The first step of x that is in the segment. Where its start must be exceeded, the first multiple of `beyond`:
    a minor unit more, or the next whole unit or deal, for nobody sells a millionth of one.
    """
    place = curve.start_of(segment, quota)
    if curve.owns_boundary:
        return -(-place.numerator // place.denominator)
    return (place // beyond + 1) * beyond


def next_block(document: PlanDocument, component: str, *, quota: int | None, x: int) -> int | None:
    """How far it is from x to the first step of x in the next block of its tier. None where its tier pays no blocks or
    ends before, and where no quota is known to measure by. Of a component that pays each deal by itself, from nothing.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan('''
    ... {plan: A, currency: USD, period: month, components: [{key: a, name: A, window: month, measure: quantity,
    ...  pay_per_block: 5, block: 10}]}''')
    >>> next_block(plan, "a", quota=None, x=12_000_000), next_block(plan, "a", quota=None, x=0)
    (9000000, 1000000)
    """
    part = document.component(component)
    curve = compile_curve(document, part)
    if curve.against_quota and not quota:
        return None
    here = curve.segment_at(x, quota)
    if not here.block:
        return None
    end = Fraction((here.counted_from + here.block * curve.blocks(here, x, quota)) * curve.unit(quota), curve.scale)
    beyond = 1 if part.measure is Measure.AMOUNT else WHOLE_SHARE
    starts_at = (end // beyond + 1) * beyond
    later = curve.segments[curve.segments.index(here) + 1 :]
    return None if later and curve.start_of(later[0], quota) < starts_at else starts_at - x
