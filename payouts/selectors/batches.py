"""Batches and what is in them."""

import hashlib
import json
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from payouts.models import Answer, Batch, Payout

_HASHED = (
    "reference", "payee", "currency", "taken_minor", "paid_currency", "paid_minor", "rate_e12", "method", "payroll_id",
    "account_kind", "account_holder", "account_holding", "bank_name", "bank_code", "mask",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchTotal:
    currency: str
    payouts: int
    paid_minor: int
    method: str = ""


@dataclass(frozen=True, slots=True)
class StatementPart:
    pk: int
    label: str
    payable_minor: int


@dataclass(frozen=True, slots=True)
class PayoutParts:
    """What a payout is made of: the statements that it takes care of, and what was due from before or stays due."""

    statements: tuple[StatementPart, ...]
    from_before_minor: int


def content_hash(batch: Batch) -> str:
    """SHA-256 over what is paid to whom, by reference. Not over account numbers, which a hash could give away."""
    rows = batch.payouts.counting().order_by("reference").values_list(*_HASHED)
    return hashlib.sha256(json.dumps([list(row) for row in rows], ensure_ascii=False).encode()).hexdigest()


def content_is_intact(batch: Batch) -> bool:
    return not batch.content_hash or batch.content_hash == content_hash(batch)


def batch_list() -> QuerySet[Batch]:
    """The latest first."""
    standing = Q(payouts__counters__isnull=False) | ~Q(payouts__status=Payout.Status.VOID)
    return (
        Batch.objects.select_related("created_by", "counters")
        .annotate(people=Count("payouts__payee", filter=standing, distinct=True))
        .order_by("-number")
    )


def batch_totals(*batches: Batch) -> dict[int, list[BatchTotal]]:
    """By batch: what it pays in each currency."""
    sums = (
        Payout.objects.counting()
        .filter(batch__in=batches)
        .order_by("batch", "paid_currency")
        .values_list("batch", "paid_currency")
        .annotate(Count("pk"), Sum("paid_minor"))
    )
    found: dict[int, list[BatchTotal]] = {batch.pk: [] for batch in batches}
    for batch, currency, count, paid in sums:
        found[batch].append(BatchTotal(currency, count, paid))
    return found


def payout_rows(batch: Batch) -> QuerySet[Payout]:
    """A batch's payouts, by name: paginate it."""
    rows = batch.payouts.select_related("payee", "counters__batch").prefetch_related("countered_by__batch")
    return rows.order_by("payee__name", "payee", "currency", "pk")


def arrived(batch: Batch) -> dict[int, int]:
    """By payout of which another amount arrived than was handed over: that amount, in minor units."""
    sums = (
        Payout.objects.filter(counters__batch=batch)
        .order_by()
        .values_list("counters", "counters__paid_minor")
        .annotate(Sum("paid_minor"))
    )
    return {pk: int(paid) + int(counter) for pk, paid, counter in sums}


def differences(batch: Batch) -> QuerySet[Answer]:
    """Answers with another amount, of which nobody booked the difference yet."""
    waiting = Answer.objects.filter(
        file__batch=batch, outcome=Answer.Outcome.DIFFERENT, booked_at__isnull=True, payout__status=Payout.Status.PAID
    )
    return waiting.select_related("payout__payee").order_by("pk")


def payout_parts(payout: Payout) -> PayoutParts:
    rows = [part.statement for part in payout.statements.select_related("statement__period")]
    parts = tuple(
        StatementPart(row.pk, row.period.label, row.payable_minor)
        for row in sorted(rows, key=lambda row: (row.period.start, row.pk))
    )
    return PayoutParts(parts, payout.taken_minor - sum(part.payable_minor for part in parts))
