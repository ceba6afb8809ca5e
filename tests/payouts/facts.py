"""Closed statements, bank accounts and batches for the tests of payouts."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from accounts.models import User
from commissions.models import Period, Statement
from core.periods import parse_period
from payouts import services
from payouts.models import BankAccount, Batch, Payout, PayoutProfile
from payouts.selectors import due_rows
from sales.models import ExchangeRate

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 09:00 in Jakarta
PAY_DAY = date(2026, 11, 25)
IBANS = ("DE89370400440532013000", "NL91ABNA0417164300", "FR1420041010050500013M02606", "GB82WEST12345698765432")
_number = count(1)


def closed(label: str, *rows: tuple[User, str, int], status: str = "closed") -> Period:
    """A closed period, or one of another status, with what it pays: payee, currency, minor units."""
    calendar = parse_period(label)
    period, _ = Period.objects.get_or_create(
        kind=calendar.kind, start=calendar.start, first_month=1, defaults={"end": calendar.end}
    )
    Statement.objects.bulk_create(
        Statement(
            payee=payee, period=period, currency=currency, total_minor=minor, payable_minor=minor, computed_at=NOW
        )
        for payee, currency, minor in rows
    )
    Period.objects.filter(pk=period.pk).update(status=status)
    period.refresh_from_db()
    return period


def batch(by: User | None = None, **more: Any) -> Batch:
    wanted: dict[str, Any] = {"kind": "regular", "pay_on": PAY_DAY, "key": f"key-{next(_number)}"} | more
    return services.create_batch(acting_user=by, now=NOW, **wanted)


def handed_over(by: User, second: User, **more: Any) -> Batch:
    made = services.approve_batch(batch=batch(by, **more), acting_user=second, now=NOW)
    return services.hand_over(batch=made, acting_user=by, now=NOW)


def paid_by_bank(user: User, by: User, second: User, *, currency: str, **more: Any) -> BankAccount:
    PayoutProfile.objects.update_or_create(user=user, defaults={"method": "bank", "currency": more.pop("into", "")})
    wanted = {"kind": "iban", "number": IBANS[0], "holder": user.name, "bank_name": "Bank"} | more
    row = services.propose_account(user=user, currency=currency, acting_user=by, now=NOW, **wanted)
    return services.confirm_account(account=row, acting_user=second, now=NOW)


def company_account(by: User, kind: str, currency: str, number: str, code: str, **more: str) -> None:
    services.add_company_account(
        name="Toko Juara, PT", kind=kind, currency=currency, number=number, bank_code=code, bank_name="Bank",
        acting_user=by, now=NOW, today=NOW.date(), **more,
    )  # fmt: skip


def rate(source: str, target: str, value: str, on: date = date(2026, 1, 1)) -> None:
    ExchangeRate.objects.create(source=source, target=target, starts_on=on, rate=value)


def due(on: date = PAY_DAY) -> dict[tuple[str, str], int]:
    """By external id and currency: what is due, in minor units."""
    return {(row.payee.external_id or "", row.currency): row.due_minor for row in due_rows(on=on)}


def reasons(on: date = PAY_DAY) -> dict[str, str]:
    return {row.payee.external_id or "": row.decision.reason or "" for row in due_rows(on=on)}


def amounts(made: Batch) -> dict[str, tuple[int, int]]:
    """By external id of the payee: what was taken and what was paid."""
    rows = Payout.objects.filter(batch=made).exclude(status="void").select_related("payee")
    return {row.payee.external_id or "": (row.taken_minor, row.paid_minor) for row in rows}
