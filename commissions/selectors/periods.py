"""Periods, their runs and what they owe."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum

from commissions.models import Assignment, Period, Run, Settlement, StaleStatement, Statement
from commissions.selectors.approvals.status import with_status
from core import periods


@dataclass(frozen=True, slots=True)
class RunProgress:
    pk: int
    kind: str  # calculate, close
    status: str  # running, done, failed
    done: int  # chunks
    total: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    error: str

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def share(self) -> Fraction:
        return Fraction(self.done, self.total) if self.total else Fraction(1)

    @property
    def is_running(self) -> bool:
        return self.status == "running"


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    currency: str
    payees: int
    total_minor: int
    payable_minor: int
    held_minor: int = 0  # earned up to here and not paid yet


@dataclass(frozen=True, slots=True)
class PeriodOverview:
    period: Period
    label: str
    run: RunProgress | None  # the latest
    totals: tuple[CurrencyTotal, ...]
    payees: int
    stale: int  # payees whose recalculation waits


def period_rows_of(calendar: periods.Period) -> QuerySet[Period]:
    """The row of a period, if it was ever calculated."""
    return Period.objects.filter(kind=calendar.kind, first_month=calendar.first_month, start=calendar.start)


def period_list() -> QuerySet[Period]:
    """All periods, the latest first."""
    return Period.objects.order_by("-start", "kind", "first_month")


def period_overview(period: Period) -> PeriodOverview:
    """A period's latest run, totals by currency and what is still to be recalculated. A fixed number of queries."""
    sums = period.statements.values("currency").annotate(
        payees=Count("payee"), total=Sum("total_minor"), payable=Sum("payable_minor")
    )
    held = dict(
        Settlement.objects.filter(statement__period=period)
        .values_list("statement__currency")
        .annotate(Sum("held_after_minor"))
        .order_by()
    )
    waiting = notes_reaching(period)
    return PeriodOverview(
        period=period,
        label=period.label,
        run=latest_run(period),
        totals=tuple(
            CurrencyTotal(row["currency"], row["payees"], row["total"], row["payable"], held.get(row["currency"], 0))
            for row in sums.order_by("currency")
        ),
        payees=period.statements.aggregate(payees=Count("payee", distinct=True))["payees"],
        stale=waiting.aggregate(payees=Count("payee_id", distinct=True))["payees"],
    )


def notes_reaching(period: Period) -> QuerySet[StaleStatement]:
    """The notes of what must be calculated again in it, by somebody or other."""
    return StaleStatement.objects.filter(_reaching(period), on__lt=period.end)


def _reaching(period: Period) -> Q:
    """The notes of its calendar year; of payees with a fiscal year those of the one before, and all before of payees
    with what adds up over their time on a plan.
    """
    fiscal = Assignment.objects.filter(plan__versions__document__has_key="fiscal_year_starts").values("payee")
    endless = Assignment.objects.filter(plan__versions__document__components__contains=[{"window": "plan"}])
    year = period.start.year
    before = Q(on__year=year - 1, payee_id__in=fiscal) | Q(on__year__lt=year, payee_id__in=endless.values("payee"))
    return Q(on__year=year) | before


def latest_run(period: Period) -> RunProgress | None:
    run = _with_progress(period.runs.all()).order_by("-started_at", "-pk").first()
    return _progress(run) if run else None


def run_progress(run_pk: int) -> RunProgress:
    return _progress(_with_progress(Run.objects.all()).get(pk=run_pk))


def period_statements(period: Period) -> QuerySet[Statement]:
    """The period's statements with their payees, by name: paginate it."""
    return with_status(period.statements.select_related("payee")).order_by("payee__name", "payee", "currency")


def _with_progress(runs: QuerySet[Run]) -> QuerySet[Run]:
    counted = runs.annotate(done=Count("chunks", filter=Q(chunks__done_at__isnull=False)), total=Count("chunks"))
    return counted.select_related("started_by")


def _progress(run: Run) -> RunProgress:
    return RunProgress(
        pk=run.pk,
        kind=run.kind,
        status=run.status,
        done=run.done,  # type: ignore[attr-defined]  # annotated
        total=run.total,  # type: ignore[attr-defined]
        started_by=run.started_by.name if run.started_by else "",
        started_at=run.started_at,
        finished_at=run.finished_at,
        error=run.error,
    )
