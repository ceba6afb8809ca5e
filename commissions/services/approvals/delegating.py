"""Who approves for somebody who is away."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import can_administer
from commissions.models import Delegation
from commissions.policies import can_approve
from core.templatetags.juara import day


class DelegationRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was handed over. The message says why and what to do."""


def delegate(
    *, from_user: User, to_user: User, starts_on: date, last_on: date, acting_user: User, now: datetime
) -> Delegation:
    """Let somebody approve for another, from a day to another, both included. Raises DelegationRefused."""
    if refusal := _refusal(from_user, to_user, starts_on, last_on, acting_user, timezone.localdate(now)):
        raise DelegationRefused(refusal)
    during = DateRange(starts_on, last_on + timedelta(days=1))
    try:
        with transaction.atomic():
            return Delegation.objects.create(
                from_user=from_user, to_user=to_user, during=during, created_by=acting_user, created_at=now
            )
    except IntegrityError:
        raise DelegationRefused(_other(from_user, during)) from None


def _refusal(from_user: User, to_user: User, starts_on: date, last_on: date, acting: User, today: date) -> str:
    if from_user != acting and not can_administer(acting):
        return _("Only she herself, or an administrator, hands over what somebody approves.")
    if from_user == to_user:
        return _("Choose somebody else: one can't stand in for oneself.")
    if not (can_approve(to_user) and to_user.is_active and to_user.email):
        return _("%(name)s approves nothing and can't stand in. Choose a manager, finance or an administrator.") % {
            "name": to_user
        }
    if last_on < starts_on:
        return _("The last day lies before the first. Swap them.")
    if last_on < today:
        return _("These days are over. Choose a last day from today on.")
    return ""


def _other(from_user: User, during: DateRange) -> str:
    other = Delegation.objects.filter(from_user=from_user, during__overlap=during).select_related("to_user").first()
    if other is None:
        return _("It couldn't be kept. Try again.")
    return _("%(name)s stands in until %(day)s already. End that first, or choose other days.") % {
        "name": other.to_user, "day": day(other.during.upper - timedelta(days=1))
    }  # fmt: skip


@transaction.atomic
def end_delegation(*, delegation: Delegation, acting_user: User, now: datetime) -> None:
    """From today on nobody stands in; one that has not begun goes. Raises DelegationRefused."""
    if delegation.from_user_id != acting_user.pk and not can_administer(acting_user):
        raise DelegationRefused(_("Only she herself, or an administrator, hands over what somebody approves."))
    row = Delegation.objects.select_for_update().filter(pk=delegation.pk).first()
    today = timezone.localdate(now)
    if row is None or row.during.upper <= today:
        return
    if row.during.lower >= today:
        row.delete()
        return
    row.during = DateRange(row.during.lower, today)
    row.save(update_fields=["during"])
