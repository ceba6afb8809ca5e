"""The whole demo company, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from demo.engine.records import Company
from demo.services.facts import save_facts
from demo.services.people import save_people
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
    customers: int
    deals: int


@transaction.atomic
def load(*, made: Company, now: datetime) -> Loaded:
    """Write the company and compute all that follows from its deals. Raises NotEmptyError.

    1. people and their history; 2. what they sold; 3. every KPI and board.
    """
    if people := User.objects.count():
        raise NotEmptyError(people)
    ids = save_people(made=made, now=now)
    save_facts(made=made, people=ids)
    rebuild_all(now=now)
    return Loaded(made.name, len(ids), len(made.teams), len(made.customers), len(made.deals))
