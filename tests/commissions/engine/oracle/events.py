"""When a deal gives credit, and how much of it is credited before and after, in fractions."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from commissions.engine.schema import Component, PlanDocument
from tests.commissions.engine.oracle.facts import Deal, Facts

Step = tuple[str, date, Fraction, Fraction]


@dataclass(frozen=True)
class Event:
    name: str
    date: date
    turn: int
    before: Fraction
    after: Fraction
    bottom: Fraction = Fraction(0)  # from where on it belongs to those whom the event moves
    taking: str = ""  # paid: no more than was paid; left: that part of it, and x stays


def rule_text(document: PlanDocument, component: Component) -> str:
    """By which events of one deal and day are put in order."""
    said = component.credit.trigger.value
    if component.repeats:
        return f"{said} every {component.repeats.every.months} for {component.repeats.months or 0}"
    return said + (" unpaid" if owes(document, component) else "")


def owes(document: PlanDocument, component: Component) -> bool:
    at_once = component.credit.trigger.value in ("booked", "invoiced")
    return document.clawback is not None and document.clawback.unpaid is not None and at_once and not component.repeats


def events_of(facts: Facts, document: PlanDocument, component: Component, deal: Deal) -> list[Event]:
    found = [each for each in credited(facts, component, deal) if deal.cancelled is None or each[1] <= deal.cancelled]
    if found and component.repeats:
        found += repeated(component, deal, found[0][1])
    clawback = document.clawback
    taking = ""
    if clawback is not None:
        left = clawback.attainment.value == "leave"
        taking = "left" if left else "paid" if clawback.mode.value == "paid" else ""
    events = [Event(name, day, turn, before, after) for turn, (name, day, before, after) in enumerate(found)]
    if events and owes(document, component):
        events += overdue(facts, document, deal, events[0], taking)
    if deal.cancelled is None or not events or events[-1].name == "unpaid":
        return events
    standing = events[-1].after
    if standing and (clawback is not None or component.repeats is None):
        stays = kept(document, component, deal, (deal.cancelled - deal.closed).days, standing)
        if stays != standing:
            events.append(Event("cancelled", deal.cancelled, len(events), standing, stays, taking=taking))
    return events


def repeated(component: Component, deal: Deal, first: date) -> list[Step]:
    """The same again, month after month; not on the day of the cancellation, nor later."""
    assert component.repeats is not None
    months = component.repeats.months if component.repeats.months is not None else deal.term or 0
    found: list[Step] = []
    passed = component.repeats.every.months
    while passed < months:
        day = months_later(first, passed)
        if deal.cancelled is None or day < deal.cancelled:
            number = passed // component.repeats.every.months
            found.append(("repeated", day, Fraction(number), Fraction(number + 1)))
        passed += component.repeats.every.months
    return found


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def overdue(facts: Facts, document: PlanDocument, deal: Deal, given: Event, taking: str) -> list[Event]:
    assert document.clawback is not None
    unpaid = document.clawback.unpaid
    assert unpaid is not None
    begun: date | None = deal.closed
    if unpaid.from_.value == "invoiced":
        begun = None if deal.invoiced is None else max(deal.closed, deal.invoiced)
    if begun is None or deal.amount <= 0:
        return []
    day = max(begun + timedelta(days=unpaid.after_days), given.date)
    if is_paid(facts, deal, day) or (deal.cancelled is not None and deal.cancelled <= day):
        return []
    days, limit = (day - deal.closed).days, document.clawback.within_days
    if limit is not None and days > limit:
        return []
    stays = Fraction(days, limit or 1) if document.clawback.mode.value == "prorated" else Fraction(0)
    if stays == 1:
        return []
    found = [Event("unpaid", day, 1, Fraction(1), stays, taking=taking)]
    if unpaid.again.value == "when_paid":
        later = sorted({each.date for each in facts.payments if each.deal == deal.key and each.date > day})
        full = next((each for each in later if reaches_full(facts, deal, each)), None)
        if full is not None and (deal.cancelled is None or full <= deal.cancelled):
            found.append(Event("paid", full, 2, stays, Fraction(1), taking="left" if taking == "left" else ""))
    return found


def is_paid(facts: Facts, deal: Deal, by: date) -> bool:
    """By the end of that day."""
    if deal.amount == 0:
        return True
    received = sum(each.amount for each in facts.payments if each.deal == deal.key and each.date <= by)
    return Fraction(received, deal.amount) >= 1


def reaches_full(facts: Facts, deal: Deal, on: date) -> bool:
    """Whether a payment of that day makes up the whole, though a later one of the day may take it back."""
    received = Fraction(0)
    for each in sorted(facts.payments, key=lambda payment: (payment.date, payment.key)):
        if each.deal == deal.key and each.date <= on:
            before, received = received, received + Fraction(each.amount, deal.amount)
            if each.date == on and received >= 1 > before:
                return True
    return False


def kept(document: PlanDocument, component: Component, deal: Deal, days: int, part: Fraction) -> Fraction:
    """What stays credited of a part of a deal that is cancelled after so many days."""
    clawback = document.clawback
    if clawback is None:
        return Fraction(0)
    if clawback.within_days is not None and days > clawback.within_days:
        return part
    if clawback.mode.value != "prorated":
        return Fraction(0)
    assert clawback.within_days is not None
    stays = part * Fraction(days, clawback.within_days)
    if component.credit.trigger.value == "paid" and abs(deal.amount) > 1:  # to a minor unit of the deal
        return Fraction(floor(stays * abs(deal.amount) + Fraction(1, 2)), abs(deal.amount))
    return stays


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
