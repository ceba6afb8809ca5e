"""Who may act on plans and pay."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from accounts.models import Role, User, reports_of
from accounts.policies import can_administer, can_run_finance
from commissions.models import ApprovalRoute, Delegation


def can_calculate(user: User) -> bool:
    return can_run_finance(user)


def can_move_periods(user: User) -> bool:
    """To review, approve and close them, and to tick off what was looked at before."""
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


def can_see_scores(user: User) -> bool:
    """What managers gave: everybody's, or those of who reports to her."""
    return user.sees_everyone or user.has_role(Role.MANAGER)


def can_enter_scores(user: User) -> bool:
    """Of whom: `may_score`."""
    return can_administer(user) or user.has_role(Role.MANAGER)


def may_score(user: User, payee_ids: Collection[int], on: date) -> frozenset[int]:
    """Those of these people whom a person may score: who reports to her on that day, directly or through others; an
    administrator everybody. Nobody scores herself or himself.
    """
    others = frozenset(payee_ids) - {user.pk}
    if can_administer(user) or not others:
        return others
    if not user.has_role(Role.MANAGER):
        return frozenset()
    reports = reports_of(user.pk, on)
    return frozenset(User.objects.filter(pk__in=others).filter(pk__in=reports).values_list("pk", flat=True))


def can_see_acceptances(user: User) -> bool:
    """Who has accepted what: of everybody, or of those who report to her."""
    return user.sees_everyone or user.has_role(Role.MANAGER)


def can_adjust(user: User) -> bool:
    """To ask for adjustments of others' pay. Of whose: `may_adjust`."""
    return can_run_finance(user) or user.has_role(Role.MANAGER)


def may_adjust(user: User, payee_ids: Collection[int], on: date) -> frozenset[int]:
    """Those of these people whose pay a person may ask to adjust: finance everybody's, a manager that of who reports to
    her on that day, directly or through others. Nobody her own.
    """
    others = frozenset(payee_ids) - {user.pk}
    if can_run_finance(user) or not others:
        return others
    if not user.has_role(Role.MANAGER):
        return frozenset()
    reports = reports_of(user.pk, on)
    return frozenset(User.objects.filter(pk__in=others).filter(pk__in=reports).values_list("pk", flat=True))


def can_decide_adjustments(user: User) -> bool:
    """Those of others, that others asked for."""
    return can_run_finance(user)


def can_keep_limits(user: User) -> bool:
    return can_administer(user)


def can_approve(user: User) -> bool:
    """Steps of statements' approval: which, is decided statement by statement."""
    return user.sees_everyone or user.has_role(Role.MANAGER)


def can_see_approvals(user: User) -> bool:
    """What waits for whom: who approves by her role, and who stands in for somebody or is named by a step today."""
    if can_approve(user):
        return True
    named = ApprovalRoute.objects.filter(person=user, who="person")
    return named.exists() or Delegation.objects.filter(to_user=user, during__contains=timezone.localdate()).exists()


def can_change_chains(user: User) -> bool:
    return can_administer(user)


def may_dispute(user: User, payee: User, on: date) -> bool:
    """The payee herself, or for her a manager to whom she reports on that day, directly or through others."""
    if user.pk == payee.pk:
        return True
    return user.has_role(Role.MANAGER) and User.objects.filter(pk=payee.pk, pk__in=reports_of(user.pk, on)).exists()


def may_handle(user: User, payee_id: int, on: date) -> bool:
    """To answer disputes, take them on and end them: finance, and a payee's managers. Nobody her own."""
    if user.pk == payee_id:
        return False
    if can_run_finance(user):
        return True
    return user.has_role(Role.MANAGER) and User.objects.filter(pk=payee_id, pk__in=reports_of(user.pk, on)).exists()


def can_see_queue(user: User) -> bool:
    """Of disputes: all, or those of who reports to her."""
    return can_run_finance(user) or user.has_role(Role.MANAGER)
