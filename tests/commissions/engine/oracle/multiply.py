"""By what a payee's pay is multiplied in a statement."""

from datetime import date, timedelta
from fractions import Fraction

from commissions.engine.schema import Component, PlanDocument
from tests.commissions.engine.oracle.credits import credits_of
from tests.commissions.engine.oracle.facts import Facts, window_start
from tests.commissions.engine.oracle.prorate import goal_of, quota_kind_of


def value_of(
    facts: Facts, plan: int, payee: str, document: PlanDocument, component: Component, day: date
) -> Fraction | None:
    """What the multiplier reads; None where it isn't known."""
    assert component.multiply is not None
    opened = window_start(day, document.period.value, document.first_month)
    if component.multiply.kpi:
        return kpi_of(facts, payee, document.period.value, opened)
    other = document.component(component.multiply.component or "")
    end = date(opened.year + (opened.month - 1 + document.period.months) // 12,
               (opened.month - 1 + document.period.months) % 12 + 1, 1)  # fmt: skip
    window = window_start(end - timedelta(days=1), other.window.value, document.first_month)
    quota = goal_of(facts, payee, plan, document, other, window, quota_kind_of(other))
    counted = [
        credit.amount
        for credit in credits_of(facts, plan, other.key, payee)
        if credit.component.measure is other.measure and window <= credit.date < end
    ]
    return Fraction(sum(counted), quota) if quota else None


def kpi_of(facts: Facts, payee: str, period: str, opened: date) -> Fraction | None:
    """A little more in each later month; unknown in April and in the second quarter."""
    january = facts.kpis.get((payee, period))
    if january is None or opened.month == 4:
        return None
    return january + Fraction(opened.month - 1, 20)


def times_of(component: Component, value: Fraction | None) -> Fraction:
    """The times of the last row whose threshold is reached; of the first where there is none."""
    assert component.multiply is not None
    reached = [row for row in component.multiply.curve if value is not None and value >= Fraction(row.from_)]
    return Fraction((reached or component.multiply.curve)[-1 if reached else 0].times)
