"""How a company keeps its books: which account takes what, and over which time a contract's cost is written down."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from commissions.models import Plan
from ledger.engine.capitalised import EXPEDIENT_MONTHS
from ledger.engine.journal import Kind


class AccountRule(models.Model):
    """An account of the company's own for what moves. Without one, the default of `journal.DEFAULT_CHART` takes it."""

    KINDS = [
        (Kind.EARNED.value, _("Earned by lines")),
        (Kind.ADJUSTED.value, _("Adjustments")),
        (Kind.GUARANTEED.value, _("Guarantees and draws that aren't recovered")),
        (Kind.FORGIVEN.value, _("Draws forgiven")),
        (Kind.LENT.value, _("Draws to be recovered")),
        (Kind.HELD.value, _("Earned, not due yet")),
        (Kind.PAYABLE.value, _("Payable")),
        (Kind.ACCRUED.value, _("Accrued for periods that aren't closed")),
        (Kind.PAID.value, _("Paid out")),
        (Kind.CAPITALISED.value, _("Costs of contracts, added")),
        (Kind.EXPENSED.value, _("Costs of contracts, out of the expense")),
        (Kind.AMORTISED.value, _("Costs of contracts, amortised")),
        (Kind.IMPAIRED.value, _("Costs of contracts, impaired")),
        (Kind.WRITTEN_DOWN.value, _("Costs of contracts, written down")),
    ]

    kind = models.CharField(_("what moves"), max_length=20, choices=KINDS)
    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plan"),
        help_text=_("Empty: of every plan."),
    )  # fmt: skip
    component = models.CharField(
        _("component"), max_length=100, blank=True, help_text=_("Its key, such as new-business. Empty: every one.")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"),
        help_text=_("On the last day of the period. Empty: of every team."),
    )  # fmt: skip
    code = models.CharField(_("account"), max_length=40)
    name = models.CharField(_("name of the account"), max_length=120)
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "plan", "component", "team"], nulls_distinct=False, name="ledger_accountrule_once"
            ),
        ]


class CostPolicy(models.Model):
    """What a company treats as a cost to obtain a contract, and over which time it has the benefit. There is one."""

    benefit_months = models.IntegerField(
        _("months of benefit"), default=36,
        help_text=_("Of a deal that names no term of its own, or of every deal where terms aren't used."),
    )  # fmt: skip
    uses_term = models.BooleanField(
        _("a deal's own term counts"), default=True, help_text=_("Where it names one, in months.")
    )
    is_expedient = models.BooleanField(
        _("up to 12 months of benefit are expensed at once"), default=True,
        help_text=_("The practical expedient of ASC 340-40-25-4 and IFRS 15.94."),
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ledger_costpolicy_only_one"),
            models.CheckConstraint(condition=Q(benefit_months__range=(1, 600)), name="ledger_costpolicy_months"),
        ]

    @property
    def least_months(self) -> int:
        """The shortest benefit that makes an asset."""
        return EXPEDIENT_MONTHS + 1 if self.is_expedient else 1


class ExpensedComponent(models.Model):
    """A component whose pay isn't a cost of obtaining contracts, such as one for scores or for keeping customers."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    component = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "component"], name="ledger_expensedcomponent_once")]
