"""Lets the standings in Valkey follow the values in the database, and tells the pages that show them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from core import live
from core.periods import Period, PeriodKind, period_of
from kpis.models import SubjectKind
from kpis.signals import Remeasured
from leaderboards.models import StaleStanding
from leaderboards.selectors import standings
from leaderboards.selectors.standings import Board

BATCH = 5000  # notes
BUILD_ANEW = 500  # subjects of a month; for more, building those boards on the next look is quicker
_LOCK = 7_210_002

_CLAIM = """
DELETE FROM leaderboards_stalestanding WHERE id IN (
    SELECT id FROM leaderboards_stalestanding ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING subject_kind, subject_id, month
"""


def mark_stale(*, changed: Iterable[Remeasured]) -> None:
    """Note, in the transaction of the new values, whose places have to follow."""
    by_month: dict[date, set[Remeasured]] = defaultdict(set)
    for subject in changed:
        by_month[subject.month].add(subject)
    notes = []
    for month, subjects in sorted(by_month.items()):
        if len(subjects) > BUILD_ANEW:
            notes.append(StaleStanding(month=month))
        else:
            notes += [
                StaleStanding(subject_kind=s.subject_kind, subject_id=s.subject_id, month=month) for s in subjects
            ]
    StaleStanding.objects.bulk_create(notes)


def mark_all_stale() -> None:
    """Note that every board has to be built anew: its values, its names or who takes part."""
    StaleStanding.objects.create()


def update_standings() -> int:
    """Bring Valkey up to date with what is noted, then tell the pages; returns the number of notes worked off.

    1. Look for notes. 2. Try for the lock; whoever is turned away may leave, because the holder looks again after it
    has let go of the lock. 3. Claim notes, read the values, write Valkey, publish. 4. Commit, start over. Whatever
    stops it before the commit, the notes are there again, and writing the same places twice changes nothing.
    """
    done = 0
    while StaleStanding.objects.exists():
        claimed = _pass()
        if claimed is None:
            return done
        done += claimed
    return done


@dataclass
class _Work:
    everything: bool = False
    months: set[date] = field(default_factory=set)  # whose boards are built anew
    subjects: dict[tuple[str, Period], set[int]] = field(default_factory=lambda: defaultdict(set))


@transaction.atomic
def _pass() -> int | None:
    """Work off one batch of notes; None when somebody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_CLAIM, [BATCH])
        notes = cursor.fetchall()
    work = _sort(notes)
    boards = _forget(work) | _update(work)
    live.publish(board.channel for board in boards)
    if work.everything:
        live.publish_all()
    return len(notes)


def _sort(notes: Iterable[tuple[str, int | None, date | None]]) -> _Work:
    work = _Work()
    for kind, subject_id, month in notes:
        if month is None:
            work.everything = True
        elif subject_id is None:
            work.months.add(month)
        else:
            for period in _periods(month):
                work.subjects[kind, period].add(subject_id)
    return work


def _forget(work: _Work) -> set[Board]:
    if work.everything:
        standings.forget_all()
    periods = {period for month in work.months for period in _periods(month)}
    boards = {board for by in SubjectKind.values for board in standings.boards_of(by, periods)}
    standings.forget(boards)
    return boards


def _update(work: _Work) -> set[Board]:
    changed: dict[Board, dict[int, str]] = {}
    for by in SubjectKind.values:
        ids = {period: subjects for (kind, period), subjects in work.subjects.items() if kind == by}
        boards = standings.boards_of(by, ids)
        if boards:
            found = standings.members(boards, ids=sorted(set().union(*ids.values())))
            for board in boards:
                changed[board] = {subject: found[board].get(subject, "") for subject in ids[board.period]}
    standings.update(changed)
    return set(changed)


def _periods(month: date) -> list[Period]:
    return [period_of(month, kind) for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)]
