"""A plan's components in prose, tables and drawings, as a reader sees them: with the payee's own place on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions.engine.items import reads_items
from commissions.engine.quotas import kinds_of, quota_kind
from commissions.engine.schema import (
    Component,
    Credit,
    Every,
    Measure,
    Of,
    Pays,
    PlanDocument,
    Prorate,
    QuotaRules,
    Repeats,
    StartsWhen,
    Step,
    Tiers,
    Trigger,
    Window,
)
from commissions.engine.segments import x_unit
from commissions.selectors.attainment import Attainment
from commissions.selectors.limits import rule_sentences
from commissions.selectors.plans import ComponentView, CurvePoint, PlanPage, TierRow, component_view
from commissions.selectors.pools import pool_sentences
from commissions.selectors.rate_tables import headings
from commissions.selectors.releases import payout_words
from commissions.selectors.spiffs import spiff_sentences
from commissions.selectors.units import Unit, price_text, unit_of
from core.money import exponent
from core.templatetags import formats
from core.templatetags.juara import locale, month_name

_TRIGGERS = {
    Trigger.BOOKED: gettext_lazy("A deal counts on the day it closes."),
    Trigger.INVOICED: gettext_lazy("A deal counts on the day it is invoiced."),
    Trigger.PAID: gettext_lazy("Each payment of the customer counts its part of the deal, on its own day."),
    Trigger.PAID_IN_FULL: gettext_lazy("A deal counts on the day on which the customer has paid all of it."),
}
_EVERY = {
    Every.MONTH: gettext_lazy("each month"),
    Every.QUARTER: gettext_lazy("each quarter of a year"),
    Every.HALF: gettext_lazy("each half-year"),
    Every.YEAR: gettext_lazy("each year"),
}
_WINDOWS = {
    Window.DEAL: gettext_lazy("Each deal is paid on its own; nothing adds up from one to the next."),
    Window.MONTH: gettext_lazy("Credits add up over a calendar month, then start again at 0."),
    Window.QUARTER: gettext_lazy("Credits add up over a calendar quarter, then start again at 0."),
    Window.HALF: gettext_lazy("Credits add up over half a calendar year, then start again at 0."),
    Window.YEAR: gettext_lazy("Credits add up over a calendar year, then start again at 0."),
    Window.PLAN: gettext_lazy("Credits add up over all the time on the plan; after a break they start again at 0."),
}
_FISCAL = {
    Window.QUARTER: gettext_lazy(
        "Credits add up over a quarter of the year that starts in %(month)s, then start again at 0."
    ),
    Window.HALF: gettext_lazy("Credits add up over half of the year that starts in %(month)s, then start again at 0."),
    Window.YEAR: gettext_lazy("Credits add up over the year that starts in %(month)s, then start again at 0."),
}
_TIERS = {
    Tiers.MARGINAL: gettext_lazy("Each part of the sum is paid at the rate of its own tier."),
    Tiers.RETROACTIVE: gettext_lazy("Reaching a tier pays its rate for everything credited in the window."),
    Tiers.INTERPOLATED: gettext_lazy("Pay follows straight lines between the points below."),
    Tiers.STEPPED: gettext_lazy("Reaching a row pays its amount in all, whatever lies beyond it before the next."),
}
_MEASURES = {
    Measure.QUANTITY: gettext_lazy("It counts how many were sold, not their price."),
    Measure.COUNT: gettext_lazy("It counts deals, whatever they are worth: each is one, and a refund takes one back."),
}
_SCORED = {
    Window.MONTH: gettext_lazy("Each month has a score of its own, which counts on its last day."),
    Window.QUARTER: gettext_lazy("Each quarter has a score of its own, which counts on its last day."),
    Window.HALF: gettext_lazy("Each half-year has a score of its own, which counts on its last day."),
    Window.YEAR: gettext_lazy("Each year has a score of its own, which counts on its last day."),
}
_DAYS = {
    Prorate.CALENDAR_DAYS: gettext_lazy("A quota or target counts for the calendar days on the plan."),
    Prorate.WORKING_DAYS: gettext_lazy("A quota or target counts for the working days on the plan."),
    Prorate.DAYS_30_360: gettext_lazy("A quota or target counts for the days on the plan, thirty to a month."),
}


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
        rules=(*_rules(component, page.document), *_counted(component, page.document.quotas)),
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


def _window(window: Window, document: PlanDocument) -> str:
    if document.first_month == 1 or window not in _FISCAL:
        return str(_WINDOWS[window])
    return str(_FISCAL[window]) % {"month": month_name(document.first_month)}


def _rules(component: Component, document: PlanDocument) -> Iterator[str]:
    currency = document.currency
    yield from _scored(component, document) if component.measure is Measure.SCORE else _counts(component, document)
    if component.pays is Pays.TARGET:
        yield _pays_target(component)
        if component.measure is Measure.SCORE and component.rate is not None:
            yield _("A score of 100%% pays %(share)s of that, another score in proportion.") % {
                "share": _percent(component.rate)
            }
    elif component.tiers is Tiers.FLAT and not component.columns:  # never of a score: that pays a target or amounts
        yield _("Every credit earns %(rate)s.") % {"rate": price_text(component, component.steps[0], currency)}
    elif component.tiers is not Tiers.FLAT:
        yield str(_TIERS[component.tiers])
    if component.columns:
        yield from _table(component)
    if component.tiers is not Tiers.INTERPOLATED and len(component.curve) > 1:
        if component.starts_when is StartsWhen.REACHED:
            yield _("A tier begins when its threshold is reached exactly.")
        else:
            yield _("A tier begins once its threshold is exceeded.")
    if component.payout:
        yield _("What it earns is paid in parts: %(parts)s.") % {"parts": "; ".join(payout_words(component.payout))}
    yield from rule_sentences(component, currency)
    yield from _with_others(component, currency)


def _with_others(component: Component, currency: str) -> Iterator[str]:
    """What is shared with others."""
    if component.pool:
        yield from pool_sentences(component.pool, by_quota=quota_kind(component) is not None)
    if component.spiff:
        yield from spiff_sentences(component.spiff, currency)


def _table(component: Component) -> Iterator[str]:
    yield _("A deal earns the rates of its column in the table: it goes by %(by)s.") % {"by": component.by}
    if component.window is not Window.DEAL and component.tiers is not Tiers.FLAT:
        yield _("What adds up is the same for all columns.")
    if not component.columns[-1].takes_the_rest:
        yield _("A deal that no column takes earns nothing.")


def _repeats(said: Repeats | None) -> Iterator[str]:
    if said is None:
        return
    words = {"every": _EVERY[said.every], "months": said.months}
    if said.months is None:
        yield (
            _("It counts again %(every)s for the months of the deal's term; a deal without a term counts once.") % words
        )
    else:
        yield _("It counts again %(every)s, in all for %(months)s months.") % words
    yield _("Once it is cancelled it no longer comes again.")


def _counts(component: Component, document: PlanDocument) -> Iterator[str]:
    yield from _credited(component.credit)
    if component.measure in _MEASURES:
        yield str(_MEASURES[component.measure])
    yield from _repeats(component.repeats)
    yield _window(component.window, document)


def _scored(component: Component, document: PlanDocument) -> Iterator[str]:
    yield _("It counts no deals, but a score in percent that whoever the payee reports to gives.")
    yield str(_SCORED[component.window])
    if document.first_month != 1 and component.window in _FISCAL:
        yield _("Its years start in %(month)s.") % {"month": month_name(document.first_month)}
    if component.objectives:
        parts = ", ".join(f"{each.name} {_percent(each.weight)}" for each in component.objectives)
        yield _("The score is the sum of these, each scored apart and counted by its weight: %(parts)s.") % {
            "parts": parts
        }


def _credited(credit: Credit) -> Iterator[str]:
    roles, is_owner = ", ".join(credit.roles), credit.roles == ("owner",)
    if credit.of is Of.OWN and is_owner:
        yield _("Counts won deals for their owner; a refund counts against.")
    elif credit.of is Of.OWN:
        yield _("Counts won deals for people in these roles: %(roles)s.") % {"roles": roles}
    elif credit.of is Of.TEAM:
        yield _("Counts what everybody sells who is in one team with the payee when a deal closes, the payee included.")
    elif credit.depth is None:
        yield _("Counts what everybody sells who reports to the payee, directly or through others, when a deal closes.")
    else:
        levels = ", ".join(map(str, sorted(credit.depth)))
        yield _("Counts what those sell who report to the payee when a deal closes, at these levels: %(levels)s.") % {
            "levels": levels
        }
    if credit.of is not Of.OWN and not is_owner:
        yield _("Of their parts of a deal, those in these roles count: %(roles)s.") % {"roles": roles}
    yield str(_TRIGGERS[credit.trigger])


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


def _counted(component: Component, rules: QuotaRules | None) -> Iterator[str]:
    """How much of a quota counts, for a component that goes by one."""
    if rules is None or not kinds_of(component):
        return
    if rules.prorate:
        yield str(_DAYS[rules.prorate])
    if rules.ramp and quota_kind(component):
        shares = ", ".join(_percent(share) for share in rules.ramp)
        yield _("In the first months on the plan a part of the quota counts: %(shares)s.") % {"shares": shares}


def _pays_target(component: Component) -> str:
    if component.weight is None:
        return _("It pays shares of the target incentive.")
    return _("It pays shares of %(weight)s of the target incentive.") % {"weight": _percent(component.weight)}


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
