"""Facts for the tests, and what they come to in slow, obvious Python."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

from accounts.models import Company, Membership, Team, User
from core.money import exponent
from core.periods import PeriodKind, period_of
from kpis.models import KpiValue
from kpis.services import mark_stale
from sales.models import Deal, ExchangeRate

Key = tuple[str, str, int, str, date]  # kpi, subject kind, subject, period kind, start
Values = dict[Key, tuple[int, int, str]]  # numerator, denominator, currency

_number = count(1)


def deal(owner: User | None, closed_on: date, amount_minor: int, *, status: str = "won", currency: str = "USD") -> Deal:
    return Deal.objects.create(
        external_id=f"T-{next(_number)}",
        owner=owner,
        closed_on=closed_on,
        amount_minor=amount_minor,
        status=status,
        currency=currency,
    )


def note(*deals: Deal) -> None:
    mark_stale(facts=[(d.owner_id, d.closed_on) for d in deals if d.owner_id and d.closed_on])


def stored() -> Values:
    return {
        (v.kpi, v.subject_kind, v.subject_id, v.period_kind, v.period_start): (
            int(v.numerator),
            int(v.denominator),
            v.currency,
        )
        for v in KpiValue.objects.all()
    }


@dataclass
class Tally:
    revenue: int = 0
    won: int = 0
    in_average: int = 0
    lost: int = 0


def expected() -> Values:
    """Every value, deal by deal."""
    tallies: dict[tuple[str, int, str, date], Tally] = defaultdict(Tally)
    target = Company.objects.get_or_create(pk=1)[0].currency
    for d in Deal.objects.exclude(status="open").exclude(owner=None):
        assert d.closed_on
        subjects = [("person", d.owner_id), *(("team", team) for team in _teams(d))]
        for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR):
            for subject_kind, subject in subjects:
                _add(tallies[subject_kind, subject or 0, kind, period_of(d.closed_on, kind).start], d, target)
    return dict(_values(tallies, target))


def _add(tally: Tally, d: Deal, target: str) -> None:
    amount = _converted(d, target)
    if d.status == "lost":
        tally.lost += 1
    elif d.amount_minor < 0:
        tally.revenue += amount or 0
    else:
        tally.won += 1
        tally.revenue += amount or 0
        tally.in_average += amount is not None


def _converted(d: Deal, target: str) -> int | None:
    if d.currency == target:
        return d.amount_minor
    rates = ExchangeRate.objects.filter(source=d.currency, target=target, starts_on__lte=d.closed_on)
    rate = rates.order_by("-starts_on").first()
    if rate is None:
        return None
    minor = d.amount_minor * rate.rate * Decimal(10) ** (exponent(target) - exponent(d.currency))
    return int(minor.quantize(Decimal(1), ROUND_HALF_UP))


def _teams(d: Deal) -> Iterable[int]:
    membership = Membership.objects.filter(user=d.owner_id, during__contains=d.closed_on).first()
    team: Team | None = membership.team if membership else None
    while team:
        yield team.pk
        team = team.parent


def _values(
    tallies: dict[tuple[str, int, str, date], Tally], target: str
) -> Iterable[tuple[Key, tuple[int, int, str]]]:
    for (subject_kind, subject, kind, start), t in tallies.items():
        fractions = {
            "revenue": (t.revenue, 1, target),
            "deals-won": (t.won, 1, ""),
            "average-deal-size": (t.revenue, t.in_average, target),
            "conversion-rate": (t.won, t.won + t.lost, ""),
        }
        for kpi, fraction in fractions.items():
            if fraction[:2] != (0, 0):
                yield (kpi, subject_kind, subject, kind, start), fraction
