"""When and how much a person was paid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from commissions.models import Statement
from payouts.models import Payout, PayoutStatement
from payouts.models.batches import PayoutQuerySet


@dataclass(frozen=True, slots=True)
class OwnPayout:
    """A payout as its payee reads it."""

    pk: int
    reference: str
    pay_on: date
    status: str
    status_name: str
    currency: str
    minor: int
    due_currency: str
    due_minor: int
    rate_e12: int | None
    mask: str
    bank_name: str
    periods: tuple[tuple[int, str], ...]  # statements and their labels
    is_counter: bool
    reason: str


def handed_over_payouts() -> PayoutQuerySet:
    handed = (Payout.Status.EXPORTED, Payout.Status.PAID, Payout.Status.REJECTED, Payout.Status.REVERSED)
    return Payout.objects.filter(status__in=handed).select_related("batch", "payee")


def own_payouts(user: User) -> QuerySet[Payout]:
    """What was handed over for a person, the latest first: paginate it, then `as_own`."""
    covered = PayoutStatement.objects.select_related("statement__period").order_by("statement__period__start", "pk")
    return (
        handed_over_payouts()
        .filter(payee=user)
        .prefetch_related(Prefetch("statements", queryset=covered))
        .order_by("-batch__pay_on", "-pk")
    )


def as_own(rows: Iterable[Payout]) -> list[OwnPayout]:
    return [_own(row) for row in rows]


def payouts_of_statement(statement: Statement) -> list[OwnPayout]:
    """The payouts that took care of a statement, the latest first."""
    return as_own(own_payouts(statement.payee).filter(statements__statement=statement))


def _own(row: Payout) -> OwnPayout:
    return OwnPayout(
        pk=row.pk,
        reference=row.reference,
        pay_on=row.batch.pay_on,
        status=row.status,
        status_name=row.get_status_display(),
        currency=row.paid_currency,
        minor=row.paid_minor,
        due_currency=row.currency,
        due_minor=row.taken_minor,
        rate_e12=row.rate_e12,
        mask=row.mask,
        bank_name=row.bank_name,
        periods=tuple((part.statement_id, part.statement.period.label) for part in row.statements.all()),
        is_counter=row.counters_id is not None,
        reason=row.reason,
    )
