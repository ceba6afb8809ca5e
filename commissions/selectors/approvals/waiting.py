"""What waits for whose approval: the queue, its filters and its count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet
from django.db.models import Sum as Total
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Cast, NullIf

from accounts.models import Role, Team, User
from accounts.policies import can_administer, can_run_finance
from accounts.selectors import team_ids_below
from commissions.models import ApprovalException, ApprovalRoute, Period, Plan, Statement
from commissions.selectors.approvals.refusals import Seen

PUBLISHED: Final = (Period.Status.REVIEW, Period.Status.APPROVED)
_RATIO: Final = DecimalField(max_digits=40, decimal_places=6)
ORDERS: Final[dict[str, tuple[str | Combinable, ...]]] = {
    "variance": (F("variance").desc(nulls_first=True), "payee__name", "statement"),
    "payable": ("-statement__payable_minor", "payee__name", "statement"),
    "name": ("payee__name", "statement"),
    "oldest": ("waits_since", "payee__name", "statement"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement that waits for the reader, or for whom she stands in for."""

    seen: Seen
    payee: User
    label: str  # of the period
    currency: str
    payable_minor: int
    mean_minor: int | None
    plan: str
    team: str
    who: str
    on_behalf_of: User | None
    since: datetime

    @property
    def variance(self) -> Fraction | None:
        """By which share it pays more, or less, than the mean of the last three; none without one, or of nothing."""
        if not self.mean_minor:
            return None
        return Fraction(self.payable_minor - self.mean_minor, abs(self.mean_minor))

    @property
    def key(self) -> str:
        return written(self.seen)


def written(seen: Seen) -> str:
    """As a form carries it.

    >>> written(Seen(7, 2, 0, -100)), read("7:2:0:-100") == Seen(7, 2, 0, -100), read("7:2")
    ('7:2:0:-100', True, None)
    """
    return f"{seen.statement}:{seen.revision}:{seen.step}:{seen.payable_minor}"


def read(key: str) -> Seen | None:
    """None where it isn't one."""
    parts = key.split(":")
    if len(parts) != 4 or any(len(part) > 18 for part in parts):
        return None
    try:
        statement, revision, step, payable = map(int, parts)
    except ValueError:
        return None
    return Seen(statement, revision, step, payable)


def stands_in_for(user: User, on: date) -> list[User]:
    """Those who are away and for whom a person approves on that day."""
    rows = User.objects.filter(delegations__to_user=user, delegations__during__contains=on, is_active=True)
    return list(rows.order_by("name", "pk"))


def waiting_for(user: User, on: date, away: Sequence[User] | None = None) -> QuerySet[ApprovalRoute]:
    """What a person may approve now, in her own right or for those who are `away`."""
    others = stands_in_for(user, on) if away is None else away
    turn = _turn_of(user)
    for other in others:
        turn |= _turn_of(other) & ~Q(payee=other) & ~Q(taken__contains=[other.pk])
    return _waiting().filter(turn).exclude(payee=user).exclude(taken__contains=[user.pk])


def waiting_count(user: User, on: date) -> int:
    """How many statements wait for a person. Two queries."""
    return waiting_for(user, on).count()


def _waiting() -> QuerySet[ApprovalRoute]:
    held = ApprovalException.objects.filter(
        period=OuterRef("period"), payee=OuterRef("payee"), currency=OuterRef("statement__currency")
    )
    waits = ApprovalRoute.objects.filter(state=ApprovalRoute.State.WAITING, period__status__in=PUBLISHED)
    return waits.filter(~Exists(held), statement__revision=F("revision"))


def _turn_of(user: User) -> Q:
    turn = Q(person=user)
    if can_run_finance(user):
        turn |= Q(who="finance")
    if can_administer(user):
        turn |= Q(who="admin")
    return turn


def matching(
    rows: QuerySet[ApprovalRoute], *, text: str = "", period: Period | None = None, team: Team | None = None,
    plan: Plan | None = None, who: str = "", order: str = "variance",
) -> QuerySet[ApprovalRoute]:  # fmt: skip
    """Filtered and in order, with `variance` to order by; load a page of it by `waiting_rows`."""
    if text:
        rows = rows.filter(
            Q(payee__name__icontains=text) | Q(payee__email__icontains=text) | Q(payee__external_id__iexact=text)
        )
    if period:
        rows = rows.filter(period=period)
    if team:
        rows = rows.filter(team__in=team_ids_below(team))
    if plan:
        rows = rows.filter(plan=plan)
    if who:
        rows = rows.filter(who=who)
    apart = Cast(Abs(F("statement__payable_minor") - F("mean_minor")), _RATIO)
    rows = rows.annotate(variance=apart / NullIf(Cast(Abs(F("mean_minor")), _RATIO), Decimal(0)))
    return rows.order_by(*ORDERS.get(order, ORDERS["variance"]))


def waiting_rows(rows: Iterable[ApprovalRoute], user: User, away: Sequence[User]) -> tuple[Waiting, ...]:
    """Of a page; pass the routes with `statement`, `payee`, `period`, `plan` and `team` (`RELATED`)."""
    return tuple(_row(route, user, away) for route in rows)


RELATED: Final = ("statement", "payee", "period", "plan", "team")


def _row(route: ApprovalRoute, user: User, away: Sequence[User]) -> Waiting:
    statement = route.statement
    return Waiting(
        seen=seen_of(route),
        payee=route.payee,
        label=route.period.label,
        currency=statement.currency,
        payable_minor=statement.payable_minor,
        mean_minor=route.mean_minor,
        plan=route.plan.name if route.plan else "",
        team=route.team.name if route.team else "",
        who=route.get_who_display(),
        on_behalf_of=None if _is_turn_of(route, user) else next((one for one in away if _is_turn_of(route, one)), None),
        since=route.waits_since,
    )


def seen_of(route: ApprovalRoute) -> Seen:
    return Seen(route.statement_id, route.revision, route.step or 0, route.statement.payable_minor)


def _is_turn_of(route: ApprovalRoute, user: User) -> bool:
    if route.person_id is not None:
        return route.person_id == user.pk
    return user.has_role(Role.ADMIN) or (route.who == "finance" and user.has_role(Role.FINANCE))


@dataclass(frozen=True, slots=True)
class Sum:
    currency: str
    statements: int
    payable_minor: int


def sums(rows: QuerySet[ApprovalRoute]) -> tuple[Sum, ...]:
    """By currency; one query."""
    found = rows.order_by().values_list("statement__currency").annotate(Count("pk"), Total("statement__payable_minor"))
    return tuple(Sum(currency, count, int(total)) for currency, count, total in found.order_by("statement__currency"))


def unrouted() -> int:
    """How many published statements are still being worked out: they are in nobody's queue yet."""
    known = ApprovalRoute.objects.filter(statement=OuterRef("pk"), revision=OuterRef("revision"))
    return Statement.objects.filter(~Exists(known), period__status__in=PUBLISHED).count()
