"""When people are away: parental leave, illness, a sabbatical."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts.models import Leave, User
from accounts.services.writing import log
from accounts.signals import Away, leave_changed


@transaction.atomic
def add_leave(
    *, user: User, starts_on: date, ends_on: date | None, reason: str = "", acting_user: User | None, now: datetime
) -> Leave:
    """A person is away from a day to before another; None: until further notice. Raises ValidationError by field."""
    row = Leave(user=user)
    _write(row, starts_on, ends_on, reason)
    _announce([_away(row)], "leave added", row, acting_user, now)
    return row


@transaction.atomic
def change_leave(
    *, leave: Leave, starts_on: date, ends_on: date | None, reason: str, acting_user: User | None, now: datetime
) -> Leave:
    """Give a leave other days or another reason. Raises ValidationError by field."""
    row = Leave.objects.select_for_update().select_related("user").get(pk=leave.pk)
    before = _away(row)
    _write(row, starts_on, ends_on, reason)
    _announce([] if _away(row) == before else [before, _away(row)], "leave changed", row, acting_user, now)
    return row


@transaction.atomic
def remove_leave(*, leave: Leave, acting_user: User | None, now: datetime) -> None:
    """As if it had never been: a leave that is over is ended by its last day instead."""
    row = Leave.objects.select_for_update().select_related("user").filter(pk=leave.pk).first()
    if row is None:  # somebody else was faster
        return
    gone = _away(row)
    _announce([gone], "leave removed", row, acting_user, now)
    row.delete()


def _write(row: Leave, starts_on: date, ends_on: date | None, reason: str) -> None:
    if ends_on is not None and ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The first day back must come after the first day of leave.")})
    row.during, row.reason = DateRange(starts_on, ends_on), reason.strip()
    _refuse_overlap(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # two at once
        raise ValidationError(_("Somebody else changed this leave at the same moment. Look again.")) from error


def _refuse_overlap(row: Leave) -> None:
    other = Leave.objects.filter(user=row.user, during__overlap=row.during).exclude(pk=row.pk).first()
    if other is not None:
        refused = _("%(name)s is on leave on some of these days already. Change that leave, or choose other days.")
        raise ValidationError({"starts_on": refused % {"name": row.user.name}})


def _away(row: Leave) -> Away:
    return Away(row.user_id, row.during.lower, row.during.upper)


def _announce(away: list[Away], what: str, row: Leave, acting_user: User | None, now: datetime) -> None:
    if away:
        leave_changed.send(Leave, away=frozenset(away), acting_user=acting_user, now=now)
    log(what, row.pk, acting_user, now)
