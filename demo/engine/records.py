"""What the demo company consists of. Records name each other by key, as an import would."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DOMAIN = "nusakirana.example"


def email_of(key: str) -> str:
    return f"{key}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Team:
    key: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Stay:
    """A person's time in a team under a manager, from a day to before another."""

    team: str
    manager: str | None
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Away:
    """A person's leave, from a day to before another."""

    since: date
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Person:
    key: str  # also the part of the e-mail address before the @
    name: str
    roles: tuple[str, ...]
    language: str
    pace: int  # deals opened, in percent of an ordinary rep's; 0 sells nothing
    level: str  # what the quota goes by
    stays: tuple[Stay, ...]
    away: tuple[Away, ...] = ()

    @property
    def email(self) -> str:
        return email_of(self.key)

    @property
    def joined_on(self) -> date:
        return self.stays[0].since

    @property
    def left_on(self) -> date | None:
        return self.stays[-1].until

    def stay(self, day: date) -> Stay | None:
        return next((stay for stay in self.stays if stay.since <= day and (not stay.until or day < stay.until)), None)


@dataclass(frozen=True, slots=True)
class Customer:
    key: str
    name: str
    sector: str
    country: str
    team: str  # who looks after it


@dataclass(frozen=True, slots=True)
class Product:
    key: str
    name: str
    family: str
    price_minor: dict[str, int]  # by currency
    units: tuple[int, int]  # fewest and most of an ordinary deal
    weight: int  # how often it is sold, against the others
    days: int  # from first talk to signature, usually


@dataclass(frozen=True, slots=True)
class Rate:
    source: str
    target: str
    starts_on: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    product: str | None
    name: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Deal:
    key: str
    name: str
    kind: str  # new, expansion, renewal or refund
    status: str  # open, won or lost
    stage: str
    owner: str
    customer: str
    product: str
    quantity: int
    amount_minor: int
    currency: str
    opened_on: date
    closed_on: date | None
    shares: tuple[tuple[str, int], ...]  # person and parts per million; empty when the owner has the whole
    discount_ppm: int = 0
    term_months: int | None = None
    channel: str = "direct"  # a field of the company's own
    cost_minor: int | None = None
    invoiced_on: date | None = None
    cancelled_on: date | None = None
    payments: tuple[tuple[date, int], ...] = ()  # day and minor units
    lines: tuple[Line, ...] = ()  # none: the deal is one line itself


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is paid by which plan (the name of its file in demo/plans) since when; quota and target per quarter."""

    plan: str
    person: str
    since: date
    quota_minor: int | None
    target_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    currency: str
    since: date  # the first day with a closed deal
    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    rates: tuple[Rate, ...]
    deals: tuple[Deal, ...]
    assignments: tuple[Assignment, ...]
