"""A manager's home: the people who report to her, what they earned, how far they are and where they stand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Membership, ReportingLine, Role, User, reports_of
from commissions.models import Statement
from commissions.selectors import Attainment, PeriodEarning, attainments
from dashboards.selectors.own import standing_board
from leaderboards.selectors import rank_of

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class TeamRow:
    person: User
    team: str
    earned: tuple[PeriodEarning, ...]  # in the periods of today
    curve: Attainment | None  # the first against a quota
    rank: int | None


@dataclass(frozen=True, slots=True)
class TeamHome:
    page: Page[User]
    rows: tuple[TeamRow, ...]
    ranked: int  # how many have a place on the board


def has_team(user: User, today: date) -> bool:
    return user.has_role(Role.MANAGER) or ReportingLine.objects.filter(manager=user, during__contains=today).exists()


def first_reports(user: User, today: date, *, limit: int) -> list[int]:
    return list(_people(user, today).values_list("pk", flat=True)[:limit])


def team_home(user: User, today: date, *, page: str | None) -> TeamHome:
    """One page of a manager's people. All but the ranks come by a fixed number of queries; those from Valkey."""
    shown = Paginator(_people(user, today), PER_PAGE).get_page(page)
    people = list(shown.object_list)
    keys = [person.pk for person in people]
    earned, curves = _earned(keys, today), attainments(keys, today)
    board = standing_board(today)
    ranks = {person.pk: rank_of(board.kpi, board.period, person) for person in people}
    return TeamHome(
        page=shown,
        rows=tuple(
            TeamRow(
                person=person,
                team=person.team_name or "",  # type: ignore[attr-defined]  # annotated
                earned=tuple(earned[person.pk]),
                curve=next((curve for curve in curves[person.pk] if curve.quota_minor), None),
                rank=place[0] if (place := ranks[person.pk]) else None,
            )
            for person in people
        ),
        ranked=max((place[1] for place in ranks.values() if place), default=0),
    )


def _people(user: User, today: date) -> QuerySet[User]:
    memberships = Membership.objects.filter(user=OuterRef("pk"), during__contains=today)
    found: QuerySet[User] = User.objects.filter(pk__in=reports_of(user.pk, today), is_active=True)
    return found.annotate(team_name=Subquery(memberships.values("team__name")[:1])).order_by("name", "pk")


def _earned(payees: Sequence[int], today: date) -> dict[int, list[PeriodEarning]]:
    found: dict[int, list[PeriodEarning]] = defaultdict(list)
    current = Statement.objects.filter(payee__in=payees, period__start__lte=today, period__end__gt=today)
    for row in current.select_related("period").order_by("-period__start", "currency"):
        label = row.period.label
        found[row.payee_id].append(PeriodEarning(label, row.period_id, row.pk, row.currency, row.total_minor))
    return found
