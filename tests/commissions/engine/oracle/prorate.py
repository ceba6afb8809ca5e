"""Which quota or target a window has, and how much of it counts, day by day."""

from datetime import date, timedelta
from fractions import Fraction
from math import floor

from commissions.engine.schema import Component, PlanDocument
from tests.commissions.engine.oracle.facts import TEAMS, Assigned, Facts, is_away, quota_of

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def quota_kind_of(component: Component) -> str | None:
    if component.against.value != "quota":
        return None
    return "amount" if component.measure.value == "amount" else "units"


def target_kind_of(component: Component) -> str | None:
    return "target" if component.pays.value == "target" else None


def goal_of(
    facts: Facts, payee: str, plan: int, document: PlanDocument, component: Component, opened: date, kind: str | None
) -> int | None:
    """The quota or target of a window: 0 where there is none, None where none is asked for.

    A component's own comes before the plan's. Of a target, who has a weight goes by the plan's alone; and who has none
    beside others on target, by its own alone.
    """
    if kind is None:
        return None
    window = component.window.value
    own, plans = (counted_of(facts, payee, plan, document, window, opened, kind, key) for key in (component.key, ""))
    if kind == "target":
        if component.weight is not None:
            return plans
        if sum(part.pays.value == "target" for part in document.components) > 1:
            return own
    return own or plans


def counted_of(
    facts: Facts, payee: str, plan: int, document: PlanDocument, window: str, opened: date, kind: str, key: str
) -> int:
    quota = quota_of(facts, payee, window, opened, kind, key)
    months = [month(opened, index) for index in range(MONTHS[window])]
    parts = [quota_of(facts, payee, "month", start, kind, key) for start in months]
    return counting(facts, payee, plan, document, quota, parts, window, opened, kind)


def counting(
    facts: Facts,
    payee: str,
    plan: int,
    document: PlanDocument,
    quota: int,
    parts: list[int],
    window: str,
    opened: date,
    kind: str,
) -> int:
    """`parts` are the quotas of the window's months. Nobody's days change what is expected of a team."""
    rules = document.quotas
    mine = [each for each in facts.assignments if each.payee == payee and facts.plans[each.version] == plan]
    if rules is None or payee in TEAMS:
        return quota
    starts = [month(opened, index) for index in range(MONTHS[window] + 1)]
    if not rules.ramp or kind == "target":
        return half_up(quota * share_of_days(facts, document, mine, starts[0], starts[-1], kind))
    equal = Fraction(quota, len(parts))
    pieces = [Fraction(part) if sum(parts) == quota else equal for part in parts]
    first = min(each.start for each in mine)
    total = Fraction(0)
    for start, end, piece in zip(starts, starts[1:], pieces, strict=False):
        index = max((start.year - first.year) * 12 + start.month - first.month, 0)
        ramped = Fraction(rules.ramp[index]) if index < len(rules.ramp) else Fraction(1)
        total += piece * ramped * share_of_days(facts, document, mine, start, end, kind)
    return half_up(total)


def month(opened: date, index: int) -> date:
    years, rest = divmod(opened.month - 1 + index, 12)
    return date(opened.year + years, rest + 1, 1)


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def share_of_days(
    facts: Facts, document: PlanDocument, mine: list[Assigned], start: date, end: date, kind: str
) -> Fraction:
    assert document.quotas is not None
    if document.quotas.prorate is None:
        return Fraction(1)
    days = [start + timedelta(days=index) for index in range((end - start).days)]
    weights = {day: weight(document.quotas.prorate.value, day) for day in days}
    on_plan = [day for day in days if any(each.start <= day and (each.end is None or day < each.end) for each in mine)]
    if document.leave and (document.leave.targets if kind == "target" else document.leave.quotas) == "prorated":
        on_plan = [day for day in on_plan if not is_away(facts, mine[0].payee, day)]
    return Fraction(sum(weights[day] for day in on_plan), sum(weights.values()))


def weight(rule: str, day: date) -> int:
    """How many days a day counts as. In months of thirty the last of February stands for those that it lacks."""
    if rule == "calendar_days":
        return 1
    if rule == "working_days":
        return int(day.weekday() < 5)
    is_last = (day + timedelta(days=1)).month != day.month
    return max(30 - (day.day - 1), 0) if is_last else 1
