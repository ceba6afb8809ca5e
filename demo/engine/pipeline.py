"""Eighteen months of deals: opened by season and by person, then won, lost, shared, returned or still open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from core.periods import PeriodKind, period_of
from demo.engine.calendar import add_months, chance, months, working_day
from demo.engine.market import CURRENCY_OF, PRODUCTS
from demo.engine.records import Customer, Deal, Line, Person, Product

OPENED_A_MONTH = 7  # by an ordinary rep in an ordinary month
SEASON = (70, 85, 105, 75, 95, 115, 85, 90, 120, 100, 115, 150)  # percent, of what should close January to December
LONGEST_MONTHS = 7  # no deal takes longer: how far before the beginning the first ones opened
STAGES = ("Prospecting", "Qualified", "Proposal", "Negotiation")
_SPLITS = ((600_000, 400_000), (500_000, 500_000), (700_000, 300_000), (500_000, 300_000, 200_000))
INSTALLED, INSTALLED_FROM = "Kirana POS", 20  # the product, and from how many on it is installed
_ROUND_TO = {"IDR": 100_000_00, "USD": 10_00}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a deal needs to know of its company."""

    seed: str
    today: date
    people: Sequence[Person]
    customers: Mapping[str, Sequence[Customer]]  # by team

    def colleagues(self, owner: Person, day: date) -> list[Person]:
        """Others who sell in the owner's team on that day."""
        staying = (each for each in self.people if each.pace and each is not owner and not each.left_on)
        return [each for each in staying if _team(each, day) == _team(owner, day)]


def deals(scene: Scene, since: date) -> tuple[Deal, ...]:
    """Every deal closed from `since` on and every one still open, in order of opening."""
    found = (
        deal
        for month in months(add_months(since, -LONGEST_MONTHS), scene.today)
        for number, person in enumerate(scene.people)
        if person.pace
        for deal in _opened(scene, person, number, month)
    )
    seen = [deal for deal in found if deal.closed_on is None or deal.closed_on >= since]
    return tuple(sorted(seen, key=lambda deal: (deal.opened_on, deal.key)))


def _opened(scene: Scene, person: Person, place: int, month: date) -> Iterator[Deal]:
    """What a person opened in a month, as it stands today, with what came back of it."""
    luck = chance(scene.seed, "month", person.key, month)
    for number in range(_how_many(person, month, luck)):
        day = working_day(month + timedelta(days=luck.randrange(28)))
        key = f"NK-{month:%y%m}-{place:02}{number:02}"
        if _team(person, day) and day <= scene.today:
            yield from _lived(scene, person, key, day)


def _how_many(person: Person, month: date, luck: Random) -> int:
    """The season of the month after and the person's pace; one month in twelve is slow, one in fifteen is a feast."""
    mood = luck.choices((100, 25, 190), weights=(85, 8, 7))[0]
    percent = person.pace * SEASON[month.month % 12] * mood * luck.randrange(70, 131)
    return OPENED_A_MONTH * percent // 10**8


