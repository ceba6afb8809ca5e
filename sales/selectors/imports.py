"""Reading how far imports have come, and which wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from redis.exceptions import RedisError

from sales.models import Import

WAKE_UP_AFTER = timedelta(seconds=10)  # as long as the wake-up of the commit may take


@dataclass(frozen=True, slots=True)
class Progress:
    percent: int
    rows: int
    stage: str  # reading, comparing, writing


def progress_key(import_id: int) -> str:
    return f"sales.import:{import_id}"


def import_progress(import_id: int) -> Progress | None:
    """How far the worker has come, or None while nobody has begun.

    It is kept in Valkey: what the work writes to the database is not seen before its end.
    """
    try:
        found = cache.get(progress_key(import_id))
    except RedisError:
        return None
    return Progress(**found) if found else None


def waiting_imports(now: datetime) -> list[int]:
    """Imports whose wake-up was lost or whose worker died, and those being worked on, which a second worker skips."""
    waiting = Import.objects.filter(status=Import.Status.WAITING, created_at__lt=now - WAKE_UP_AFTER)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
