"""The whole demo company, in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from commissions.models import Statement
from demo.engine.people import LOGINS
from demo.engine.records import Company
from demo.services.closing import close_months
from demo.services.facts import save_facts
from demo.services.pay import (
    accept_plans,
    assign_people,
    calculate_months,
    expect_of_teams,
    publish_coming,
    publish_plans,
)
from demo.services.people import save_people
from demo.services.scores import score_months
from kpis.services import rebuild_all


class NotEmptyError(Exception):
    """The database has people of its own."""

    def __init__(self, people: int) -> None:
        super().__init__(
            _(
                "The demo company needs an empty database, and this one has %(people)d people. Nothing was changed. "
                "Point DATABASE_URL or RUN_DIR elsewhere, or pass --if-empty to leave such a database as it is."
            )
            % {"people": people}
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    company: str
    people: int
    teams: int
    deals: int
    plans: int
    statements: int


@transaction.atomic
def load(*, made: Company, today: date, now: datetime) -> Loaded:
    """Write the company and compute all that follows from its deals. Raises NotEmptyError.

    1. people and their history; 2. what they sold; 3. every KPI and board; 4. plans, their examples holding, who is on
    them and has accepted them, and what their managers score; 5. the statements of every month; 6. what finance closed
    and paid of them.
    """
    if strangers := User.objects.count():
        raise NotEmptyError(strangers)
    people = save_people(made=made, now=now)
    save_facts(made=made, people=people)
    _measure_tables()
    rebuild_all(now=now)
    admin = User.objects.get(external_id=LOGINS[Role.ADMIN])
    plans = publish_plans(since=made.since, today=today, acting_user=admin, now=now)
    assign_people(made=made, plans=plans, people=people, acting_user=admin, now=now)
    expect_of_teams(since=made.since, plans=plans, acting_user=admin, now=now)
    publish_coming(today=today, acting_user=admin, now=now)
    accept_plans(made=made, people=people, today=today, now=now)
    score_months(made=made, plans=plans, people=people, today=today, now=now)
    finance = User.objects.get(external_id=LOGINS[Role.FINANCE])
    calculate_months(since=made.since, today=today, acting_user=finance, now=now)
    close_months(since=made.since, today=today, now=now)
    return Loaded(
        company=made.name,
        people=len(people),
        teams=len(made.teams),
        deals=len(made.deals),
        plans=len(plans),
        statements=Statement.objects.count(),
    )


def _measure_tables() -> None:
    """Let PostgreSQL's planner know that the tables are no longer empty: autovacuum sees them after the commit only."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
