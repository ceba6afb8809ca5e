"""The demo company's plans, who is on them, and every statement up to today."""

from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import Plan, Run
from commissions.services.assignments import assign
from commissions.services.plans import publish_version, save_draft
from commissions.services.runs import start_run, work_on_run
from core.periods import PeriodKind, period_of
from demo.engine.calendar import months
from demo.engine.records import Assignment, Company

PLANS = Path(__file__).resolve().parent.parent / "plans"


class UnpaidError(Exception):
    """A month's run did not finish: an error in the application, since plans and deals are our own."""


def publish_plans(*, since: date, acting_user: User, now: datetime) -> dict[str, Plan]:
    """Publish every document of demo/plans from a day on, its examples holding; return the plans by file name."""
    plans = {}
    for path in sorted(PLANS.glob("*.yaml")):
        draft = save_draft(source=path.read_text(), acting_user=acting_user, now=now)
        publish_version(version=draft, from_date=since, acting_user=acting_user, now=now)
        plans[path.stem] = draft.plan
    return plans


def assign_people(
    *, made: Company, plans: dict[str, Plan], people: dict[str, int], acting_user: User, now: datetime
) -> None:
    """Put everybody on her plans, those with one quota and first day together."""
    users = User.objects.in_bulk(people.values())
    together: dict[tuple[str, date, int | None], list[Assignment]] = defaultdict(list)
    for each in made.assignments:
        together[each.plan, each.since, each.quota_minor].append(each)
    for (plan, since, quota), group in together.items():
        assign(
            plan=plans[plan],
            payees=[users[people[each.person]] for each in group],
            from_date=since,
            until=None,
            quota_minor=quota,
            per="quarter" if quota else None,
            acting_user=acting_user,
            now=now,
        )


def calculate_months(*, since: date, today: date, acting_user: User, now: datetime) -> None:
    """Run every month up to today, here and now. Raises UnpaidError."""
    for month in months(since, today):
        period = period_of(month, PeriodKind.MONTH)
        run = start_run(calendar=period, acting_user=acting_user, now=now, chunks=1)
        work_on_run(run_id=run.pk, clock=lambda: now)
        run.refresh_from_db()
        if run.status != Run.Status.DONE:
            raise UnpaidError(_("%(period)s could not be calculated: see the log.") % {"period": period.label})
