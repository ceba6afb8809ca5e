"""What the shell around every page shows."""

from functools import cache

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from commissions.policies import can_see_approvals
from commissions.selectors.approvals.waiting import waiting_count


def shell(request: HttpRequest) -> dict[str, object]:
    """Functions, so that a page without navigation asks for nothing; each is asked once a page."""
    user = getattr(request, "user", None)
    return {"approvals_waiting": cache(lambda: _approvals(user) if isinstance(user, User) else None)}


def _approvals(user: User) -> int | None:
    """How many statements wait for her; None for who approves nothing."""
    return waiting_count(user, timezone.localdate()) if can_see_approvals(user) else None
