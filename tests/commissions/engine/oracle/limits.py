"""Floors, caps and what is carried: one payee's lines of one component, then all of a plan's."""

import datetime as dt
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor as rounded_down

from commissions.engine.schema import Component, PlanDocument
from tests.commissions.engine.oracle.credits import Credited
from tests.commissions.engine.oracle.facts import EXPONENTS, Facts, window_start


@dataclass(frozen=True)
class Line:
    payee: str
    version: int
    component: str
    kind: str
    deal: str
    role: str
    via: str | None
    event: str | None
    date: dt.date
    credited: int
    window_start: dt.date
    quota: int | None
    target: int | None
    x0: int
    x1: int
    multiplier: int | None  # millionths
    value: int | None
    uncapped: int
    amount: int
    column: int | None = None
    deals_before: int | None = None
    paid_before: int | None = None
    pool: str | None = None
    turn: tuple[str, int] = field(default=("", 0), compare=False)  # what its deal's events follow, and which of them
    taking: str = field(default="", compare=False)
    stays: Fraction = field(default=Fraction(1), compare=False)  # of what the deal had been paid


Done = list[tuple[Credited, Line]]


def minor(amount: object, document: PlanDocument) -> int:
    return int(Fraction(str(amount)) * 10 ** EXPONENTS[document.currency])


def half_up(value: Fraction) -> int:
    return rounded_down(value + Fraction(1, 2))


def part_of_limit(limit: int, credit: Credited) -> int:
    return abs(half_up(limit * credit.event.after) - half_up(limit * credit.event.before))


def same(credit: Credited, other: Credited, per: str, first: int) -> bool:
    """Whether both count together."""
    if per == "deal":
        return credit.deal.key == other.deal.key and credit.event == other.event
    return window_start(credit.date, per, first) == window_start(other.date, per, first)


def floored(facts: Facts, done: Done) -> list[int]:
    """What each line pays after its floor."""
    found = []
    for index, (credit, line) in enumerate(done):
        document, rule = facts.versions[line.version], credit.component.floor
        if rule is None:
            found.append(line.uncapped)
            continue
        limit, per = minor(rule.amount, document), rule.per.value
        before = [earlier for other, earlier in done[:index] if same(credit, other, per, document.first_month)]
        now = [*before, line]
        if per == "deal":
            limit = part_of_limit(limit, credit)
            old, new = (lifted(lines, limit) for lines in (before, now))
        else:
            old, new = (max(sum(each.uncapped for each in lines), limit) for lines in (before, now))
        found.append(new - (old if before else 0))
    return found


def lifted(lines: list[Line], limit: int) -> int:
    paid, credited = sum(line.uncapped for line in lines), sum(line.credited for line in lines)
    if credited > 0:
        return max(paid, limit)
    return min(paid, -limit) if credited < 0 else paid


def capped(facts: Facts, done: Done, steps: list[int]) -> list[int]:
    """What each line pays after a cap that drops."""
    found = []
    for index, (credit, line) in enumerate(done):
        document, rule = facts.versions[line.version], credit.component.cap
        if rule is None or rule.excess.value == "carry":
            found.append(steps[index])
            continue
        limit, per = minor(rule.amount, document), rule.per.value
        before = sum(steps[i] for i in range(index) if same(credit, done[i][0], per, document.first_month))
        if per == "deal":
            limit = part_of_limit(limit, credit)
            old, new = (max(-limit, min(limit, paid)) for paid in (before, before + steps[index]))
        else:
            old, new = (min(paid, limit) for paid in (before, before + steps[index]))
        found.append(new - old)
    return found


def limited(facts: Facts, plan: int, key: str, payee: str, done: Done) -> list[Line]:
    steps = capped(facts, done, floored(facts, done))
    paid = [replace(line, amount=amount) for (_, line), amount in zip(done, steps, strict=True)]
    opened: list[Line] = []
    for version, document in facts.versions.items():
        parts = [part for part in document.components if part.key == key] if facts.plans[version] == plan else []
        if done and parts and parts[0].cap and parts[0].cap.excess.value == "carry":
            if parts[0].measure is not done[0][0].component.measure:
                continue
            carry_of_version(facts, plan, payee, version, parts[0], done, steps, paid, opened)
    return [*paid, *opened]


def carry_of_version(
    facts: Facts, plan: int, payee: str, version: int, component: Component,
    done: Done, steps: list[int], paid: list[Line], opened: list[Line],
) -> None:  # fmt: skip
    """Window by window through each year: what comes in is paid first, then each line moves what is paid."""
    assert component.cap is not None
    limit, per = minor(component.cap.amount, facts.versions[version]), component.cap.per.value
    begins = facts.versions[version].first_month
    for year in sorted({window_start(credit.date, "year", begins) for credit, _ in done}):
        carried = 0
        for window in [month_on(year, index) for index in range(12)]:
            if window_start(window, per, begins) != window:
                continue
            first = first_day(facts, plan, payee, window, per, begins)
            if first and carried and first[1] == version:
                opened.append(carried_line(payee, version, component.key, first[0], window, min(carried, limit)))
            so_far = carried if first else 0  # who has left still gives back: capped, but nothing comes in or goes on
            for index, (credit, line) in enumerate(done):
                if window_start(credit.date, per, begins) == window:
                    if line.version == version:
                        moved = min(so_far + steps[index], limit) - min(so_far, limit)
                        paid[index] = replace(paid[index], amount=moved)
                    so_far += steps[index]
            carried = max(so_far - limit, 0) if first else carried


def month_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def first_day(facts: Facts, plan: int, payee: str, window: date, per: str, begins: int) -> tuple[date, int] | None:
    """The first day in a window on which the payee is on the plan, and the version then."""
    day = window
    while window_start(day, per, begins) == window:
        for assigned in facts.assignments:
            on = assigned.start <= day and (assigned.end is None or day < assigned.end)
            if assigned.payee == payee and facts.plans[assigned.version] == plan and on:
                return day, assigned.version
        day += timedelta(days=1)
    return None


def carried_line(payee: str, version: int, key: str, day: date, window: date, amount: int) -> Line:
    return Line(
        payee, version, key, "carried", "", "", None, None, day, 0, window, None, None, 0, 0, None, None, 0, amount
    )


def capped_together(facts: Facts, plan: int, lines: list[Line]) -> list[Line]:
    """One payee's lines of all components of a plan, after the caps of the plan's versions."""
    places = {
        (version, part.key): place
        for version, of in facts.plans.items() if of == plan
        for place, part in enumerate(facts.versions[version].components)
    }  # fmt: skip
    ordered = sorted(
        lines, key=lambda line: (line.date, line.kind == "credit", line.deal, line.turn, line.role, line.via or "",
                                 places[line.version, line.component], line.component, line.window_start)
    )  # fmt: skip
    found = []
    for index, line in enumerate(ordered):
        document = facts.versions[line.version]
        if document.cap is None:
            found.append(line)
            continue
        limit, per = minor(document.cap.amount, document), document.cap.per.value
        first = document.first_month
        here = window_start(line.date, per, first)
        before = sum(other.amount for other in ordered[:index] if window_start(other.date, per, first) == here)
        found.append(replace(line, amount=min(before + line.amount, limit) - min(before, limit)))
    return found
