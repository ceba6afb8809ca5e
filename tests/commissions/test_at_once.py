"""Twenty at once, each a process of its own over a real PostgreSQL: one moves the period, the others are told so."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pytest
from django.db.models import F

from commissions import services
from commissions.models import Period, PeriodMove, Run, Statement
from tests.commissions.facts import FLAT, assign, calculated, lines, period, published, totals, won
from tests.commissions.test_closing import NOW, ready
from tests.conftest import Cast
from tests.stack import database_address

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES, EACH = 4, 5  # processes, and threads with a connection of their own in each
TRY = """
import json, sys, threading
from datetime import datetime, timezone
import django
django.setup()
from django.db import connection
from accounts.models import User
from commissions import services
from commissions.models import Period
from commissions.services import MoveRefused, RunRefused
from commissions.services.closing import close_period
from core.periods import parse_period

act, each, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
finn = User.objects.get(external_id="finn")
CALLS = {
    "start_review": services.start_review, "approve": services.approve_period, "close": close_period,
    "paid": services.mark_paid, "closing": services.start_closing,
}

def attempt():
    period = Period.objects.get(kind="month", start="2026-05-01")
    try:
        if act == "run":
            services.start_run(calendar=parse_period("2026-05"), acting_user=finn, now=now)
        else:
            CALLS[act](period=period, acting_user=finn, now=now)
        return "done"
    except (MoveRefused, RunRefused) as refused:
        return str(refused)

answers, barrier = [], threading.Barrier(each)
def one():
    connection.ensure_connection()
    barrier.wait()
    answers.append(attempt())
    connection.close()
connection.close()
print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=one) for _number in range(each)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(answers))
"""


@pytest.fixture
def may(transactional_db: None, cast: Cast) -> Period:
    assign(published(FLAT).plan, cast.ana, cast.ben)
    won(cast.ana, date(2026, 5, 10), 100_000)
    won(cast.ben, date(2026, 5, 11), 50_000)
    while services.recalculate_stale(now=NOW):
        pass
    calculated("2026-05")
    Statement.objects.update(approved_revision=F("revision"))
    return ready(period("2026-05"))


def at_once(*acts: str) -> list[str]:
    """What each of the attempts is told; the processes begin together once all of them are up."""
    environment = {**os.environ, "DATABASE_URL": database_address(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TRY, act, str(EACH), NOW.isoformat()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True,
        )
        for act in acts
    ]  # fmt: skip
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    return [answer for process in processes for answer in json.loads(process.communicate(timeout=120)[0])]


@pytest.mark.parametrize(
    ("act", "before", "after", "told"),
    [
        ("start_review", "open", "review", "Finn opened 2026-05 for review a moment ago (01:04)."),
        ("approve", "review", "approved", "Finn approved 2026-05 a moment ago (01:04)."),
        ("close", "approved", "closed", "Finn closed 2026-05 a moment ago (01:04)."),
        ("paid", "closed", "paid", "Finn marked 2026-05 as paid a moment ago (01:04)."),
    ],
)
def test_of_twenty_at_once_one_moves_the_period_and_each_other_is_told(
    may: Period, act: str, before: str, after: str, told: str
) -> None:
    Period.objects.filter(pk=may.pk).update(status=before)
    answers = at_once(*[act] * PROCESSES)
    assert sorted(answers) == sorted(["done"] + [told] * (PROCESSES * EACH - 1))
    assert list(PeriodMove.objects.values_list("before", "after")) == [(before, after)]
    assert period("2026-05").status == after


def test_of_twenty_runs_at_once_one_starts(may: Period) -> None:
    answers = at_once(*["run"] * PROCESSES)
    running = "2026-05 is being calculated already. Wait until that run has finished."
    assert sorted(answers) == sorted([running] * (PROCESSES * EACH - 1) + ["done"])
    assert Run.objects.filter(status="running").count() == 1


def test_of_twenty_closings_at_once_one_starts_and_closes(may: Period) -> None:
    Period.objects.filter(pk=may.pk).update(status="approved")
    answers = at_once(*["closing"] * PROCESSES)
    refused = [answer for answer in answers if answer != "done"]
    assert len(refused) == PROCESSES * EACH - 1
    assert set(refused) == {"Finn is closing 2026-05 already."}
    (run,) = Run.objects.filter(status="running")
    services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    assert (period("2026-05").status, Run.objects.filter(kind="close").count()) == ("closed", 1)
    assert list(PeriodMove.objects.values_list("after", flat=True)) == ["closed"]


def test_a_run_and_a_closing_at_once_never_both_happen(may: Period) -> None:
    Period.objects.filter(pk=may.pk).update(status="approved")
    before = (lines(), totals())
    answers = at_once("run", "close", "run", "close")
    closed = period("2026-05").status == "closed"
    assert answers.count("done") == 1
    assert Run.objects.filter(status="running").count() == (0 if closed else 1)
    refused = {answer for answer in answers if answer != "done"}
    expected: Callable[[str], bool] = (
        (lambda text: text.startswith(("Finn closed 2026-05", "2026-05 is closed"))) if closed
        else (lambda text: text.startswith("2026-05 is being calculated"))
    )  # fmt: skip
    assert all(map(expected, refused)), refused
    for run in Run.objects.filter(status="running"):
        services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    assert (lines(), totals()) == before
