"""Who is on which plan, and what is expected of them, from a day to before another."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.roster import QuotaKey, QuotaWish, Wish
from commissions.engine.spans import Span
from commissions.models import Plan, Quota
from commissions.selectors.roster_state import Place, components_of
from commissions.services.roster import AssignmentRefused, apply_wishes


@transaction.atomic
def assign(
    *,
    plan: Plan,
    payees: Sequence[User],
    from_date: date,
    until: date | None,
    quota_minor: int | None = None,
    per: str | None = None,
    acting_user: User | None,
    now: datetime,
) -> None:
    """Put payees on a plan for a range of days, with a quota if one is given; days they were on it before stay.

    Raises AssignmentRefused.
    """
    wish = Wish(days=span_from(from_date, until))
    _wish(wish, plan, payees, acting_user, now)
    if quota_minor is not None:
        set_quota(
            plan=plan, payees=payees, from_date=from_date, until=until, quota_minor=quota_minor, per=per,
            acting_user=acting_user, now=now,
        )  # fmt: skip


@transaction.atomic
def unassign(
    *,
    plan: Plan,
    payees: Sequence[User],
    from_date: date,
    until: date | None,
    acting_user: User | None,
    now: datetime,
) -> None:
    """Take payees off a plan for a range of days; the days before and after stay."""
    _wish(Wish(off=span_from(from_date, until)), plan, payees, acting_user, now)


@transaction.atomic
def set_quota(
    *,
    plan: Plan,
    payees: Sequence[User],
    from_date: date,
    until: date | None,
    quota_minor: int,
    per: str | None,
    acting_user: User | None,
    now: datetime,
    kind: str = Quota.Kind.AMOUNT,
    component: str = "",
) -> None:
    """Expect so much per month, quarter or year for a range of days; quotas before and after stay as they were.

    `quota_minor` is money in minor units; of kind units, millionths of a unit or deal. `component` is a key of the
    plan, or empty for every component that has none of its own. Raises AssignmentRefused.
    """
    span = span_from(from_date, until)
    per = checked_per(quota_minor, kind, per)
    check_component(plan, component)
    wish = Wish(quota=QuotaWish(QuotaKey(str(kind), component), span, per, quota_minor))
    _wish(wish, plan, payees, acting_user, now)


def _wish(wish: Wish, plan: Plan, payees: Sequence[User], acting_user: User | None, now: datetime) -> None:
    """The same for everybody."""
    wishes = {Place(payee.pk, plan.pk): (wish,) for payee in payees}
    apply_wishes(wishes=wishes, acting_user=acting_user, now=now)


def checked_per(amount: int, kind: str, per: str | None) -> str:
    """For what a quota of that kind is. Raises AssignmentRefused, also where the amount can't be one."""
    if kind not in Quota.Kind.values:
        choices = ", ".join(Quota.Kind.values)
        raise AssignmentRefused(
            _("%(kind)s is no kind of quota. Name one of: %(choices)s.") % {"kind": kind, "choices": choices}
        )
    if amount <= 0 and kind == Quota.Kind.TARGET:
        raise AssignmentRefused(_("A target incentive must be more than 0. Leave it out for a plan without one."))
    if amount <= 0:
        raise AssignmentRefused(_("A quota must be more than 0. Leave it out for a plan without a quota."))
    if per not in Quota.Per.values:
        choices = ", ".join(Quota.Per.values)
        raise AssignmentRefused(
            _("A quota is per %(choices)s, not per %(per)s. Name one of them.") % {"choices": choices, "per": per}
        )
    return str(per)


def check_component(plan: Plan, component: str) -> None:
    """A component that no version of the plan has, draft or not, is a slip. Raises AssignmentRefused."""
    if not component:
        return
    known = components_of([plan.pk]).get(plan.pk, frozenset())
    if component not in known:
        raise AssignmentRefused(
            _("%(plan)s has no component %(component)s. Name one of: %(known)s.")
            % {"plan": plan.name, "component": component, "known": ", ".join(sorted(known))}
        )


def span_from(from_date: date, until: date | None) -> Span:
    """Raises AssignmentRefused where no day lies between the two."""
    if until is not None and until <= from_date:
        raise AssignmentRefused(
            _("The last day must not come before the first: from %(start)s until before %(end)s holds no day.")
            % {"start": from_date, "end": until}
        )
    return Span(from_date, until)
