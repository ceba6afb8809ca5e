"""Why a line paid what it paid, for people: the engine's own arithmetic with names and money around it."""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from commissions.engine.curve import MILLION
from commissions.engine.explain import LineExplanation as Arithmetic
from commissions.engine.explain import Piece, PieceKind, explain, unmoved
from commissions.engine.schema import Component, Of, PlanDocument, Window
from commissions.engine.segments import x_unit
from commissions.models import EarningLine
from commissions.selectors.counted_goals import CountedGoal, counted_goals
from commissions.selectors.counted_lines import CountedLines, counted_lines
from commissions.selectors.crediting import Crediting, crediting
from commissions.selectors.documents import document_of
from commissions.selectors.handed_words import Then, then_of
from commissions.selectors.limits import LimitRule, limit_rules
from commissions.selectors.multipliers import Multiplier
from commissions.selectors.pools import PoolPart, pool_part
from commissions.selectors.rate_tables import heading_of
from commissions.selectors.score_words import ObjectiveScore, objective_scores
from commissions.selectors.spiffs import SpiffPlace, spiff_place
from commissions.selectors.taken_back import TakenBack, is_left, taken_back
from commissions.selectors.units import Unit, unit_of
from commissions.selectors.waiting import Waiting, waiting
from core.money import exponent
from core.periods import period_of, since_label

_EXACT = Context(prec=50)  # more than any sum of 64-bit minor units and nine decimals of a rate needs


class ExplanationDiffers(AssertionError):  # noqa: N818
    """A line's arithmetic does not lead to its amount. A bug: no page shows a reason that isn't one."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A part of the way from x0 to x1, in the order walked. Exact amounts are in major units, not rounded."""

    # slope: pay = rate x width; jump: all before is paid anew at the next tier's rate; blocks: pay = slope x blocks
    kind: PieceKind
    start: Decimal  # major units of x, or units or deals
    end: Decimal
    start_share: Decimal | None  # as a share of quota, 0.5 is 50 %; None without a quota
    end_share: Decimal | None
    rate: Decimal | None  # 0.05 is 5 %; of a jump the change of rate; None without a rate in the plan
    slope: Decimal  # pay, in major units, for one of x, or for one block
    width: Decimal  # of x, that this step pays for; negative on the way back
    pay: Decimal  # major units, exact
    blocks: int = 0  # how many were started
    block: Decimal | None = None  # how large one is; of a jump to or from a tier with blocks, of either


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
    unit: Unit  # of credited_minor, x0_minor and x1_minor, which are millionths where it isn't money
    tiers: str  # flat, marginal, retroactive, interpolated, stepped
    window: str  # deal, month, quarter, half, year
    window_label: str  # 2017-Q2; the deal's day for a window of one deal
    when: str | None
    by: str  # what of the deal decides its column of a rate table; empty without a table
    column: str  # the heading of that column
    base: str
    kind: str  # credit, or what a line without a deal pays for
    deal_pk: int | None
    deal: str  # of a line without a deal, what it pays for
    deal_amount_minor: int  # as it is now, in the deal's own currency
    deal_currency: str
    event: str  # what gave the credit, or took it back; empty without a deal
    exchange_rate_e12: int | None  # None where the deal is in the plan's currency
    crediting: Crediting | None
    customer: str
    role: str
    via: str  # the name of whoever's share counts for the payee; empty where it is her own
    via_team: bool  # as her team mate; else as who reports to her
    closed: date | None  # the day on which that was so
    date: date
    credited_minor: int
    quota_minor: int | None  # or millionths of a unit or deal
    target_minor: int | None
    weight: Decimal | None  # which share of the target is this component's; None: all of it
    share0: Decimal | None  # of that: what the curve pays at x0; None where it pays money
    share1: Decimal | None
    goals: tuple[CountedGoal, ...]  # quota and target, where only a part of what is set counts
    x0_minor: int
    x1_minor: int
    x0_share: Decimal | None  # of quota
    x1_share: Decimal | None
    steps: tuple[StepRow, ...]
    curve_pay: Decimal  # the sum of the steps, major units, exact
    multiplier: Multiplier | None
    limits: tuple[LimitRule, ...]  # floor and caps that hold for it
    pool: PoolPart | None  # which part of a team's pool it is
    spiff: SpiffPlace | None  # its place among the deals of a spiff with a number or a budget
    exact0: Decimal  # what the curve pays at x0, times the multiplier, major units, exact
    exact1: Decimal
    y0_minor: int  # and rounded: the line is y1 - y0
    y1_minor: int
    uncapped_minor: int
    capped_away_minor: int  # what the cap took
    amount_minor: int
    scores: tuple[ObjectiveScore, ...]  # of which a score is made; empty for a line that is none
    waits: Waiting | None  # where it isn't all paid at once
    then: Then | None = None  # whom it is taken back from, where others share the deal now
    items: CountedLines | None = None  # the deal's lines, where the component looks at them
    taken: TakenBack | None = None  # where what the deal had been paid says what is taken back


