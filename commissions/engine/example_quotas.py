"""What is expected of the payees and teams of an example, window by window."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from commissions.engine.decimals import scaled
from commissions.engine.example_scores import PLAN
from commissions.engine.frames import QuotaKind
from commissions.engine.quotas import kinds_of, needed, needed_of_teams, quota_kind
from commissions.engine.schema import Example, Goal, PlanDocument
from core.money import to_minor
from core.periods import Period, PeriodKind, period_of


def payee_quotas(document: PlanDocument, example: Example, start: date, end: date) -> list[dict[str, Any]]:
    """Rows of QUOTAS: each payee's quotas and targets of each window from `start` to `end`."""
    read = sorted(needed(document))
    rows: list[dict[str, Any]] = []
    for number, payee in enumerate(example.people.values()):
        for kind, length in read:
            goal = payee.target if kind is QuotaKind.TARGET else payee.quota
            readers = [part.key for part in document.components if kind in kinds_of(part)]
            for period in periods(document, length, start, end):
                rows += _rows(document, number, kind, period, _set(goal, readers, period))
    return rows


def team_quotas(document: PlanDocument, example: Example, start: date, end: date) -> list[dict[str, Any]]:
    """Rows of QUOTAS: each team's quotas of each window; teams are numbered as they stand."""
    numbers = {name: number for number, name in enumerate(example.teams)}
    rows: list[dict[str, Any]] = []
    for name, goal in example.team_quotas.items():
        for kind, length in sorted(needed_of_teams(document)):
            readers = [part.key for part in document.components if part.pool and kind is quota_kind(part)]
            for period in periods(document, length, start, end):
                rows += _rows(document, numbers[name], kind, period, _set(goal, readers, period))
    return rows


def _rows(
    document: PlanDocument, whose: int, kind: QuotaKind, period: Period, found: Iterator[tuple[str, Decimal]]
) -> Iterator[dict[str, Any]]:
    """Rows of QUOTAS for a period."""
    for component, amount in found:
        yield {
            "payee": whose, "plan": PLAN, "kind": kind.value, "component": component, "window": period.kind.value,
            "window_start": period.start, "quota": _stored(amount, kind, document.currency),
        }  # fmt: skip


def _set(goal: Goal | None, readers: Sequence[str], period: Period) -> Iterator[tuple[str, Decimal]]:
    """What is set for a period, by component; of '' for all."""
    by_name = goal if isinstance(goal, dict) else {}
    parts = {"": goal} | {key: by_name[key] for key in readers if key in by_name}
    for component, value in parts.items():
        amount = value.get(period.label) if isinstance(value, dict) else value
        if isinstance(amount, Decimal):
            yield component, amount


def _stored(amount: Decimal, kind: QuotaKind, currency: str) -> int:
    return scaled(amount, 6) if kind is QuotaKind.UNITS else to_minor(amount, currency)


def periods(document: PlanDocument, kind: PeriodKind, start: date, end: date) -> list[Period]:
    """The periods of a kind that have days from `start` to before `end`, by the plan's years."""
    found = [period_of(start, kind, document.first_month)]
    while found[-1].end < end:
        found.append(found[-1].next())
    return found
