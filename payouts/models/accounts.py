"""Where money goes to and comes from. Numbers are sealed; what is shown is the mask."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import tracked

CURRENCY = r"^[A-Z]{3}$"


class AccountKind(models.TextChoices):
    IBAN = "iban", _("IBAN")
    US = "us", _("US account")
    ID = "id", _("Indonesian account")


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def visible_to(self, user: User) -> Self:
        """One's own; finance and administrators everybody's. Managers see nobody's bank details."""
        return self if user.sees_everyone else self.filter(user=user)

    def usable(self) -> Self:
        return self.filter(status=BankAccount.Status.CONFIRMED)


@tracked(secret=["number_sealed"])
class BankAccount(models.Model):
    """Where a person's money of one currency goes. Only a confirmed one is used, and there is one of a currency."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waits for confirmation")
        CONFIRMED = "confirmed", _("In use")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("No longer used")

    class Holding(models.TextChoices):
        CHECKING = "checking", _("Checking")
        SAVINGS = "savings", _("Savings")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bank_accounts")
    kind = models.CharField(_("kind"), max_length=4, choices=AccountKind.choices)
    currency = models.CharField(_("currency"), max_length=3)
    holder = models.CharField(_("account holder"), max_length=140)
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    bank_code = models.CharField(_("bank code"), max_length=11, blank=True)
    holding = models.CharField(_("type of account"), max_length=8, choices=Holding.choices, default=Holding.CHECKING)
    number_sealed = models.TextField()
    mask = models.CharField(max_length=10)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "currency"], condition=Q(status="confirmed"), name="payouts_bankaccount_one_in_use"
            ),
            models.UniqueConstraint(
                fields=["user", "currency"], condition=Q(status="proposed"), name="payouts_bankaccount_one_proposed"
            ),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="payouts_bankaccount_currency"),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | Q(proposed_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="payouts_bankaccount_two_people",
            ),
        ]


class PayoutProfile(models.Model):
    """How a person is paid, where it isn't as the company does by default."""

    class Method(models.TextChoices):
        PAYROLL = "payroll", _("With the payroll")
        BANK = "bank", _("By bank transfer")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="payout_profile"
    )
    method = models.CharField(_("paid"), max_length=7, choices=Method.choices, default=Method.PAYROLL)
    currency = models.CharField(_("payout currency"), max_length=3, blank=True)
    payroll_id = models.CharField(_("payroll id"), max_length=50, blank=True)
    minimum_minor = models.BigIntegerField(_("minimum payout"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex=CURRENCY), name="payouts_payoutprofile_currency"
            ),
            models.CheckConstraint(
                condition=Q(minimum_minor__isnull=True) | Q(minimum_minor__gte=0), name="payouts_payoutprofile_minimum"
            ),
        ]


class CompanyAccountQuerySet(models.QuerySet["CompanyAccount"]):
    def in_force(self, on: date) -> Self:
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))


@tracked(secret=["number_sealed"])
class CompanyAccount(models.Model):
    """An account of the company's own from which it pays in one currency."""

    name = models.CharField(_("name of the company, as the bank has it"), max_length=140)
    kind = models.CharField(_("kind"), max_length=4, choices=AccountKind.choices)
    currency = models.CharField(_("currency"), max_length=3)
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    bank_code = models.CharField(_("bank code"), max_length=11, blank=True)
    number_sealed = models.TextField()
    mask = models.CharField(max_length=10)
    company_id = models.CharField(_("company identification"), max_length=10, blank=True)
    destination = models.CharField(_("immediate destination"), max_length=9, blank=True)
    origin = models.CharField(_("immediate origin"), max_length=10, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = CompanyAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "currency"], condition=Q(ended_on__isnull=True), name="payouts_companyaccount_one"
            ),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="payouts_companyaccount_currency"),
        ]
