"""Plans, people and deals for the tests of commissions."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from accounts.models import User
from commissions import services
from commissions.models import EarningLine, Period, Plan, PlanVersion, Run, Statement
from core.periods import parse_period
from sales.models import Deal, DealShare

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
JANUARY = date(2026, 1, 1)

TIERED = """
plan: Account Executive
currency: USD
period: month
components:
  - key: new-business
    name: New business
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 100%, rate: 10%}]
examples:
  - name: a quarter over quota
    payee: {quota: 1000}
    deals: [{id: A, closed: 2026-01-10, amount: 1500}]
    expect: {2026-01: {new-business: 100, payable: 100}}
"""
FLAT = """
plan: Flat
currency: USD
period: month
components: [{key: all, name: Everything, rate: 10%}]
"""

_number = count(1)


def published(source: str = TIERED, *, from_date: date = JANUARY) -> PlanVersion:
    draft = services.save_draft(source=source, acting_user=None, now=NOW)
    return services.publish_version(version=draft, from_date=from_date, acting_user=None, now=NOW, is_sure=True)


def assign(plan: Plan, *payees: User, quota_minor: int | None = None, per: str | None = None, **dates: Any) -> None:
    days = {"from_date": JANUARY, "until": None} | dates
    per = per or ("quarter" if quota_minor else None)
    services.assign(plan=plan, payees=payees, quota_minor=quota_minor, per=per, acting_user=None, now=NOW, **days)


def won(
    owner: User | None,
    closed_on: date,
    amount_minor: int,
    *,
    shares: Iterable[tuple[User, int]] = (),
    currency: str = "USD",
    key: str = "",
    **more: Any,
) -> Deal:
    deal = Deal.objects.create(
        external_id=key or f"D-{next(_number):04}", owner=owner, status="won", closed_on=closed_on,
        amount_minor=amount_minor, currency=currency, **more,
    )  # fmt: skip
    DealShare.objects.bulk_create(DealShare(deal=deal, user=user, share_ppm=ppm) for user, ppm in shares)
    return deal


def calculated(label: str, *, chunks: int | None = None) -> Run:
    """The run of a period, finished in this process."""
    run = services.start_run(calendar=parse_period(label), acting_user=None, now=NOW, chunks=chunks)
    services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def totals(label: str | None = None) -> dict[tuple[str, str], int]:
    """By external id of the payee and period: the statement's total."""
    found = {
        (row.payee.external_id or "", row.period.label): row.total_minor
        for row in Statement.objects.select_related("payee", "period")
    }
    return {key: total for key, total in found.items() if label in (None, key[1])}


def lines() -> list[Mapping[str, Any]]:
    """All lines with what identifies them outside of the database's ids."""
    rows = EarningLine.objects.values(
        "statement__payee__external_id", "statement__period__start", "statement__currency", "plan_version",
        "component", "deal__external_id", "role", "date", "seq", "credited_minor", "window_start", "quota_minor",
        "x0_minor", "x1_minor", "uncapped_minor", "amount_minor",
    )  # fmt: skip
    return sorted(rows, key=repr)


def period(label: str) -> Period:
    calendar = parse_period(label)
    return Period.objects.get(kind=calendar.kind, start=calendar.start)
