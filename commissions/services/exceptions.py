"""Naming whose statements a period closes without, and why they need no approval."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import ApprovalException, Period
from commissions.selectors.obstacles import unapproved
from commissions.services.checklist import hold_moving
from commissions.services.refusals import MoveRefused


@transaction.atomic
def except_statements(
    *, period: Period, statements: Collection[int], reason: str, acting_user: User | None, now: datetime
) -> int:
    """Let the period close although these statements aren't approved, for a reason; returns how many. Or MoveRefused.

    One that is approved or excepted already is left as it is.
    """
    hold_moving(period)
    if not reason.strip():
        raise MoveRefused(_("Say why these statements need no approval: whoever looks later will ask."))
    found = list(unapproved(period).filter(pk__in=statements).select_related("payee"))
    if acting_user and acting_user.pk in {row.payee_id for row in found}:
        raise MoveRefused(_("Nobody decides about her or his own pay: leave your own out, and ask a colleague."))
    ApprovalException.objects.bulk_create(
        ApprovalException(
            period=period, payee=row.payee, currency=row.currency, reason=reason.strip(), by=acting_user, at=now
        )
        for row in found
    )
    return len(found)


@transaction.atomic
def withdraw_exception(*, period: Period, pk: int) -> None:
    """It needs an approval after all. Raises MoveRefused."""
    hold_moving(period)
    ApprovalException.objects.filter(period=period, pk=pk).delete()
