"""Of a spiff, the first deals, until a budget is used up: one deal after the other, over everybody on a plan."""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import floor

from commissions.engine.schema import Spiff
from tests.commissions.engine.oracle.facts import Facts
from tests.commissions.engine.oracle.limits import Line, half_up, minor


@dataclass
class Purse:
    """What a spiff has paid so far."""

    places: list[tuple[str, str]] = field(default_factory=list)  # payee, deal
    paid: int = 0


def allotted(facts: Facts, lines: list[Line]) -> list[Line]:
    """All lines of one component, in the order in which each payee's events happened."""
    asked: dict[tuple[str, ...], int] = {}
    given: dict[tuple[str, ...], int] = {}
    purses: dict[date, Purse] = {}
    told: dict[tuple[str, ...], tuple[int | None, int | None]] = {}
    closing = [line for line in lines if line.event == "booked"]
    for line in closing:
        asked[whose(line)] = given[whose(line)] = line.amount
    paying = [line for line in closing if limits_of(facts, line) and line.amount > 0]
    given |= {whose(line): 0 for line in closing if limits_of(facts, line)}
    for day, key in sorted({(line.date, line.deal) for line in paying}):
        together = [line for line in paying if line.deal == key and line.date == day]
        spiff = limits_of(facts, together[0])
        assert spiff is not None and spiff.from_ is not None
        purse = purses.setdefault(spiff.from_, Purse())
        before = {line.payee: places_before(purse, spiff, line.payee) for line in together}
        within = [line for line in together if spiff.first is None or before[line.payee] < spiff.first]
        whole = sum(line.amount for line in within)
        left = whole
        if spiff.budget is not None:
            left = max(0, min(whole, minor(spiff.budget, facts.versions[together[0].version]) - purse.paid))
        for line in together:
            told[whose(line)] = (
                before[line.payee] if spiff.first is not None else None,
                purse.paid if spiff.budget is not None and line in within else None,
            )
        given |= {whose(line): part for line, part in divided(within, left)}
        purse.paid += left
        purse.places += [(line.payee, key) for line in together]
    return [scaled(facts, line, lines[:index], asked, given, told) for index, line in enumerate(lines)]


def whose(line: Line) -> tuple[str, ...]:
    return line.payee, line.deal, line.role, line.via or ""


def limits_of(facts: Facts, line: Line) -> Spiff | None:
    spiff = facts.versions[line.version].component(line.component).spiff
    return spiff if spiff is not None and spiff.is_limited else None


def places_before(purse: Purse, spiff: Spiff, payee: str) -> int:
    if spiff.per.value == "payee":
        return len({deal for who, deal in purse.places if who == payee})
    return len({deal for _, deal in purse.places})


def divided(lines: list[Line], left: int) -> list[tuple[Line, int]]:
    """In proportion to what each would be paid, by largest remainder."""
    whole = sum(line.amount for line in lines)
    ordered = sorted(lines, key=lambda line: (-line.amount, line.payee, line.role, line.via or "~"))
    exact = [Fraction(line.amount * left, whole) for line in ordered]
    parts = [floor(each) for each in exact]
    ranks = sorted(range(len(ordered)), key=lambda index: parts[index] - exact[index])
    for index in ranks[: left - sum(parts)]:
        parts[index] += 1
    return list(zip(ordered, parts, strict=True))


def scaled(
    facts: Facts,
    line: Line,
    before: list[Line],
    asked: dict[tuple[str, ...], int],
    given: dict[tuple[str, ...], int],
    told: dict[tuple[str, ...], tuple[int | None, int | None]],
) -> Line:
    if not line.deal or limits_of(facts, line) is None:
        return line
    mine = whose(line)
    if mine not in asked:
        return replace(line, amount=0)
    so_far = sum(each.amount for each in before if whose(each) == mine)
    ends = [point(each, asked[mine], given[mine]) for each in (so_far, so_far + line.amount)]
    deals, paid = told.get(mine, (None, None)) if line.event == "booked" else (None, None)
    return replace(line, amount=ends[1] - ends[0], deals_before=deals, paid_before=paid)


def point(reached: int, asked: int, given: int) -> int:
    return reached if asked == given else half_up(Fraction(reached * given, asked)) if asked > 0 else 0
