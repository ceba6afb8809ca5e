"""Geometry of rings, bars and curves, in per cent of their box: so they need no inline style."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.templatetags.formats import Exact, round_to

Point = tuple[Exact, Exact]
Label = tuple[Decimal, str]  # its place, per cent from the left, and its text
NEAR_EDGE = 90  # per cent: from there on labels end at their place


@dataclass(frozen=True, slots=True)
class Arc:
    reached: Decimal  # 0 to 100: the part of the way round that is reached
    over: Decimal  # 0 to 100: the part beyond the goal, on a second lap


@dataclass(frozen=True, slots=True)
class Mark:
    x: Decimal  # per cent from the left
    y: Decimal  # per cent from the top
    value: Fraction  # of x, in the curve's own unit
    result: Fraction  # of y


@dataclass(frozen=True, slots=True)
class Drawing:
    line: str  # an SVG path in a box of 100 by 100
    area: str  # the same, closed down to the bottom
    steps: tuple[Mark, ...]  # where the curve bends or jumps
    reached: Fraction  # the x that is yours; 0 without one
    you: Mark | None
    next_step: Mark | None
    top: Fraction  # the y that the upper edge stands for
    end: Fraction  # the x that the right edge stands for
    beside: tuple[str, ...] = ()  # the lines of further curves in the same box


def arc(share: Exact) -> Arc:
    """How much of a ring is drawn for a share of one; beyond the second lap it stays full.

    >>> arc(Fraction(1, 4)), arc(Decimal("1.3"))
    (Arc(reached=Decimal('25.00'), over=Decimal('0.00')), Arc(reached=Decimal('100.00'), over=Decimal('30.00')))
    """
    return Arc(bar(share), bar(share - 1))


def bar(share: Exact) -> Decimal:
    """A share of one as per cent of a bar, held between 0 and 100."""
    return round_to(min(max(Fraction(share), Fraction(0)), Fraction(1)) * 100, 2)


def draw_curve(
    points: Sequence[Point],
    *,
    you: Exact | None = None,
    room: Exact = Fraction(9, 8),
    beside: Sequence[Sequence[Point]] = (),
) -> Drawing:
    """Scale a piecewise-linear curve into its box; two points with the same x are a jump.

    The points are in order of x, from the left edge to the right. `you` is an x; beyond the last point it moves the
    right edge, and the curve goes on with its last slope. Curves `beside` it begin and end at the same x. Raises
    ValueError for fewer than two points.
    """
    if len(points) < 2:
        raise ValueError("A curve needs at least two points.")
    reached = Fraction(0) if you is None else Fraction(you)
    corners, *further = (
        _stretched([(Fraction(x), Fraction(y)) for x, y in line], reached) for line in (points, *beside)
    )
    heights = [y for line in (corners, *further) for _x, y in line]
    left, right = corners[0][0], corners[-1][0]
    top = max(max(heights) * Fraction(room), Fraction(1, 10**9))
    bottom = min(Fraction(0), *heights)

    def mark(x: Fraction, y: Fraction) -> Mark:
        across, up = (x - left) / (right - left), (y - bottom) / (top - bottom)
        return Mark(round_to(across * 100, 2), round_to((1 - up) * 100, 2), x, y)

    marks = [mark(x, y) for x, y in corners]
    line, *lines = (_path([mark(x, y) for x, y in each]) for each in (corners, *further))
    steps = _bends(marks)
    here = None if you is None else mark(max(reached, left), height(corners, reached))
    ahead = next((step for step in steps if you is not None and step.value > reached), None)
    return Drawing(line, f"{line} L100 100 L0 100 Z", steps, reached, here, ahead, top, right, tuple(lines))


def _path(marks: Sequence[Mark]) -> str:
    return " ".join(f"{'L' if index else 'M'}{one.x} {one.y}" for index, one in enumerate(marks))


def height(corners: Sequence[tuple[Fraction, Fraction]], x: Fraction) -> Fraction:
    """The curve's y at x; at a jump, the upper one, since a step that is reached is reached.

    >>> height([(Fraction(0), Fraction(0)), (Fraction(10), Fraction(5)), (Fraction(10), Fraction(8))], Fraction(10))
    Fraction(8, 1)
    """
    before = [corner for corner in corners if corner[0] <= x] or [corners[0]]
    x0, y0 = before[-1]
    after = next((corner for corner in corners if corner[0] > x), None)
    if after is None or x <= x0:
        return y0
    return y0 + (after[1] - y0) * (x - x0) / (after[0] - x0)


def _stretched(corners: list[tuple[Fraction, Fraction]], reached: Fraction) -> list[tuple[Fraction, Fraction]]:
    (x0, y0), (x1, y1) = corners[-2:]
    if reached <= x1 or x0 == x1:
        return corners
    end = reached * Fraction(11, 10)
    return [*corners, (end, y1 + (y1 - y0) * (end - x1) / (x1 - x0))]


def _bends(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    inner = marks[1:-1]
    return tuple(mark for index, mark in enumerate(inner) if index + 1 == len(inner) or inner[index + 1].x != mark.x)


def apart(labels: Sequence[Label], sign: Fraction, order: Iterable[int]) -> list[int]:
    """The indexes of labels that have room beside each other where a sign is `sign` per cent wide; the first in the
    order win.

    >>> labels = [(Decimal(67), "100%"), (Decimal(80), "120%"), (Decimal(100), "150%")]
    >>> apart(labels, Fraction(2), [1, 0, 2]), apart(labels, Fraction(4), [1, 0, 2])
    ([1, 0, 2], [1])
    """
    spans = [_span(x, text, sign) for x, text in labels]
    kept: list[int] = []
    for index in order:
        left, right = spans[index]
        if index not in kept and all(right < spans[one][0] or spans[one][1] < left for one in kept):
            kept.append(index)
    return kept


def _span(x: Decimal, text: str, sign: Fraction) -> tuple[Fraction, Fraction]:
    """From where to where a label reaches, with a sign between it and the next: near the right edge it ends at its
    place, else it is centred on it.
    """
    width, place = (len(text) + 1) * sign, Fraction(x)
    return (place - width, place) if x > NEAR_EDGE else (place - width / 2, place + width / 2)
