"""Which closed periods are paid: everything payable of them has arrived, or was made up for by what was owed."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef

from commissions.models import Period, Statement
from payouts.models import Batch, Payout, PayoutStatement
from payouts.selectors.due import due_rows


def paid_up_periods(batch: Batch, on: date) -> list[Period]:
    """Of the closed periods whose statements a batch takes care of, those of which nothing is under way or due.

    A statement is settled when a payout of it arrived; or when it isn't payable; or when nothing at all is due to its
    payee in its currency, so that it was made up for by a negative one.
    """
    touched = PayoutStatement.objects.filter(payout__batch=batch).values("statement__period")
    periods = Period.objects.filter(status=Period.Status.CLOSED, pk__in=touched)
    return [period for period in periods.order_by("start", "pk") if _is_paid_up(period, on)]


def _is_paid_up(period: Period, on: date) -> bool:
    arrived = PayoutStatement.objects.filter(
        statement=OuterRef("pk"), is_countered=False, payout__status=Payout.Status.PAID
    )
    under_way = PayoutStatement.objects.filter(statement=OuterRef("pk"), is_countered=False)
    left = Statement.objects.filter(~Exists(arrived), period=period, payable_minor__gt=0)
    if left.filter(Exists(under_way)).exists():
        return False
    return not _still_due(left.values_list("payee", "currency"), on)


def _still_due(left: Iterable[tuple[int, str]], on: date) -> bool:
    waiting = set(left)
    if not waiting:
        return False
    rows = due_rows(on=on, payees={payee for payee, _currency in waiting})
    return any(row.due_minor > 0 and (row.payee.pk, row.currency) in waiting for row in rows)
