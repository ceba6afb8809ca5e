"""Adjustments from a list: all of it or nothing, and each row once however often it is sent."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.pasted import PastedRow
from commissions.models import AdjustmentGroup
from commissions.selectors.adjustments_check import Given, check
from commissions.services.adjustments import AdjustmentRefused, Source, lock_adjustments, propose_adjustments


@transaction.atomic
def apply_list(
    *, rows: Sequence[PastedRow], given: Given, fingerprint: str, file_name: str, acting_user: User, now: datetime
) -> int:
    """Do what a check of these rows said; returns how many adjustments were asked for. Raises AdjustmentRefused, and
    Refused where there are too many rows.

    Whoever sends a list a second time waits for the first, and finds all of it there.
    """
    lock_adjustments()
    checked = check(rows, given, user=acting_user, today=timezone.localdate(now))
    if checked.is_refused:
        raise AdjustmentRefused(_("Some rows are refused, so nothing was changed. Correct them first."))
    wanted = checked.wanted
    if not wanted:
        return 0
    if checked.fingerprint != fingerprint:
        raise AdjustmentRefused(_("Some of these statements have changed since you looked. Look at the rows again."))
    number = AdjustmentGroup.objects.filter(content_hash=checked.content_hash).count()
    source = Source(f"{checked.content_hash[:48]}-{number}", "file", file_name, checked.content_hash)
    return propose_adjustments(wanted=wanted, source=source, acting_user=acting_user, now=now).adjustments.count()
