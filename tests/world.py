"""A company that has been paid: one plan, four deals, the statements of October and November 2026."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from accounts.models import User
from commissions import services
from commissions.models import EarningLine, Period, PlanVersion, Statement
from core.periods import parse_period
from sales.models import Customer, Deal
from tests.conftest import Cast

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 09:00 in Jakarta
PLAN = """
plan: Account Executive
currency: USD
period: month
components:
  - key: new-business
    name: New business
    window: quarter
    against: quota
    tiers: marginal
    curve:
      - {from: 0%, rate: 5%}
      - {from: 50%, rate: 8%}
      - {from: 100%, rate: 12%}
examples:
  - name: a deal that straddles the first tier
    payee: {quota: 100000}
    deals:
      - {id: A, closed: 2026-10-10, amount: 48000}
      - {id: B, closed: 2026-11-20, amount: 12000}
    expect: {2026-11: {new-business: 900, payable: 900}}
"""


@dataclass(frozen=True)
class World:
    cast: Cast
    version: PlanVersion
    deals: dict[str, Deal]
    periods: dict[str, Period]

    def statement(self, payee: User, label: str = "2026-11") -> Statement:
        return Statement.objects.get(payee=payee, period=self.periods[label])

    def line(self, payee: User, deal: str) -> EarningLine:
        return EarningLine.objects.get(statement__payee=payee, deal=self.deals[deal])


def paid_world(cast: Cast) -> World:
    version = publish(PLAN)
    services.assign(
        plan=version.plan,
        payees=[cast.ana, cast.ben],
        from_date=date(2026, 1, 1),
        until=None,
        quota_minor=100_000_00,
        per="quarter",
        acting_user=cast.ada,
        now=NOW,
    )
    harbour = Customer.objects.create(external_id="c1", name="Harbour Foods")
    won = won_by(harbour)
    deals = {
        "first": won(cast.ana, "first", date(2026, 10, 5), 48_000_00),
        "second": won(cast.ana, "second", date(2026, 11, 10), 12_000_00),
        "ben": won(cast.ben, "ben", date(2026, 11, 12), 30_000_00),
    }
    periods = {label: calculated(label, cast.finn) for label in ("2026-10", "2026-11")}
    return World(cast, version, deals, periods)


def publish(source: str) -> PlanVersion:
    draft = services.save_draft(source=source, acting_user=None, now=NOW)
    return services.publish_version(version=draft, from_date=date(2026, 1, 1), acting_user=None, now=NOW, is_sure=True)


def won_by(customer: Customer) -> Callable[[User, str, date, int], Deal]:
    def won(owner: User, key: str, on: date, amount_minor: int) -> Deal:
        return Deal.objects.create(
            external_id=key,
            name=f"Deal {key}",
            customer=customer,
            owner=owner,
            status=Deal.Status.WON,
            amount_minor=amount_minor,
            currency="USD",
            opened_on=on,
            closed_on=on,
        )

    return won


def calculated(label: str, by: User) -> Period:
    run = services.start_run(calendar=parse_period(label), acting_user=by, now=NOW)
    services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    return run.period