def _lived(scene: Scene, owner: Person, key: str, opened: date) -> Iterator[Deal]:
    """One deal from its first day to today, or to its end; and its refund, when there is one."""
    luck = chance(scene.seed, key)
    product = luck.choices(PRODUCTS, weights=[product.weight for product in PRODUCTS])[0]
    closes = _closing_day(opened, product, luck)
    if owner.left_on and closes >= owner.left_on:
        return
    offer = _offer(scene, owner, key, opened, product, luck)
    shares = _shares(scene, owner, opened, luck)
    deal = _today(replace(offer, shares=shares), closes, scene.today, won=luck.randrange(100) < 40 + owner.pace // 6)
    followed = _followed(deal, scene.seed, scene.today)
    yield followed
    if deal.status == "won" and not followed.cancelled_on:
        yield from _returned(deal, owner, scene.today, luck)


def _followed(deal: Deal, seed: str, today: date) -> Deal:
    """A won deal with what came after: its invoice, what was paid, and in one case of eighty its cancellation."""
    if deal.status != "won" or deal.closed_on is None:
        return deal
    luck = chance(seed, "after", deal.key)
    if luck.randrange(80) == 0:  # it never comes to an invoice
        day = working_day(deal.closed_on + timedelta(days=luck.randrange(10, 60)))
        return replace(deal, cancelled_on=day) if day <= today else deal
    invoiced = working_day(deal.closed_on + timedelta(days=luck.randrange(12)))
    if invoiced > today:
        return deal
    parts = luck.choice((1, 1, 2))
    share = deal.amount_minor // parts
    days = [working_day(invoiced + timedelta(days=number * luck.randrange(14, 50))) for number in range(1, parts + 1)]
    paid = tuple((day, share) for day in sorted(days) if day <= today)
    return replace(deal, invoiced_on=invoiced, payments=paid)


def _closing_day(opened: date, product: Product, luck: Random) -> date:
    """After the product's usual time, more or less; many of those near the end of a quarter are pulled into it."""
    closes = opened + timedelta(days=product.days * luck.randrange(40, 171) // 100)
    last_day = period_of(closes, PeriodKind.QUARTER).end - timedelta(days=1)
    if (last_day - closes).days < 25 and luck.randrange(100) < 35:
        closes = last_day - timedelta(days=luck.randrange(6))
    return max(working_day(closes), opened)


def _offer(scene: Scene, owner: Person, key: str, opened: date, product: Product, luck: Random) -> Deal:
    team = _team(owner, opened)
    customer = luck.choice(scene.customers[team])
    quantity = luck.randint(*product.units) * (2 if team == "indonesia" else 1)
    currency = CURRENCY_OF[team]
    discount = luck.choice((0, 0, 0, 5, 8, 10, 12, 15, 20))
    asked = product.price_minor[currency] * quantity * (100 - discount) // 100
    amount = asked - asked % _ROUND_TO[currency]
    kind = "renewal" if product.family == "Service" else luck.choice(("new", "new", "new", "expansion"))
    return Deal(
        key=key,
        name=f"{product.name} ({quantity}), {customer.name}",
        kind=kind,
        status="open",
        stage=STAGES[0],
        owner=owner.key,
        customer=customer.key,
        product=product.key,
        quantity=quantity,
        amount_minor=amount,
        currency=currency,
        opened_on=opened,
        closed_on=None,
        shares=(),
        discount_ppm=discount * 10_000,
        lines=_lines(product, quantity, amount, _ROUND_TO[currency]),
        **_terms(scene.seed, key, product, asked),
    )


def _lines(product: Product, quantity: int, amount: int, step: int) -> tuple[Line, ...]:
    """Many tills come with their installation, about a twelfth of the price."""
    if product.name != INSTALLED or quantity < INSTALLED_FROM:
        return ()
    service = amount // 12 - amount // 12 % step
    return (
        Line(product.key, product.name, quantity, amount - service),
        Line(None, "Installation and training", 1, service),
    )


def _terms(seed: str, key: str, product: Product, asked: int) -> dict[str, Any]:
    luck = chance(seed, "terms", key)
    return {
        "term_months": luck.choice((12, 12, 24, 36)) if product.family == "Service" else None,
        "channel": luck.choice(("direct", "direct", "partner")),
        "cost_minor": asked * luck.randrange(45, 76) // 100,
    }


def _today(deal: Deal, closes: date, today: date, *, won: bool) -> Deal:
    """The deal as it stands today: closed, or as far as its time has gone."""
    if closes > today:
        gone, whole = (today - deal.opened_on).days, (closes - deal.opened_on).days
        return replace(deal, stage=STAGES[len(STAGES) * gone // whole])
    status = "won" if won else "lost"
    return replace(deal, status=status, stage=status.capitalize(), closed_on=closes)


def _shares(scene: Scene, owner: Person, day: date, luck: Random) -> tuple[tuple[str, int], ...]:
    """One deal in fourteen is shared with colleagues, the owner's part first."""
    if luck.randrange(14):
        return ()
    parts, colleagues = luck.choice(_SPLITS), scene.colleagues(owner, day)
    if len(colleagues) < len(parts) - 1:
        return ()
    helpers = luck.sample(colleagues, len(parts) - 1)
    return tuple(zip([owner.key, *(each.key for each in helpers)], parts, strict=True))


def _returned(deal: Deal, owner: Person, today: date, luck: Random) -> Iterator[Deal]:
    """One sale in forty comes back within two months, all of it or half."""
    closed = deal.closed_on or deal.opened_on
    back = max(closed, working_day(closed + timedelta(days=luck.randrange(7, 60))))
    percent = luck.choice((100, 50))
    if luck.randrange(40) == 0 and back <= today and owner.stay(back):
        bare = replace(deal, cost_minor=None, invoiced_on=None)
        named = replace(bare, key=f"{deal.key}-R", name=f"Refund of {percent} %: {deal.name}", kind="refund")
        minor = -(deal.amount_minor * percent // 100)
        back_then = replace(named, opened_on=back, closed_on=back, payments=((back, minor),))
        yield replace(back_then, amount_minor=minor, lines=tuple(_part_of(deal.lines, percent, -minor)))


def _part_of(lines: Sequence[Line], percent: int, whole: int) -> Iterator[Line]:
    """What comes back of each; the first one takes what rounding left."""
    parts = [line.amount_minor * percent // 100 for line in lines]
    for line, part in zip(lines, [whole - sum(parts[1:]), *parts[1:]], strict=False):
        yield replace(line, amount_minor=-part)


def _team(person: Person, day: date) -> str:
    stay = person.stay(day)
    return stay.team if stay else ""


def in_teams(customers: Iterable[Customer]) -> dict[str, list[Customer]]:
    teams: dict[str, list[Customer]] = {}
    for customer in customers:
        teams.setdefault(customer.team, []).append(customer)
    return teams
