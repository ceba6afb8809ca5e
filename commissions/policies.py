"""Who may act on plans and pay."""

from accounts.models import User
from accounts.policies import can_administer, can_run_finance


def can_calculate(user: User) -> bool:
    return can_run_finance(user)


def can_export_payouts(user: User) -> bool:
    return can_run_finance(user)


def can_publish_plans(user: User) -> bool:
    return can_administer(user)
