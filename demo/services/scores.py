"""The demo company's scores, entered by those whom people report to."""

from collections import defaultdict
from datetime import date, datetime

from accounts.models import Role, User
from commissions.models import Plan
from commissions.policies import may_score
from commissions.selectors.score_refusals import Entry
from commissions.selectors.scores import Place
from commissions.services.scores import enter_scores
from core.periods import PeriodKind, period_of
from demo.engine.calendar import months
from demo.engine.people import LOGINS, MANAGER_OF
from demo.engine.records import Company, Deal
from demo.engine.scores import COMPONENT, PLAN, month_scores


def score_months(*, made: Company, plans: dict[str, Plan], people: dict[str, int], today: date, now: datetime) -> None:
    """Score every month that has ended; the month that runs has no score yet."""
    sold: dict[str, list[Deal]] = defaultdict(list)
    for deal in made.deals:
        sold[deal.owner].append(deal)
    scored = {each.person: each.since for each in made.assignments if each.plan == PLAN}
    scorers = _scorers(made, people, list(scored), today)
    for first in months(made.since, today):
        month = period_of(first, PeriodKind.MONTH)
        if month.end > today:
            continue
        entries: dict[User, list[Entry]] = defaultdict(list)
        for key in (key for key, since in scored.items() if since < month.end):
            for objective, ppm in month_scores(sold[key], month.start, month.end).items():
                place = Place(people[key], plans[PLAN].pk, COMPONENT, objective)
                entries[scorers[key]].append(Entry(place, ppm, seen=None))
        for scorer, given in entries.items():
            enter_scores(entries=given, window=month, acting_user=scorer, now=now)


def _scorers(made: Company, people: dict[str, int], keys: list[str], today: date) -> dict[str, User]:
    """The manager of the team that each is in at last, where she may; else the administrator."""
    admin = User.objects.get(external_id=LOGINS[Role.ADMIN])
    managers = {person.key: User.objects.get(pk=people[MANAGER_OF[person.stays[-1].team]]) for person in made.people
                if person.key in keys}  # fmt: skip
    return {key: managers[key] if may_score(managers[key], [people[key]], today) else admin for key in keys}
