"""What-if scenarios: kept under a name, and made the draft of their plan."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.document import from_json, load_plan, to_json
from commissions.engine.knobs import as_yaml
from commissions.models import Plan, PlanVersion, Scenario
from commissions.services.plans import save_draft


class ScenarioRefused(ValueError):  # noqa: N818 as its neighbours
    """A scenario that can't be kept or made a draft. The message says why and what to do."""


def save_scenario(
    *, name: str, plan: Plan, start: date, end: date, source: str, quotas_percent: Decimal, acting_user: User,
    now: datetime,
) -> Scenario:  # fmt: skip
    """Keep a changed document under a name of its own. Raises ScenarioRefused, PlanInvalid."""
    document = load_plan(source)
    if document.plan != plan.name:
        raise ScenarioRefused(
            _("The document is called “%(other)s”. A scenario of %(plan)s keeps its name.")
            % {"other": document.plan, "plan": plan.name}
        )
    try:
        with transaction.atomic():
            return Scenario.objects.create(
                name=name, plan=plan, start=start, end=end, document=to_json(document), source=source,
                quotas_percent=quotas_percent, saved_by=acting_user, created_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise ScenarioRefused(
            _("There is a scenario “%(name)s” of this plan already. Choose another name.") % {"name": name}
        ) from None


@transaction.atomic
def draft_scenario(*, scenario: Scenario, replace: bool, acting_user: User, now: datetime) -> PlanVersion:
    """Make it its plan's draft. Another draft is replaced only when that is asked for. Raises ScenarioRefused.

    A factor on quotas stays behind: quotas belong to people, not to the document.
    """
    Plan.objects.select_for_update().get(pk=scenario.plan_id)
    drafts = scenario.plan.versions.filter(status=PlanVersion.Status.DRAFT)
    if not replace and drafts.exists():
        raise ScenarioRefused(
            _("%(plan)s has a draft already. Look at it first; then replace it, if nobody needs it.")
            % {"plan": scenario.plan.name}
        )
    source = scenario.source or as_yaml(from_json(scenario.document))
    return save_draft(source=source, acting_user=acting_user, now=now)


def delete_scenario(*, scenario: Scenario, acting_user: User, now: datetime) -> None:  # noqa: ARG001 every write names both
    scenario.delete()
