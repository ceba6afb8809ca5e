"""A payee's own home: what she earned, what comes next, where she stands, and which deals did it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from accounts.models import Role, User
from commissions.models import EarningLine, PlanVersion, Statement
from commissions.selectors import (
    Attainment,
    PeriodEarning,
    attainment,
    document_of,
    earned_this_period,
    event_of,
    latest_lines,
)
from commissions.selectors.acceptances import unaccepted
from core.periods import Period, PeriodKind, period_of
from kpis.models import SubjectKind
from kpis.selectors import KPIS
from leaderboards.selectors import rank_of
from leaderboards.selectors.standings import Board

_LINES = 24
_DEALS = 8
_KPI = "revenue"


@dataclass(frozen=True, slots=True)
class Part:
    """What a deal earned by one component; it opens its reason."""

    line_pk: int
    component: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DealEarning:
    deal: str
    customer: str
    date: date
    event: str  # the word for what gave the credit; empty where the deal closed
    currency: str
    parts: tuple[Part, ...]

    @property
    def amount_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)


@dataclass(frozen=True, slots=True)
class Standing:
    """A place on the month's revenue board."""

    kpi: str  # key
    period: str  # label
    rank: int | None  # None without a place
    of: int
    move: int | None  # places gained since the month before; None when there was none


@dataclass(frozen=True, slots=True)
class OwnHome:
    earned: tuple[PeriodEarning, ...]  # in the periods of today, the shortest first
    latest: Statement | None  # where nothing is earned now: the last statement before
    curves: tuple[Attainment, ...]
    closest: Attainment | None  # whose next tier is the nearest
    closest_days_left: int | None  # of its window, today included; None where it has no end
    deals: tuple[DealEarning, ...]
    to_accept: tuple[PlanVersion, ...]  # versions of her plans that she has yet to accept

    @property
    def closest_share(self) -> Fraction:
        """How much of the way from nothing to the next tier is behind her."""
        if self.closest is None or not self.closest.next_from_minor:
            return Fraction(0)
        return Fraction(max(self.closest.x_minor, 0), self.closest.next_from_minor)


def has_own_pay(user: User) -> bool:
    return user.has_role(Role.REP) or user.statements.exists() or user.assignments.exists()


def own_home(user: User, today: date) -> OwnHome:
    earned = earned_this_period(user, today)
    curves = attainment(user, today)
    closest = min((curve for curve in curves if curve.next_distance_minor), key=_nearness, default=None)
    return OwnHome(
        earned=earned,
        latest=None if earned else _latest_statement(user, today),
        curves=curves,
        closest=closest,
        closest_days_left=(closest.window_end - today).days if closest and closest.window_end else None,
        deals=tuple(_deals(latest_lines(user, _LINES)))[:_DEALS],
        to_accept=unaccepted(user, today),
    )


def standing_board(today: date) -> Board:
    return _board(period_of(today, PeriodKind.MONTH))


def standing(user: User, today: date) -> Standing:
    board = standing_board(today)
    now = rank_of(board.kpi, board.period, user)
    before = rank_of(board.kpi, board.period.previous(), user)
    return Standing(
        kpi=board.kpi.key,
        period=board.period.label,
        rank=now[0] if now else None,
        of=now[1] if now else 0,
        move=before[0] - now[0] if now and before else None,
    )


def _board(period: Period) -> Board:
    return Board(KPIS[_KPI], SubjectKind.PERSON.value, period)


def _latest_statement(user: User, today: date) -> Statement | None:
    before = user.statements.filter(period__start__lte=today).select_related("period")
    return before.order_by("-period__end", "-total_minor").first()


def _nearness(curve: Attainment) -> Fraction:
    """The part of the way that is left: comparable between currencies."""
    return Fraction(curve.next_distance_minor or 0, curve.next_from_minor or 1)


def _deals(lines: Iterable[EarningLine]) -> Iterable[DealEarning]:
    found = list(lines)
    names = _component_names({line.plan_version_id for line in found})
    for _key, group in groupby(found, lambda line: (line.date, line.deal_id, line.statement.currency, line.event)):
        members = list(group)
        first = members[0]
        yield DealEarning(
            deal=str(first.deal),
            customer=first.deal.customer.name if first.deal and first.deal.customer else "",
            date=first.date,
            event=event_of(first),
            currency=first.statement.currency,
            parts=tuple(
                Part(line.pk, names[line.plan_version_id, line.component], line.amount_minor) for line in members
            ),
        )


def _component_names(versions: Iterable[int]) -> dict[tuple[int, str], str]:
    found = PlanVersion.objects.defer("source").filter(pk__in=versions)
    return {(row.pk, component.key): component.name for row in found for component in document_of(row).components}
