"""The whole demo company: the same one for the same day and seed, and tomorrow the same past."""

from datetime import date

from demo.engine.calendar import beginning
from demo.engine.market import PRODUCTS, customers, rates
from demo.engine.pay import assignments
from demo.engine.people import TEAMS, people
from demo.engine.pipeline import Scene, deals, in_teams
from demo.engine.records import Company

NAME = "Nusa Kirana"
SEED = "nusa-kirana"


def company(today: date, seed: str = SEED) -> Company:
    """Make the company as it stands on a day.

    >>> made = company(date(2026, 11, 23))
    >>> len(made.people), len(made.teams), made.since
    (40, 6, datetime.date(2025, 4, 1))
    """
    since = beginning(today)
    staff, clients = people(since), customers(seed)
    return Company(
        name=NAME,
        currency="IDR",
        since=since,
        teams=TEAMS,
        people=staff,
        customers=clients,
        products=PRODUCTS,
        rates=rates(seed, since, today),
        deals=deals(Scene(seed, today, staff, in_teams(clients)), since),
        assignments=assignments(staff, since),
    )
