"""Holding a person's pay, and letting it go."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import ApprovalException
from payouts.models import Hold, Payout
from payouts.services.batches import drop_payouts
from payouts.services.locks import lock_payouts
from payouts.services.writing import log, refuse_outsiders


@transaction.atomic
def place_hold(*, user: User, reason: str, acting_user: User | None, now: datetime) -> Hold:
    """Pay a person nothing from now on; she is taken out of drafts too. One who is held already stays so."""
    refuse_outsiders(acting_user)
    lock_payouts()
    row, is_new = Hold.objects.get_or_create(
        user=user, released_at=None, defaults={"reason": reason, "placed_by": acting_user, "placed_at": now}
    )
    if is_new:
        drop_payouts(Payout.objects.filter(payee=user, status=Payout.Status.DRAFT), reason)
        log("hold placed on", user.pk, acting_user, now)
    return row


@transaction.atomic
def release_hold(*, hold: Hold, acting_user: User | None, now: datetime) -> None:
    """Pay her again, with the next batch. A second time nothing happens."""
    refuse_outsiders(acting_user)
    lock_payouts()
    released = Hold.objects.filter(pk=hold.pk, released_at=None).update(released_by=acting_user, released_at=now)
    if released:
        log("hold released of", hold.user_id, acting_user, now)


@transaction.atomic
def hold_exceptions(*, period_id: int, now: datetime) -> None:
    """Hold whom a period closed without an approval, for the reason that was given, until somebody releases her."""
    lock_payouts()
    for row in ApprovalException.objects.filter(period=period_id).select_related("payee", "by").order_by("pk"):
        reason = _("Closed without an approval: %(why)s") % {"why": row.reason}
        place_hold(user=row.payee, reason=reason[:300], acting_user=row.by, now=now)
