"""The rules of commission, slow and obvious: fractions, one payee, one credit at a time.

Shares nothing with the engine but the document's classes and the tree of an expression.
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import floor

from commissions.engine.expressions import nodes
from commissions.engine.expressions.parse import parse_base, parse_condition
from commissions.engine.schema import Component, PlanDocument

EXPONENTS = {"USD": 2, "IDR": 2, "JPY": 0, "KWD": 3}


@dataclass(frozen=True)
class Deal:
    key: str
    closed: date
    amount: int  # minor units
    currency: str = "USD"
    opened: date | None = None
    quantity: int = 1
    type: str | None = None
    name: str | None = None
    product_code: str | None = None
    product_name: str | None = None
    product_family: str | None = None
    customer_name: str | None = None
    customer_sector: str | None = None
    customer_country: str | None = None


@dataclass(frozen=True)
class Share:
    deal: str  # key
    payee: str
    ppm: int
    role: str = "owner"


@dataclass(frozen=True)
class Assigned:
    payee: str
    version: int
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Facts:
    deals: tuple[Deal, ...]
    shares: tuple[Share, ...]
    assignments: tuple[Assigned, ...]
    quotas: dict[tuple[str, str], int]  # payee, kind of window -> minor units in January; see quota_of
    versions: dict[int, PlanDocument]
    plans: dict[int, int]


@dataclass(frozen=True)
class Line:
    payee: str
    version: int
    component: str
    deal: str
    role: str
    credited: int
    window_start: date
    quota: int | None
    x0: int
    x1: int
    uncapped: int
    amount: int


@dataclass(frozen=True)
class Credited:
    deal: Deal
    role: str
    version: int
    component: Component
    amount: int


def lines_of(facts: Facts, start: date, end: date) -> list[Line]:
    """Every line dated from `start` to before `end`."""
    found = []
    for plan in sorted(set(facts.plans.values())):
        versions = [version for version, of in facts.plans.items() if of == plan]
        keys = {component.key for version in versions for component in facts.versions[version].components}
        for key in sorted(keys):
            for payee in sorted({assigned.payee for assigned in facts.assignments}):
                found += component_lines(facts, plan, key, payee)
    return [line for line in found if start <= closed_on(facts, line.deal) < end]


def closed_on(facts: Facts, key: str) -> date:
    return next(deal.closed for deal in facts.deals if deal.key == key)


def component_lines(facts: Facts, plan: int, key: str, payee: str) -> list[Line]:
    """Money and units don't add up: a version that measures another thing starts anew."""
    everything = credits_of(facts, plan, key, payee)
    kinds = sorted({credit.component.measure.value for credit in everything})
    return [line for kind in kinds for line in measured_lines(facts, key, payee, kind, everything)]


def measured_lines(facts: Facts, key: str, payee: str, kind: str, everything: list[Credited]) -> list[Line]:
    counted = [credit for credit in everything if credit.component.measure.value == kind]
    done: list[tuple[Credited, Line]] = []
    for index, credit in enumerate(counted):
        document, component = facts.versions[credit.version], credit.component
        window = component.window.value
        opened = window_start(credit.deal.closed, window)
        before = [c for c in counted[:index] if window != "deal" and window_start(c.deal.closed, window) == opened]
        x0 = sum(c.amount for c in before)
        x1 = x0 + credit.amount
        quota = None
        if component.against.value == "quota":
            quota = quota_of(facts, payee, window, opened)
            if quota <= 0:
                continue
        uncapped = rounded(pay(document, component, x1, quota), document) - rounded(
            pay(document, component, x0, quota), document
        )
        line = Line(
            payee, credit.version, key, credit.deal.key, credit.role, credit.amount, opened, quota, x0, x1, uncapped, 0
        )
        amount = capped(document, component, line, credit, [(c, earlier) for c, earlier in done])
        done.append((credit, replace(line, amount=amount)))
    return [line for _, line in done]


