"""Every line of a range: what each credit moved its payee's pay by."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from math import floor

from tests.commissions.engine.oracle.credits import Credited, credits_of
from tests.commissions.engine.oracle.curve import pay, rounded
from tests.commissions.engine.oracle.facts import (
    Facts,
    window_start,
)
from tests.commissions.engine.oracle.limits import Done, Line, capped_together, limited
from tests.commissions.engine.oracle.multiply import times_of, value_of
from tests.commissions.engine.oracle.places import allotted
from tests.commissions.engine.oracle.pools import credits_of_teams, divided
from tests.commissions.engine.oracle.prorate import goal_of, quota_kind_of, target_kind_of
from tests.commissions.engine.oracle.scores import score_credits


def lines_of(facts: Facts, start: dt.date, end: dt.date) -> list[Line]:
    """Every line dated from `start` to before `end`."""
    found = []
    for plan in sorted(set(facts.plans.values())):
        versions = [version for version, of in facts.plans.items() if of == plan]
        keys = {component.key for version in versions for component in facts.versions[version].components}
        payees = sorted({assigned.payee for assigned in facts.assignments})
        everything = [line for key in sorted(keys) for line in of_everybody(facts, plan, key, payees)]
        for payee in payees:
            mine = [line for line in everything if line.payee == payee]
            found += taken_back(facts, capped_together(facts, plan, mine))
    return [line for line in found if start <= line.date < end]


def of_everybody(facts: Facts, plan: int, key: str, payees: list[str]) -> list[Line]:
    """What the people on a plan earn by one component, after what is limited for all of them together."""
    everything = [line for payee in payees for line in component_lines(facts, plan, key, payee)]
    left = [line for line in everything if line.taking == "left"]
    lines = [line for line in everything if line.taking != "left"]
    return [*unpooled(facts, key, lines), *pooled_lines(facts, plan, key, payees), *left]


def unpooled(facts: Facts, key: str, lines: list[Line]) -> list[Line]:
    kinds = {line: facts.versions[line.version].component(key).measure.value for line in lines}
    return [
        line
        for kind in sorted(set(kinds.values()))
        for line in allotted(facts, [line for line in lines if kinds[line] == kind])
    ]


def component_lines(facts: Facts, plan: int, key: str, payee: str) -> list[Line]:
    """Money and units don't add up: a version that measures another thing starts anew."""
    everything = [credit for credit in credits_of(facts, plan, key, payee) if credit.component.pool is None]
    everything += score_credits(facts, plan, key, payee)
    kinds = sorted({credit.component.measure.value for credit in everything})
    return [
        line
        for kind in kinds
        for line in measured_lines(
            facts, plan, key, payee, [credit for credit in everything if credit.component.measure.value == kind]
        )
    ]


def pooled_lines(facts: Facts, plan: int, key: str, payees: list[str]) -> list[Line]:
    """The members' lines of what their teams earn."""
    found = []
    for kind in ("amount", "count", "quantity"):
        for team, credits_ in credits_of_teams(facts, plan, key, payees, kind).items():
            lines = measured_lines(facts, plan, key, team, [credit for credit, _members in credits_])
            sharing = [who for credit, who in credits_ if has_quota(facts, plan, team, credit)]
            found += divided(facts, key, list(zip(lines, sharing, strict=True)))
    return found


def has_quota(facts: Facts, plan: int, team: str, credit: Credited) -> bool:
    """Without one that it needs a credit becomes no line."""
    document, component = facts.versions[credit.version], credit.component
    opened = opened_on(facts, plan, team, credit.date, component.window.value, document.first_month)
    return goal_of(facts, team, plan, document, component, opened, quota_kind_of(component)) != 0


