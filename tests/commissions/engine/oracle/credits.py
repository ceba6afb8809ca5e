"""Who gets credit for what, one payee and one deal at a time."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from commissions.engine.expressions.parse import parse_base, parse_condition
from commissions.engine.schema import Component, PlanDocument
from tests.commissions.engine.oracle.curve import rounded
from tests.commissions.engine.oracle.events import Event, events_of
from tests.commissions.engine.oracle.expressions import Missing, amount_of, holds
from tests.commissions.engine.oracle.facts import Deal, Facts, Share
from tests.commissions.engine.oracle.others import counts


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

    @property
    def date(self) -> date:
        return self.event.date


def credits_of(facts: Facts, plan: int, key: str, payee: str) -> list[Credited]:
    found = []
    for deal in facts.deals:
        for share in facts.shares:
            if share.deal == deal.key:
                found += credit_of(facts, plan, key, deal, share, payee)
    return sorted(
        found, key=lambda credit: (credit.date, credit.deal.key, credit.event.turn, credit.role, credit.via or "")
    )


def credit_of(facts: Facts, plan: int, key: str, deal: Deal, share: Share, payee: str) -> list[Credited]:
    found = []
    for assigned in facts.assignments:
        version, document = assigned.version, facts.versions[assigned.version]
        if assigned.payee != payee or facts.plans[version] != plan:
            continue
        for component in document.components:
            if component.key != key or share.role not in component.credit.roles or deal.currency != document.currency:
                continue
            if component.when and not holds(parse_condition(component.when), deal):
                continue
            if not counts(facts, component.credit, share.payee, payee, deal.closed):
                continue
            via = share.payee if share.payee != payee else None
            with suppress(Missing):  # nothing counts while it isn't known how much
                whole = counted_of(facts, document, component, deal, share)
                for event in events_of(facts, component, deal):
                    if assigned.start <= event.date and (assigned.end is None or event.date < assigned.end):
                        before, after = rounded(whole * event.before, document), rounded(whole * event.after, document)
                        found.append(Credited(deal, event, share.role, via, version, component, after - before, before))
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
