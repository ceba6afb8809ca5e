"""Who may act on plans and pay."""

from django.utils import timezone

from accounts.models import Role, User
from accounts.policies import can_administer, can_run_finance


def can_calculate(user: User) -> bool:
    return can_run_finance(user)


def can_export_payouts(user: User) -> bool:
    return can_run_finance(user)


def can_try_plans(user: User) -> bool:
    """To see what other terms would have cost, and to make a draft of them; nothing is paid by a draft."""
    return can_run_finance(user)


def can_publish_plans(user: User) -> bool:
    return can_administer(user)


def can_follow_person(user: User, person: str) -> bool:
    """What happens to somebody's numbers is heard by whoever may see them: she herself, her managers, finance."""
    if not person.isascii() or not person.isdecimal() or len(person) > 18:
        return False
    if int(person) == user.pk:
        return True
    seen: bool = User.objects.visible_to(user, timezone.localdate()).filter(pk=int(person)).exists()
    return seen


def can_see_roster(user: User) -> bool:
    """Who is on which plan, and with which quota."""
    return can_run_finance(user)


def can_assign(user: User) -> bool:
    return can_administer(user)


def can_see_acceptances(user: User) -> bool:
    """Who has accepted what: of everybody, or of those who report to her."""
    return user.sees_everyone or user.has_role(Role.MANAGER)
