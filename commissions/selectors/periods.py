"""Periods, their runs and what they owe."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from commissions.models import Period, Statement


@dataclass(frozen=True, slots=True)
class RunProgress:
    pk: int
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
    def is_running(self) -> bool:
        return self.status == "running"


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    currency: str
    payees: int
    total_minor: int
    payable_minor: int


@dataclass(frozen=True, slots=True)
class PeriodOverview:
    period: Period
    label: str
    run: RunProgress | None  # the latest
    totals: tuple[CurrencyTotal, ...]
    payees: int
    stale: int  # payees whose recalculation waits


@dataclass(frozen=True, slots=True)
class PayoutRow:
    period: str
    external_id: str
    email: str
    name: str
    currency: str
    total_minor: int
    payable_minor: int


def period_list() -> QuerySet[Period]:
    """All periods, the latest first."""
    return Period.objects.order_by("-start", "kind")


def period_overview(period: Period) -> PeriodOverview:
    """A period's latest run, totals by currency and what is still to be recalculated. A fixed number of queries."""
    raise NotImplementedError


def period_statements(period: Period) -> QuerySet[Statement]:
    """The period's statements with their payees, by name: paginate it."""
    return period.statements.select_related("payee").order_by("payee__name", "payee", "currency")


def payout_rows(period: Period) -> Iterator[PayoutRow]:
    """What is to be paid for a period, by name, streamed."""
    raise NotImplementedError
