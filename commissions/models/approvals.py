"""Who approves what people are paid, what was approved, and what payees accepted."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from commissions.models.periods import Period
from commissions.models.plans import Plan
from commissions.models.statements import Statement
from core.history import untracked
from core.models import no_overlap

LONGEST_COMMENT = 1000


class Who(models.TextChoices):
    """Whose turn a step is; the engine's words."""

    MANAGER = "manager", _("Manager of the payee")
    FINANCE = "finance", _("Finance")
    ADMIN = "admin", _("Administrator")
    PERSON = "person", _("A person")


class ApprovalChain(models.Model):
    """The steps that statements of a plan, of a team or of everybody go through. It never changes: a trigger sees to
    that. Of each, the latest row counts; one without a document says that there is none of its own from then on.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="approval_chains")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="approval_chains")
    document = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(plan=None) | Q(team=None), name="commissions_approvalchain_of_one_thing")
        ]


class Approval(models.Model):
    """What one person decided about one step of a revision of a statement. It never changes: a trigger sees to that.

    A recalculation may take the statement away, and what was decided about it stays: hence its own payee and period.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Rejection withdrawn")

    statement = models.ForeignKey(
        Statement, models.DO_NOTHING, related_name="approvals", db_constraint=False, db_index=False
    )
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    payee = models.ForeignKey(User, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    revision = models.IntegerField()
    payable_minor = models.BigIntegerField(help_text=_("Of that revision."))
    chain = models.ForeignKey(
        ApprovalChain, models.PROTECT, null=True, related_name="+", help_text=_("None: the usual one, finance alone.")
    )
    step = models.SmallIntegerField(help_text=_("Its place in the chain, from 0."))
    round = models.SmallIntegerField(default=0, help_text=_("How many rejections were withdrawn before it."))
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    comment = models.CharField(_("comment"), max_length=LONGEST_COMMENT, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "revision", "chain", "step", "round"],
                condition=~Q(verdict="withdrawn"),
                nulls_distinct=False,
                name="commissions_approval_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "revision", "chain", "round"],
                condition=Q(verdict="withdrawn"),
                nulls_distinct=False,
                name="commissions_approval_withdrawn_once",
            ),
            models.CheckConstraint(
                condition=~Q(by=F("payee")) & (Q(on_behalf_of=None) | ~Q(on_behalf_of=F("payee"))),
                name="commissions_approval_second_person",
            ),
            models.CheckConstraint(
                condition=Q(verdict="approved") | ~Q(comment=""), name="commissions_approval_reason"
            ),
        ]


class Delegation(models.Model):
    """Who approves for somebody, from a day to before another: to one person at a time."""

    from_user = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    to_user = models.ForeignKey(User, models.PROTECT, related_name="delegated")
    during = DateRangeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            no_overlap("from_user", name="commissions_delegation_one_at_a_time"),
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="commissions_delegation_to_another"),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="commissions_delegation_has_days",
            ),
        ]


class StatementAcceptance(models.Model):
    """That a payee accepted a revision of her statement. It never changes: a trigger sees to that. Out of date once the
    statement has another revision.
    """

    statement = models.ForeignKey(
        Statement, models.DO_NOTHING, related_name="acceptances", db_constraint=False, db_index=False
    )
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    payee = models.ForeignKey(User, models.PROTECT, related_name="+")
    revision = models.IntegerField()
    payable_minor = models.BigIntegerField(help_text=_("Of that revision."))
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "revision"], name="commissions_statementacceptance_once")
        ]


@untracked("It is worked out from what has a history.")
class ApprovalRoute(models.Model):
    """Where the approval of a revision of a statement stands and whom it waits for: what lists and reminders read.

    Worked out from everything else, so it may be thrown away at any time. One of another revision is old. No act
    goes by it: it works out the same again, under a lock.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        REJECTED = "rejected", _("Rejected")
        APPROVED = "approved", _("Approved")

    statement = models.OneToOneField(
        Statement, models.CASCADE, primary_key=True, related_name="route", db_constraint=False
    )
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False)
    payee = models.ForeignKey(User, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    revision = models.IntegerField()
    chain = models.ForeignKey(ApprovalChain, models.CASCADE, null=True, related_name="+", db_constraint=False)
    plan = models.ForeignKey(
        Plan, models.CASCADE, null=True, related_name="+", db_constraint=False, help_text=_("Of all of its lines.")
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, related_name="+", db_constraint=False, help_text=_("On the period's last day.")
    )
    state = models.CharField(max_length=8, choices=State.choices)
    step = models.SmallIntegerField(null=True, help_text=_("The next one; its place in the chain, from 0."))
    who = models.CharField(max_length=7, choices=Who.choices, blank=True)
    person = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="+", db_constraint=False, help_text=_("Of a manager or a person.")
    )
    taken = ArrayField(models.BigIntegerField(), default=list, help_text=_("Who may take no further step."))
    mean_minor = models.BigIntegerField(null=True, help_text=_("Of what the last statements before it pay."))
    waits_since = models.DateTimeField(help_text=_("Since when it is this step's turn."))

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=Q(state="waiting"), name="commissions_route_person"),
            models.Index(fields=["who"], condition=Q(state="waiting"), name="commissions_route_who"),
        ]


@untracked("A note of when a reminder went out.")
class ApprovalReminder(models.Model):
    """When a person was last reminded by e-mail of what waits for her: at most once a day."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    sent_on = models.DateField()
