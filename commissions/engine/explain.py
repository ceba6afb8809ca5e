"""A line's own arithmetic, from the same curve that paid it; and what the next tier is."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from commissions.engine.schema import PlanDocument, Tiers, Window


class PieceKind(StrEnum):
    SLOPE = "slope"  # pay = rate x (end - start)
    JUMP = "jump"  # at one x, all that came before is paid anew at the next tier's rate


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the way from x0 to x1, in the order walked."""

    kind: PieceKind
    tier: int  # index of the curve's row, from 0; of a jump, the row jumped to
    start: Fraction  # minor units of x; a share of quota may fall between two
    end: Fraction
    rate: Decimal | None  # of the row; None where the slope comes from two points (interpolated)
    slope: Fraction  # pay per minor unit of x: equals rate where there is one; of a jump the change of rate
    pay: Fraction  # minor units, not rounded


@dataclass(frozen=True, slots=True)
class LineExplanation:
    component: str  # key
    tiers: Tiers
    window: Window
    quota: int | None  # minor units
    x0: int  # minor units
    x1: int
    pieces: tuple[Piece, ...]
    exact0: Fraction  # F(x0) and F(x1) before rounding, minor units
    exact1: Fraction
    y0: int  # and after: the line is y1 - y0
    y1: int
    uncapped: int
    amount: int
    capped_away: int  # uncapped - amount: what the cap took from this line


@dataclass(frozen=True, slots=True)
class NextTier:
    starts_at: int  # minor units: the first x that is in it
    distance: int  # minor units from here to there
    tier: int  # index of the curve's row
    rate: Decimal | None  # of the row; None for interpolated
    attainment: Decimal | None  # the threshold as a share of quota


def explain(
    document: PlanDocument, component: str, *, quota: int | None, x0: int, x1: int, amount: int | None = None
) -> LineExplanation:
    """Why moving from x0 to x1 paid what it paid. `amount` is the line's, after its cap, if it has one."""
    raise NotImplementedError


def what_next(document: PlanDocument, component: str, *, quota: int | None, x: int) -> NextTier | None:
    """The next tier above x; None in the last one, or where there is no quota to measure by."""
    raise NotImplementedError
