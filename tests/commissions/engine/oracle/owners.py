"""To whom each stretch of a deal belongs: to those whom a closed statement credited with it, else to who shares it."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import floor

from commissions.engine.schema import Component
from tests.commissions.engine.oracle.events import Event
from tests.commissions.engine.oracle.facts import Assigned, Deal, Facts, Share

Stretch = tuple[Fraction, Fraction, frozenset[Share]]  # from, to, whose


def all_shares(facts: Facts, deal: Deal) -> list[Share]:
    """Of now and of then."""
    then = [each.as_share for each in facts.credited if each.deal == deal.key]
    return sorted({*then, *(share for share in facts.shares if share.deal == deal.key)}, key=repr)


def sharers_on(facts: Facts, deal: Deal, role: str, day: date) -> frozenset[Share]:
    known = [each for each in facts.credited if (each.deal, each.role) == (deal.key, role) and day < each.end]
    if not known:
        return frozenset(share for share in facts.shares if (share.deal, share.role) == (deal.key, role))
    first = min(each.start for each in known)
    found: dict[str, Share] = {}
    for days in sorted({(each.start, each.end) for each in known if each.start <= max(day, first)}):
        new = {each.payee: each.as_share for each in known if (each.start, each.end) == days}
        new = {payee: share for payee, share in new.items() if payee not in found}
        if sum(share.ppm for share in (*found.values(), *new.values())) <= 1_000_000:
            found |= new
    return frozenset(found.values())


def owned(
    facts: Facts, component: Component, deal: Deal, role: str, events: list[Event]
) -> list[tuple[Event, frozenset[Share]]]:
    """Each event with those whom it moves; what several gave back, or were given again, as an event of each of them."""
    stretches: list[Stretch] = []
    stood: list[Stretch] = []  # before what is owed was taken back
    found: list[tuple[Event, frozenset[Share]]] = []
    for place, event in enumerate(events):
        pieces: list[tuple[Stretch, Fraction]] = []  # each as it was, and up to where it is then
        if event.after > event.before and stood and events[place - 1].name == "unpaid":
            pieces = [(low, high[1]) for low, high in zip(stretches, stood, strict=True)]
            stretches = stood
        elif event.after > event.before:
            whose = sharers_on(facts, deal, role, event.date)
            if stretches and stretches[-1][1:] == (event.before, whose):
                pieces = [(stretches[-1], event.after)]
                stretches = [*stretches[:-1], (stretches[-1][0], event.after, whose)]
            else:
                pieces = [((event.before, event.before, whose), event.after)]
                stretches = [*stretches, (event.before, event.after, whose)]
        elif event.name == "paid":
            pieces = [(each, max(each[0], min(each[1], event.after))) for each in reversed(stretches)]
            stretches = [(low, min(high, event.after), whose) for low, high, whose in stretches if low < event.after]
        else:
            stays = event.after / event.before
            stood, less = stretches, [stays_of(component, deal, each, stays) for each in stretches]
            pieces = [(each, low) for each, (_, low, _) in zip(reversed(stretches), reversed(less), strict=True)]
            stretches = less
        moved = [(each, top) for each, top in pieces if each[1] != top]
        found += [
            (replace(event, turn=event.turn * 1000 + index, bottom=low, before=high, after=top), whose)
            for index, ((low, high, whose), top) in enumerate(moved)
        ]
    return found


def stays_of(component: Component, deal: Deal, stretch: Stretch, part: Fraction) -> Stretch:
    """Where payments give the credit, to a minor unit of the deal."""
    low, high, whose = stretch
    size = (high - low) * part
    if component.credit.trigger.value == "paid" and abs(deal.amount) > 1:
        size = Fraction(floor(size * abs(deal.amount) + Fraction(1, 2)), abs(deal.amount))
    return low, low + size, whose


def given_back(
    facts: Facts, deal: Deal, events: list[tuple[Event, frozenset[Share]]]
) -> list[tuple[Event, frozenset[Share]]]:
    """What she gives back who has left: of deals that closed statements credited."""
    is_kept = any(each.deal == deal.key for each in facts.credited)
    return [each for each in events if is_kept and each[0].after < each[0].before]


def gone(facts: Facts, payee: str) -> list[Assigned]:
    """Of who is on no plan, the times after those that ended last, until she is on one again."""
    mine = [each for each in facts.assignments if each.payee == payee]
    found = []
    for each in mine:
        if each.end is not None and not any(holds(other, each.end) for other in mine):
            later = [other.start for other in mine if other.start > each.end]
            found.append(Assigned(payee, each.version, each.end, min(later) if later else None))
    return found


def holds(assigned: Assigned, day: date) -> bool:
    return assigned.start <= day and (assigned.end is None or day < assigned.end)