def quota_of(facts: Facts, payee: str, window: str, opened: date) -> int:
    """Minor units; a little more in each later month, so that no window's quota passes for another's."""
    january = facts.quotas.get((payee, window), 0)
    return january + opened.month - 1 if january else 0


def capped(
    document: PlanDocument, component: Component, line: Line, credit: Credited, done: list[tuple[Credited, Line]]
) -> int:
    if component.cap is None:
        return line.uncapped
    limit = int(Fraction(component.cap.amount) * 10 ** EXPONENTS[document.currency])
    per = component.cap.per.value
    if per == "deal":
        roles_before = sum(earlier.uncapped for c, earlier in done if c.deal.key == credit.deal.key)
        moved = [max(-limit, min(limit, paid)) for paid in (roles_before, roles_before + line.uncapped)]
        return moved[1] - moved[0]
    opened = window_start(credit.deal.closed, per)
    so_far = sum(earlier.uncapped for c, earlier in done if window_start(c.deal.closed, per) == opened)
    return min(so_far + line.uncapped, limit) - min(so_far, limit)


def credits_of(facts: Facts, plan: int, key: str, payee: str) -> list[Credited]:
    found = []
    for deal in sorted(facts.deals, key=lambda deal: (deal.closed, deal.key)):
        for share in sorted(facts.shares, key=lambda share: share.role):
            if share.deal == deal.key and share.payee == payee:
                found += credit_of(facts, plan, key, deal, share)
    return found


def credit_of(facts: Facts, plan: int, key: str, deal: Deal, share: Share) -> list[Credited]:
    found = []
    for assigned in facts.assignments:
        version, document = assigned.version, facts.versions[assigned.version]
        in_force = assigned.start <= deal.closed and (assigned.end is None or deal.closed < assigned.end)
        if assigned.payee != share.payee or facts.plans[version] != plan or not in_force:
            continue
        for component in document.components:
            if component.key != key or share.role not in component.credit.roles or deal.currency != document.currency:
                continue
            if component.when and not holds(parse_condition(component.when), deal):
                continue
            found.append(
                Credited(deal, share.role, version, component, counted_of(facts, document, component, deal, share))
            )
    return found


def counted_of(facts: Facts, document: PlanDocument, component: Component, deal: Deal, share: Share) -> int:
    """Minor units of the base; or, of units and deals, millionths, which a share in parts per million never splits."""
    if component.measure.value == "amount":
        return part_of(facts, deal, share, rounded(amount_of(parse_base(component.base), deal), document))
    size = deal.quantity if component.measure.value == "quantity" else 1
    return (-abs(size) if deal.amount < 0 else size) * share.ppm


def part_of(facts: Facts, deal: Deal, share: Share, base: int) -> int:
    """Largest remainder over all who share the deal in that role; what nobody has goes to nobody."""
    sharers = [other for other in facts.shares if other.deal == deal.key and other.role == share.role]
    sharers.sort(key=lambda other: (-other.ppm, other.payee))
    nobody = Share(deal.key, "", 1_000_000 - sum(other.ppm for other in sharers), share.role)
    everybody = [*sharers, nobody] if nobody.ppm else sharers
    exact = {other: Fraction(abs(base) * other.ppm, 1_000_000) for other in everybody}
    parts = {other: floor(value) for other, value in exact.items()}
    by_remainder = sorted(everybody, key=lambda other: parts[other] - exact[other])
    for other in by_remainder[: abs(base) - sum(parts.values())]:
        parts[other] += 1
    return parts[share] if base >= 0 else -parts[share]


def window_start(day: date, window: str) -> date:
    if window == "deal":
        return day
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[window]
    return date(day.year, day.month - (day.month - 1) % months, 1)


