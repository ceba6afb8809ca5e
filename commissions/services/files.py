"""Publishing a plan from a file, by the same rules as by page."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import Role, User
from commissions.engine.document import document_hash, load_plan
from commissions.models import PlanVersion
from commissions.services.drafts import DraftExists
from commissions.services.plans import PlanRefused, publish_version, save_draft


def publish_file(
    *, source: str, from_date: date, acting_user: User | None, now: datetime, is_sure: bool = False
) -> PlanVersion:
    """Put a document in force from a day on. Raises PlanInvalid, PlanRefused and what `publish_version` does.

    1. Ask for a name where several administrators could review each other's plans.
    2. Take the plan's draft if it says the same: whoever saved it is not asked again, the publisher reviews it.
       Save one otherwise, but not over somebody else's.
    3. Publish it. A draft that its author may not publish alone stays, for somebody else.
    """
    administrators = User.objects.filter(is_active=True, roles__contains=[Role.ADMIN])
    if acting_user is None and administrators.count() > 1:
        raise PlanRefused(_("Several people may publish plans here. Say which of them does: `--as E-MAIL`."))
    draft = _draft(source, acting_user, now)
    return publish_version(version=draft, from_date=from_date, acting_user=acting_user, now=now, is_sure=is_sure)


def _draft(source: str, acting_user: User | None, now: datetime) -> PlanVersion:
    document = load_plan(source)
    found = PlanVersion.objects.filter(plan__name=document.plan, status=PlanVersion.Status.DRAFT)
    draft = found.select_related("plan", "saved_by").first()
    if draft is not None and draft.hash == document_hash(document):
        return draft
    if draft is not None and draft.saved_by_id not in (None, acting_user and acting_user.pk):
        raise DraftExists(draft)
    return save_draft(source=source, acting_user=acting_user, now=now)
