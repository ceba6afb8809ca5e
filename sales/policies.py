"""Who may act on deals. Who may see one is `Deal.objects.visible_to`: a deal that a person can't see is a 404.

Reps see their own deals and those they share, managers also those of their reports, finance and administrators all.

Administrators change every deal, whenever: what they change in a closed pay period is made up for in an open one.
Reps and managers enter, change and close deals of their own while these are open, because in a company without a CRM
connection nobody else would. They name neither another owner nor shares, so nobody gives herself a part of another's
deal, and once a deal is closed it is pay: only an administrator changes it. Finance reads, since who pays out should
not also write what is paid for; but it records what customers paid.
"""

from accounts.models import Role, User
from accounts.policies import can_administer
from sales.models import Deal


def can_create_deal(user: User) -> bool:
    return user.has_role(Role.REP, Role.MANAGER, Role.ADMIN)


def can_edit_deal(user: User, deal: Deal) -> bool:
    return can_administer(user) or _has_in_hand(user, deal)


def can_close_deal(user: User, deal: Deal) -> bool:
    """Only an open deal is closed; taking a won one back is an edit."""
    return deal.status == Deal.Status.OPEN and can_edit_deal(user, deal)


def can_cancel_deal(user: User, deal: Deal) -> bool:
    """Only a won one is cancelled, and what is closed is changed by who may edit it then."""
    return deal.status == Deal.Status.WON and deal.cancelled_on is None and can_edit_deal(user, deal)


def can_record_payments(user: User) -> bool:
    """What customers paid is finance's to know; who sells reads it."""
    return user.has_role(Role.FINANCE, Role.ADMIN)


def can_keep_rates(user: User) -> bool:
    """Exchange rates decide about everybody's pay, and come from finance's books."""
    return user.has_role(Role.FINANCE, Role.ADMIN)


def can_choose_who_is_credited(user: User) -> bool:
    """Whether she names owners and shares, or only enters deals of her own."""
    return can_administer(user)


def _has_in_hand(user: User, deal: Deal) -> bool:
    is_her_own = user.pk is not None and deal.owner_id == user.pk
    return is_her_own and deal.status == Deal.Status.OPEN and can_create_deal(user)
