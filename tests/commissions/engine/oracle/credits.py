"""Who gets credit for what, one payee and one deal at a time."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import floor

from commissions.engine.expressions.nodes import Kind, kind_of
from commissions.engine.expressions.parse import parse_base, parse_by, parse_condition
from commissions.engine.schema import Component, PlanDocument, Spiff
from tests.commissions.engine.oracle.curve import rounded
from tests.commissions.engine.oracle.events import Event, events_of, rule_text
from tests.commissions.engine.oracle.expressions import Missing, amount_of, holds, number_in, value_of
from tests.commissions.engine.oracle.facts import EXPONENTS, Deal, Facts, Share, is_away
from tests.commissions.engine.oracle.items import base_of, converted_items, counting, reads_items, units_of
from tests.commissions.engine.oracle.others import counts
from tests.commissions.engine.oracle.owners import all_shares, given_back, gone, owned


@dataclass(frozen=True)
class Credited:
    deal: Deal
    event: Event
    role: str
    via: str | None  # whose share it is, where it isn't the payee's own
    version: int
    component: Component
    amount: int
    reached: int  # what of the deal was credited before
    column: int | None  # of a rate table
    rule: str = ""

    @property
    def date(self) -> date:
        return self.event.date


def credits_of(facts: Facts, plan: int, key: str, payee: str) -> list[Credited]:
    found = []
    for deal in facts.deals:
        for share in all_shares(facts, deal):
            found += credit_of(facts, plan, key, deal, share, payee)
    return sorted(
        found, key=lambda credit: (credit.date, credit.deal.key, credit.event.turn, credit.role, credit.via or "")
    )


def credit_of(facts: Facts, plan: int, key: str, given: Deal, share: Share, payee: str) -> list[Credited]:
    found = []
    for assigned in [*facts.assignments, *gone(facts, payee)]:
        version, document = assigned.version, facts.versions[assigned.version]
        if assigned.payee != payee or facts.plans[version] != plan or is_withheld(facts, plan, document, payee, given):
            continue
        for component in (part for part in document.components if part.key == key and part.measure.value != "score"):
            if share.role not in component.credit.roles:
                continue
            deal = converted(facts, document, given)
            if deal is None or not is_asked_for(component, deal):
                continue
            if not counts(facts, component.credit, share.payee, payee, deal.closed):
                continue
            column = column_of(component, deal)
            if component.by and column is None:
                continue
            via = share.payee if share.payee != payee else None
            with suppress(Missing):  # nothing counts while it isn't known how much
                own = ruling(facts, plan, document, component, given, payee)
                everything = owned(facts, own[1], given, share.role, events_of(facts, *own, given))
                mine = [each for each in everything if share in each[1]]
                for event, sharers in mine if assigned in facts.assignments else given_back(facts, given, mine):
                    whole = counted_of(document, component, deal, share, sharers, given)
                    if assigned.start <= event.date and (assigned.end is None or event.date < assigned.end):
                        before, after = places(event, whole, document)
                        amount, rule = after - before, rule_text(*own)
                        credit = Credited(
                            deal, event, share.role, via, version, component, amount, before, column, rule
                        )  # fmt: skip
                        found.append(credit)
    return found


def column_of(component: Component, deal: Deal) -> int | None:
    """The column with the deal's text, or the last band that its number reaches; else the one for the rest."""
    if not component.by:
        return None
    value = value_of(parse_by(component.by), deal)
    found = [index for index, column in enumerate(component.columns) if column.is_ is None and column.from_ is None]
    for index, column in enumerate(component.columns):
        if column.is_ and value in column.is_:
            found = [index]
        if column.from_ is not None and (number := number_of(component.by, value, deal)) is not None:
            found = [index] if number >= Fraction(column.from_) else found
    return found[0] if found else None


def number_of(by: str, value: object, deal: Deal) -> Fraction | None:
    """What bands compare: of money major units, of a field of the company's own the number that it writes out."""
    if by.startswith("deal.custom."):
        try:
            return number_in(value)
        except Missing:
            return None
    is_money = kind_of(parse_by(by)) is Kind.MONEY
    return value / 10 ** EXPONENTS[deal.currency] if is_money and isinstance(value, Fraction) else value  # type: ignore[return-value]


