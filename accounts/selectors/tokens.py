"""Tokens of the API."""

from datetime import datetime

from accounts.models import ApiToken, User


def tokens_of(user: User, now: datetime) -> list[ApiToken]:
    """Somebody's own that still let in, the newest first."""
    return list(ApiToken.objects.filter(user=user, expiry__gt=now).order_by("-created", "digest"))