def opened_on(facts: Facts, plan: int, payee: str, day: dt.date, window: str, first: int) -> dt.date:
    """The first day of a window; of all the time on the plan, day by day back to the first of it without a break."""
    if window != "plan":
        return window_start(day, window, first)
    mine = [each for each in facts.assignments if each.payee == payee and facts.plans[each.version] == plan]
    opened = day
    if not any(each.start <= day and (each.end is None or day < each.end) for each in mine):  # gone
        opened = max((each.end for each in mine if each.end is not None and each.end <= day), default=day)
    while any(each.start < opened and (each.end is None or opened <= each.end) for each in mine):
        opened -= dt.timedelta(days=1)
    return opened


def measured_lines(facts: Facts, plan: int, key: str, payee: str, counted: list[Credited]) -> list[Line]:
    done: Done = []
    left: list[Line] = []
    for index, credit in enumerate(counted):
        document, component = facts.versions[credit.version], credit.component
        window, first = component.window.value, document.first_month
        opened = opened_on(facts, plan, payee, credit.date, window, first)
        before = [c for c in counted[:index] if opened_on(facts, plan, payee, c.date, window, first) == opened]
        is_score = component.measure.value == "score"  # each begins at nothing
        x0 = credit.reached if window == "deal" else 0 if is_score else sum(c.amount for c in before)
        x1 = x0 + credit.amount
        if credit.event.taking == "left":
            left.append(left_line(payee, key, credit, opened, x0))
            continue
        quota = goal_of(facts, payee, plan, document, component, opened, quota_kind_of(component))
        target = goal_of(facts, payee, plan, document, component, opened, target_kind_of(component))
        if 0 in (quota, target):
            continue
        times, value = Fraction(1), None
        if component.multiply:
            value = value_of(facts, plan, payee, document, component, credit.date)
            times = times_of(component, value)
        pays = (pay(document, component, x, quota, target, credit.column) for x in (x0, x1))
        y0, y1 = (rounded(times * exact, document) for exact in pays)
        line = Line(
            payee, credit.version, key, "score" if is_score else "credit", credit.deal.key, credit.role, credit.via,
            None if is_score else credit.event.name,
            credit.date, credit.amount, opened, quota, target, x0, x1,
            int(times * 1_000_000) if component.multiply else None,
            None if value is None else floor(value * 1_000_000), y1 - y0, 0, credit.column,
            turn=(credit.rule, credit.event.turn), taking=credit.event.taking,
        )  # fmt: skip
        done.append((credit, line))
    return [*limited(facts, plan, key, payee, done), *left]


def left_line(payee: str, key: str, credit: Credited, opened: dt.date, x: int) -> Line:
    """What is taken back, or given again, without a step on the curve; how much, `taken_back` says."""
    event, stays = credit.event, Fraction(1)
    if event.before > event.after:
        stays = (event.after - event.bottom) / (event.before - event.bottom)
    return Line(
        payee, credit.version, key, "credit", credit.deal.key, credit.role, credit.via, event.name, credit.date,
        0, opened, None, None, x, x, None, None, 0, 0, credit.column, turn=(credit.rule, event.turn),
        taking=event.taking, stays=stays,
    )  # fmt: skip


def taken_back(facts: Facts, lines: list[Line]) -> list[Line]:
    """What is taken back by what the deal was paid, one payee's line after the other."""
    found: list[Line] = []
    for line in sorted(lines, key=lambda each: (each.date, each.turn)):
        before = [each for each in found if of_deal(each) == of_deal(line)]
        paid = sum(each.amount for each in before)
        if line.taking == "left":
            amount = rounded(paid * line.stays, facts.versions[line.version]) - paid
            if line.event == "paid":
                amount = -next(
                    (each.amount for each in reversed(before) if each.event == "unpaid"), 0
                )  # if on the plan then
            found.append(replace(line, uncapped=amount, amount=amount))
        elif line.taking == "paid":
            least, most = sorted([0, -paid])
            found.append(replace(line, amount=min(max(line.amount, least), most)))
        else:
            found.append(line)
    return found


def of_deal(line: Line) -> tuple[object, ...]:
    return line.component, line.deal, line.role, line.via
