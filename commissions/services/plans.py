"""Writing plans: a draft from a document, and a version that everybody is paid by from a day on."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Role, User
from commissions import signals
from commissions.engine.document import document_hash, load_plan, to_json
from commissions.engine.examples import ExampleResult, run_examples
from commissions.engine.questions import Question, questions
from commissions.engine.schema import PlanDocument
from commissions.models import Plan, PlanVersion
from commissions.selectors import document_of, in_words, notice_text
from commissions.selectors.kpi_values import kpis_read
from commissions.services.stale import note_plan
from core.templatetags import formats
from core.templatetags.juara import day, locale, moment, month_name
from kpis.selectors import KPIS


class PlanRefused(ValueError):  # noqa: N818 a name of the field
    """A version that can't be published. The message says why and what to do."""


@dataclass
class ExamplesFail(PlanRefused):
    """Examples that don't hold: what each expects and what the plan pays."""

    failing: tuple[ExampleResult, ...]

    def __str__(self) -> str:
        shown = "\n".join(line for result in self.failing for line in describe(result))
        return _("The examples of this plan don't all hold, so it can't be published:\n%(shown)s") % {"shown": shown}


@dataclass
class QuestionsOpen(PlanRefused):
    """What the plan says is allowed, but odd, and nobody has said that it is meant."""

    questions: tuple[Question, ...]

    def __str__(self) -> str:
        shown = "\n".join(f"{question.path}: {in_words(question.said)}" for question in self.questions)
        return _("Correct what is asked here, or say that it is meant:\n%(shown)s") % {"shown": shown}


class DraftChanged(PlanRefused):
    """Somebody saved or published the draft since it was read. The message says who."""


@transaction.atomic
def save_draft(*, source: str, acting_user: User | None, now: datetime) -> PlanVersion:
    """Validate a document and keep it as its plan's draft, in place of an earlier draft. Raises PlanInvalid."""
    document = load_plan(source)
    plan, _created = Plan.objects.get_or_create(name=document.plan)
    Plan.objects.select_for_update().get(pk=plan.pk)
    draft = plan.versions.filter(status=PlanVersion.Status.DRAFT).first()
    if draft is None:
        draft = PlanVersion(plan=plan, number=next_number(plan), revision=0)
    draft.document, draft.source, draft.hash = to_json(document), source, document_hash(document)
    draft.revision, draft.saved_by, draft.saved_at = draft.revision + 1, acting_user, now
    draft.save()
    return draft


def next_number(plan: Plan) -> int:
    return int(plan.versions.aggregate(number=Max("number"))["number"] or 0) + 1


@transaction.atomic
def publish_version(
    *, version: PlanVersion, from_date: date, acting_user: User | None, now: datetime, revision: int | None = None,
    is_sure: bool = False,
) -> PlanVersion:  # fmt: skip
    """Put a draft in force from a day on. Raises PlanRefused, DraftChanged, ExamplesFail, QuestionsOpen.

    1. Lock the plan, so that two publishers take turns.
    2. Refuse what isn't a draft, isn't the revision that was reviewed, or pays in another currency or rhythm than the
       versions before; and who saved it last, while somebody else could review it.
    3. Run the examples: all must hold. A plan without examples may be published; the page and the command warn.
    4. Refuse what is odd in it, unless somebody has read the questions and is sure that it is meant.
    5. End the versions before it on that day; those it replaces from their first day on are retired.
    6. Note whose statements it makes stale.
    """
    Plan.objects.select_for_update().get(pk=version.plan_id)
    version.refresh_from_db()
    _refuse_unless_draft(version)
    if revision is not None and revision != version.revision:
        raise DraftChanged(changed_text(version))
    document = document_of(version)
    _refuse_another_rhythm(version.plan, document)
    version.published_alone = _is_alone(version, acting_user)
    _refuse_unknown_kpis(document)
    results = check_examples(document)
    if not is_sure and (asked := questions(document, results)):
        raise QuestionsOpen(asked)
    _make_room(version.plan, from_date)
    version.status = PlanVersion.Status.PUBLISHED
    version.during, version.published_at, version.published_by = DateRange(from_date, None), now, acting_user
    version.save(update_fields=["status", "during", "published_at", "published_by", "published_alone"])
    note_plan(plan=version.plan, start=from_date, now=now)
    signals.statements_stale.send(Plan)
    return version


def _refuse_unknown_kpis(document: PlanDocument) -> None:
    unknown = sorted(set().union(*kpis_read([document]).values()) - set(KPIS))
    if unknown:
        raise PlanRefused(
            _("There is no KPI %(key)s, so its multiplier would never rise. Known: %(known)s.")
            % {"key": unknown[0], "known": ", ".join(KPIS)}
        )


