"""Who is paid by which plan, and what is expected of them in a quarter."""

from collections.abc import Iterable, Iterator
from datetime import date

from demo.engine.records import Assignment, Person

PLANS_OF = {
    "indonesia": ("key-accounts",),
    "jakarta": ("account-executive-idr", "pos-bonus", "support-residual", "objectives-idr"),
    "surabaya": ("account-executive-idr", "pos-bonus", "support-residual"),
    "asia-pacific": ("account-executive-usd", "quarter-spiff", "milestones-usd"),
    "europe": ("regional-executive",),
}
# Who is paid by what a team sells together: whoever comes into the team, from her first day in it.
POOL_OF = {"jakarta": "jakarta-pool"}
TEAM_QUOTA = {"jakarta": 22_000_000_000_00}  # minor units that a team with a pool is expected to sell in a quarter
# Minor units a quarter, by plan and level. A plan that isn't named here is paid without a quota.
QUOTA = {
    "account-executive-idr": {"junior": 1_900_000_000_00, "mid": 2_400_000_000_00, "senior": 3_300_000_000_00},
    "account-executive-usd": {"junior": 110_000_00, "mid": 150_000_00, "senior": 210_000_00},
    "regional-executive": {"junior": 95_000_00, "mid": 150_000_00, "senior": 210_000_00},
}
# What the quarter's quota pays, in minor units, where the plan pays shares of a target incentive.
TARGET = {
    "regional-executive": {"junior": 6_000_00, "mid": 9_000_00, "senior": 12_500_00},
    "objectives-idr": {"junior": 6_000_000_00, "mid": 9_000_000_00, "senior": 12_000_000_00},
}
# Who is paid for what others sell: the plan, and what those below are expected to sell together in a quarter.
MANAGES = {
    "bambang": ("manager-idr", 60_000_000_000_00),
    "mega": ("manager-idr", 22_000_000_000_00),
    "joko": ("manager-idr", 16_000_000_000_00),
    "priya": ("manager-usd", 1_100_000_00),
    "soren": ("manager-usd", 900_000_00),
}

READS_NOTHING = frozenset({"agus", "somchai", "jb"})  # who has accepted none of her or his plans yet
READS_LATER = frozenset({"anindya", "kevin", "melati", "fitri"})  # nor what comes next quarter


def assignments(people: Iterable[Person], since: date) -> tuple[Assignment, ...]:
    """Everybody who sells, on the plans of her first team and in pools, and who is paid for others' sales."""
    return tuple(each for person in people for each in _of(person, since))


def _of(person: Person, since: date) -> Iterator[Assignment]:
    begun = max(since, person.joined_on)
    for plan in PLANS_OF[person.stays[0].team] if person.pace else ():
        quota, target = (goals.get(plan, {}).get(person.level) for goals in (QUOTA, TARGET))
        yield Assignment(plan, person.key, begun, quota, target)
    for stay in person.stays:
        if person.pace and stay.team in POOL_OF:
            yield Assignment(POOL_OF[stay.team], person.key, max(since, stay.since), None)
    if person.key in MANAGES:
        plan, quota = MANAGES[person.key]
        yield Assignment(plan, person.key, begun, quota)
