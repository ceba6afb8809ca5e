"""Tokens of the API: made by whoever they stand for, shown once."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from accounts.policies import can_run_finance

MOST_TOKENS = 20


class TokenRefused(ValueError):  # noqa: N818 a name of the field
    """A token that isn't made. The message says why and what to do."""


def create_token(*, user: User, name: str, scope: str, days: int, now: datetime) -> tuple[ApiToken, str]:
    """A token and its text, which nobody can read again. Raises TokenRefused."""
    if scope == ApiToken.Scope.WRITE and not can_run_finance(user):
        raise TokenRefused(_("Only finance and administrators change anything through the API. Choose to read."))
    if ApiToken.objects.filter(user=user, expiry__gt=now).count() >= MOST_TOKENS:
        raise TokenRefused(_("You have %(most)s tokens already. Revoke one first.") % {"most": MOST_TOKENS})
    made: tuple[ApiToken, str] = ApiToken.objects.create(user=user, expiry=timedelta(days=days), name=name, scope=scope)
    return made


def revoke_token(*, user: User, digest: str) -> bool:
    """Whether there was one."""
    deleted, _rows = ApiToken.objects.filter(user=user, digest=digest).delete()
    return bool(deleted)
