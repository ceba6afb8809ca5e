"""One period of some payees, computed from the facts and posted: what a run's chunk and a stale note both do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from commissions.engine.calculate import Inputs
from commissions.engine.computed import compute
from commissions.engine.true_ups import NO_TRUE_UPS, TrueUps
from commissions.models import Period
from commissions.selectors.balances import balances
from commissions.selectors.earlier import earlier
from commissions.selectors.inputs import Gathered, gather
from commissions.selectors.true_ups import carried
from commissions.services.posting import post
from commissions.services.refusals import PeriodFrozen
from commissions.services.true_ups import note_carried

_LOCKS = 0x434F4D << 40  # keeps our advisory locks on payees apart from those of other apps
_HOLD_PERIODS = "SELECT id, status FROM commissions_period WHERE id = ANY(%s) ORDER BY id FOR SHARE"
_HOLD_PAYEES = "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) key"


def recalculate(*, period: Period, payees: Sequence[int], now: datetime) -> frozenset[int]:
    """Replace the period's statements of these payees; returns those for whom that is a change.

    1. Gather the facts: only under the locks of `hold`, for what was read before them may be old.
    2. Decide: the engine, also what closed periods before would pay now, and what was posted for them.
    3. Record what differs from what stands there.
    """
    return recalculate_and_record(period=period, payees=payees, now=now).changed


@dataclass(frozen=True, slots=True)
class Recalculated:
    changed: frozenset[int]  # the payees of whom a statement isn't as it was
    inputs: Inputs  # what was read for it


def recalculate_and_record(
    *, period: Period, payees: Sequence[int], now: datetime, run_id: int | None = None
) -> Recalculated:
    """The same, and what was read; of a run, its changes are noted as that run's."""
    gathered = gather(
        payees=payees, kinds=[period.kind], first_month=period.first_month, start=period.start, end=period.end
    )
    late = carried(payees=gathered.payees, period=period)
    inputs = _with_balances(gathered, period, late.given if late else NO_TRUE_UPS)
    computed = compute(inputs, payees=gathered.payees, start=period.start, end=period.end)
    changed = post(period=period, payees=gathered.payees, computed=computed, now=now, run_id=run_id)
    if late:
        note_carried(period=period, carried=late)
    return Recalculated(changed, inputs)


def hold(*, periods: Sequence[Period], payees: Sequence[int]) -> None:
    """Keep periods from closing, and payees from any other calculation, until the transaction ends. Or PeriodFrozen.

    Periods first, then payees in one order: so that no two calculations wait for each other in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_PERIODS, [[period.pk for period in periods]])
        statuses = dict(cursor.fetchall())
        _refuse_frozen(periods, statuses)
        cursor.execute(_HOLD_PAYEES, [[_LOCKS | payee for payee in sorted(set(payees))]])


def _refuse_frozen(periods: Sequence[Period], statuses: dict[int, str]) -> None:
    for period in periods:
        status = Period.Status(statuses[period.pk])
        if status not in Period.MOVING:
            raise PeriodFrozen(
                _(
                    "%(label)s is %(status)s, so its statements stay as they are. "
                    "What has changed since comes as a true-up in the next period."
                )
                % {"label": period.label, "status": str(status.label).lower()}
            )


def _with_balances(gathered: Gathered, period: Period, late: TrueUps) -> Inputs:
    facts = gathered.inputs
    versions, plans = {**late.versions, **facts.versions}, {**late.plans, **facts.plans}
    before = earlier(payees=gathered.payees, period=period, inputs=facts, also=late.deals["deal"].to_list())
    owed = balances(payees=gathered.payees, period=period, versions=versions, plans=plans, earlier=before)
    return replace(facts, balances=owed, earlier=before, true_ups=late if late.lines.height else None)
