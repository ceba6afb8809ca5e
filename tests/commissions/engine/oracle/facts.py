"""What the oracle calculates with: facts without database ids."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from commissions.engine.schema import PlanDocument

EXPONENTS = {"EUR": 2, "USD": 2, "IDR": 2, "JPY": 0, "KWD": 3}


@dataclass(frozen=True)
class Item:
    """A line of a deal."""

    amount: int  # minor units of the deal's currency; those of a deal add up to its amount
    quantity: int = 1
    cost: int | None = None  # minor units
    discount: int | None = None  # parts per million
    name: str | None = None
    product_code: str | None = None
    product_name: str | None = None
    product_family: str | None = None


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
    invoiced: date | None = None
    cancelled: date | None = None
    cost: int | None = None  # minor units
    tax: int | None = None  # minor units
    discount: int | None = None  # parts per million
    term: int | None = None
    custom: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()  # none: it is one line itself


@dataclass(frozen=True)
class Payment:
    deal: str  # key
    key: str
    date: date
    amount: int  # minor units of the deal's currency


@dataclass(frozen=True)
class Share:
    deal: str  # key
    payee: str
    ppm: int
    role: str = "owner"


@dataclass(frozen=True)
class Then:
    """What a closed statement says of a deal: who shared it when its days were credited."""

    deal: str  # key
    payee: str
    ppm: int
    role: str
    start: date
    end: date

    @property
    def as_share(self) -> Share:
        return Share(self.deal, self.payee, self.ppm, self.role)


@dataclass(frozen=True)
class Assigned:
    payee: str
    version: int
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Reports:
    """From a day to before another, a person reports to a manager."""

    person: str
    manager: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Member:
    person: str
    team: str
    start: date
    end: date | None = None


TEAMS = ("east", "west")


@dataclass(frozen=True)
class Leave:
    """From a day to before another, a person is away."""

    person: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Facts:
    deals: tuple[Deal, ...]
    shares: tuple[Share, ...]
    assignments: tuple[Assigned, ...]
    quotas: dict[tuple[str, str], int]  # payee or team, kind of window -> minor units in January; see quota_of
    versions: dict[int, PlanDocument]
    plans: dict[int, int]
    payments: tuple[Payment, ...] = ()
    credited: tuple[Then, ...] = ()
    kpis: dict[tuple[str, str], Fraction] = field(default_factory=dict)  # payee, kind of period; see kpi_of
    reports: tuple[Reports, ...] = ()
    members: tuple[Member, ...] = ()
    leaves: tuple[Leave, ...] = ()
    units: dict[tuple[str, str], int] = field(default_factory=dict)  # in the same way, millionths
    targets: dict[tuple[str, str], int] = field(default_factory=dict)  # in the same way, minor units
    own: dict[tuple[str, str, str], int] = field(default_factory=dict)  # kind, payee, component -> its own, likewise
    # payee, component, objective -> parts per million in January; see score_of
    scores: dict[tuple[str, str, str], int] = field(default_factory=dict)
    rates: dict[tuple[str, date], Fraction] = field(default_factory=dict)  # from this currency, from this day on


def is_away(facts: Facts, person: str, day: date) -> bool:
    return any(
        each.person == person and each.start <= day and (each.end is None or day < each.end) for each in facts.leaves
    )


def quota_of(facts: Facts, payee: str, window: str, opened: date, kind: str = "amount", key: str = "") -> int:
    """Minor units or millionths; a little more in each later month, so that no window's quota passes for another's."""
    by_window = {"amount": facts.quotas, "units": facts.units, "target": facts.targets}[kind]
    january = facts.own.get((kind, payee, key), 0) if key else by_window.get((payee, window), 0)
    return january + opened.month - 1 if january else 0


def window_start(day: date, window: str, first_month: int) -> date:
    """Month by month back to one in which a window begins."""
    if window == "deal":
        return day
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[window]
    begins = {(first_month + step - 1) % 12 + 1 for step in range(0, 12, months)}
    opened = day.replace(day=1)
    while opened.month not in begins:
        opened = (opened - timedelta(days=1)).replace(day=1)
    return opened
