"""Who may act on payouts, and whose bank details somebody may see."""

from django.conf import settings

from accounts.models import User
from accounts.policies import can_administer, can_run_finance


def can_pay(user: User) -> bool:
    """Make batches, hand them over, take in what banks answer, hold and release."""
    return can_run_finance(user)


def can_keep_company_accounts(user: User) -> bool:
    return can_administer(user)


def can_keep_mappings(user: User) -> bool:
    return can_administer(user)


def needs_second_person() -> bool:
    """Whether a batch is approved by somebody else than who made it."""
    return bool(settings.PAYOUTS_NEED_SECOND_PERSON)


def may_decide_account(user: User, *, owner_id: int, proposed_by_id: int | None) -> bool:
    """Nobody confirms an account that is her own, or that she proposed."""
    return can_pay(user) and user.pk not in (owner_id, proposed_by_id)
