"""What changes for a person on a plan, in the reader's words."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from commissions.engine.decimals import decimals_of
from commissions.engine.roster import Held, HeldQuota
from commissions.engine.spans import Span
from commissions.models import Quota
from commissions.selectors.roster_state import range_of
from core.templatetags.juara import days, money_text, number


def said(before: Held, after: Held, currency: str) -> tuple[str, ...]:
    """A sentence for the days on the plan and one for each quota that is set, replaced or taken away."""
    return (*_days_said(before, after), *_quotas_said(before, after, currency))


def _days_said(before: Held, after: Held) -> Iterator[str]:
    old, new = _days(before.spans), _days(after.spans)
    if not old:
        if new:
            yield _("On the plan %(days)s.") % {"days": new}
    elif old != new:
        yield _("On the plan %(days)s, instead of %(before)s.") % {"days": new or "–", "before": old}


def _days(spans: tuple[Span, ...]) -> str:
    return ", ".join(days(range_of(span)) for span in spans)


def _quotas_said(before: Held, after: Held, currency: str) -> Iterator[str]:
    for quota in after.quotas:
        if quota in before.quotas or _is_rest(quota, before):
            continue
        old = [each for each in before.quotas if each.key == quota.key and each.span.overlaps(quota.span)]
        places = {"quota": quota_text(quota, currency), "days": days(range_of(quota.span))}
        if old:
            was = ", ".join(quota_text(each, currency) for each in old)
            replaced = {
                True: _("Target incentive %(quota)s, %(days)s, instead of %(before)s."),
                False: _("Quota %(quota)s, %(days)s, instead of %(before)s."),
            }
            yield replaced[quota.key.kind == Quota.Kind.TARGET] % {**places, "before": was}
        else:
            set_ = {True: _("Target incentive %(quota)s, %(days)s."), False: _("Quota %(quota)s, %(days)s.")}
            yield set_[quota.key.kind == Quota.Kind.TARGET] % places
    for quota in before.quotas:
        if not any(each.key == quota.key and each.span.overlaps(quota.span) for each in after.quotas):
            places = {"quota": quota_text(quota, currency), "days": days(range_of(quota.span))}
            gone = {
                True: _("No target incentive any more, %(days)s; it was %(quota)s."),
                False: _("No quota any more, %(days)s; it was %(quota)s."),
            }
            yield gone[quota.key.kind == Quota.Kind.TARGET] % places


def _is_rest(quota: HeldQuota, before: Held) -> bool:
    """Whether it is what another leaves of a quota that was there."""
    return any(
        (each.key, each.per, each.amount) == (quota.key, quota.per, quota.amount)
        and each.span.hull(quota.span) == each.span
        for each in before.quotas
    )


def quota_text(quota: HeldQuota, currency: str) -> str:
    """So much per month, quarter or year, and of which component where it is of one."""
    per = {
        Quota.Per.MONTH: _("%(amount)s per month"),
        Quota.Per.QUARTER: _("%(amount)s per quarter"),
        Quota.Per.YEAR: _("%(amount)s per year"),
    }
    text = per[Quota.Per(quota.per)] % {"amount": amount_text(quota, currency)}
    return f"{text} ({quota.key.component})" if quota.key.component else text


def amount_text(quota: HeldQuota, currency: str) -> str:
    if quota.key.kind != Quota.Kind.UNITS:
        return money_text(quota.amount, currency)
    return _("%(number)s units") % {"number": units_text(quota.amount)}


def units_text(millionths: int) -> str:
    value = Decimal(millionths).scaleb(-6)
    return number(value, decimals_of(value))
