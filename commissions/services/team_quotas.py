"""What a team is expected to sell, from a day to before another."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, User
from commissions import signals
from commissions.engine.roster import Held, QuotaKey, QuotaWish, Wish, differing, placed
from commissions.models import Plan, TeamQuota
from commissions.selectors.roster_state import documents_of, held_quota, in_order_of_key, range_of
from commissions.services.assignments import check_component, checked_per, span_from
from commissions.services.roster import AssignmentRefused
from commissions.services.stale import Range, note_ranges


@transaction.atomic
def set_team_quota(
    *,
    plan: Plan,
    team: Team,
    from_date: date,
    until: date | None,
    quota_minor: int | None,
    per: str | None = None,
    kind: str = TeamQuota.Kind.AMOUNT,
    component: str = "",
    acting_user: User | None,  # noqa: ARG001 every write names its actor
    now: datetime,
) -> bool:
    """Expect so much of a team per month, quarter or year for a range of days, or with None nothing; quotas before and
    after stay as they were. Returns whether anything changed.

    `quota_minor` is money in minor units; of kind units, millionths of a unit or deal. `component` is the key of a pool
    of the plan, or empty for every pool that has none of its own. Raises AssignmentRefused.
    """
    if kind == TeamQuota.Kind.TARGET:
        raise AssignmentRefused(_("A target incentive is a person's, not a team's. Set a quota."))
    if quota_minor is not None:
        per = checked_per(quota_minor, kind, per)
    check_component(plan, component)
    list(Team.objects.select_for_update().filter(pk=team.pk))  # one writer at a time
    rows = list(TeamQuota.objects.filter(plan=plan, team=team))
    before = Held(quotas=in_order_of_key(map(held_quota, rows)))
    wanted = QuotaWish(QuotaKey(str(kind), component), span_from(from_date, until), per or "", quota_minor)
    after = placed(before, Wish(quota=wanted))
    if after == before:
        return False
    _write(plan, team, rows, before, after)
    note_ranges(ranges=list(_touched(plan, team, before, after)), now=now)
    signals.statements_stale.send(TeamQuota)
    return True


def _write(plan: Plan, team: Team, rows: list[TeamQuota], before: Held, after: Held) -> None:
    kept = {*before.quotas} & {*after.quotas}
    TeamQuota.objects.filter(pk__in=[row.pk for row in rows if held_quota(row) not in kept]).delete()
    new = [
        TeamQuota(
            plan=plan, team=team, kind=quota.key.kind, component=quota.key.component, per=quota.per,
            amount_minor=quota.amount, during=range_of(quota.span),
        )
        for quota in after.quotas
        if quota not in kept
    ]  # fmt: skip
    try:
        with transaction.atomic():
            TeamQuota.objects.bulk_create(new)
    except IntegrityError as error:
        raise AssignmentRefused(
            _("Somebody else changed this team's quotas at the same moment, so nothing was changed. Try again.")
        ) from error


def _touched(plan: Plan, team: Team, before: Held, after: Held) -> Iterator[Range]:
    """Everybody who is in the team on one of the days that differ: whole years of the plan."""
    document = documents_of([plan.pk]).get(plan.pk)
    span = differing(before, after, document.first_month if document else 1)
    if span:
        members = Membership.objects.filter(team=team, during__overlap=range_of(span))
        yield from ((payee, span.start, None) for payee in sorted(set(members.values_list("user", flat=True))))
