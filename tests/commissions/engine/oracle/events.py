"""When a deal gives credit, and how much of it is credited before and after, in fractions."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from commissions.engine.schema import Component, PlanDocument
from tests.commissions.engine.oracle.facts import Deal, Facts


@dataclass(frozen=True)
class Event:
    name: str
    date: date
    turn: int
    before: Fraction
    after: Fraction


def events_of(facts: Facts, document: PlanDocument, component: Component, deal: Deal) -> list[Event]:
    found = [each for each in credited(facts, component, deal) if deal.cancelled is None or each[1] <= deal.cancelled]
    credited_by_then = found[-1][3] if found else Fraction(0)
    if deal.cancelled is not None and credited_by_then:
        left = kept(document, component, deal, (deal.cancelled - deal.closed).days, credited_by_then)
        if left != credited_by_then:
            found.append(("cancelled", deal.cancelled, credited_by_then, left))
    return [Event(name, day, turn, before, after) for turn, (name, day, before, after) in enumerate(found)]


def kept(document: PlanDocument, component: Component, deal: Deal, days: int, part: Fraction) -> Fraction:
    """What stays credited of a part of a deal that is cancelled after so many days."""
    clawback = document.clawback
    if clawback is None:
        return Fraction(0)
    if days > clawback.within_days:
        return part
    if clawback.mode.value == "full":
        return Fraction(0)
    stays = part * Fraction(days, clawback.within_days)
    if component.credit.trigger.value == "paid" and abs(deal.amount) > 1:  # to a minor unit of the deal
        return Fraction(floor(stays * abs(deal.amount) + Fraction(1, 2)), abs(deal.amount))
    return stays


Step = tuple[str, date, Fraction, Fraction]


def credited(facts: Facts, component: Component, deal: Deal) -> list[Step]:
    nothing, everything = Fraction(0), Fraction(1)
    match component.credit.trigger.value:
        case "booked":
            return [("booked", deal.closed, nothing, everything)]
        case "invoiced":
            if deal.invoiced is None:
                return []
            return [("invoiced", max(deal.closed, deal.invoiced), nothing, everything)]
        case "paid":
            return paid(facts, deal)
        case _:
            full = [
                (name, day, Fraction(before == 1), Fraction(after == 1))
                for name, day, before, after in paid(facts, deal)
            ]
            return [step for step in full if step[2] != step[3]]


def paid(facts: Facts, deal: Deal) -> list[Step]:
    if deal.amount == 0:
        return [("paid", deal.closed, Fraction(0), Fraction(1))]
    found = []
    received, before = 0, Fraction(0)
    for payment in sorted(facts.payments, key=lambda payment: (payment.date, payment.key)):
        if payment.deal == deal.key:
            received += payment.amount
            after = min(max(Fraction(received, deal.amount), Fraction(0)), Fraction(1))
            if after != before:
                found.append(("paid", max(payment.date, deal.closed), before, after))
            before = after
    return found
