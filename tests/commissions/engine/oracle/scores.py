"""What managers gave, window by window, and the lines that it earns."""

from datetime import date, timedelta
from fractions import Fraction

from commissions.engine.schema import Component
from tests.commissions.engine.oracle.credits import Credited
from tests.commissions.engine.oracle.events import Event
from tests.commissions.engine.oracle.facts import Deal, Facts, window_start
from tests.commissions.engine.oracle.prorate import MONTHS, month

WHOLE = 10**12  # of a score of 100 %


def score_of(facts: Facts, payee: str, key: str, objective: str, window: str, opened: date) -> int | None:
    """Parts per million: another in each window, and none in those that begin in April."""
    january = facts.scores.get((payee, key, objective))
    if january is None or opened.year != 2026 or opened.month == 4:
        return None
    return january + 10_000 * (opened.month - 1) + MONTHS[window]


def score_credits(facts: Facts, plan: int, key: str, payee: str) -> list[Credited]:
    """One for each window of which anything was scored, in the version in force on its last day."""
    found = []
    for assigned in facts.assignments:
        if assigned.payee != payee or facts.plans[assigned.version] != plan:
            continue
        document = facts.versions[assigned.version]
        for component in document.components:
            if component.key != key or component.measure.value != "score":
                continue
            length = MONTHS[component.window.value]
            for opened in (date(2026, number, 1) for number in range(1, 13)):
                if window_start(opened, component.window.value, document.first_month) != opened:
                    continue
                last = month(opened, length) - timedelta(days=1)
                if not assigned.start <= last or (assigned.end is not None and assigned.end <= last):
                    continue
                total = total_of(facts, payee, component, opened)
                if total is not None:
                    event = Event("", last, 0, Fraction(0), Fraction(1))
                    amount = int(total * WHOLE)
                    assert amount == total * WHOLE
                    nothing = Deal("", last, 0)
                    found.append(Credited(nothing, event, "", None, assigned.version, component, amount, 0, None))
    return sorted(found, key=lambda credit: credit.date)


def total_of(facts: Facts, payee: str, component: Component, opened: date) -> Fraction | None:
    """The sum of the scores by weight; what isn't scored counts nothing. None where nothing is."""
    weights = {each.key: Fraction(each.weight) for each in component.objectives} or {"": Fraction(1)}
    given = {
        objective: score
        for objective in weights
        if (score := score_of(facts, payee, component.key, objective, component.window.value, opened)) is not None
    }
    if not given:
        return None
    return sum((weights[objective] * Fraction(score, 10**6) for objective, score in given.items()), Fraction(0))
