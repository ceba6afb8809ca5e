"""People, what they may do, where they belonged and to whom they reported, when, and when they were away."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from core.history import tracked, untracked
from core.models import no_overlap

# A person and everybody who reports to her on a date, directly or through others. UNION (not ALL) ends a circle. By way
# of an array: of a recursion the planner expects far too many rows, and would run through them for each row outside.
_SEEN = """
SELECT unnest(array(
    WITH RECURSIVE seen(user_id) AS (
        SELECT %s::bigint
        UNION
        SELECT line.user_id FROM accounts_reportingline line JOIN seen ON line.manager_id = seen.user_id
        WHERE line.during @> %s::date
    )
    SELECT user_id FROM seen{but_herself}
))
"""


class Role(models.TextChoices):
    REP = "rep", _("Rep")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Admin")
    FINANCE = "finance", _("Finance")


class Company(models.Model):
    """The one company of this installation."""

    name = models.CharField(_("name"), max_length=200, default="Juara")
    currency = models.CharField(_("reporting currency"), max_length=3, default="USD")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="accounts_company_only_one"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="accounts_company_currency"),
        ]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User", on: date) -> Self:
        """Whose pay and numbers this person may see on that date: her own, her reports', or everybody's."""
        if user.sees_everyone:
            return self
        return self.filter(pk__in=seen_by(user.pk, on))


def seen_by(user_id: int, on: date) -> RawSQL:
    """The ids of a person and of all who report to her on that date, as a subquery."""
    return RawSQL(_SEEN.format(but_herself=""), (user_id, on))  # noqa: S611 - constant text, values bound


def reports_of(manager_id: int, on: date) -> RawSQL:
    """The ids of all who report to this manager on that date, as a subquery."""
    other = _SEEN.format(but_herself=" WHERE user_id <> %s")
    return RawSQL(other, (manager_id, on, manager_id))  # noqa: S611 - constant text, values bound


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, *, email: str | None, password: str | None = None, **fields: object) -> "User":
        user: User = self.model(email=email.lower() if email else None, **fields)
        user.set_password(password)
        user.save()
        return user


@tracked(secret=["password"], left_out=["last_login"])
class User(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of knox
    """A person: payee, manager, admin, or several of these. Without an e-mail address she cannot sign in."""

    email = models.EmailField(_("e-mail"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    external_id = models.CharField(_("external id"), max_length=100, unique=True, null=True, blank=True)
    roles = ArrayField(models.CharField(max_length=10, choices=Role.choices), default=list, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email"),
            models.CheckConstraint(condition=Q(roles__contained_by=Role.values), name="accounts_user_roles"),
        ]

    def __str__(self) -> str:
        return self.name

    def has_role(self, *roles: Role | Iterable[Role]) -> bool:
        return any(role in self.roles for role in roles)

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    @property
    def sees_everyone(self) -> bool:
        return self.has_role(Role.ADMIN, Role.FINANCE)


class Team(models.Model):
    """A node of the company's tree of teams. That the tree has no circle is kept by accounts.services."""

    name = models.CharField(_("name"), max_length=200)
    external_id = models.CharField(_("external id"), max_length=100, unique=True, null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="accounts_team_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """In which team a person is, from a day to before another: one team at a time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    during = DateRangeField()

    class Meta:
        constraints = [
            no_overlap("user", name="accounts_membership_one_team_at_a_time"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="accounts_membership_not_empty"),
        ]


class LeaveQuerySet(models.QuerySet["Leave"]):
    def visible_to(self, user: User, on: date) -> Self:
        """Her own, her reports', or everybody's: as for pay and numbers, for plans read it."""
        return self.filter(user__in=User.objects.visible_to(user, on))


class Leave(models.Model):
    """When a person is away, from a day to before another. Why is nobody's business but that of who may see it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="leaves")
    during = DateRangeField()
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        constraints = [
            no_overlap("user", name="accounts_leave_one_at_a_time"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="accounts_leave_not_empty"),
            models.CheckConstraint(condition=Q(during__lower_inf=False), name="accounts_leave_begins"),
        ]


class ReportingLine(models.Model):
    """To whom a person reports, from a day to before another: one manager at a time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="reporting_lines")
    manager = models.ForeignKey(User, models.PROTECT, related_name="direct_reports")
    during = DateRangeField()

    class Meta:
        constraints = [
            no_overlap("user", name="accounts_reportingline_one_manager_at_a_time"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="accounts_reportingline_not_empty"),
            models.CheckConstraint(condition=~Q(user=F("manager")), name="accounts_reportingline_not_to_oneself"),
        ]


@untracked("It is the history.")
class Change(models.Model):
    """One change of one row, whoever made it and by whatever means: triggers write these rows, and nothing else may.

    Columns are those of the tables (owner_id). What a row was created with isn't kept twice: it follows from the row.
    """

    class Kind(models.TextChoices):
        CREATED = "+", _("Created")
        CHANGED = "~", _("Changed")
        DELETED = "-", _("Deleted")

    at = models.DateTimeField(help_text=_("When its transaction began."))
    model = models.CharField(max_length=100, help_text="sales.deal")
    object_id = models.TextField(help_text=_("Its primary key, as text."))
    kind = models.CharField(max_length=1, choices=Kind.choices)
    user = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    source = models.TextField(help_text=_("What led to it: an address, a task, a command, or the database's user."))
    request = models.UUIDField(null=True, help_text=_("The same for all that one request or command led to."))
    changes = models.JSONField(
        null=True, help_text=_("Of a change: before and after, by column; of a deletion: the row.")
    )
    fields = ArrayField(models.TextField(), null=True, help_text=_("The columns that changed."))

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="accounts_change_at"),
            models.Index(fields=["model", "at", "id"], name="accounts_change_model"),
            models.Index(fields=["model", "object_id", "id"], name="accounts_change_object"),
            models.Index(fields=["user", "at", "id"], name="accounts_change_user", condition=Q(user__isnull=False)),
            GinIndex(fields=["fields"], name="accounts_change_fields", condition=Q(fields__isnull=False)),
            # The shares, lines and payments that a deal no longer has.
            models.Index(KT("changes__deal_id"), name="accounts_change_of_deal", condition=Q(kind="-")),
        ]


@untracked("Its key is a digest; what it was used for is in the history of what it changed.")
class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox has no types
    """What a program signs in with, as its person; kept as a digest. It may do no more than she, or only read."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices, default=Scope.READ)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="accounts_apitoken_has_name")]


@untracked("An answer that is kept for a day.")
class IdempotentRequest(models.Model):
    """What an act through the API was answered, for whoever asks again with the same key. Kept for a day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, help_text=_("Of method, address and body."))
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="accounts_idempotentrequest_once")]
