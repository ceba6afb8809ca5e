"""From open to paid: each step of a period is one move, made by one person, once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.models import Period, PeriodMove, Run
from commissions.selectors.checklist import checklist
from commissions.selectors.obstacles import in_the_way_of_approval, in_the_way_of_closing, in_the_way_of_review
from commissions.selectors.period_moves import latest_move, move_told, whats_next
from commissions.services.refusals import MovedAlready, MoveRefused
from commissions.services.true_ups import settle_revised

Status = Period.Status
Reasons = Callable[[Period], Iterable[str]]
BACK: Final = {Status.REVIEW: Status.OPEN, Status.APPROVED: Status.REVIEW}
# The earlier ones too: none of them gets its first statement between the look at them and the commit.
_LOCK = """
SELECT p.id, p.status FROM commissions_period p JOIN commissions_period mine ON mine.id = %s
WHERE p.kind = mine.kind AND p.first_month = mine.first_month
    AND (p.id = mine.id OR p.start < mine.start AND p.status = ANY(%s)) ORDER BY p.id FOR UPDATE OF p
"""


@transaction.atomic
def start_review(*, period: Period, acting_user: User | None, now: datetime) -> PeriodMove:
    """Publish the statements to their payees, who may accept or dispute them. Raises MoveRefused."""
    return _move(period, Status.OPEN, Status.REVIEW, in_the_way_of_review, acting_user, now)


@transaction.atomic
def approve_period(*, period: Period, acting_user: User | None, now: datetime) -> PeriodMove:
    """Finance has looked: each item is ticked off, each statement approved or excepted. Raises MoveRefused."""

    def reasons(found: Period) -> Iterable[str]:
        return in_the_way_of_approval(found, checklist(found).unticked)

    return _move(period, Status.REVIEW, Status.APPROVED, reasons, acting_user, now)


@transaction.atomic
def reopen(*, period: Period, note: str, acting_user: User | None, now: datetime) -> PeriodMove:
    """One step back, with a reason. What is closed stays so: later changes are true-ups. Raises MoveRefused."""
    before = Status(period.status)
    if before not in BACK:
        raise MoveRefused(whats_next(period.label, before))
    if not note.strip():
        raise MoveRefused(_("Say why: whoever looks at the period later will ask."))
    return _move(period, before, BACK[before], lambda _period: (), acting_user, now, note=note.strip())


def may_close(*, period: Period, now: datetime) -> None:
    """Lock a period that could be closed as it is now, until the transaction ends. Raises MoveRefused."""
    status = _lock(period)
    if status != Status.APPROVED:
        raise _too_late(period, status, Status.CLOSED, now)
    period.status = status
    under_way = Run.objects.filter(period=period, status=Run.Status.RUNNING, kind=Run.Kind.CLOSE)
    if run := under_way.select_related("started_by").first():
        name = run.started_by.name if run.started_by else _("Juara")
        raise MovedAlready(_("%(name)s is closing %(label)s already.") % {"name": name, "label": period.label})
    if found := tuple(in_the_way_of_closing(period, timezone.localdate(now))):
        raise MoveRefused(*found)


@transaction.atomic
def close_period(*, period: Period, acting_user: User | None, now: datetime) -> PeriodMove:
    """Freeze the period's statements for good: the end of a run of kind close (`runs.start_closing`), which keeps what
    they follow from. Raises MoveRefused.

    1. Lock the period, and with it every calculation out: each holds it FOR SHARE until it has committed.
    2. Refuse what would leave something in doubt: see `in_the_way_of_closing`.
    3. Move it. From then on the database refuses any change of its statements.
    4. Forget which closed periods were revised: what its statements carry of them is made good.
    """
    today = timezone.localdate(now)
    move = _move(
        period, Status.APPROVED, Status.CLOSED, lambda found: in_the_way_of_closing(found, today), acting_user, now
    )
    settle_revised(period=period)
    return move


@transaction.atomic
def mark_paid(*, period: Period, acting_user: User | None, now: datetime, note: str = "") -> PeriodMove:
    """Everything payable of it was paid: whoever keeps the payouts says so. Raises MoveRefused."""
    return _move(period, Status.CLOSED, Status.PAID, lambda _period: (), acting_user, now, note=note)


def _move(
    period: Period, before: Status, after: Status, reasons: Reasons, acting_user: User | None, now: datetime,
    note: str = "",
) -> PeriodMove:  # fmt: skip
    """Of any number at once one moves it, and each of the others is told who did."""
    status = _lock(period)
    if status != before:
        raise _too_late(period, status, after, now)
    period.status = status
    if found := tuple(reasons(period)):
        raise MoveRefused(*found)
    Period.objects.filter(pk=period.pk, status=before).update(status=after)
    period.status = after
    move = PeriodMove.objects.create(period=period, before=before, after=after, by=acting_user, at=now, note=note)
    signals.period_moved.send(Period, period_id=period.pk, before=str(before), after=str(after))
    return move


def _lock(period: Period) -> Status:
    """Hold the period and those before it until the transaction ends; returns its status as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [period.pk, [str(status) for status in Period.MOVING]])
        return Status(dict(cursor.fetchall())[period.pk])


def _too_late(period: Period, status: Status, after: Status, now: datetime) -> MoveRefused:
    last = latest_move(period)
    if last is None or last.after != status:
        return MoveRefused(whats_next(period.label, status))
    told = move_told(last, period.label, now)
    return MovedAlready(told) if status == after else MovedAlready(told, whats_next(period.label, status))
