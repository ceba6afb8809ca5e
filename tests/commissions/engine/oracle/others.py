"""Whether somebody's share of a deal counts for somebody else, one day and one step up at a time."""

from datetime import date

from commissions.engine.schema import Credit, Of
from tests.commissions.engine.oracle.facts import Facts, Member, Reports


def counts(facts: Facts, credit: Credit, sharer: str, payee: str, day: date) -> bool:
    match credit.of:
        case Of.OWN:
            return sharer == payee
        case Of.TEAM:
            return bool(teams_of(facts, sharer, day) & teams_of(facts, payee, day))
    depth = depth_below(facts, sharer, payee, day)
    return depth > 0 and (credit.depth is None or depth in credit.depth)


def teams_of(facts: Facts, person: str, day: date) -> set[str]:
    return {each.team for each in facts.members if each.person == person and holds(each, day)}


def depth_below(facts: Facts, person: str, manager: str, day: date) -> int:
    """How many steps up it is from the person to the manager; 0 when she isn't above, or is the person herself."""
    at: set[str] = {person}
    for depth in range(1, len(facts.reports) + 1):
        at = {each.manager for each in facts.reports if each.person in at and holds(each, day)}
        if manager in at and manager != person:
            return depth
    return 0


def holds(row: Reports | Member, day: date) -> bool:
    return row.start <= day and (row.end is None or day < row.end)
