"""Who may see and keep the books."""

from accounts.models import User
from accounts.policies import can_run_finance


def can_see_books(user: User) -> bool:
    return can_run_finance(user)


def can_keep_books(user: User) -> bool:
    """To say which account takes what, and what is a cost of contracts."""
    return can_run_finance(user)
