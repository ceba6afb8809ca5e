"""Where people's money goes: proposed by one person, confirmed by another, each change told to whose money it is."""

from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from payouts import policies, signals
from payouts.engine.bank_details import BankDetails, BankDetailsError, checked, masked
from payouts.models import BankAccount, PayoutProfile, seal
from payouts.services.locks import lock_payouts
from payouts.services.refusals import PayoutRefused
from payouts.services.writing import log, refuse_outsiders
from sales.selectors.messages import in_words

PROPOSED: Final = "proposed"
CONFIRMED: Final = "confirmed"
REFUSED: Final = "refused"
ENDED: Final = "ended"


@transaction.atomic
def propose_account(
    *,
    user: User,
    kind: str,
    currency: str,
    holder: str,
    number: str,
    bank_code: str = "",
    bank_name: str = "",
    holding: str = BankAccount.Holding.CHECKING,
    acting_user: User,
    now: datetime,
) -> BankAccount:
    """An account that waits for somebody else to confirm it; one that waits already is replaced by it.

    Raises ValidationError by field, PermissionDenied.
    """
    if acting_user.pk != user.pk and not policies.can_pay(acting_user):
        raise PermissionDenied(_("Only a person herself and finance propose where her money goes."))
    details = checked_details(kind, number, bank_code)
    lock_payouts()
    waiting = BankAccount.objects.filter(user=user, currency=currency, status=BankAccount.Status.PROPOSED)
    waiting.update(status=BankAccount.Status.ENDED, ended_at=now)
    row = BankAccount.objects.create(
        user=user, kind=kind, currency=currency, holder=holder, bank_name=bank_name, bank_code=details.bank_code,
        holding=holding, number_sealed=seal(details.number), mask=masked(details.number),
        proposed_by=acting_user, proposed_at=now,
    )  # fmt: skip
    _announce(row, PROPOSED, acting_user, now)
    return row


def checked_details(kind: str, number: str, bank_code: str) -> BankDetails:
    """Raises ValidationError by field, in the reader's language."""
    try:
        return checked(kind, number, bank_code)
    except BankDetailsError as error:
        raise ValidationError({error.field: in_words(error.told)[0]}) from None


@transaction.atomic
def confirm_account(*, account: BankAccount, acting_user: User, now: datetime) -> BankAccount:
    """Use the account from now on, instead of the one of that currency so far. Raises PayoutRefused."""
    row = _waiting(account, acting_user)
    used = BankAccount.objects.filter(user=row.user_id, currency=row.currency, status=BankAccount.Status.CONFIRMED)
    used.update(status=BankAccount.Status.ENDED, ended_at=now)
    return _decided(row, BankAccount.Status.CONFIRMED, CONFIRMED, acting_user, now)


@transaction.atomic
def refuse_account(*, account: BankAccount, acting_user: User, now: datetime) -> BankAccount:
    """Don't use it. Raises PayoutRefused, PermissionDenied."""
    return _decided(_waiting(account, acting_user), BankAccount.Status.REFUSED, REFUSED, acting_user, now)


def _waiting(account: BankAccount, acting_user: User) -> BankAccount:
    if not policies.may_decide_account(acting_user, owner_id=account.user_id, proposed_by_id=account.proposed_by_id):
        raise PermissionDenied(_("Somebody of finance other than its owner and who proposed it decides about it."))
    lock_payouts()
    row = BankAccount.objects.select_for_update().get(pk=account.pk)
    if row.status != BankAccount.Status.PROPOSED:
        raise PayoutRefused(_("Somebody else was quicker: this account no longer waits. Reload the page."))
    return row


def _decided(row: BankAccount, status: str, what: str, acting_user: User, now: datetime) -> BankAccount:
    row.status, row.decided_by, row.decided_at = status, acting_user, now
    row.save(update_fields=["status", "decided_by", "decided_at"])
    _announce(row, what, acting_user, now)
    return row


@transaction.atomic
def end_account(*, account: BankAccount, acting_user: User, now: datetime) -> None:
    """No longer use an account, or take a proposal back. A second time nothing happens. Raises PermissionDenied."""
    if acting_user.pk != account.user_id and not policies.can_pay(acting_user):
        raise PermissionDenied(_("Only a person herself and finance end the use of her account."))
    lock_payouts()
    standing = BankAccount.objects.filter(pk=account.pk, status__in=["proposed", "confirmed"])
    if standing.update(status=BankAccount.Status.ENDED, ended_at=now):
        _announce(account, ENDED, acting_user, now)


def _announce(row: BankAccount, what: str, acting_user: User, now: datetime) -> None:
    signals.account_changed.send(BankAccount, account_id=row.pk, what=what)
    log(f"bank account {what}", row.pk, acting_user, now)


@transaction.atomic
def save_profile(
    *,
    user: User,
    method: str,
    currency: str,
    payroll_id: str,
    minimum_minor: int | None,
    acting_user: User,
    now: datetime,
) -> PayoutProfile:
    """How a person is paid. Drafts keep to what they were made with. Raises PermissionDenied."""
    refuse_outsiders(acting_user)
    row, _created = PayoutProfile.objects.update_or_create(
        user=user,
        defaults={
            "method": method, "currency": currency, "payroll_id": payroll_id, "minimum_minor": minimum_minor,
        },
    )  # fmt: skip
    log("payout profile saved", user.pk, acting_user, now)
    return row
