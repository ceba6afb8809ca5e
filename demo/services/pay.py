"""The demo company's plans, who is on them, and every statement up to today."""

from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.models import Team, User
from commissions.models import Plan, Quota, Run
from commissions.selectors.acceptances import unaccepted
from commissions.services.acceptances import accept_version
from commissions.services.assignments import assign, set_quota
from commissions.services.plans import publish_version, save_draft
from commissions.services.runs import start_run, work_on_run
from commissions.services.team_quotas import set_team_quota
from core.periods import PeriodKind, period_of
from demo.engine.calendar import months
from demo.engine.pay import POOL_OF, READS_LATER, READS_NOTHING, TEAM_QUOTA
from demo.engine.records import Assignment, Company

PLANS = Path(__file__).resolve().parent.parent / "plans"


class UnpaidError(Exception):
    """A month's run did not finish: an error in the application, since plans and deals are our own."""


def publish_plans(*, since: date, today: date, acting_user: User, now: datetime) -> dict[str, Plan]:
    """Publish every document of demo/plans from a day on, its examples holding; return the plans by file name."""
    plans = {}
    for path in sorted(PLANS.glob("*.yaml")):
        draft = save_draft(source=of_this_quarter(path.read_text(), today), acting_user=acting_user, now=now)
        publish_version(version=draft, from_date=since, acting_user=acting_user, now=now)
        plans[path.stem] = draft.plan
    return plans


def of_this_quarter(source: str, today: date) -> str:
    """The document with the days of its quarter, written as the fourth of 2026, in the quarter of today.

    >>> of_this_quarter("{from: 2026-10-01, until: 2027-01-01}", date(2028, 5, 9))
    '{from: 2028-04-01, until: 2028-07-01}'
    """
    quarter = period_of(today, PeriodKind.QUARTER)
    return source.replace("2027-01-01", quarter.end.isoformat()).replace("2026-10", f"{quarter.start:%Y-%m}")


def publish_coming(*, today: date, acting_user: User, now: datetime) -> None:
    """Publish what the next quarter brings, so that people have a change to read and accept."""
    start = period_of(today, PeriodKind.QUARTER).end
    for path in sorted((PLANS / "coming").glob("*.yaml")):
        draft = save_draft(source=path.read_text(), acting_user=acting_user, now=now)
        publish_version(version=draft, from_date=start, acting_user=acting_user, now=now)


def accept_plans(*, made: Company, people: dict[str, int], today: date, now: datetime) -> None:
    """Let everybody accept her plans, but for those who are behind with their reading."""
    users = User.objects.in_bulk(people.values())
    for key in dict.fromkeys(each.person for each in made.assignments if each.person not in READS_NOTHING):
        user = users[people[key]]
        for version in unaccepted(user, today):
            if version.number == 1 or key not in READS_LATER:
                accept_version(version=version, name=user.name, acting_user=user, now=now)


def assign_people(
    *, made: Company, plans: dict[str, Plan], people: dict[str, int], acting_user: User, now: datetime
) -> None:
    """Put everybody on her plans, those with one quota, target and first day together."""
    users = User.objects.in_bulk(people.values())
    together: dict[tuple[str, date, int | None, int | None], list[Assignment]] = defaultdict(list)
    for each in made.assignments:
        together[each.plan, each.since, each.quota_minor, each.target_minor].append(each)
    for (plan, since, quota, target), group in together.items():
        payees = [users[people[each.person]] for each in group]
        assign(
            plan=plans[plan],
            payees=payees,
            from_date=since,
            until=None,
            quota_minor=quota,
            per="quarter" if quota else None,
            acting_user=acting_user,
            now=now,
        )
        if target is not None:
            set_quota(
                plan=plans[plan], payees=payees, from_date=since, until=None, quota_minor=target, per="quarter",
                kind=Quota.Kind.TARGET, acting_user=acting_user, now=now,
            )  # fmt: skip


def expect_of_teams(*, since: date, plans: dict[str, Plan], acting_user: User, now: datetime) -> None:
    """Set the quota of each team whose pool goes by one."""
    for key, quota in TEAM_QUOTA.items():
        set_team_quota(
            plan=plans[POOL_OF[key]], team=Team.objects.get(external_id=key), from_date=since, until=None,
            quota_minor=quota, per="quarter", acting_user=acting_user, now=now,
        )  # fmt: skip


def calculate_months(*, since: date, today: date, acting_user: User, now: datetime) -> None:
    """Run every month up to today, here and now. Raises UnpaidError."""
    for month in months(since, today):
        period = period_of(month, PeriodKind.MONTH)
        run = start_run(calendar=period, acting_user=acting_user, now=now, chunks=1)
        work_on_run(run_id=run.pk, clock=lambda: now)
        run.refresh_from_db()
        if run.status != Run.Status.DONE:
            raise UnpaidError(_("%(period)s could not be calculated: see the log.") % {"period": period.label})
