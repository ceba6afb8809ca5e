"""Writing plans: a draft from a document, and a version that everybody is paid by from a day on."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.engine.document import document_hash, load_plan, to_json
from commissions.engine.examples import ExampleResult, run_examples
from commissions.engine.schema import PlanDocument
from commissions.models import Plan, PlanVersion
from commissions.selectors import document_of
from commissions.services.stale import note_plan


class PlanRefused(ValueError):  # noqa: N818 a name of the field
    """A version that can't be published. The message says why and what to do."""


@dataclass
class ExamplesFail(PlanRefused):
    """Examples that don't hold: what each expects and what the plan pays."""

    failing: tuple[ExampleResult, ...]

    def __str__(self) -> str:
        shown = "\n".join(line for result in self.failing for line in describe(result))
        return _("The examples of this plan don't all hold, so it can't be published:\n%(shown)s") % {"shown": shown}


@transaction.atomic
def save_draft(*, source: str, acting_user: User | None, now: datetime) -> PlanVersion:  # noqa: ARG001 every write names both
    """Validate a document and keep it as its plan's draft, in place of an earlier draft. Raises PlanInvalid."""
    document = load_plan(source)
    plan, _created = Plan.objects.get_or_create(name=document.plan)
    Plan.objects.select_for_update().get(pk=plan.pk)
    draft = plan.versions.filter(status=PlanVersion.Status.DRAFT).order_by("-number").first()
    if draft is None:
        latest = plan.versions.aggregate(number=Max("number"))["number"] or 0
        draft = PlanVersion(plan=plan, number=latest + 1)
    draft.document, draft.source, draft.hash = to_json(document), source, document_hash(document)
    draft.save()
    return draft


@transaction.atomic
def publish_version(*, version: PlanVersion, from_date: date, acting_user: User | None, now: datetime) -> PlanVersion:
    """Put a draft in force from a day on. Raises PlanRefused, ExamplesFail.

    1. Lock the plan, so that two publishers take turns.
    2. Refuse what isn't a draft, or pays in another currency or rhythm than the versions before.
    3. Run the examples: all must hold. A plan without examples may be published; the page and the command warn.
    4. End the versions before it on that day; those it replaces from their first day on are retired.
    5. Note whose statements it makes stale.
    """
    Plan.objects.select_for_update().get(pk=version.plan_id)
    version.refresh_from_db()
    _refuse_unless_draft(version)
    document = document_of(version)
    _refuse_another_rhythm(version.plan, document)
    check_examples(document)
    _make_room(version.plan, from_date)
    version.status = PlanVersion.Status.PUBLISHED
    version.during, version.published_at, version.published_by = DateRange(from_date, None), now, acting_user
    version.save(update_fields=["status", "during", "published_at", "published_by"])
    note_plan(plan=version.plan, start=from_date, now=now)
    signals.statements_stale.send(Plan)
    return version


def check_examples(document: PlanDocument) -> None:
    """Raises ExamplesFail unless every example holds."""
    failing = tuple(result for result in run_examples(document) if not result.passed)
    if failing:
        raise ExamplesFail(failing)


def describe(result: ExampleResult) -> list[str]:
    """An example and its differences, a line each."""
    lines = [("✓ " if result.passed else "✗ ") + result.name]
    for row in result.differences:
        where = " ".join(part for part in (row.payee, row.period, row.component) if part)
        text = _("    %(where)s: expected %(expected)s, got %(actual)s") % {
            "where": where, "expected": f"{row.expected:f}", "actual": f"{row.actual:f}"
        }  # fmt: skip
        lines.append(text + "".join(f" ({notice})" for notice in row.notices))
    return lines


def _refuse_unless_draft(version: PlanVersion) -> None:
    if version.status != PlanVersion.Status.DRAFT:
        raise PlanRefused(
            _("%(version)s was published before. A published version never changes: save the document as a new draft.")
            % {"version": version}
        )


def _refuse_another_rhythm(plan: Plan, document: PlanDocument) -> None:
    """x carries on from version to version, so all must count the same money over the same statements."""
    before = plan.versions.exclude(status=PlanVersion.Status.DRAFT).first()
    if before is None:
        return
    old = document_of(before)
    if (old.currency, old.period) != (document.currency, document.period):
        raise PlanRefused(
            _(
                "%(plan)s pays in %(old_currency)s per %(old_period)s, this document in %(currency)s per %(period)s. "
                "Neither may change from version to version: give the document a new plan name."
            )
            % {
                "plan": plan.name,
                "old_currency": old.currency,
                "old_period": old.period,
                "currency": document.currency,
                "period": document.period,
            }
        )


def _make_room(plan: Plan, from_date: date) -> None:
    published = plan.versions.filter(status=PlanVersion.Status.PUBLISHED)
    published.filter(during__startswith__gte=from_date).update(
        status=PlanVersion.Status.RETIRED, during=DateRange(empty=True)
    )
    for version in published.filter(during__contains=from_date):
        version.during = DateRange(version.during.lower, from_date)
        version.save(update_fields=["during"])
