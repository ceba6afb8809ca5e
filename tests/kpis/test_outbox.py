"""Nothing noted is lost and nothing is counted twice, whoever dies and whoever comes at the same time."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from core.periods import parse_period
from kpis.models import KpiValue, StaleKpi
from kpis.services import recompute_stale
from leaderboards import services as standings_services
from leaderboards.engine import places
from leaderboards.engine.places import Wanted
from leaderboards.models import StaleStanding
from leaderboards.selectors import standings
from leaderboards.selectors.standings import order, read, valkey
from sales.models import Deal
from sales.signals import Touched, facts_changed
from tests.conftest import Cast
from tests.kpis.facts import deal, expected, stored
from tests.stack import database_address, eventually, stack

Commits = Callable[..., AbstractContextManager[list[Callable[[], Any]]]]
JUNE = date(2026, 6, 15)
BOARDS = [
    board
    for by in ("person", "team")
    for label in ("2026-05", "2026-06", "2026-Q2", "2026")
    for board in standings.boards_of(by, [parse_period(label)])
]


def sell(owner: User, day: date, amount: int) -> Deal:
    with transaction.atomic():
        sold = deal(owner, day, amount)
        facts_changed.send(Deal, touched=frozenset({Touched(owner.pk, day)}))
    return sold


def assert_everything_followed() -> None:
    assert (StaleKpi.objects.count(), StaleStanding.objects.count()) == (0, 0)
    assert stored() == expected()
    wanted = Wanted(100, 0, None)
    assert [read(board, wanted) for board in BOARDS] == [places.window(order(board), wanted) for board in BOARDS]


@pytest.mark.django_db
def test_many_changes_in_one_transaction_wake_one_worker(
    cast: Cast, django_capture_on_commit_callbacks: Commits
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        for day in range(1, 6):
            sell(cast.ana, date(2026, 6, day), 100)
    wakes = [callback for callback in callbacks if getattr(callback, "__module__", "") == "kpis.receivers"]
    assert len(wakes) == 1
    assert StaleKpi.objects.count() == 5


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_leaves_no_note(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        sell(cast.ana, JUNE, 100)
        raise ZeroDivisionError
    assert StaleKpi.objects.count() == 0


@pytest.mark.django_db
def test_a_second_run_changes_nothing(cast: Cast) -> None:
    sell(cast.ana, JUNE, 100)
    assert recompute_stale(now=timezone.now()) == 1
    before = list(KpiValue.objects.order_by("pk").values())
    assert recompute_stale(now=timezone.now()) == 0
    assert list(KpiValue.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_a_pass_that_dies_before_its_commit_leaves_the_notes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(cast.ana, JUNE, 100)
    with monkeypatch.context() as patched:
        patched.setattr(standings_services, "mark_stale", _die)
        with pytest.raises(SystemExit):
            recompute_stale(now=timezone.now())
    assert (StaleKpi.objects.count(), KpiValue.objects.count()) == (1, 0)
    recompute_stale(now=timezone.now())
    assert_everything_followed()


def _die(**_: object) -> None:
    raise SystemExit


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_a_pass_running_gives_up_at_once_and_the_note_waits(cast: Cast) -> None:
    holds, may_end = Event(), Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7210001)")
            holds.set()
            may_end.wait(10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    holds.wait(10)
    sell(cast.ana, JUNE, 100)
    assert recompute_stale(now=timezone.now()) == 0
    may_end.set()
    holder.join()
    assert recompute_stale(now=timezone.now()) == 1


@pytest.mark.django_db(transaction=True)
def test_writers_and_workers_at_the_same_time_lose_and_double_nothing(cast: Cast) -> None:
    valkey().flushdb()
    crowd = Crowd(people=[cast.ana, cast.ben, cast.mia], ready=Barrier(7))
    writers = [Thread(target=crowd.write, args=(seed,)) for seed in range(3)]
    others = [*(Thread(target=crowd.work) for _worker in range(3)), Thread(target=crowd.look)]
    for thread in (*writers, *others):
        thread.start()
    for thread in writers:
        thread.join()
    crowd.written.set()
    for thread in others:
        thread.join()
    recompute_stale(now=timezone.now())
    standings_services.update_standings()
    assert Deal.objects.count() == 60
    assert_everything_followed()


@dataclass
class Crowd:
    """Threads with connections of their own, that start together."""

    people: list[User]
    ready: Barrier
    written: Event = field(default_factory=Event)

    def write(self, seed: int) -> None:
        dice = random.Random(seed)
        self.ready.wait(10)
        for _deal in range(20):
            sell(dice.choice(self.people), date(2026, dice.randint(5, 7), 9), dice.randint(-5, 50) * 100)
        connection.close()

    def work(self) -> None:
        self.ready.wait(10)
        while not self.written.is_set():
            recompute_stale(now=timezone.now())
            standings_services.update_standings()
        connection.close()

    def look(self) -> None:
        self.ready.wait(10)
        while not self.written.is_set():
            for board in BOARDS:
                read(board, Wanted(3, 1, self.people[0].pk))
        connection.close()


_SELL_WITHOUT_A_BROKER = """
import django
django.setup()
from datetime import date
from django.db import transaction
from accounts.models import User
from sales.models import Deal
from sales.signals import Touched, facts_changed
with transaction.atomic():
    ana = User.objects.get(name="Ana")
    day = date(2026, 6, 15)
    Deal.objects.create(external_id="X", owner=ana, closed_on=day, amount_minor=1, status="won", currency="USD")
    facts_changed.send(Deal, touched=frozenset({Touched(ana.pk, day)}))
"""


@pytest.mark.django_db(transaction=True)
def test_a_deal_is_kept_while_the_broker_is_away(cast: Cast) -> None:
    environment = {**os.environ, "DATABASE_URL": database_address(), "REDIS_URL": "unix:///nowhere/valkey.sock?db=0"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run([sys.executable, "-c", _SELL_WITHOUT_A_BROKER], env=environment, check=False, timeout=60)
    assert done.returncode == 0
    assert (Deal.objects.count(), StaleKpi.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_killed_workers_and_an_emptied_valkey_lose_nothing(cast: Cast, tmp_path: Path) -> None:
    valkey().flushdb()
    dice = random.Random(7)
    with stack(tmp_path, "beat", "worker") as running:
        for round_ in range(4):
            for _deal in range(25):
                sell(dice.choice((cast.ana, cast.ben)), date(2026, dice.randint(5, 6), 9), dice.randint(1, 50) * 100)
            worker = next(child for child in running.children if child.name == "worker")
            running.kill(worker)
            if round_ == 2:
                valkey().flushdb()  # with the queue and every board
            running.start("worker")
        eventually(nothing_is_noted, seconds=30)
    assert_everything_followed()


def nothing_is_noted() -> bool:
    return not StaleKpi.objects.exists() and not StaleStanding.objects.exists()
