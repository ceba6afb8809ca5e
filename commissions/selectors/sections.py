"""A plan's components in prose, tables and drawings, as a reader sees them: with the payee's own place on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from commissions.engine.items import reads_items
from commissions.engine.schema import (
    Component,
    Measure,
    Pays,
    PlanDocument,
    StartsWhen,
    Step,
    Tiers,
)
from commissions.engine.segments import x_unit
from commissions.selectors.attainment import Attainment
from commissions.selectors.plans import ComponentView, CurvePoint, PlanPage, TierRow, component_view
from commissions.selectors.rate_tables import headings
from commissions.selectors.rule_words import component_rules
from commissions.selectors.units import Unit, price_text, unit_of
from core.money import exponent
from core.templatetags import formats
from core.templatetags.juara import locale

_Point: TypeAlias = "tuple[Decimal | Fraction, Fraction]"


@dataclass(frozen=True, slots=True)
class TierText:
    start: str
    end: str  # empty in the last tier
    start_money: str  # of the reader's own quota; empty when there is none
    values: tuple[str, ...]  # rate, pay for each, or pay; of a rate table one for each column
    bonus: str  # empty where none is paid
    is_mine: bool


@dataclass(frozen=True, slots=True)
class PlanSection:
    key: str
    name: str
    currency: str
    rules: tuple[str, ...]
    state: tuple[str, ...]  # of a spiff: what of its deals and its budget is left
    when: str  # the condition as written; empty when every deal counts
    of_lines: bool  # whether that is asked of the single lines of a deal
    base: str
    by: str  # what of a deal decides its column of a rate table; empty without a table
    columns: tuple[str, ...]  # the headings of the rate table
    pays_amounts: bool  # in all, at the rows of the curve, instead of rates
    is_interpolated: bool
    is_on_target: bool  # its amounts are shares of a target incentive
    is_capped: bool
    is_money: bool  # what counts; else units or deals, or a score
    is_score: bool
    tiers: tuple[TierText, ...]
    points: tuple[_Point, ...]  # x: share, minor units, or units; y: minor units
    beside: tuple[tuple[_Point, ...], ...]  # the same for each further column of a rate table
    is_against_quota: bool
    drawn_for: str  # the quota that the drawing takes
    drawn_for_target: str  # and the target
    mine: Attainment | None
    you: Fraction | None  # the reader's x in the unit of the points


def plan_sections(
    page: PlanPage, mine: Sequence[Attainment], states: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> tuple[PlanSection, ...]:
    """Each component for a reader; `mine` is where she stands, if she is paid by this version, `states`, by component,
    how much is left of what is limited."""
    places = {row.component: row for row in mine}
    keys = [(view, view.component.key) for view in page.components]
    return tuple(_section(view, page, places.get(key), states.get(key, ())) for view, key in keys)


def component_tiers(component: Component, document: PlanDocument, quota: int | None) -> tuple[TierText, ...]:
    """The rows of its curve as people read them, and where they start for this quota, if there is one."""
    return tuple(_tiers(component_view(document, component), document.currency, quota, None))


def _section(view: ComponentView, page: PlanPage, mine: Attainment | None, state: tuple[str, ...]) -> PlanSection:
    component, quota, currency = view.component, mine.quota_minor if mine else None, page.currency
    you = _place(view, mine)
    if you and any(step.block for step in component.steps):
        one = Fraction(10 ** exponent(currency)) if _is_in_money(view) else Fraction(1)
        view = component_view(page.document, component, you / one)
    return PlanSection(
        key=component.key,
        name=component.name,
        currency=currency,
        rules=component_rules(component, page.document),
        state=state,
        when=component.when or "",
        of_lines=reads_items(component),
        base=component.base,
        by=component.by or "",
        columns=headings(component),
        pays_amounts=component.tiers in (Tiers.INTERPOLATED, Tiers.STEPPED),
        is_interpolated=component.tiers is Tiers.INTERPOLATED,
        is_on_target=component.pays is Pays.TARGET,
        is_capped=component.cap is not None,
        is_money=component.measure is Measure.AMOUNT,
        is_score=component.measure is Measure.SCORE,
        tiers=tuple(_tiers(view, currency, quota, you)),
        points=tuple(_points(view, view.points, currency, mine)),
        beside=tuple(tuple(_points(view, points, currency, mine)) for points in view.beside),
        is_against_quota=view.is_against_quota,
        drawn_for=_drawn_for(view, currency, quota),
        drawn_for_target=_drawn_for_target(view, currency, mine),
        mine=mine,
        you=None if component.columns else you,  # on which of the lines, nobody can say
    )


def _tiers(view: ComponentView, currency: str, quota: int | None, you: Fraction | None) -> Iterator[TierText]:
    unit = unit_of(view.component, currency)
    component = view.component
    columns = [component.column(index) for index in range(len(component.columns))] or [component]
    for number, row in enumerate(view.rows):
        is_share = component.pays is Pays.TARGET
        bonus = _percent(row.bonus or Decimal(0)) if is_share else _money(row.bonus, currency)
        yield TierText(
            start=_threshold(view, row.starts_at, currency),
            end="" if row.ends_at is None else _threshold(view, row.ends_at, currency),
            start_money=_of_quota(row.starts_at, quota, unit) if view.is_against_quota else "",
            values=tuple(_value(column, column.steps[number], currency) for column in columns),
            bonus=bonus if row.bonus else "",
            is_mine=you is not None
            and view.component.tiers is not Tiers.INTERPOLATED
            and _holds(view, row, you, currency),
        )


def _value(component: Component, step: Step, currency: str) -> str:
    """What a row pays: a share of the target, a price for each or for each started block, or an amount."""
    if component.pays is Pays.TARGET:
        return _percent(step.rate or step.pay or Decimal(0))
    return _money(step.pay, currency) if step.pay is not None else price_text(component, step, currency)


def _holds(view: ComponentView, row: TierRow, you: Fraction, currency: str) -> bool:
    scale = Fraction(10 ** exponent(currency) if _is_in_money(view) else 1)
    start, end = Fraction(row.starts_at) * scale, None if row.ends_at is None else Fraction(row.ends_at) * scale
    if view.component.starts_when is StartsWhen.EXCEEDED:
        return (start < you or start == 0) and (end is None or you <= end)
    return start <= you and (end is None or you < end)


def _points(
    view: ComponentView, points: Sequence[CurvePoint], currency: str, mine: Attainment | None
) -> Iterator[_Point]:
    unit = Fraction(10 ** exponent(currency))
    one = unit if _is_in_money(view) else Fraction(1)
    scale = _own_scale(view, currency, mine)
    for point in points:
        yield Fraction(point.x) * one, Fraction(point.y) * unit * scale


def _own_scale(view: ComponentView, currency: str, mine: Attainment | None) -> Fraction:
    """How much higher the reader's own curve is than the one drawn: rates pay by her quota, shares by her target."""
    component = view.component
    if view.target and mine and mine.target_minor:
        return Fraction(mine.target_minor) / (Fraction(view.target) * int(10 ** exponent(currency)))
    grows = component.pays is Pays.MONEY and component.tiers in (Tiers.FLAT, Tiers.MARGINAL, Tiers.RETROACTIVE)
    grows = grows and not any(step.block for step in component.steps)  # a block of a quota pays the same of any quota
    if view.quota and mine and mine.quota_minor and grows:
        return Fraction(mine.quota_minor) / (Fraction(view.quota) * x_unit(component, currency))
    return Fraction(1)


