"""Which chain of approval holds for what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from accounts.models import Team
from commissions.engine import approval
from commissions.models import ApprovalChain


@dataclass(frozen=True, slots=True)
class Chain:
    pk: int | None  # none: the usual one
    document: approval.ApprovalChain


USUAL = Chain(None, approval.DEFAULT_CHAIN)


@dataclass(frozen=True)
class Chains:
    """Those in force: the latest of each plan, each team and the company."""

    plans: Mapping[int, Chain]
    teams: Mapping[int, Chain]
    company: Chain

    @cached_property
    def _parents(self) -> dict[int, int | None]:
        """Asked for once, and only where a team has a chain."""
        return dict(Team.objects.values_list("pk", "parent_id"))

    def of(self, *, plans: Sequence[int], team: int | None) -> Chain:
        """The plans' where all agree on one, else that of the nearest team upward, else the company's.

        Plans agree also where one chain is said of each of them word by word: the first's is taken.
        """
        own = [self.plans.get(plan) for plan in sorted(plans)]
        if own and own[0] and all(each and each.document == own[0].document for each in own):
            return own[0]
        while self.teams and team is not None:
            if team in self.teams:
                return self.teams[team]
            team = self._parents.get(team)
        return self.company


def chains_in_force() -> Chains:
    """One query."""
    plans: dict[int, Chain] = {}
    teams: dict[int, Chain] = {}
    company = USUAL
    for row in latest_chains():
        if row.document is None:
            continue
        chain = Chain(row.pk, approval.chain_from_json(row.document))
        if row.plan_id:
            plans[row.plan_id] = chain
        elif row.team_id:
            teams[row.team_id] = chain
        else:
            company = chain
    return Chains(plans, teams, company)


def latest_chains() -> QuerySet[ApprovalChain]:
    """The row that counts of each plan, each team and the company, also where it says that there is none any more."""
    return ApprovalChain.objects.order_by("plan", "team", "-pk").distinct("plan", "team")
