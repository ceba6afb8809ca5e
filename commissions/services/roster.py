"""Many people put on plans, taken off them and given quotas at once: all of it or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.engine.pasted import PastedRow, Signs
from commissions.engine.roster import Held, Wish, differing, placed
from commissions.models import Assignment, PlanVersion, Quota
from commissions.selectors.pasted import Result
from commissions.selectors.roster_check import Check, check
from commissions.selectors.roster_state import (
    Place,
    assignments_at,
    documents_of,
    held_by,
    held_quota,
    quotas_at,
    range_of,
    span_of,
)
from commissions.services.stale import note_ranges
from core.periods import PeriodKind, period_of

_BATCH = 2_000


class AssignmentRefused(ValueError):  # noqa: N818 a name of the field
    """An assignment or quota that can't be; nothing was changed. The message says why and what to do."""


class RosterChanged(AssignmentRefused):
    """What is held has changed since the check that was looked at."""


@transaction.atomic
def apply_pasted(
    *,
    rows: Sequence[PastedRow],
    signs: Signs,
    fingerprint: str,
    acting_user: User | None,  # noqa: ARG001 every write names its actor
    now: datetime,
) -> Check:
    """Do what a check of these rows said. Raises AssignmentRefused, RosterChanged.

    1. Lock what those people hold on those plans. 2. Check the rows again: none may be refused, and they must do what
    was looked at. 3. Write what differs. 4. Note whose statements it makes stale.
    """
    checked = check(rows, signs, holding=_locked)
    if checked.count(Result.REFUSED):
        raise AssignmentRefused(_("Some rows are refused, so nothing was changed. Correct them first."))
    if checked.fingerprint != fingerprint:
        raise RosterChanged(
            _("Somebody changed these plans after you checked the rows, so nothing was changed. Look at them again.")
        )
    _write(checked.changes, now)
    return checked


@transaction.atomic
def apply_wishes(
    *,
    wishes: Mapping[Place, Sequence[Wish]],
    acting_user: User | None,  # noqa: ARG001 every write names its actor
    now: datetime,
) -> int:
    """Place wishes on what is held, one after the other; returns how many places changed.

    Raises commissions.engine.roster.Refused with what is wrong, AssignmentRefused when somebody was faster.
    """
    before = _locked(set(wishes))
    changes: dict[Place, tuple[Held, Held]] = {}
    for place, wanted in wishes.items():
        held = old = before.get(place, Held())
        for wish in wanted:
            held = placed(held, wish)
        if held != old:
            changes[place] = (old, held)
    _write(changes, now)
    return len(changes)


def _locked(places: set[Place]) -> dict[Place, Held]:
    for rows in (assignments_at(places), quotas_at(places)):
        list(rows.select_for_update().order_by("pk").values_list("pk"))
    return held_by(places)


def _write(changes: Mapping[Place, tuple[Held, Held]], now: datetime) -> None:
    if not changes:
        return
    try:
        with transaction.atomic():
            _write_assignments(changes)
            _write_quotas(changes)
    except IntegrityError as error:
        raise AssignmentRefused(
            _("Somebody else changed these assignments at the same moment, so nothing was changed. Try again.")
        ) from error
    note_ranges(ranges=list(_touched(changes)), now=now)
    signals.statements_stale.send(Assignment)


def _touched(changes: Mapping[Place, tuple[Held, Held]]) -> Iterator[tuple[int, date, date | None]]:
    """Payees and the days from which pay may differ. Also days long past decide: how many statements had a draw, and by
    which rule a deal closed. The day before counts too, for whoever leaves is settled with her last statement. Days on
    a plan that prorates or ramps quotas change whole windows.
    """
    plans = {place.plan for place in changes}
    versions = PlanVersion.objects.filter(plan__in=plans, document__has_key="quotas")
    ruled = set(versions.values_list("plan", flat=True))
    first_month = {plan: document.first_month for plan, document in documents_of(plans).items()}
    for place, (before, after) in changes.items():
        month = first_month.get(place.plan, 1)
        span = differing(before, after, month)
        if span and place.plan in ruled:
            yield place.payee, period_of(max(span.start, date(2, 1, 1)), PeriodKind.YEAR, month).start, None
        elif span:
            yield place.payee, max(span.start, date(2, 1, 1)) - timedelta(days=1), None


def _write_assignments(changes: Mapping[Place, tuple[Held, Held]]) -> None:
    gone = {(place, span) for place, (before, after) in changes.items() for span in {*before.spans} - {*after.spans}}
    rows = assignments_at({place for place, _span in gone})
    _delete(Assignment, [row.pk for row in rows if (Place(row.payee_id, row.plan_id), span_of(row.during)) in gone])
    new = [
        Assignment(payee_id=place.payee, plan_id=place.plan, during=range_of(span))
        for place, (before, after) in changes.items()
        for span in after.spans
        if span not in before.spans
    ]
    Assignment.objects.bulk_create(new, batch_size=_BATCH)


def _write_quotas(changes: Mapping[Place, tuple[Held, Held]]) -> None:
    gone = {
        (place, quota) for place, (before, after) in changes.items() for quota in {*before.quotas} - {*after.quotas}
    }
    rows = quotas_at({place for place, _quota in gone})
    _delete(Quota, [row.pk for row in rows if (Place(row.payee_id, row.plan_id), held_quota(row)) in gone])
    new = [
        Quota(
            payee_id=place.payee, plan_id=place.plan, kind=quota.key.kind, component=quota.key.component,
            during=range_of(quota.span), per=quota.per, amount_minor=quota.amount,
        )
        for place, (before, after) in changes.items()
        for quota in after.quotas
        if quota not in before.quotas
    ]  # fmt: skip
    Quota.objects.bulk_create(new, batch_size=_BATCH)


def _delete(model: type[Assignment] | type[Quota], keys: Sequence[int]) -> None:
    if keys:
        model.objects.filter(pk__in=keys).delete()
