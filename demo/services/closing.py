"""The demo company's months as finance left them: closed and paid, and the last one in review with what people ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import Role, User
from commissions.models import Period, Statement
from commissions.selectors.approvals.cases import cases
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.checklist import checklist
from commissions.services.approvals import approve_many
from commissions.services.checklist import tick_off
from commissions.services.closing import approve_period, start_review
from commissions.services.runs import start_closing, work_on_run
from commissions.services.stale_work import recalculate_stale
from core.periods import PeriodKind, period_of
from demo.engine.calendar import months
from demo.engine.people import LOGINS
from demo.services.asking import ask_about
from demo.services.pay import UnpaidError
from payouts.models import Batch
from payouts.services import approve_batch, create_batch, hand_over, mark_paid

REVIEWED, APPROVED, CLOSED, HANDED_OVER, PAID = 1, 3, 5, 20, 25  # days of the month after


@dataclass(frozen=True, slots=True)
class _Hands:
    finance: User
    admin: User


def close_months(*, since: date, today: date, now: datetime) -> None:
    """Close and pay every month that ended before the last one, each in the days after it; leave the last one in
    review. Raises UnpaidError.
    """
    while recalculate_stale(now=now):
        pass
    hands = _Hands(*(User.objects.get(external_id=LOGINS[role]) for role in (Role.FINANCE, Role.ADMIN)))
    last = period_of(today.replace(day=1) - timedelta(days=1), PeriodKind.MONTH)
    for found in _ended(since, last.end):
        start_review(period=found, acting_user=hands.finance, now=_on(found, REVIEWED, now))
        if found.end < last.end:
            _close(found, hands, now)
            _pay(found, hands, now)
        else:
            ask_about(period=found, now=_on(found, REVIEWED + 1, now))


def _ended(since: date, end: date) -> Iterator[Period]:
    for first in months(since, end - timedelta(days=1)):
        yield Period.objects.get(kind=PeriodKind.MONTH.value, start=first)


def _close(found: Period, hands: _Hands, now: datetime) -> None:
    approved_at, closed_at = _on(found, APPROVED, now), _on(found, CLOSED, now)
    statements = list(Statement.objects.filter(period=found).select_related("period", "payee"))
    seen = [
        Seen(case.statement.pk, case.statement.revision, case.progress.next_step, case.statement.payable_minor)
        for case in cases(found, statements)
        if case.progress.next_step is not None
    ]
    approve_many(seen=seen, acting_user=hands.finance, now=approved_at)
    items = checklist(found).items
    keys, figures = [item.key for item in items], [item.figure for item in items]
    tick_off(period=found, keys=keys, figures=figures, acting_user=hands.finance, now=approved_at)
    approve_period(period=found, acting_user=hands.finance, now=approved_at)
    run = start_closing(period=found, acting_user=hands.finance, now=closed_at, chunks=1)
    work_on_run(run_id=run.pk, clock=lambda: closed_at)
    found.refresh_from_db()
    if found.status != Period.Status.CLOSED:
        run.refresh_from_db()
        raise UnpaidError(run.error)


def _pay(found: Period, hands: _Hands, now: datetime) -> None:
    at, paid_at = _on(found, HANDED_OVER, now), _on(found, PAID, now)
    batch = create_batch(
        kind=Batch.Kind.REGULAR, pay_on=timezone.localdate(paid_at), key=f"demo-{found.label}",
        acting_user=hands.finance, now=at,
    )  # fmt: skip
    batch = approve_batch(batch=batch, acting_user=hands.admin, now=at)
    mark_paid(batch=hand_over(batch=batch, acting_user=hands.finance, now=at), acting_user=hands.finance, now=paid_at)


def _on(found: Period, day: int, now: datetime) -> datetime:
    """That day of the month after a period, at this time of the day, and never later than now."""
    return min(now, now - (timezone.localdate(now) - found.end.replace(day=day)))
