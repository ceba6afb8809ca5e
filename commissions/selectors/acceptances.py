"""Which versions of their plans people have accepted, and which they have yet to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from commissions.engine.schema import PlanDocument
from commissions.models import Acceptance, Assignment, Plan, PlanVersion
from commissions.selectors.documents import document_of
from commissions.selectors.words import ChangeGroup, changes

Asked: TypeAlias = "QuerySet[Any, Any]"  # rows with payee, version and done


@dataclass(frozen=True, slots=True)
class ToAccept:
    """A version that somebody is asked to accept, and what it changes in the one that she accepted before."""

    version: PlanVersion
    before: PlanVersion | None  # None: she accepted none of this plan yet
    changes: tuple[ChangeGroup, ...]


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    payee: User
    version: PlanVersion
    acceptance: Acceptance | None


@dataclass(frozen=True, slots=True)
class AcceptanceCount:
    asked: int
    accepted: int

    @property
    def missing(self) -> int:
        return self.asked - self.accepted


def versions_of(user: User, today: date) -> QuerySet[PlanVersion]:
    """The published versions that a person is or will be paid by, from today on: she may accept these."""
    ahead = DateRange(today, None)
    hers = Assignment.objects.filter(payee=user, plan=OuterRef("plan"), during__overlap=OuterRef("during"))
    found = PlanVersion.objects.filter(status=PlanVersion.Status.PUBLISHED, during__overlap=ahead)
    return found.filter(Exists(hers.filter(during__overlap=ahead)))


def unaccepted(user: User, today: date) -> tuple[PlanVersion, ...]:
    """Those of her versions that she has not accepted, with `plan`, what comes first first.

    `has_changed`: she accepted an earlier one.
    """
    done = Acceptance.objects.filter(payee=user, plan_version=OuterRef("pk"))
    earlier = Acceptance.objects.filter(
        payee=user, plan_version__plan=OuterRef("plan"), plan_version__number__lt=OuterRef("number")
    )
    found = versions_of(user, today).filter(~Exists(done)).select_related("plan").defer("source", "document")
    return tuple(found.annotate(has_changed=Exists(earlier)).order_by("during", "plan__name"))


def accepted_before(user: User, version: PlanVersion) -> PlanVersion | None:
    """The latest earlier version of the same plan that she accepted."""
    earlier = PlanVersion.objects.filter(plan=version.plan_id, number__lt=version.number, acceptances__payee=user)
    return earlier.order_by("-number").first()


def to_accept(user: User, version: PlanVersion, today: date) -> ToAccept | None:
    """None where she is not asked to accept it, or has done so."""
    if not versions_of(user, today).filter(pk=version.pk).exists() or acceptance_of(user, version):
        return None
    before = accepted_before(user, version)
    said = changes(*map(_rules, (before, version))) if before else ()
    return ToAccept(version, before, said)


def _rules(version: PlanVersion) -> PlanDocument:
    """What it pays: the examples are those of whoever wrote it."""
    return document_of(version).model_copy(update={"examples": ()})


def acceptance_of(user: User, version: PlanVersion) -> Acceptance | None:
    return Acceptance.objects.filter(payee=user, plan_version=version).first()


def acceptances_asked(viewer: User, today: date, *, text: str, plan: Plan | None, done: bool | None) -> Asked:
    """Whom of those that the viewer sees is asked to accept what: `payee` and `version`, and whether it is `done`."""
    ahead = DateRange(today, None)
    in_force = Q(plan__versions__status=PlanVersion.Status.PUBLISHED, plan__versions__during__overlap=ahead)
    together = in_force & Q(plan__versions__during__overlap=F("during"))
    found = Assignment.objects.filter(together, during__overlap=ahead, payee__is_active=True)
    if not viewer.sees_everyone:
        found = found.filter(payee__in=User.objects.visible_to(viewer, today))
    if text:
        found = found.filter(Q(payee__name__icontains=text) | Q(payee__email__icontains=text))
    if plan:
        found = found.filter(plan=plan)
    signed = Acceptance.objects.filter(payee=OuterRef("payee"), plan_version=OuterRef("plan__versions"))
    asked = found.annotate(version=F("plan__versions"), done=Exists(signed))
    if done is not None:
        asked = asked.filter(done=done)
    order = ("payee__name", "payee", "plan__name", "version")
    return asked.values("payee", "version", "done", "payee__name", "plan__name").order_by(*order).distinct()


def acceptance_count(asked: Asked) -> AcceptanceCount:
    """One query."""
    counted = asked.aggregate(asked=Count("*"), accepted=Count("done", filter=Q(done=True)))
    return AcceptanceCount(counted["asked"], counted["accepted"])


def acceptance_rows(asked: Sequence[Mapping[str, Any]]) -> tuple[AcceptanceRow, ...]:
    """The rows of a page: three queries, however many there are."""
    people: dict[int, User] = User.objects.in_bulk({row["payee"] for row in asked})
    versions = PlanVersion.objects.select_related("plan").defer("document", "source")
    by_key = versions.in_bulk({row["version"] for row in asked})
    found = Acceptance.objects.filter(payee__in=people, plan_version__in=by_key)
    signed = {(row.payee_id, row.plan_version_id): row for row in found}
    return tuple(
        AcceptanceRow(people[row["payee"]], by_key[row["version"]], signed.get((row["payee"], row["version"])))
        for row in asked
    )


def acceptance_history(payee: User) -> QuerySet[Acceptance]:
    """Everything that a person accepted, the latest first."""
    found = Acceptance.objects.filter(payee=payee).select_related("plan_version__plan")
    return found.defer("plan_version__document", "plan_version__source").order_by("-accepted_at", "-pk")
