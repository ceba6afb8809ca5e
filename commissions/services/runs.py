"""A run: a period calculated for everybody, in chunks of payees that any number of workers claim."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, User
from accounts.selectors import team_ids_below
from commissions import signals
from commissions.engine.digest import combined, inputs_digest
from commissions.models import Period, PlanVersion, Run, RunChunk, Snapshot, StaleStatement
from commissions.selectors.quotas import windows_between
from commissions.services.close_runs import close_if_all_stands, take_snapshot
from commissions.services.closing import may_close
from commissions.services.periods import get_period
from commissions.services.recalculation import hold, recalculate_and_record
from commissions.services.refusals import MoveRefused, PeriodFrozen, RunRefused
from core.periods import Period as CalendarPeriod
from core.periods import PeriodKind

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
MOST_PAYEES = 500  # of a chunk: a worker holds a lock for each
_CHUNKS = 8  # so that progress shows, also in a small company

_PAYEES = """
SELECT a.payee_id FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during
WHERE v.document->>'period' = %s AND v.during * a.during && daterange(%s, %s)
    AND commissions_first_month(v.document) = %s
UNION
SELECT payee_id FROM commissions_statement WHERE period_id = %s
UNION
SELECT payee_id FROM commissions_adjustment WHERE period_id = %s AND status = 'approved'
UNION
SELECT statement.payee_id FROM commissions_handedover handed
JOIN commissions_earningline line ON line.deal_id = handed.deal_id
JOIN commissions_statement statement ON statement.id = line.statement_id
JOIN commissions_period earlier ON earlier.id = statement.period_id
WHERE earlier.kind = %s AND earlier.first_month = %s AND earlier."end" <= %s AND earlier.status IN ('closed', 'paid')
UNION
SELECT payee_id FROM (
    SELECT DISTINCT ON (statement.payee_id, settlement.plan_id) statement.payee_id, settlement.held_after_minor
    FROM commissions_settlement settlement
    JOIN commissions_statement statement ON statement.id = settlement.statement_id
    JOIN commissions_period earlier ON earlier.id = statement.period_id
    WHERE earlier.kind = %s AND earlier.first_month = %s AND earlier."end" <= %s
    ORDER BY statement.payee_id, settlement.plan_id, earlier."end" DESC
) waiting WHERE held_after_minor <> 0
UNION
SELECT revised.payee_id FROM commissions_revised revised
JOIN commissions_period earlier ON earlier.id = revised.period_id
WHERE earlier.kind = %s AND earlier.first_month = %s AND earlier."end" <= %s
ORDER BY 1
"""
_OTHER_KINDS = """
SELECT DISTINCT v.document->>'period', commissions_first_month(v.document) FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft'
    AND v.during * a.during && daterange(%s, %s)
"""
_CLAIM = """
SELECT chunk.id, chunk.payees FROM commissions_runchunk chunk
JOIN commissions_run run ON run.id = chunk.run_id AND run.status = 'running'
WHERE chunk.run_id = %s AND chunk.done_at IS NULL AND chunk.attempts < %s AND chunk.id <> ALL(%s)
ORDER BY chunk.id LIMIT 1 FOR UPDATE OF chunk SKIP LOCKED
"""
_FINISH = """
UPDATE commissions_run run SET finished_at = %s, status = CASE WHEN EXISTS (
        SELECT FROM commissions_runchunk WHERE run_id = run.id AND done_at IS NULL
    ) THEN 'failed' ELSE 'done' END
