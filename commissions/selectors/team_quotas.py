"""What teams are expected to sell under a plan whose pools go by it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.models import Team
from commissions.engine.quotas import needed_of_teams, quota_kind
from commissions.engine.schema import Component, PlanDocument
from commissions.models import Assignment, Plan, TeamQuota
from commissions.selectors.roster_history import Stretch, quota_stretch
from commissions.selectors.roster_state import held_quota


@dataclass(frozen=True, slots=True)
class TeamGoal:
    """A team with members on the plan, or with a quota there."""

    team: Team
    members: int  # who are on the plan that day
    quotas: tuple[Stretch, ...]  # the latest first

    @property
    def lacks(self) -> bool:
        """Whether the pools of its members pay nothing that day for want of any quota."""
        return bool(self.members) and not any(stretch.is_now for stretch in self.quotas)


def pools_against_quota(document: PlanDocument) -> tuple[Component, ...]:
    return tuple(part for part in document.components if part.pool and quota_kind(part))


def kinds_of_teams(document: PlanDocument) -> tuple[str, ...]:
    """The kinds of quota that the plan's pools read: amount, units, in this order."""
    read = {kind.value for kind, _length in needed_of_teams(document)}
    return tuple(kind for kind in TeamQuota.Kind.values if kind in read)


def usual_per_of_teams(document: PlanDocument, component: str = "") -> str | None:
    """What a quota is for where nobody says: the first window of a pool that goes by one."""
    pools = [part for part in pools_against_quota(document) if not component or part.key == component]
    return next((part.window.value for part in pools if part.window.value in TeamQuota.Per.values), None)


def team_goals(plan: Plan, document: PlanDocument, today: date) -> tuple[TeamGoal, ...]:
    """Each team with somebody on the plan that day, or with a quota under it, by name. Three queries."""
    on_plan = Assignment.objects.filter(plan=plan, during__contains=today).values("payee")
    mine = Q(memberships__during__contains=today, memberships__user__in=on_plan)
    counted = Team.objects.annotate(count=Count("memberships", filter=mine)).filter(count__gt=0)
    members: dict[int, int] = dict(counted.values_list("pk", "count"))
    quotas: dict[int, list[TeamQuota]] = defaultdict(list)
    for quota in TeamQuota.objects.filter(plan=plan).order_by("component", "kind", "-during"):
        quotas[quota.team_id].append(quota)
    return tuple(
        TeamGoal(
            team,
            members.get(team.pk, 0),
            tuple(quota_stretch(held_quota(quota), document.currency, today) for quota in quotas.get(team.pk, ())),
        )
        for team in Team.objects.filter(pk__in=[*members, *quotas]).order_by("name", "pk")
    )
