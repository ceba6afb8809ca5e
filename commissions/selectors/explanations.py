"""Why a line paid what it paid, for people: the engine's own arithmetic with names and money around it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from commissions.engine.explain import PieceKind
from commissions.models import EarningLine


@dataclass(frozen=True, slots=True)
class StepRow:
    """A part of the way from x0 to x1, in the order walked. Exact amounts are in major units, not rounded."""

    kind: PieceKind  # slope: pay = rate x width; jump: all before is paid anew at the next tier's rate
    start: Decimal  # major units of x
    end: Decimal
    start_share: Decimal | None  # as a share of quota, 0.5 is 50 %; None without a quota
    end_share: Decimal | None
    rate: Decimal | None  # 0.05 is 5 %; of a jump the change of rate; None where two points give the slope
    slope: Decimal  # pay per unit of x
    width: Decimal  # major units of x that this step pays for
    pay: Decimal  # major units, exact


@dataclass(frozen=True, slots=True)
class LineExplanation:
    pk: int
    statement_pk: int
    payee: str
    payee_pk: int
    label: str  # of the period
    currency: str
    plan: str
    plan_version_pk: int
    component: str  # key
    component_name: str
    tiers: str  # flat, marginal, retroactive, interpolated
    window: str  # deal, month, quarter, half, year
    window_label: str  # 2017-Q2; the deal's day for a window of one deal
    when: str | None
    base: str
    deal_pk: int
    deal: str
    deal_amount_minor: int
    customer: str
    role: str
    date: date
    credited_minor: int
    quota_minor: int | None
    x0_minor: int
    x1_minor: int
    x0_share: Decimal | None  # of quota
    x1_share: Decimal | None
    steps: tuple[StepRow, ...]
    exact0: Decimal  # what the curve pays at x0, major units, exact
    exact1: Decimal
    y0_minor: int  # and rounded: the line is y1 - y0
    y1_minor: int
    uncapped_minor: int
    capped_away_minor: int  # what the cap took
    amount_minor: int


def line_explanation(line: EarningLine) -> LineExplanation:
    """The arithmetic of a line; its steps, rounding and cap lead to exactly its amount.

    Load the line with statement__payee, statement__period, plan_version__plan and deal__customer.
    """
    raise NotImplementedError
