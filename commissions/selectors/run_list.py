"""The runs of a period, or of all, as finance looks through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from commissions.models import Period, Run, StatementChange


@dataclass(frozen=True, slots=True)
class RunRow:
    run: Run
    whom: str  # a team's or a payee's name; empty: everybody
    seconds: int | None  # None while it goes on
    totals: tuple[tuple[str, int], ...]  # currency and payable
    changed: int  # statements that were new, are gone, or differ
    finished_at: datetime | None


def runs(period: Period | None) -> QuerySet[Run]:
    """Of a period, or of all, the latest first."""
    found = Run.objects.select_related("period", "started_by", "team", "payee").order_by("-pk")
    return found.filter(period=period) if period else found


def run_rows(shown: Sequence[Run]) -> list[RunRow]:
    """One query, however many runs."""
    counts = StatementChange.objects.filter(run__in=shown).values_list("run").annotate(Count("pk")).order_by()
    changed = dict(counts)
    return [_row(run, changed.get(run.pk, 0)) for run in shown]


def _row(run: Run, changed: int) -> RunRow:
    whom = run.team.name if run.team else run.payee.name if run.payee else ""
    seconds = round((run.finished_at - run.started_at).total_seconds()) if run.finished_at else None
    totals = tuple((currency, amounts["payable"]) for currency, amounts in sorted(run.totals.items()))
    return RunRow(run, whom, seconds, totals, changed, run.finished_at)
