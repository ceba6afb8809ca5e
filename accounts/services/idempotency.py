"""An act through the API is done once, however often it is asked for with the same key."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import IdempotentRequest, User

KEPT = timedelta(hours=24)
Answer = tuple[int, Any]  # status, and what JSON says


class KeyUsed(ValueError):  # noqa: N818 a name of the field
    """The key came with another request before. The message says so."""


def answered_once(
    *, user: User, key: str, digest: str, now: datetime, act: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """What `act` answers, or answered the first time; and whether that was before. Raises KeyUsed.

    1. Forget a key that is older than a day.
    2. Put the key down. Of two at once the second waits here until the first is done: the database lets a key in once.
    3. Whoever put it down acts, and what is answered is kept with it, in one transaction. A refusal raises, and keeps
       nothing: the same key may try again.
    """
    with transaction.atomic():
        known = IdempotentRequest.objects.filter(user=user, key=key)
        known.filter(created_at__lt=now - KEPT).delete()
        row = IdempotentRequest(user=user, key=key, digest=digest, created_at=now)
        IdempotentRequest.objects.bulk_create([row], ignore_conflicts=True)
        kept = known.select_for_update().get()
        if kept.digest != digest:
            raise KeyUsed(_("This Idempotency-Key came with another request before."))
        if kept.status is not None:
            return (kept.status, kept.body), True
        status, body = act()
        known.update(status=status, body=body)
        return (status, body), False


def forget_old_answers(*, now: datetime) -> int:
    """Returns how many there were."""
    deleted, _rows = IdempotentRequest.objects.filter(created_at__lt=now - KEPT).delete()
    return deleted
