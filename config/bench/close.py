"""Closing a period of many statements, against the COPY of their lines alone; and how soon pages answer meanwhile."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import quantiles
from typing import Final

from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from commissions.models import Period, Run, Statement
from commissions.services import start_closing, start_run
from config.bench import workload
from config.bench.copying import time_copy
from config.bench.results import Measured, against_copy
from config.bench.run import begin_work, fill, refuse_unless_empty, stored_lines
from core.periods import PeriodKind, period_of

AFTER: Final = datetime(2027, 1, 4, 3, 0, tzinfo=UTC)  # the made-up year is over
ALONE: Final = 100  # pages asked for before anything closes


def measure_close(*, deals: int, payees: int, components: int, chunks: int | None, workers: int) -> Measured:
    """One closing of the year by some worker processes, while one person reads statements as fast as they come.

    Raises NotEmptyError: it fills the database that it is given.

    1. Fill it, calculate the year, and approve every statement.
    2. Close the year; ask for one page after another until it is done.
    3. COPY the same lines.
    """
    refuse_unless_empty()
    fill(workload.workload(deals, payees, components), timezone.now())
    calendar = period_of(workload.YEAR[0], PeriodKind.YEAR)
    run = start_run(calendar=calendar, acting_user=None, now=AFTER, chunks=chunks)
    _finish(run, begin_work(run.pk, workers, AFTER)())
    period = _approved(Period.objects.get(kind=calendar.kind, start=calendar.start))
    ask = _asking()
    before = [ask() for _page in range(ALONE)]
    closing = start_closing(period=period, acting_user=None, now=AFTER, chunks=chunks)
    wait = begin_work(closing.pk, workers, AFTER)
    meanwhile: list[float] = []
    outcome = wait(lambda: meanwhile.append(ask()))
    seconds, stages = _finish(closing, outcome)
    pages = {"page p95": quantiles(meanwhile, n=20)[-1], "page p95 alone": quantiles(before, n=20)[-1]}
    return against_copy("close", seconds, time_copy(stored_lines(), repeat=3), stages | pages)


def _finish(run: Run, outcome: tuple[float, dict[str, float]]) -> tuple[float, dict[str, float]]:
    run.refresh_from_db()
    if run.status != Run.Status.DONE:
        raise RuntimeError(f"The run is {run.status}. {run.error}")
    return outcome


def _approved(period: Period) -> Period:
    Statement.objects.filter(period=period).update(approved_revision=F("revision"))
    Period.objects.filter(pk=period.pk).update(status=Period.Status.APPROVED)
    period.status = Period.Status.APPROVED
    return period


def _asking() -> Callable[[], float]:
    """Seconds that the page of some statement takes, with access and rendering; another one at every call."""
    finance = User.objects.create(
        id=10**9, email="finn@example.com", name="Finn", roles=[Role.FINANCE]
    )  # beyond those that `fill` chose
    client = Client(SERVER_NAME="localhost")
    client.force_login(finance, backend="django.contrib.auth.backends.ModelBackend")
    pks = list(Statement.objects.order_by("pk").values_list("pk", flat=True))
    turn = iter(range(10**9))

    def ask() -> float:
        address = reverse("commissions:statement", args=[pks[next(turn) * 7919 % len(pks)]])
        started = time.perf_counter()
        response = client.get(address)
        seconds = time.perf_counter() - started
        if response.status_code != 200:
            raise RuntimeError(f"A statement answered {response.status_code}.")
        return seconds

    return ask