WHERE id = %s AND status = 'running' AND NOT EXISTS (
    SELECT FROM commissions_runchunk WHERE run_id = run.id AND done_at IS NULL AND attempts < %s
)
"""
_SUMS = """
SELECT s.currency, count(*), sum(s.total_minor), sum(s.payable_minor) FROM commissions_run run
JOIN commissions_statement s ON s.period_id = run.period_id
WHERE run.id = %s AND (run.scope = 'all' OR s.payee_id IN (
    SELECT unnest(chunk.payees) FROM commissions_runchunk chunk WHERE chunk.run_id = run.id
)) GROUP BY s.currency
"""
Clock = Callable[[], datetime]


@transaction.atomic
def start_run(
    *, calendar: CalendarPeriod, acting_user: User | None, now: datetime, chunks: int | None = None,
    whom: User | Team | None = None,
) -> Run:  # fmt: skip
    """Cut a period's payees into chunks for the workers: all, one, or a team with those below it as it is on the
    period's last day. Raises RunRefused, and PeriodFrozen, which is one.
    """
    period = get_period(calendar=calendar)
    hold(periods=[period], payees=[])
    payees = _payees(period)
    if not payees:
        raise RunRefused(_why_nobody(period))
    payees = _of(payees, whom, period)
    _try_again(payees)
    return _start(_create(period, whom, len(payees), acting_user, now), _cut(payees, chunks))


@transaction.atomic
def start_closing(*, period: Period, acting_user: User | None, now: datetime, chunks: int | None = None) -> Run:
    """Close a period for good, by the workers: each chunk makes sure that its statements are what was approved and
    keeps what they follow from; the last one closes. Raises MoveRefused.
    """
    may_close(period=period, now=now)
    Snapshot.objects.filter(period=period).delete()  # of a closing that came to nothing
    payees = _payees(period)
    return _start(_create(period, None, len(payees), acting_user, now, Run.Kind.CLOSE), _cut(payees, chunks))


def _start(run: Run, parts: Sequence[list[int]]) -> Run:
    RunChunk.objects.bulk_create(RunChunk(run=run, payees=part) for part in parts)
    signals.run_started.send(Run, run_id=run.pk, chunks=len(parts))
    return run


def work_on_run(*, run_id: int, clock: Clock, told: Callable[[], None] | None = None) -> int:
    """Do the run's chunks that nobody else is doing until none is left; returns how many were done here.

    `told` is called after each. A chunk's row stays locked while it is worked on. A worker that dies loses its lock
    and its unfinished transaction with it, and the next one begins that chunk anew.
    """
    done, failed_here = 0, set[int]()
    while (outcome := _work_on_one(run_id, failed_here, clock)) is not None:
        done += outcome
        if told:
            told()
    try:
        _finish(run_id, clock())
    except MoveRefused as refused:
        _fail(run_id, str(refused), clock())
    return done


def unfinished_runs() -> list[int]:
    """Running runs with a chunk that nobody works on, or with nothing left to do but to say so."""
    waiting = []
    for run_id in Run.objects.filter(status=Run.Status.RUNNING).values_list("pk", flat=True):
        left = RunChunk.objects.filter(run=run_id, done_at=None)
        with transaction.atomic():
            if not left.exists() or left.select_for_update(skip_locked=True).values_list("pk")[:1]:
                waiting.append(run_id)
    return waiting


def stop_run(*, run: Run, acting_user: User, now: datetime) -> None:
    """Give a running run up; chunks under way still finish, what they post is good."""
    _fail(run.pk, _("Stopped by %(name)s.") % {"name": acting_user.name}, now)


def _payees(period: Period) -> list[int]:
    with connection.cursor() as cursor:
        of_kind, years = period.kind, period.first_month
        before = (of_kind, years, period.start)
        here = (period.pk, period.pk)
        cursor.execute(_PAYEES, [of_kind, period.start, period.end, years, *here, *before, *before, *before])
        return [payee for (payee,) in cursor.fetchall()]


def _of(payees: list[int], whom: User | Team | None, period: Period) -> list[int]:
    """Those of the period's payees who are meant. Raises RunRefused where it is nobody."""
    if whom is None:
        return payees
    if isinstance(whom, User):
        meant = {whom.pk}
    else:
        last_day = period.end - timedelta(days=1)
        inside = Membership.objects.filter(team__in=team_ids_below(whom), during__contains=last_day)
        meant = set(inside.values_list("user", flat=True))
    if found := [payee for payee in payees if payee in meant]:
        return found
    raise RunRefused(
        _("Nobody of %(whom)s is paid in %(label)s: no plan of that time, and no statement. Choose somebody else.")
        % {"whom": whom, "label": period.label}
    )