@transaction.atomic
def retire_version(*, version: PlanVersion, from_date: date, acting_user: User, now: datetime) -> PlanVersion:
    """Let a published version pay nothing from a day on, without another in its place. Raises PlanRefused."""
    Plan.objects.select_for_update().get(pk=version.plan_id)
    version.refresh_from_db()
    _refuse_unless_in_force(version, from_date)
    start = version.during.lower
    if from_date <= start:
        version.status, version.during = PlanVersion.Status.RETIRED, DateRange(empty=True)
    else:
        version.during = DateRange(start, from_date)
    version.retired_at, version.retired_by = now, acting_user
    version.save(update_fields=["status", "during", "retired_at", "retired_by"])
    note_plan(plan=version.plan, start=max(start, from_date), now=now)
    signals.statements_stale.send(Plan)
    return version


def changed_text(version: PlanVersion) -> str:
    """Who changed the draft that somebody else has open, and when."""
    who = version.saved_by.name if version.saved_by else _("the command line")
    return _("%(who)s saved this draft at %(at)s, after you opened it.") % {
        "who": who,
        "at": moment(version.saved_at) if version.saved_at else "–",
    }


def reviewers(version: PlanVersion, acting_user: User) -> list[str]:
    """The names of those who must publish in the place of somebody who saved the draft last; nobody if she may."""
    if version.saved_by_id != acting_user.pk:
        return []
    others = User.objects.filter(is_active=True, roles__contains=[Role.ADMIN]).exclude(pk=acting_user.pk)
    return list(others.order_by("name").values_list("name", flat=True))


def _is_alone(version: PlanVersion, acting_user: User | None) -> bool:
    """Whether nobody else could have reviewed it. Raises PlanRefused when somebody could."""
    if acting_user is None or version.saved_by_id != acting_user.pk:
        return False
    if others := reviewers(version, acting_user):
        raise PlanRefused(
            _("You saved this draft last, so somebody else must review and publish it: %(others)s.")
            % {"others": ", ".join(others)}
        )
    return True


def _refuse_unless_in_force(version: PlanVersion, from_date: date) -> None:
    if version.status != PlanVersion.Status.PUBLISHED:
        raise PlanRefused(_("%(version)s isn't published, so there is nothing to retire.") % {"version": version})
    if version.during.upper is not None and version.during.upper <= from_date:
        raise PlanRefused(
            _("%(version)s ends before %(day)s anyway: on %(end)s. Choose an earlier day.")
            % {"version": version, "day": day(from_date), "end": day(version.during.upper)}
        )


def check_examples(document: PlanDocument) -> list[ExampleResult]:
    """What its examples come to. Raises ExamplesFail unless every one holds."""
    results = run_examples(document)
    failing = tuple(result for result in results if not result.passed)
    if failing:
        raise ExamplesFail(failing)
    return results


def describe(result: ExampleResult) -> list[str]:
    """An example and its differences, a line each."""
    lines = [("✓ " if result.passed else "✗ ") + result.name]
    if result.error:
        lines.append(f"    {in_words(result.error)}")
    for row in result.differences:
        where = " ".join(part for part in (row.payee, row.period, row.component) if part)
        text = _("    %(where)s: expected %(expected)s, got %(actual)s") % {
            "where": where, "expected": _number(row.expected), "actual": _number(row.actual)
        }  # fmt: skip
        lines.append(text + "".join(f" ({notice_text(code, detail, {})})" for code, detail in row.notices))
    return lines


def _number(amount: Decimal) -> str:
    return formats.number(amount, locale(), places=4)


def _refuse_unless_draft(version: PlanVersion) -> None:
    if version.status != PlanVersion.Status.DRAFT:
        raise PlanRefused(
            _("%(version)s was published before. A published version never changes: save the document as a new draft.")
            % {"version": version}
        )


def _refuse_another_rhythm(plan: Plan, document: PlanDocument) -> None:
    """x carries on from version to version, so all must count the same money over the same windows."""
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
    if old.fiscal_year_starts is not document.fiscal_year_starts:
        raise PlanRefused(
            _(
                "The years of %(plan)s start in %(old)s, those of this document in %(new)s. That may not change from "
                "version to version, for quarters and years that have begun would be cut: give the document a new plan "
                "name."
            )
            % {"plan": plan.name, "old": month_name(old.first_month), "new": month_name(document.first_month)}
        )


def _make_room(plan: Plan, from_date: date) -> None:
    published = plan.versions.filter(status=PlanVersion.Status.PUBLISHED)
    published.filter(during__startswith__gte=from_date).update(
        status=PlanVersion.Status.RETIRED, during=DateRange(empty=True)
    )
    for version in published.filter(during__contains=from_date):
        version.during = DateRange(version.during.lower, from_date)
        version.save(update_fields=["during"])
