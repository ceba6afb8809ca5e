"""A run whose workers are killed in the middle, and whose Valkey is restarted and emptied, comes out the same."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.db import connection, transaction
from django.db.models import F
from redis import Redis

from accounts.models import Role, User
from commissions import services, tasks
from commissions.models import EarningLine, Period, Run, RunChunk, StaleStatement, Statement
from config.run import ground, places, valkey
from config.run.child import Child
from core.periods import parse_period
from tests.commissions.adjusting import ask, limit, wanted
from tests.commissions.facts import NOW, assign, calculated, lines, published, totals, won
from tests.conftest import Cast, person
from tests.stack import Stack, eventually, stack

CHUNKS, PER_CHUNK = 12, 2
GATES = (4, 7)  # the chunks in which the two processes of the first worker are held up, and killed


@dataclass
class Broker:
    """A Valkey as durable as that of `make run`, apart from the tests' own, which others use meanwhile."""

    directory: Path
    child: Child | None = None

    @property
    def url(self) -> str:
        return places.redis_url(self.directory / "s")

    def start(self) -> None:
        with (self.directory / "log").open("ab") as output:
            self.child = valkey.launch(
                self.directory / "data", self.directory / "s", settings=valkey.DURABLE, output=output.fileno()
            )

    def kill(self) -> None:
        assert self.child
        os.killpg(self.child.process.pid, signal.SIGKILL)
        self.child.process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    def empty(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()


@pytest.fixture
def broker() -> Iterator[Broker]:
    directory = Path(mkdtemp(prefix="juara-", dir="/tmp"))
    ground.make_run_directory(directory)
    own = Broker(directory)
    own.start()
    yield own
    own.kill()
    shutil.rmtree(directory)


@pytest.fixture
def reps(transactional_db: None, cast: Cast) -> list[User]:
    """Reps with deals over and under their quota, of which each shares one with the next: also over chunks."""
    found = [person(f"Rep{number:02}", Role.REP) for number in range(CHUNKS * PER_CHUNK)]
    assign(published().plan, *found, quota_minor=100_000)
    for number, rep in enumerate(found):
        won(rep, date(2026, 4, 10), 33_333 + number)
        won(rep, date(2026, 5, 10), 90_001 + 7 * number)
        won(rep, date(2026, 5, 11), 10_001, shares=[(rep, 333_333), (found[number - 1], 666_667)])
    return found


@pytest.mark.django_db(transaction=True)
def test_killed_workers_and_a_restarted_and_emptied_valkey_lose_and_double_nothing(
    reps: list[User], broker: Broker, tmp_path: Path
) -> None:
    adjusted = _adjusted(reps)
    undisturbed = _calculated_alone()
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW, chunks=CHUNKS)
    with stack(tmp_path, REDIS_URL=broker.url, WORKER_CONCURRENCY="2") as running:
        with held_up_at_statements(run.period, [reps[PER_CHUNK * chunk + 1] for chunk in GATES]):
            _two_work(running, run)
            assert _chunks_done(run) == GATES[1] - 1  # all before the second gate, but the one of the first
            running.kill(running.children[0])
            broker.restart()
        with held_up_at_lines():
            _two_work(running, run)
            broker.restart()  # under a living worker
            running.kill(running.children[0])
            broker.empty()
            assert _chunks_done(run) == GATES[1] - 1
        running.start("beat")  # nobody but its sweep knows of the run
        running.start("worker")
        broker.restart()
        eventually(lambda: not Run.objects.filter(status="running").exists(), seconds=60)
    run.refresh_from_db()
    assert (run.status, _chunks_done(run)) == ("done", CHUNKS)
    assert _found() == undisturbed
    assert _adjustments_shown() == adjusted


def _adjusted(reps: list[User]) -> dict[int, int]:
    """Some reps in chunks that are killed and some that aren't have an adjustment; what each comes to."""
    finn = User.objects.get(external_id="finn")
    limit(finn, 1_000)
    Period.objects.create(kind="month", start=date(2026, 5, 1), end=date(2026, 6, 1))
    chosen = [reps[0], *(reps[PER_CHUNK * chunk + 1] for chunk in GATES)]
    ask(finn, *(wanted(rep, 7 + number, "2026-05") for number, rep in enumerate(chosen)))
    StaleStatement.objects.all().delete()
    return {rep.pk: 7 + number for number, rep in enumerate(chosen)}


def _adjustments_shown() -> dict[int, int]:
    rows = Statement.objects.filter(
        period__start=date(2026, 5, 1), payable_minor=F("total_minor") + F("adjusted_minor")
    )
    return dict(rows.exclude(adjusted_minor=0).values_list("payee", "adjusted_minor"))


def _calculated_alone() -> tuple[object, ...]:
    """What it comes to when nobody interferes; taken away again."""
    calculated("2026-05")
    found = _found()
    assert found[2:] == (CHUNKS * PER_CHUNK, 3 * CHUNKS * PER_CHUNK)
    EarningLine.objects.all().delete()
    Statement.objects.all().delete()
    return found


def _found() -> tuple[object, ...]:
    """All of the run's period; beat also sees to the current one."""
    statements = Statement.objects.filter(period__start=date(2026, 5, 1))
    return lines(), totals("2026-05"), statements.count(), EarningLine.objects.count()


@contextmanager
def held_up_at_statements(period: Period, payees: list[User]) -> Iterator[None]:
    """Whoever writes a statement of one of these waits for the end of our transaction, which leaves nothing."""
    with transaction.atomic():
        for payee in payees:
            Statement.objects.create(
                payee=payee, period=period, currency="USD", total_minor=0, payable_minor=0, computed_at=NOW
            )
        yield
        transaction.set_rollback(True)


@contextmanager
def held_up_at_lines() -> Iterator[None]:
    """Whoever has written statements waits with their lines."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE commissions_earningline IN SHARE MODE")
        yield


def _two_work(running: Stack, run: Run) -> None:
    """Start a worker whose two processes both take the run's chunks until they are held up."""
    running.start("worker")
    for _process in range(2):
        running.send(tasks.work_on_run.name, run_id=run.pk)
    eventually(_two_are_held_up, seconds=60)


def _two_are_held_up() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity of its first look
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone() == (2,))


def _chunks_done(run: Run) -> int:
    return RunChunk.objects.filter(run=run, done_at__isnull=False).count()
