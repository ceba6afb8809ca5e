"""A whole run over the made-up year: read, compute, write lines and statements, against the COPY of the lines alone."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any, Final, LiteralString, Protocol
from unittest import mock

import polars as pl
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import User
from commissions.engine.calculate import Inputs
from commissions.engine.document import document_hash, to_json
from commissions.engine.frames import LINES, WHOLE_SHARE
from commissions.models import Plan, PlanVersion, Run
from commissions.selectors.columns import COLUMNS
from commissions.services import close_runs as closing
from commissions.services import recalculation as steps
from commissions.services import start_run, work_on_run
from config.bench import worker, workload
from config.bench.copying import time_copy
from config.bench.results import Measured, against_copy
from core.copy import copy_in, copy_out
from core.periods import PeriodKind, period_of
from sales.models import Deal

_STORED: Final[dict[LiteralString, str]] = {
    column: name for column, name in COLUMNS.items() if column not in ("statement_id", "seq")
}
_LINES: Final[LiteralString] = (
    "SELECT s.payee_id, "
    + ", ".join("l." + column for column in _STORED)
    + """
FROM commissions_earningline l JOIN commissions_statement s ON s.id = l.statement_id
WHERE coalesce(s.payee_id = ANY(%s::bigint[]), true)
"""
)
_COLUMNS: Final = {"payee": pl.Int64()} | {name: LINES[name] for name in _STORED.values()}


class NotEmptyError(Exception):
    """The database holds a company's data: nothing was touched."""


def measure_run(*, deals: int, payees: int, components: int, chunks: int | None, workers: int) -> Measured:
    """One run of the year by some worker processes. Raises NotEmptyError: it fills the database that it is given."""
    refuse_unless_empty()
    fill(workload.workload(deals, payees, components), timezone.now())
    run = start_run(
        calendar=period_of(workload.YEAR[0], PeriodKind.YEAR), acting_user=None, now=timezone.now(), chunks=chunks
    )
    seconds, stages = _work(run.pk, workers)
    run.refresh_from_db()
    if run.status != Run.Status.DONE:
        raise RuntimeError(f"The run is {run.status}. {run.error}")
    return against_copy("run", seconds, time_copy(stored_lines(), repeat=3), stages)


def refuse_unless_empty() -> None:
    if User.objects.exists() or Deal.objects.exists():
        raise NotEmptyError("This benchmark fills an empty database with made-up data, and this one is not empty.")


def stored_lines(payees: Sequence[int] | None = None) -> pl.DataFrame:
    """LINES as they stand in the database, of all payees or of some."""
    return copy_out(_LINES, [None if payees is None else list(payees)], _COLUMNS)


def _work(run_id: int, workers: int) -> tuple[float, dict[str, float]]:
    return begin_work(run_id, workers, None)()


Meanwhile = Callable[[], None]


class Waiting(Protocol):
    def __call__(self, meanwhile: Meanwhile | None = None) -> tuple[float, dict[str, float]]:
        """Seconds from the moment that all workers are up until the last is done, and what they add up to by stage.
        `meanwhile` is done again and again until then."""


def begin_work(run_id: int, workers: int, at: datetime | None) -> Waiting:
    """Start that many worker processes on a run, and return what waits for them. `at` is their clock; else the real."""
    spawn = get_context("spawn")  # a fork would share the database connections, and Polars' threads don't survive it
    ready, spent = spawn.Barrier(workers + 1), spawn.Queue()
    processes = [spawn.Process(target=worker.begin, args=(run_id, ready, spent, at)) for _number in range(workers)]
    for process in processes:
        process.start()

    def wait(meanwhile: Meanwhile | None = None) -> tuple[float, dict[str, float]]:
        ready.wait(timeout=60)
        started = time.perf_counter()
        while meanwhile is not None and spent.qsize() < workers:
            meanwhile()
        reports = [spent.get() for _process in processes]
        seconds = time.perf_counter() - started
        for process in processes:
            process.join()
        return seconds, {stage: sum(report[stage] for report in reports) for stage in reports[0]}

    return wait


