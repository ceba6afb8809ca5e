"""Which closed periods are paid: everything payable of them has arrived, or was made up for by what was owed."""

from collections.abc import Iterable
from datetime import date

from commissions.models import Period, Statement
from payouts.models import Batch, Payout, PayoutStatement
from payouts.selectors.due import due_rows


def paid_up_periods(batch: Batch, on: date) -> list[Period]:
    """Of the closed periods whose statements a batch takes care of, those of which nothing is under way or due.

    A statement is settled when a payout of it arrived; or when it isn't payable; or when nothing at all is due to its
    payee in its currency, so that it was made up for by a negative one.
    """
    touched = set(PayoutStatement.objects.filter(payout__batch=batch).values_list("statement__period", flat=True))
    periods = Period.objects.filter(status=Period.Status.CLOSED, pk__in=touched)
    return [period for period in periods.order_by("start", "pk") if _is_paid_up(period, on)]


def _is_paid_up(period: Period, on: date) -> bool:
    parts = PayoutStatement.objects.filter(statement__period=period, is_countered=False)
    named = dict(parts.values_list("statement", "payout__status"))
    if any(status != Payout.Status.PAID for status in named.values()):
        return False
    payable = Statement.objects.filter(period=period, payable_minor__gt=0).values_list("pk", "payee", "currency")
    return not _still_due([(payee, currency) for pk, payee, currency in payable if pk not in named], on)


def _still_due(left: Iterable[tuple[int, str]], on: date) -> bool:
    waiting = set(left)
    if not waiting:
        return False
    rows = due_rows(on=on, payees={payee for payee, _currency in waiting})
    return any(row.due_minor > 0 and (row.payee.pk, row.currency) in waiting for row in rows)
