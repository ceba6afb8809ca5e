"""Reading people and teams as of a day."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from accounts.models import Leave, Membership, ReportingLine, Team, User


@dataclass(frozen=True, slots=True)
class TeamNode:
    """A team at its place in the tree, in the order of reading."""

    team: Team
    depth: int  # 0 for a team without a parent
    people: int  # members on the day, of this team alone
    people_below: int  # and with those of all teams under it

    @property
    def indent(self) -> int:
        return min(self.depth, 6)


def people(
    *, on: date, text: str = "", role: str = "", team: Team | None = None, active: bool = True
) -> QuerySet[User]:
    """People by name with `team_name` and `manager_name` of that day; of a team, also those of the teams below it."""
    memberships = Membership.objects.filter(user=OuterRef("pk"), during__contains=on)
    lines = ReportingLine.objects.filter(user=OuterRef("pk"), during__contains=on)
    found: QuerySet[User] = User.objects.filter(is_active=active).annotate(
        team_name=Subquery(memberships.values("team__name")[:1]),
        manager_name=Subquery(lines.values("manager__name")[:1]),
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(external_id__icontains=text))
    if role:
        found = found.filter(roles__contains=[role])
    if team:
        inside = Membership.objects.filter(during__contains=on, team__in=team_ids_below(team))
        found = found.filter(pk__in=inside.values("user"))
    return found.order_by("name", "pk")


def team_ids_below(team: Team) -> list[int]:
    """The team itself and every team under it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in Team.objects.values_list("pk", "parent_id"):
        children[parent].append(pk)
    found = [team.pk]
    for pk in found:  # grows while it is walked
        found += children[pk]
    return found


def team_tree(*, on: date) -> list[TeamNode]:
    """Every team in the order of reading, each after its parent, brothers by name."""
    teams = Team.objects.annotate(members=Count("memberships", filter=Q(memberships__during__contains=on)))
    children: dict[int | None, list[Team]] = defaultdict(list)
    for team in teams.order_by("name", "pk"):
        children[team.parent_id].append(team)
    return list(_walk(children, None, 0))


def _walk(children: dict[int | None, list[Team]], parent: int | None, depth: int) -> Iterator[TeamNode]:
    for team in children[parent]:
        below = list(_walk(children, team.pk, depth + 1))
        inside = sum(node.people for node in below)
        members: int = team.members  # type: ignore[attr-defined]  # annotated
        yield TeamNode(team, depth, members, members + inside)
        yield from below


def team_history(user: User, *, on: date) -> QuerySet[Membership]:
    """The teams a person was, is and will be in, the latest first, with `is_current` on the day."""
    rows = Membership.objects.filter(user=user).select_related("team")
    return rows.annotate(is_current=_holds(on)).order_by("-during")


def manager_history(user: User, *, on: date) -> QuerySet[ReportingLine]:
    rows = ReportingLine.objects.filter(user=user).select_related("manager")
    return rows.annotate(is_current=_holds(on)).order_by("-during")


def leave_history(user: User, *, on: date) -> QuerySet[Leave]:
    """When a person was, is and will be away, the latest first, with `is_current` on the day."""
    return Leave.objects.filter(user=user).annotate(is_current=_holds(on)).order_by("-during")


def _holds(on: date) -> Combinable:
    return ExpressionWrapper(Q(during__contains=on), output_field=BooleanField())


def direct_reports(manager: User, *, on: date) -> QuerySet[User]:
    lines = ReportingLine.objects.filter(manager=manager, during__contains=on)
    found: QuerySet[User] = User.objects.filter(pk__in=lines.values("user"))
    return found.order_by("name", "pk")
