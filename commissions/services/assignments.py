"""Who is on which plan, and what is expected of them, from a day to before another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.models import Assignment, Plan, PlanVersion, Quota
from commissions.services.stale import note_payees

_BATCH = 2_000
Held = TypeVar("Held", Assignment, Quota)


class AssignmentRefused(ValueError):  # noqa: N818 a name of the field
    """An assignment or quota that can't be. The message says why and what to do."""


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
    during = _range(from_date, until)
    known = _near(Assignment.objects.filter(plan=plan), payees, during)
    rows = [Assignment(plan=plan, payee=payee, during=_hull(during, known.get(payee.pk, ()))) for payee in payees]
    _replace(Assignment, known, rows)
    if quota_minor is not None:
        set_quota(
            plan=plan, payees=payees, from_date=from_date, until=until, quota_minor=quota_minor, per=per,
            acting_user=acting_user, now=now,
        )  # fmt: skip
    _announce(payees, from_date, until, now)


@transaction.atomic
def unassign(
    *,
    plan: Plan,
    payees: Sequence[User],
    from_date: date,
    until: date | None,
    acting_user: User | None,  # noqa: ARG001 every write names its actor
    now: datetime,
) -> None:
    """Take payees off a plan for a range of days; the days before and after stay."""
    during = _range(from_date, until)
    known = _near(Assignment.objects.filter(plan=plan), payees, during)
    rows = [
        Assignment(plan=plan, payee_id=row.payee_id, during=piece)
        for found in known.values()
        for row in found
        for piece in _without(row.during, during)
    ]
    _replace(Assignment, known, rows)
    _announce(payees, from_date, until, now)


@transaction.atomic
def set_quota(
    *,
    plan: Plan,
    payees: Sequence[User],
    from_date: date,
    until: date | None,
    quota_minor: int,
    per: str | None,
    acting_user: User | None,  # noqa: ARG001 every write names its actor
    now: datetime,
    kind: str = Quota.Kind.AMOUNT,
    component: str = "",
) -> None:
    """Expect so much per month, quarter or year for a range of days; quotas before and after stay as they were.

    `quota_minor` is money in minor units; of kind units, millionths of a unit or deal. `component` is a key of the
    plan, or empty for every component that has none of its own. Raises AssignmentRefused.
    """
    during = _range(from_date, until)
    per = _checked_per(quota_minor, kind, per)
    _check_component(plan, component)
    same: dict[str, Any] = {"plan": plan, "kind": kind, "component": component}
    known = _near(Quota.objects.filter(**same), payees, during)
    kept = [
        Quota(**same, payee_id=row.payee_id, per=row.per, amount_minor=row.amount_minor, during=piece)
        for found in known.values()
        for row in found
        for piece in _without(row.during, during)
    ]
    new = [Quota(**same, payee=payee, per=per, amount_minor=quota_minor, during=during) for payee in payees]
    _replace(Quota, known, [*kept, *new])
    # A quota that starts inside a window may be the one of that whole window: begin where the longest one begins.
    _announce(payees, date(from_date.year, 1, 1), until, now)


def _checked_per(amount: int, kind: str, per: str | None) -> str:
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


def _check_component(plan: Plan, component: str) -> None:
    """A component that no version of the plan has, draft or not, is a slip."""
    if not component:
        return
    documents = PlanVersion.objects.filter(plan=plan).values_list("document__components", flat=True)
    known = dict.fromkeys(part["key"] for parts in documents for part in parts or ())
    if component not in known:
        raise AssignmentRefused(
            _("%(plan)s has no component %(component)s. Name one of: %(known)s.")
            % {"plan": plan.name, "component": component, "known": ", ".join(known)}
        )


def _range(from_date: date, until: date | None) -> DateRange:
    if until is not None and until <= from_date:
        raise AssignmentRefused(
            _("The last day must not come before the first: from %(start)s until before %(end)s holds no day.")
            % {"start": from_date, "end": until}
        )
    return DateRange(from_date, until)


def _near(rows: models.QuerySet[Held], payees: Sequence[User], during: DateRange) -> dict[int, list[Held]]:
    """Rows by payee that share days with the range, or end or begin beside it; locked."""
    found: dict[int, list[Held]] = {}
    mine = rows.filter(payee__in=[payee.pk for payee in payees])
    near = mine.filter(during__overlap=during) | mine.filter(during__adjacent_to=during)
    for row in near.select_for_update().order_by("pk"):
        found.setdefault(row.payee_id, []).append(row)
    return found


def _hull(during: DateRange, rows: Iterable[Assignment]) -> DateRange:
    ranges = [during, *(row.during for row in rows)]
    upper = None if any(each.upper is None for each in ranges) else max(each.upper for each in ranges)
    return DateRange(min(each.lower for each in ranges), upper)


def _without(whole: DateRange, cut: DateRange) -> Iterator[DateRange]:
    """What is left of a range before and after another."""
    if whole.lower < cut.lower:
        end = cut.lower if whole.upper is None else min(whole.upper, cut.lower)
        yield DateRange(whole.lower, end)
    if cut.upper is not None and (whole.upper is None or cut.upper < whole.upper):
        yield DateRange(max(whole.lower, cut.upper), whole.upper)


def _replace(model: type[Held], known: Mapping[int, Sequence[Held]], rows: Sequence[Held]) -> None:
    old = [row.pk for found in known.values() for row in found]
    try:
        with transaction.atomic():
            model.objects.filter(pk__in=old).delete()
            model.objects.bulk_create(rows, batch_size=_BATCH)
    except IntegrityError as error:
        raise AssignmentRefused(
            _("Somebody else changed these assignments at the same moment, so nothing was changed. Try again.")
        ) from error


def _announce(payees: Sequence[User], start: date, until: date | None, now: datetime) -> None:
    note_payees(payee_ids=[payee.pk for payee in payees], start=start, until=until, now=now)
    signals.statements_stale.send(Assignment)