def _is_in_money(view: ComponentView) -> bool:
    """Whether places on the curve are minor units; else they are shares of quota, units or deals."""
    return view.component.measure is Measure.AMOUNT and not view.is_against_quota


def _place(view: ComponentView, mine: Attainment | None) -> Fraction | None:
    if mine is None:
        return None
    if not view.is_against_quota:
        return Fraction(max(mine.x_minor, 0), 1 if mine.unit.is_money else mine.unit.steps)
    return Fraction(max(mine.x_minor, 0), mine.quota_minor) if mine.quota_minor else None


def _drawn_for(view: ComponentView, currency: str, quota: int | None) -> str:
    if not view.is_against_quota:
        return ""
    unit = unit_of(view.component, currency)
    if quota:
        return unit.text(quota)
    return unit.exact(view.quota) if view.quota else ""


def _drawn_for_target(view: ComponentView, currency: str, mine: Attainment | None) -> str:
    if view.target is None:
        return ""
    if mine and mine.target_minor:
        return formats.written_money(mine.target_minor, currency, locale()).text
    return _money(view.target, currency)


def _percent(share: Decimal) -> str:
    return formats.percent(share, locale(), places=7)


def _threshold(view: ComponentView, value: Decimal, currency: str) -> str:
    if view.is_against_quota:
        return formats.percent(value, locale(), places=7)
    return unit_of(view.component, currency).exact(value)


def _of_quota(share: Decimal, quota: int | None, unit: Unit) -> str:
    return unit.text(int(formats.round_to(Fraction(share) * quota, 0))) if quota else ""


def _money(major: Decimal | None, currency: str) -> str:
    minor = int(Fraction(major or 0) * 10 ** exponent(currency))
    return formats.written_money(minor, currency, locale()).text
