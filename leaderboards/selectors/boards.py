"""A board as a page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import OuterRef, Subquery

from accounts.models import Company, Membership, Team, User
from core.money import round_half_up
from core.periods import Period
from kpis.models import SubjectKind
from kpis.selectors import Kpi, Unit
from leaderboards.engine.places import Ranked, Wanted
from leaderboards.selectors.standings import Board, read, without_value

TOP = 20
AROUND = 2  # on either side of oneself
PODIUM = 3


@dataclass(frozen=True, slots=True)
class Row:
    rank: int | None  # none without a value
    subject_id: int
    name: str
    team: str
    numerator: int
    denominator: int  # 0: no value
    gap: Fraction | None  # to the next better value
    is_me: bool

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def minor(self) -> int | None:
        """A value in money, to the minor unit; a half goes away from zero."""
        return round_half_up(self.numerator, self.denominator) if self.denominator else None

    @property
    def gap_minor(self) -> int | None:
        return None if self.gap is None else round_half_up(self.gap.numerator, self.gap.denominator)


@dataclass(frozen=True, slots=True)
class BoardPage:
    kpi: Kpi
    by: str
    period: Period
    currency: str
    channel: str
    top: list[Row]
    around: list[Row]  # the rows about one's own place when it is not in the top; empty otherwise
    me: Row | None  # without a rank when there is no value; absent for who takes no part
    ranked: int  # how many have a rank
    without_value: list[Row]  # takers-part of a quotient that has no value for them, as far as the top has room

    @property
    def podium(self) -> list[Row]:
        """The first three, where exactly three are first to third and each has something to show for it."""
        first = [row for row in self.top if row.rank and row.rank <= PODIUM]
        return first if len(first) == PODIUM and all(row.numerator > 0 for row in first) else []

    @property
    def is_empty(self) -> bool:
        """Nobody has a rank, or nobody has anything but the zero of somebody without facts."""
        return not any(row.numerator or not self.kpi.is_total for row in self.top)


@dataclass(frozen=True, slots=True)
class Label:
    name: str
    team: str


def board(kpi: Kpi, by: str, period: Period, viewer: User, *, on: date) -> BoardPage:
    """A board with the viewer's own row, wherever it stands; teams as of the period's last day, or `on` if earlier."""
    day = min(period.end - timedelta(days=1), on)
    place = Board(kpi, by, period)
    mine = viewer.pk if by == SubjectKind.PERSON else _team_of(viewer, day)
    seen = read(place, Wanted(TOP, AROUND, mine))
    shown = {ranked.standing.subject_id for ranked in seen.top}
    around = [] if mine in shown else seen.around
    room = TOP - len(seen.top)
    spare = [] if kpi.is_total or (seen.me and not room) else _spare(place, room, mine)
    labels = _labels(by, shown | set(spare) | {ranked.standing.subject_id for ranked in around}, day)
    top = _ranked_rows(seen.top, labels, mine)
    near = _ranked_rows(around, labels, mine)
    rest = sorted(_unranked_rows(spare, labels, mine), key=lambda row: row.name.casefold())
    return BoardPage(
        kpi=kpi,
        by=by,
        period=period,
        currency=Company.objects.get_or_create(pk=1)[0].currency if kpi.unit is Unit.MONEY else "",
        channel=place.channel,
        top=top,
        around=near,
        me=next((row for row in (*top, *near, *rest) if row.is_me), None),
        ranked=seen.ranked,
        without_value=rest[: TOP - len(top)],
    )


def rank_of(kpi: Kpi, period: Period, user: User) -> tuple[int, int] | None:
    """A person's rank and of how many; None without a value."""
    seen = read(Board(kpi, SubjectKind.PERSON.value, period), Wanted(0, 0, user.pk))
    return (seen.me.rank, seen.ranked) if seen.me else None


def _spare(place: Board, room: int, mine: int | None) -> list[int]:
    """As many without a value as the top has room for, and in any case oneself."""
    found = without_value(place, limit=max(room, 1), me=mine)
    return [subject for number, subject in enumerate(found) if number < room or subject == mine]


def _team_of(user: User, day: date) -> int | None:
    return Membership.objects.filter(user=user, during__contains=day).values_list("team_id", flat=True).first()


def _labels(by: str, ids: Iterable[int], day: date) -> dict[int, Label]:
    if by == SubjectKind.TEAM:
        teams = Team.objects.filter(pk__in=ids).values_list("pk", "name", "parent__name")
        return {pk: Label(name, parent or "") for pk, name, parent in teams}
    memberships = Membership.objects.filter(user=OuterRef("pk"), during__contains=day)
    people = User.objects.filter(pk__in=ids).annotate(team_name=Subquery(memberships.values("team__name")[:1]))
    return {pk: Label(name, team or "") for pk, name, team in people.values_list("pk", "name", "team_name")}


def _ranked_rows(ranked: Iterable[Ranked], labels: Mapping[int, Label], mine: int | None) -> list[Row]:
    return [
        _row(row.standing.subject_id, labels, mine, row.rank, row.standing.numerator, row.standing.denominator, row.gap)
        for row in ranked
        if row.standing.subject_id in labels
    ]


def _unranked_rows(ids: Iterable[int], labels: Mapping[int, Label], mine: int | None) -> list[Row]:
    return [_row(subject, labels, mine, None, 0, 0, None) for subject in ids if subject in labels]


def _row(
    subject: int,
    labels: Mapping[int, Label],
    mine: int | None,
    rank: int | None,
    numerator: int,
    denominator: int,
    gap: Fraction | None,
) -> Row:
    label = labels[subject]
    return Row(rank, subject, label.name, label.team, numerator, denominator, gap, subject == mine)