def work(run_id: int, ready: "Barrier", spent: "Queue[dict[str, float]]", at: datetime | None) -> None:
    """What a worker process does, once Django is set up in it."""
    connection.ensure_connection()
    ready.wait(timeout=60)
    with _watched() as stages:
        work_on_run(run_id=run_id, clock=timezone.now if at is None else lambda: at)
    spent.put(stages)


def fill(inputs: Inputs, now: datetime) -> None:
    """The workload as rows of the database; its ids, which start at 0, become those of the rows."""
    payees = inputs.assignments["payee"]
    people = pl.DataFrame({"id": payees + 1}).with_columns(
        name=pl.format("Payee {}", "id"), external_id=pl.format("p{}", "id"), roles=pl.lit("{rep}"),
        password=pl.lit("!"), language=pl.lit("en"), is_active=True,
    )  # fmt: skip
    copy_in("accounts_user", people)
    _deals(inputs)
    version = _publish(inputs, now)
    during = pl.lit("[2026-01-01,)")
    held = people.select(payee_id="id", plan_id=pl.lit(version.plan_id), during=during)
    copy_in("commissions_assignment", held)
    yearly = inputs.quotas.group_by("payee").agg(pl.col("quota").first()).sort("payee")
    quotas = yearly.select(
        payee_id=pl.col("payee") + 1, plan_id=pl.lit(version.plan_id), during=during, per=pl.lit("quarter"),
        amount_minor="quota",
    )  # fmt: skip
    copy_in("commissions_quota", quotas)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _deals(inputs: Inputs) -> None:
    copy_in("sales_product", pl.DataFrame(
        {"id": [1, 2], "external_id": ["core", "focus"], "name": ["GTX Pro", "GTX Pro"], "family": ["Core", "Focus"],
         "currency": ["USD", "USD"]}))  # fmt: skip
    owners = inputs.shares.group_by("deal").agg(owner=pl.col("payee").first())
    deals = inputs.deals.join(owners, on="deal").select(
        id=pl.col("deal") + 1, external_id="key", name=pl.lit(""), kind="type", status=pl.lit("won"), stage=pl.lit(""),
        owner_id=pl.col("owner") + 1, product_id=pl.when(pl.col("product_family") == "Focus").then(2).otherwise(1),
        quantity="quantity", amount_minor="amount", currency="currency", opened_on="opened", closed_on="closed",
    )  # fmt: skip
    copy_in("sales_deal", deals)
    split = inputs.shares.filter(pl.col("share") < WHOLE_SHARE)
    copy_in("sales_dealshare", split.select(
        deal_id=pl.col("deal") + 1, user_id=pl.col("payee") + 1, role="role", share_ppm="share"))  # fmt: skip


def _publish(inputs: Inputs, now: datetime) -> PlanVersion:
    document = next(iter(inputs.versions.values())).model_copy(update={"period": PeriodKind.YEAR})
    plan = Plan.objects.create(name=document.plan)
    stored = to_json(document)
    return PlanVersion.objects.create(
        plan=plan, number=1, document=stored, source=json.dumps(stored), hash=document_hash(document),
        status=PlanVersion.Status.PUBLISHED, during=DateRange(workload.YEAR[0], None), published_at=now,
    )  # fmt: skip


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    seconds = dict.fromkeys(("read", "compute", "write", "keep"), 0.0)
    calls = [(steps, "gather", "read"), (steps, "compute", "compute"), (steps, "post", "write")]
    calls += [(closing, "inputs_files", "keep"), (closing, "pack", "keep")]
    with ExitStack() as stack:
        for module, name, stage in calls:
            stack.enter_context(mock.patch.object(module, name, _timed(getattr(module, name), stage, seconds)))
        yield seconds


def _timed(call: Callable[..., Any], stage: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: object, **kwargs: object) -> object:
        started = time.perf_counter()
        result = call(*args, **kwargs)
        seconds[stage] += time.perf_counter() - started
        return result

    return timed
