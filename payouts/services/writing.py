"""What every service of payouts does around its own work."""

import logging
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from payouts import policies
from payouts.models import Batch

logger = logging.getLogger("payouts")


def refuse_outsiders(acting_user: User | None) -> None:
    if acting_user is not None and not policies.can_pay(acting_user):
        raise PermissionDenied(_("Only finance and administrators pay out."))


def log(what: str, row: object, acting_user: User | None, now: datetime) -> None:
    by = acting_user.pk if acting_user else "-"
    logger.info("%s %s by user %s at %s", what, row, by, now.isoformat())


def locked(batch: Batch) -> Batch:
    """The batch as it is now, which nobody else changes until the end of the transaction."""
    return Batch.objects.select_for_update().get(pk=batch.pk)


def next_number() -> int:
    """Under lock_payouts."""
    last = Batch.objects.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def reference(number: int, place: int) -> str:
    """By which a bank names a payout: 12 letters and digits, as every format takes them.

    >>> reference(7, 12)
    'B00007P00012'
    """
    return f"B{number:05}P{place:05}"