def line_explanation(line: EarningLine) -> LineExplanation:
    """The arithmetic of a line; its steps, rounding and cap lead to exactly its amount.

    Of a true-up see `true_up_words`. Load the line with statement__payee, statement__period, plan_version__plan,
    deal__customer and via. Raises ExplanationDiffers.
    """
    version, statement, deal = line.plan_version, line.statement, line.deal
    document = document_of(version)
    component = document.component(line.component)
    why = _arithmetic(line, document)
    if why.uncapped != line.uncapped_minor:
        raise ExplanationDiffers(f"Line {line.pk} pays {line.uncapped_minor} before its cap, the curve {why.uncapped}.")
    unit = 10 ** exponent(document.currency)
    credit = crediting(line, document)
    return LineExplanation(
        pk=line.pk,
        statement_pk=statement.pk,
        payee=statement.payee.name,
        payee_pk=statement.payee.pk,
        label=statement.period.label,
        currency=document.currency,
        plan=version.plan.name,
        plan_version_pk=version.pk,
        component=component.key,
        component_name=component.name,
        unit=unit_of(component, document.currency),
        tiers=component.tiers.value,
        window=component.window.value,
        window_label=_window_label(line, document, component.window),
        when=component.when,
        by=component.by or "",
        column=heading_of(component, line.rate_column),
        base=component.base,
        kind=line.kind,
        deal_pk=deal.pk if deal else None,
        deal=title_of(line),
        deal_amount_minor=deal.amount_minor if deal else 0,
        deal_currency=deal.currency if deal else document.currency,
        event=line.event or "",
        exchange_rate_e12=line.exchange_rate_e12,
        crediting=credit,
        items=counted_lines(line, document, component, is_proven=credit is not None),
        customer=deal.customer.name if deal and deal.customer else "",
        role=line.role,
        via=line.via.name if line.via else "",
        via_team=component.credit.of is Of.TEAM,
        closed=deal.closed_on if deal else None,
        date=line.date,
        credited_minor=line.credited_minor,
        quota_minor=line.quota_minor,
        target_minor=line.target_minor,
        weight=component.weight,
        share0=_share_of_target(why.exact0, line, component),
        share1=_share_of_target(why.exact1, line, component),
        goals=counted_goals(line, document, component),
        x0_minor=line.x0_minor,
        x1_minor=line.x1_minor,
        x0_share=share_of(line.x0_minor, line.quota_minor),
        x1_share=share_of(line.x1_minor, line.quota_minor),
        steps=tuple(_step(piece, x_unit(component, document.currency), unit, line.quota_minor) for piece in why.pieces),
        curve_pay=to_decimal((why.exact1 - why.exact0) / unit),
        multiplier=_multiplier(line, document, component),
        limits=limit_rules(document, component),
        pool=pool_part(line, component),
        spiff=spiff_place(line, document, component),
        exact0=to_decimal(why.exact0 * why.times / unit),
        exact1=to_decimal(why.exact1 * why.times / unit),
        y0_minor=why.y0,
        y1_minor=why.y1,
        uncapped_minor=why.uncapped,
        capped_away_minor=why.capped_away,
        amount_minor=line.amount_minor,
        scores=objective_scores(line, document, component),
        waits=waiting(line, component),
        then=then_of(line) if line.deal_id and line.credited_minor <= 0 else None,
        taken=taken_back(line, document),
    )