def rounded(value: Fraction, document: PlanDocument) -> int:
    if document.rounding.value == "half_even":
        return round(value)
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def pay(document: PlanDocument, component: Component, x: int, quota: int | None) -> Fraction:
    if component.window.value == "deal" and x < 0:
        return -pay(document, component, -x, quota)
    minor: int = 10 ** EXPONENTS[document.currency]
    one = minor if component.measure.value == "amount" else 1_000_000
    unit = Fraction(quota) if quota is not None else Fraction(one)
    starts = [Fraction(step.from_) * unit for step in component.steps]
    rates = [Fraction(step.rate or 0) + Fraction(step.pay_per_unit or 0) * minor / one for step in component.steps]
    pays = [Fraction(step.pay or 0) * minor for step in component.steps]
    reached = tier_of(component, starts, x)
    bonuses = sum((Fraction(step.bonus or 0) * minor for step in component.steps[: reached + 1]), Fraction(0))
    match component.tiers.value:
        case "flat":
            return rates[0] * x
        case "marginal":
            return marginal(rates, starts, x) + bonuses
        case "retroactive":
            return rates[reached] * x + bonuses
        case "stepped":
            return pays[reached]
        case _:
            return interpolated(component, starts, pays, x)


def tier_of(component: Component, starts: list[Fraction], x: int) -> int:
    """The last tier whose start is reached (or exceeded); the first one for whatever lies below."""
    reached = component.starts_when.value == "reached"
    found = 0
    for index, start in enumerate(starts):
        if index and (x >= start if reached else x > start):
            found = index
    return found


def marginal(rates: list[Fraction], starts: list[Fraction], x: int) -> Fraction:
    if x < 0:
        return rates[0] * x
    total = Fraction(0)
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else Fraction(max(x, 0)) + start
        total += rates[index] * max(Fraction(0), min(Fraction(x), end) - start)
    return total


def interpolated(component: Component, starts: list[Fraction], pays: list[Fraction], x: int) -> Fraction:
    index = tier_of(component, starts, x)
    if index == len(starts) - 1:
        return pays[-1]
    if starts[index] == starts[index + 1]:
        raise AssertionError("no x lies between two points at one place")
    part = (Fraction(x) - starts[index]) / (starts[index + 1] - starts[index])
    return pays[index] + (pays[index + 1] - pays[index]) * part


def amount_of(node: nodes.Node, deal: Deal) -> Fraction:
    match node:
        case nodes.Field(column=column):
            return Fraction(getattr(deal, column))
        case nodes.Number(value):
            return value
        case nodes.Major(value):
            return Fraction(value * 10 ** EXPONENTS[deal.currency])
        case nodes.Add(left, right):
            return amount_of(left, deal) + amount_of(right, deal)
        case nodes.Times(operand, factor):
            return amount_of(operand, deal) * factor
    raise AssertionError(node)


def value_of(node: nodes.Node, deal: Deal) -> object:
    match node:
        case nodes.Text(value) | nodes.Day(value):
            return value
        case nodes.Field(column=column, kind=nodes.Kind.TEXT | nodes.Kind.DATE):
            return getattr(deal, column)
    return amount_of(node, deal)


def holds(node: nodes.Node, deal: Deal) -> bool:
    match node:
        case nodes.Both(parts):
            return all(holds(part, deal) for part in parts)
        case nodes.Either(parts):
            return any(holds(part, deal) for part in parts)
        case nodes.Not(part):
            return not holds(part, deal)
        case nodes.Membership(operand, options, negated):
            value = value_of(operand, deal)
            return value is not None and (value in [value_of(option, deal) for option in options]) != negated
        case nodes.Comparison(operator, left, right):
            return compared(operator, value_of(left, deal), value_of(right, deal))
    raise AssertionError(node)


def compared(operator: str, left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    return {
        "=": left == right,
        "!=": left != right,
        "<": operator in ("<", "<=") and left < right,  # type: ignore[operator]
        "<=": operator in ("<", "<=") and left <= right,  # type: ignore[operator]
        ">": operator in (">", ">=") and left > right,  # type: ignore[operator]
        ">=": operator in (">", ">=") and left >= right,  # type: ignore[operator]
    }[operator]
