"""A component's curve as rows of a spreadsheet, from which formulas compute what a position on it is worth.

A row says where it starts, what has been earned there, and the rate of what lies above: F(x) is the pay at the start of
x's row, plus its rate times what x is beyond. Flat, marginal, retroactive and interpolated tiers, steps and bonuses,
against money, units or a quota, are all that. Started blocks are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from commissions.engine.schema import Component, PlanDocument
from commissions.engine.segments import Curve, Segment, compile_curve, x_unit
from core.money import exponent
from core.sheets import Cell, Formula, Share

_MOST_DIGITS = 15


@dataclass(frozen=True)
class PayeesCurve:
    """The curve of a component for one quota and target: lines that share them share its rows."""

    document: PlanDocument
    component: Component  # of a rate table: the one column
    quota: int | None
    target: int | None

    @cached_property
    def curve(self) -> Curve:
        return compile_curve(self.document, self.component)

    @property
    def is_straight(self) -> bool:
        """Whether rows can say it: no blocks, and no goal that is missing."""
        curve = self.curve
        goals = (self.quota or not curve.against_quota) and (self.target or not curve.pays_target)
        return bool(goals) and not any(part.block for part in curve.segments)

    def pay(self, x: int) -> Fraction:
        return self.curve.at(x, self.quota, self.target)

    def rows(self, first_row: int) -> Iterator[Sequence[Cell]]:
        """Share of the quota in F, start, pay there, rate above, in major units: B to E of the sheet."""
        points = [self._point(part) for part in self.curve.segments]
        for index, (segment, (start, pay, slope)) in enumerate(zip(self.curve.segments, points, strict=True)):
            row = first_row + index
            earned = self._earned(row, start, pay, slope, points[index - 1] if index else None)
            if self.curve.against_quota:
                share = Share(Decimal(segment.start) / self.curve.scale)
                yield share, Formula(f"=B{row}*F{row}", decimal(start)), earned, figure(slope)
            else:
                yield None, figure(start), earned, figure(slope)

    def _point(self, part: Segment) -> tuple[Fraction, Fraction, Fraction]:
        """Start, pay at the start, and pay for one more: all in major units."""
        one = x_unit(self.component, self.document.currency)
        unit = 10 ** exponent(self.document.currency)
        start = self.curve.start_of(part, self.quota)
        pay = self.curve.on(part, start, self.quota, self.target)
        slope = self.curve.on(part, start + 1, self.quota, self.target) - pay
        return start / one, pay / unit, slope * one / unit

    def _earned(
        self, row: int, start: Fraction, pay: Fraction, slope: Fraction, before: tuple[Fraction, ...] | None
    ) -> Cell:
        """Live where it follows from the rows: it goes on from the one before, or all is paid at the rate of this."""
        if before and pay == before[1] + before[2] * (start - before[0]):
            return Formula(f"=D{row - 1}+E{row - 1}*(C{row}-C{row - 1})", decimal(pay))
        if before and pay == slope * start:
            return Formula(f"=C{row}*E{row}", decimal(pay))
        return figure(pay)


def figure(value: Fraction) -> Cell:
    """A number that a spreadsheet holds exactly, or the quotient that it computes."""
    exact = decimal(value)
    if Fraction(exact) == value:
        return exact
    return Formula(f"={value.numerator}/{value.denominator}", exact)


def decimal(value: Fraction) -> Decimal:
    """To the digits that a spreadsheet keeps."""
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    return quotient if not quotient else round(quotient, _MOST_DIGITS - 1 - quotient.adjusted())
