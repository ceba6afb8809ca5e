"""Drafts by page: several administrators may have one open, and nobody saves over another."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.document import document_hash, load_plan, to_json
from commissions.engine.schema import PlanDocument
from commissions.models import Plan, PlanVersion
from commissions.services.plans import DraftChanged, PlanRefused, changed_text, next_number


class DraftExists(PlanRefused):
    """The plan has a draft already: it is changed, not replaced."""

    def __init__(self, draft: PlanVersion) -> None:
        super().__init__(
            _("%(plan)s has a draft already. Change that one, or give this document another plan name.")
            % {"plan": draft.plan.name}
        )
        self.draft = draft


@transaction.atomic
def create_draft(*, source: str, acting_user: User, now: datetime) -> PlanVersion:
    """Validate a document and keep it as a new draft of its plan. Raises PlanInvalid, DraftExists."""
    document = load_plan(source)
    plan, _created = Plan.objects.get_or_create(name=document.plan)
    Plan.objects.select_for_update().get(pk=plan.pk)
    if draft := plan.versions.filter(status=PlanVersion.Status.DRAFT).first():
        raise DraftExists(draft)
    return PlanVersion.objects.create(
        plan=plan, number=next_number(plan), saved_by=acting_user, saved_at=now, **_content(document, source)
    )


@transaction.atomic
def change_draft(*, version: PlanVersion, revision: int, source: str, acting_user: User, now: datetime) -> PlanVersion:
    """Save a draft that was read at this revision. Raises PlanInvalid, PlanRefused, DraftChanged."""
    document = load_plan(source)
    plan = Plan.objects.select_for_update().get(pk=version.plan_id)
    unchanged = PlanVersion.objects.filter(pk=version.pk, status=PlanVersion.Status.DRAFT, revision=revision)
    saved = unchanged.update(
        revision=F("revision") + 1, saved_by=acting_user, saved_at=now, **_content(document, source)
    )
    version = PlanVersion.objects.select_related("plan", "saved_by").get(pk=version.pk)
    if saved != 1:
        raise DraftChanged(_why_not_saved(version))
    _rename(plan, document.plan)
    return version


@transaction.atomic
def discard_draft(*, version: PlanVersion, revision: int) -> None:
    """Delete a draft that was read at this revision, and the plan when it has no other version. Raises DraftChanged."""
    plan = Plan.objects.select_for_update().get(pk=version.plan_id)
    gone, _each = PlanVersion.objects.filter(pk=version.pk, status=PlanVersion.Status.DRAFT, revision=revision).delete()
    if not gone:
        raise DraftChanged(_why_not_saved(PlanVersion.objects.select_related("saved_by").get(pk=version.pk)))
    if not plan.versions.exists():
        plan.delete()


def _content(document: PlanDocument, source: str) -> dict[str, object]:
    return {"document": to_json(document), "source": source, "hash": document_hash(document)}


def _why_not_saved(version: PlanVersion) -> str:
    if version.status != PlanVersion.Status.DRAFT:
        return _("This draft was published after you opened it, and a published version never changes.")
    return changed_text(version)


def _rename(plan: Plan, name: str) -> None:
    """A plan that nobody was ever paid by may still change its name."""
    if plan.name == name:
        return
    if plan.versions.exclude(status=PlanVersion.Status.DRAFT).exists():
        raise PlanRefused(
            _("This is a draft of %(plan)s, and people are paid by that name: keep it. Start a new plan for another.")
            % {"plan": plan.name}
        )
    if Plan.objects.filter(name=name).exists():
        raise PlanRefused(_("There is another plan called %(name)s. Choose another name.") % {"name": name})
    plan.name = name
    plan.save(update_fields=["name"])
