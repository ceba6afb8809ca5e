"""The rules of a component in prose: what it counts, how that adds up, and what it pays for it."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    Tiers,
    Trigger,
    Window,
)
from commissions.selectors.limits import rule_sentences
from commissions.selectors.pools import pool_sentences
from commissions.selectors.releases import payout_words
from commissions.selectors.spiffs import spiff_sentences
from commissions.selectors.units import price_text
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


def component_rules(component: Component, document: PlanDocument) -> tuple[str, ...]:
    """One sentence a rule, in the reader's language."""
    return (*_rules(component, document), *_counted(component, document.quotas))


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