def is_asked_for(component: Component, deal: Deal) -> bool:
    if reads_items(component) and not counting(component, deal):
        return False
    if component.when and not reads_items(component) and not holds(parse_condition(component.when), deal):
        return False
    return component.spiff is None or closes_within(component.spiff, deal.closed)


def closes_within(spiff: Spiff, day: date) -> bool:
    return (spiff.from_ is None or spiff.from_ <= day) and (spiff.until is None or day < spiff.until)


def places(event: Event, whole: int, document: PlanDocument) -> tuple[int, int]:
    """What is credited before and after; where x is left as it is, what it is without the event."""
    if event.taking == "left":
        return (rounded(whole * max(event.before, event.after), document),) * 2
    return rounded(whole * event.before, document), rounded(whole * event.after, document)


def ruling(
    facts: Facts, plan: int, document: PlanDocument, component: Component, deal: Deal, payee: str
) -> tuple[PlanDocument, Component]:
    """The version in force when the deal closed, and its component: trigger and clawback hold to the end."""
    for assigned in facts.assignments:
        own = (assigned.payee, facts.plans[assigned.version]) == (payee, plan)
        if own and assigned.start <= deal.closed and (assigned.end is None or deal.closed < assigned.end):
            for other in facts.versions[assigned.version].components:
                if other.key == component.key:
                    return facts.versions[assigned.version], other
    return document, component


def is_withheld(facts: Facts, plan: int, document: PlanDocument, payee: str, deal: Deal) -> bool:
    """Whether the payee was on leave, and the version of that day, or else that of the credit, credits nothing then."""
    for assigned in facts.assignments:
        own = (assigned.payee, facts.plans[assigned.version]) == (payee, plan)
        if own and assigned.start <= deal.closed and (assigned.end is None or deal.closed < assigned.end):
            document = facts.versions[assigned.version]
    is_asked = document.leave is not None and document.leave.deals == "not_credited"
    return is_asked and deal.amount >= 0 and is_away(facts, payee, deal.closed)


def converted(facts: Facts, document: PlanDocument, deal: Deal) -> Deal | None:
    """The deal in the plan's currency, at the latest rate by its closing day; None where it can't be had."""
    if deal.currency == document.currency:
        return deal
    known = [day for currency, day in facts.rates if currency == deal.currency and day <= deal.closed]
    if document.other_currencies.value == "refuse" or not known:
        return None
    rate = facts.rates[deal.currency, max(known)] * 10 ** EXPONENTS[document.currency] / 10 ** EXPONENTS[deal.currency]

    def money(minor: int) -> int:
        size: int = floor(abs(minor) * rate + Fraction(1, 2))
        return size if minor >= 0 else -size

    cost, tax = (None if minor is None else money(minor) for minor in (deal.cost, deal.tax))
    items = converted_items(deal.items, money)
    return replace(deal, currency=document.currency, amount=money(deal.amount), cost=cost, tax=tax, items=items)


def counted_of(
    document: PlanDocument, component: Component, deal: Deal, share: Share, sharers: frozenset[Share], given: Deal
) -> int:
    """Minor units of the base; or, of units and deals, millionths, which a share in parts per million never splits."""
    if component.measure.value == "amount":
        is_of_items = reads_items(component)
        exact = base_of(component, deal) if is_of_items else amount_of(parse_base(component.base), deal)
        return part_of(deal, share, sharers, rounded(exact, document))
    if component.measure.value == "quantity" and reads_items(component):
        return units_of(component, deal, given) * share.ppm
    size = deal.quantity if component.measure.value == "quantity" else 1
    return (-abs(size) if given.amount < 0 else size) * share.ppm


def part_of(deal: Deal, share: Share, sharers: frozenset[Share], base: int) -> int:
    """Largest remainder over all who share the deal in that role; what nobody has goes to nobody."""
    ranked = sorted(sharers, key=lambda other: (-other.ppm, other.payee))
    nobody = Share(deal.key, "", 1_000_000 - sum(other.ppm for other in ranked), share.role)
    everybody = [*ranked, nobody] if nobody.ppm else ranked
    exact = {other: Fraction(abs(base) * other.ppm, 1_000_000) for other in everybody}
    parts = {other: floor(value) for other, value in exact.items()}
    by_remainder = sorted(everybody, key=lambda other: parts[other] - exact[other])
    for other in by_remainder[: abs(base) - sum(parts.values())]:
        parts[other] += 1
    return parts[share] if base >= 0 else -parts[share]
