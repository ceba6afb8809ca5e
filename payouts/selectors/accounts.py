"""Bank accounts, as far as they are shown: never their numbers."""

from django.conf import settings
from django.db.models import Case, QuerySet, Value, When

from accounts.models import User
from payouts.models import BankAccount, CompanyAccount, Hold, PayoutProfile

_ORDER = {"proposed": 0, "confirmed": 1, "refused": 2, "ended": 3}


def account_rows() -> QuerySet[BankAccount]:
    """Everybody's, those that wait first."""
    place = Case(*(When(status=status, then=Value(place)) for status, place in _ORDER.items()))
    rows = BankAccount.objects.select_related("user", "proposed_by", "decided_by")
    return rows.alias(place=place).order_by("place", "user__name", "user", "currency", "-pk")


def accounts_of(user: User) -> QuerySet[BankAccount]:
    return account_rows().filter(user=user)


def profile_of(user: User) -> PayoutProfile:
    """How a person is paid, an unsaved one where it is as the company does."""
    found = PayoutProfile.objects.filter(pk=user.pk).first()
    return found or PayoutProfile(user=user, method=settings.PAYOUTS_METHOD)


def hold_of(user: User) -> Hold | None:
    return Hold.objects.select_related("placed_by").filter(user=user, released_at__isnull=True).first()


def waiting_accounts() -> int:
    return BankAccount.objects.filter(status=BankAccount.Status.PROPOSED).count()


def company_accounts() -> QuerySet[CompanyAccount]:
    """Those in use first."""
    return CompanyAccount.objects.order_by("ended_on", "currency", "kind", "pk")