def _arithmetic(line: EarningLine, document: PlanDocument) -> Arithmetic:
    if is_left(line):
        return unmoved(document, line.component, x=line.x0_minor, amount=line.amount_minor)
    return explain(
        document,
        line.component,
        quota=line.quota_minor,
        target=line.target_minor,
        x0=line.x0_minor,
        x1=line.x1_minor,
        amount=line.amount_minor,
        multiplier=line.multiplier_ppm,
        column=line.rate_column,
    )


def _multiplier(line: EarningLine, document: PlanDocument, component: Component) -> Multiplier | None:
    rule = component.multiply
    if rule is None or line.multiplier_ppm is None:
        return None
    return Multiplier(
        times=Decimal(line.multiplier_ppm) / MILLION,
        kpi=rule.kpi or "",
        component_name=document.component(rule.component).name if rule.component else "",
        value=None if line.multiplier_value_ppm is None else Decimal(line.multiplier_value_ppm) / MILLION,
        label=line.statement.period.label,
    )


def title_of(line: EarningLine) -> str:
    """The deal, or what a line without one pays for."""
    return str(line.deal) if line.deal else str(line.get_kind_display())


def event_of(line: EarningLine) -> str:
    """The word for what gave the credit or took it back; empty where the deal closed, and without a deal."""
    is_back = line.credited_minor * (line.deal.amount_minor if line.deal else 1) < 0
    if line.event == EarningLine.Event.PAID and is_back and line.kind != EarningLine.Kind.TRUE_UP:
        return _("Paid back")
    return "" if line.event in (None, EarningLine.Event.BOOKED) else str(line.get_event_display())


def share_of(minor: int | Fraction, quota: int | None) -> Decimal | None:
    """A part of a quota: 0.825 is 82.5 %. None without a quota."""
    return to_decimal(Fraction(minor) / quota) if quota else None


def _share_of_target(pay: Fraction, line: EarningLine, component: Component) -> Decimal | None:
    if not line.target_minor:
        return None
    return to_decimal(pay / (line.target_minor * Fraction(component.weight or 1)))


def to_decimal(value: Fraction) -> Decimal:
    """The decimal number, exact wherever one exists; else to 50 digits."""
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _window_label(line: EarningLine, document: PlanDocument, window: Window) -> str:
    kind = window.period
    if window is Window.PLAN:
        return since_label(line.window_start)
    return period_of(line.window_start, kind, document.first_month).label if kind else line.date.isoformat()


def _step(piece: Piece, one: int, unit: int, quota: int | None) -> StepRow:
    """`one`: how much of x is a dollar, a unit or a deal. `unit`: minor units of a major one of pay."""
    is_jump = piece.kind is PieceKind.JUMP
    width = piece.start if is_jump else piece.end - piece.start
    if is_jump and piece.pay * piece.slope < 0:  # on the way back: the same change, taken back
        width = -width
    rate = piece.rate if not is_jump else to_decimal(piece.slope) if piece.rate is not None else None
    return StepRow(
        kind=piece.kind,
        start=to_decimal(piece.start / one),
        end=to_decimal(piece.end / one),
        start_share=share_of(piece.start, quota),
        end_share=share_of(piece.end, quota),
        rate=rate,
        slope=to_decimal(piece.slope * (1 if piece.kind is PieceKind.BLOCKS else one) / unit),
        width=to_decimal(width / one),
        pay=to_decimal(piece.pay / unit),
        blocks=piece.blocks,
        block=None if piece.block is None else to_decimal(piece.block / one),
    )