def _try_again(payees: Sequence[int]) -> None:
    """What could not be calculated for them before is taken up once more."""
    if StaleStatement.objects.filter(payee_id__in=payees, attempts__gt=0).update(attempts=0):
        signals.statements_stale.send(Run)


def _create(
    period: Period, whom: User | Team | None, payees: int, acting_user: User | None, now: datetime,
    kind: Run.Kind = Run.Kind.CALCULATE,
) -> Run:  # fmt: skip
    scope = Run.Scope.ALL if whom is None else Run.Scope.PAYEE if isinstance(whom, User) else Run.Scope.TEAM
    try:
        with transaction.atomic():
            return Run.objects.create(
                period=period, kind=kind, scope=scope, team=whom if isinstance(whom, Team) else None,
                payee=whom if isinstance(whom, User) else None, payees=payees, started_by=acting_user, started_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise RunRefused(
            _("%(label)s is being calculated already. Wait until that run has finished.") % {"label": period.label}
        ) from None


def _cut(payees: Sequence[int], chunks: int | None) -> list[list[int]]:
    wanted = _CHUNKS if chunks is None else max(1, chunks)
    parts = min(len(payees), max(wanted, ceil(len(payees) / MOST_PAYEES)))
    bounds = [len(payees) * index // parts for index in range(parts + 1)]
    return [list(payees[start:end]) for start, end in pairwise(bounds)]


def _work_on_one(run_id: int, failed_here: set[int], clock: Clock) -> int | None:
    """1 when a chunk was done, 0 when it raised, None when there is none to be had."""
    claimed = None
    try:
        with transaction.atomic():
            claimed = _claim(run_id, failed_here)
            if claimed is None:
                return None
            changed = _work(run_id, *claimed, now=clock())
    except (PeriodFrozen, MoveRefused) as error:
        _fail(run_id, str(error), clock())
        return None
    except Exception as error:
        if claimed is None:
            raise
        failed_here.add(claimed[0])
        _count_failure(run_id, claimed[0], error)
        return 0
    if changed:
        signals.statements_changed.send(Run, payee_ids=changed)
    return 1


def _work(run_id: int, chunk_id: int, payees: list[int], *, now: datetime) -> frozenset[int]:
    run = Run.objects.select_related("period").get(pk=run_id)
    hold(periods=[run.period], payees=payees)
    if run.kind == Run.Kind.CLOSE:
        kept = take_snapshot(run=run, payees=payees, now=now)
        RunChunk.objects.filter(pk=chunk_id).update(done_at=now, inputs_hash=kept.inputs_hash)
        return frozenset()
    done = recalculate_and_record(period=run.period, payees=payees, now=now, run_id=run_id)
    RunChunk.objects.filter(pk=chunk_id).update(done_at=now, inputs_hash=inputs_digest(done.inputs))
    return done.changed


def _claim(run_id: int, failed_here: set[int]) -> tuple[int, list[int]] | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [run_id, MOST_ATTEMPTS, list(failed_here)])
        found: tuple[int, list[int]] | None = cursor.fetchone()
        return found


@transaction.atomic
def _count_failure(run_id: int, chunk_id: int, error: Exception) -> None:
    """Cut the chunk in two, so that in the end only the payee whose facts are at fault is left out.

    A payee alone is tried often enough to be sure; then the run says who it was, and why.
    """
    logger.exception("Chunk %s of run %s failed", chunk_id, run_id)
    chunk = RunChunk.objects.select_for_update().filter(pk=chunk_id, done_at=None).first()
    if chunk is None:
        return  # another worker has done it, or cut it, meanwhile
    if len(chunk.payees) > 1:
        RunChunk.objects.bulk_create(RunChunk(run_id=run_id, payees=part) for part in _cut(chunk.payees, 2))
        chunk.delete()
        return
    chunk.attempts += 1
    chunk.save(update_fields=["attempts"])
    if chunk.attempts >= MOST_ATTEMPTS:
        reason = _("The calculation of %(name)s failed %(times)s times: %(error)s") % {
            "name": User.objects.get(pk=chunk.payees[0]), "times": chunk.attempts, "error": error
        }  # fmt: skip
        Run.objects.filter(pk=run_id).update(error=reason)


def _fail(run_id: int, reason: str, now: datetime) -> None:
    Run.objects.filter(pk=run_id, status=Run.Status.RUNNING).update(
        status=Run.Status.FAILED, error=reason, finished_at=now
    )


def _finish(run_id: int, now: datetime) -> bool:
    """Mark the run done, or failed, if no chunk is left to try: a conditional UPDATE, so that only one finishes it.

    One that closes the period does so then. Raises MoveRefused.
    """
    closing = Run.objects.filter(pk=run_id, kind=Run.Kind.CLOSE).select_related("period", "started_by").first()
    return _set_finished(run_id, now) if closing is None else _finish_closing(closing, now)


@transaction.atomic
def _set_finished(run_id: int, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [now, run_id, MOST_ATTEMPTS])
        finished = bool(cursor.rowcount == 1)
    if finished:
        _sum_up(run_id)
    return finished


@transaction.atomic
def _finish_closing(run: Run, now: datetime) -> bool:
    """The period's lock comes first, as everywhere: then no two wait for each other in a circle."""
    Period.objects.select_for_update().get(pk=run.period_id)
    if not _set_finished(run.pk, now):
        return False
    run.refresh_from_db(fields=["status"])
    if run.status == Run.Status.DONE:
        close_if_all_stands(run=run, now=now)
    return True


def _sum_up(run_id: int) -> None:
    """What the run's payees have now, and one hash of all that was read for them."""
    digests = list(RunChunk.objects.filter(run=run_id).values_list("inputs_hash", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [run_id])
        rows = cursor.fetchall()
    Run.objects.filter(pk=run_id).update(
        inputs_hash=combined(digests) if all(digests) else "",
        statements=sum(count for _currency, count, _total, _payable in rows),
        totals={currency: {"total": int(total), "payable": int(payable)} for currency, _count, total, payable in rows},
    )


def _why_nobody(period: Period) -> str:
    """Nobody to calculate for is never silent: it says why, and what to do."""
    published = PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT)
    if not published.exists():
        return _("No plan is published. Publish one with `plan publish FILE.yaml --from DATE`.")
    others = _other_kinds(period)
    if others:
        instead = ", ".join(
            each.label
            for kind, first_month in others
            for each in windows_between(kind, period.start, period.end, first_month)
        )
        return _(
            "Nobody is on a plan with a statement per %(kind)s in %(label)s. "
            "The plans of that time pay per %(others)s: calculate %(instead)s."
        ) % {
            "kind": period.get_kind_display().lower(),
            "label": period.label,
            "others": ", ".join(
                str(Period.Kind(kind.value).label).lower() for kind in sorted({kind for kind, _month in others})
            ),
            "instead": instead,
        }
    return _(
        "Nobody is on a published plan in %(label)s. Put payees on one with "
        "`assign --plan NAME --all --from %(start)s`, or check from which day the plan is in force."
    ) % {"label": period.label, "start": period.start}


def _other_kinds(period: Period) -> list[tuple[PeriodKind, int]]:
    """With the first month of their years."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHER_KINDS, [period.start, period.end])
        return sorted((PeriodKind(kind), first_month) for kind, first_month in cursor.fetchall())
