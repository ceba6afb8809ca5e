"""A team's pool: one credit of the team after the other, and what each makes of the members' parts."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import floor

from tests.commissions.engine.oracle.credits import Credited, credits_of
from tests.commissions.engine.oracle.facts import Facts
from tests.commissions.engine.oracle.limits import Line
from tests.commissions.engine.oracle.others import teams_of

Shares = dict[str, Credited]  # by payee


def credits_of_teams(
    facts: Facts, plan: int, key: str, payees: list[str], kind: str
) -> dict[str, list[tuple[Credited, set[str]]]]:
    """By team, its credits in order, each with those who share it."""
    found: dict[tuple[object, ...], Shares] = {}
    for payee in payees:
        for credit in credits_of(facts, plan, key, payee):
            if credit.component.pool is None or credit.event.taking == "left" or credit.component.measure.value != kind:
                continue
            for team in teams_of(facts, payee, credit.deal.closed):
                owner = credit.via or payee
                found.setdefault((team, credit.deal.key, credit.role, owner, credit.event), {})[payee] = credit
    for name in {group[:4] for group in found}:
        together = {group: shares for group, shares in found.items() if group[:4] == name}
        there = {payee for shares in together.values() for payee, credit in shares.items()
                 if on_plan(facts, plan, payee, credit.deal.closed)}  # fmt: skip
        for group, everybody in together.items():
            found[group] = {payee: credit for payee, credit in everybody.items() if not there or payee in there}
    teams: dict[str, list[tuple[Credited, set[str]]]] = {}
    for group, shares in found.items():
        if shares:
            credit = replace(next(iter(shares.values())), via=str(group[3]))
            teams.setdefault(str(group[0]), []).append((credit, set(shares)))
    for credits_ in teams.values():
        credits_.sort(key=lambda pair: (pair[0].date, pair[0].deal.key, pair[0].event.turn, pair[0].role, pair[0].via))
    return teams


def on_plan(facts: Facts, plan: int, payee: str, day: date) -> bool:
    return any(
        each.payee == payee and facts.plans[each.version] == plan and each.start <= day
        and (each.end is None or day < each.end)
        for each in facts.assignments
    )  # fmt: skip


def divided(facts: Facts, key: str, lines: list[tuple[Line, set[str]]]) -> list[Line]:
    """A team's lines as those of its members."""
    found = []
    for index, (line, members) in enumerate(lines):
        component = facts.versions[line.version].component(key)
        share = component.pool
        assert share is not None
        alike = [
            other
            for other, who in lines[: index + 1]
            if who == members and other.window_start == line.window_start
            and shared_as(facts, other, key) == share.share.value
        ]  # fmt: skip
        ends = []
        for some in (alike[:-1], alike):
            pool = sum(each.amount for each in some)
            given = {who: sum(each.credited for each in some if each.via == who) for who in members}
            ends.append((pool, given, parts(pool, given, is_equal=share.share.value == "equal")))
        (before, _, old), (after, given, new) = ends
        for who in sorted(members):
            told = " ".join(map(str, (before, after, len(members), given[who], sum(given.values()), new[who])))
            via = None if line.via == who else line.via
            found.append(replace(line, taking="", payee=who, via=via, amount=new[who] - old[who], pool=told))
    return found


def shared_as(facts: Facts, line: Line, key: str) -> str:
    pool = facts.versions[line.version].component(key).pool
    return pool.share.value if pool else ""


def parts(pool: int, given: dict[str, int], *, is_equal: bool) -> dict[str, int]:
    side = 1 if sum(given.values()) > 0 else -1 if sum(given.values()) < 0 else 0
    weights = {who: max(0, amount * side) for who, amount in given.items()}
    if is_equal or not any(weights.values()):
        weights = dict.fromkeys(given, 1)
    exact = {who: Fraction(abs(pool) * weight, sum(weights.values())) for who, weight in weights.items()}
    found = {who: floor(each) for who, each in exact.items()}
    for who in sorted(given, key=lambda who: (found[who] - exact[who], who))[: abs(pool) - sum(found.values())]:
        found[who] += 1
    return {who: part if pool >= 0 else -part for who, part in found.items()}
