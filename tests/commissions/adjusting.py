"""Adjustments for tests, as finance or a manager asks for them."""

from itertools import count
from typing import Any

from accounts.models import User
from commissions.models import Adjustment, AdjustmentLimit, Period, Statement
from commissions.selectors.adjusting import Wanted
from commissions.services.adjustments import Source, decide_adjustment, propose_adjustments, withdraw_adjustment
from commissions.services.stale_work import recalculate_stale
from tests.commissions.facts import NOW, period

_tokens = count(1)


def wanted(payee: User, amount_minor: int, label: str = "2026-11", **more: Any) -> Wanted:
    said: dict[str, Any] = {
        "period": period(label),
        "currency": "USD",
        "kind": "bonus",
        "reason": "Helped with the launch",
    } | more
    return Wanted(payee=payee, amount_minor=amount_minor, **said)


def ask(by: User, *asked: Wanted, **more: Any) -> list[Adjustment]:
    source = more.pop("source", None) or Source(f"token-{next(_tokens)}", more.pop("kind", "one"))
    group = propose_adjustments(wanted=asked, source=source, acting_user=by, now=NOW, **more)
    return list(group.adjustments.order_by("pk"))


def limit(by: User, amount_minor: int, currency: str = "USD") -> None:
    AdjustmentLimit.objects.create(currency=currency, amount_minor=amount_minor, changed_by=by, changed_at=NOW)


def decide(row: Adjustment, by: User, *, approve: bool = True, note: str = "") -> Adjustment:
    return decide_adjustment(adjustment=row, approve=approve, note=note, acting_user=by, now=NOW)


def withdraw(row: Adjustment, by: User, note: str = "A mistake") -> None:
    row.refresh_from_db()
    withdraw_adjustment(adjustment=row, note=note, acting_user=by, now=NOW)


def settle() -> None:
    while recalculate_stale(now=NOW):
        pass


def paid(payee: User, label: str = "2026-11", currency: str = "USD") -> tuple[int, int, int] | None:
    """Total, adjusted and payable of a statement; None where there is none."""
    row = Statement.objects.filter(payee=payee, period=period(label), currency=currency).first()
    return (row.total_minor, row.adjusted_minor, row.payable_minor) if row else None


def close(label: str) -> None:
    Period.objects.filter(pk=period(label).pk).update(status="closed")
