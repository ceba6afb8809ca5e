"""Closed periods of which everything payable was paid say so."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import services as commissions
from payouts import selectors
from payouts.models import Batch


def mark_periods_paid(batch: Batch, by: User | None, now: datetime) -> None:
    """Of the periods that a batch pays. Under lock_payouts. What is sent back later leaves a period paid: it is due all
    the same, and the next batch pays it.
    """
    for period in selectors.paid_up_periods(batch, timezone.localtime(now).date()):
        note = _("By payout batch %(number)s.") % {"number": batch}
        commissions.mark_paid(period=period, acting_user=by, now=now, note=note)
