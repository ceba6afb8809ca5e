"""Counter payouts: what came back, or arrived in another amount, booked beside what was handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from payouts.engine.paying import difference
from payouts.models import Batch, Payout, PayoutStatement
from payouts.services.locks import lock_payouts
from payouts.services.paid_periods import mark_periods_paid
from payouts.services.refusals import PayoutRefused
from payouts.services.writing import locked, log, next_number, reference, refuse_outsiders


@dataclass(frozen=True, slots=True)
class Back:
    """A payout of which another amount arrived than was handed over; 0: none of it."""

    payout: Payout
    arrived_minor: int
    reason: str = ""


@transaction.atomic
def void_batch(*, batch: Batch, reason: str, acting_user: User | None, now: datetime) -> Batch:
    """Take back all of a batch that was handed over, by a counter-batch: all of it is due again.

    For what never left, or came back whole. Returns the counter-batch; a second time the same. Raises PayoutRefused.
    """
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(batch)
    if found := Batch.objects.filter(idempotency_key=_void_key(row)).first():
        return found
    if row.status not in (Batch.Status.EXPORTED, Batch.Status.PAID) or row.kind == Batch.Kind.COUNTER:
        raise PayoutRefused(
            _("Batch %(number)s can't be taken back: %(status)s. A draft is discarded instead.")
            % {"number": row, "status": row.get_status_display().lower()}
        )
    standing = list(row.payouts.filter(status__in=[Payout.Status.EXPORTED, Payout.Status.PAID]).order_by("reference"))
    counter = book(
        row, [Back(each, 0, reason) for each in standing], key=_void_key(row), note=reason, by=acting_user, now=now
    )
    row.payouts.filter(pk__in=[each.pk for each in standing]).update(status=Payout.Status.REVERSED, reason=reason)
    row.status, row.voided_by, row.voided_at = Batch.Status.VOID, acting_user, now
    row.save(update_fields=["status", "voided_by", "voided_at"])
    log("batch taken back", row, acting_user, now)
    return counter


def _void_key(row: Batch) -> str:
    return f"void:{row.number}"


@transaction.atomic
def send_back(*, payout: Payout, reason: str, acting_user: User | None, now: datetime) -> None:
    """One payout came back: it is due again. A second time nothing happens. Raises PayoutRefused."""
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(payout.batch)
    found = Payout.objects.get(pk=payout.pk)
    if found.status in (Payout.Status.REJECTED, Payout.Status.REVERSED):
        return
    if found.status not in (Payout.Status.EXPORTED, Payout.Status.PAID) or found.counters_id:
        raise PayoutRefused(_("Only what was handed over can come back. Take it out of the draft instead."))
    reject(row, [Back(found, 0, reason)], key=f"back:{found.reference}", by=acting_user, now=now)
    close_if_answered(row, acting_user, now)
    log("payout sent back", found.reference, acting_user, now)


def reject(batch: Batch, backs: Sequence[Back], *, key: str, by: User | None, now: datetime) -> None:
    """Book what was sent back whole, and say so of each payout. Under lock_payouts."""
    if not backs:
        return
    book(batch, backs, key=key, note="", by=by, now=now)
    for back in backs:
        Payout.objects.filter(pk=back.payout.pk).update(status=Payout.Status.REJECTED, reason=back.reason)


def book(batch: Batch, backs: Sequence[Back], *, key: str, note: str, by: User | None, now: datetime) -> Batch:
    """A counter-batch with the differences to what is known to have arrived so far. Under lock_payouts.

    Of payouts of which nothing arrived the statements are free for another payout.
    """
    counter = Batch.objects.create(
        number=next_number(), kind=Batch.Kind.COUNTER, pay_on=timezone.localtime(now).date(), idempotency_key=key,
        counters=batch, note=note, created_by=by, created_at=now,
    )  # fmt: skip
    before = _booked([back.payout.pk for back in backs])
    rows = [
        _counter(counter, place, back, before.get(back.payout.pk, (0, 0))) for place, back in enumerate(backs, start=1)
    ]
    Payout.objects.bulk_create([row for row in rows if row.taken_minor or row.paid_minor], batch_size=1_000)
    counter.payouts.update(status=Payout.Status.PAID)
    counter.status, counter.paid_by, counter.paid_at = Batch.Status.PAID, by, now
    counter.save(update_fields=["status", "paid_by", "paid_at"])
    gone = [back.payout.pk for back in backs if not back.arrived_minor]
    PayoutStatement.objects.filter(payout__in=gone).update(is_countered=True)
    return counter


def _booked(payouts: Sequence[int]) -> dict[int, tuple[int, int]]:
    """What counter payouts took and paid already, by what they are about."""
    sums = (
        Payout.objects.filter(counters__in=payouts)
        .order_by()
        .values_list("counters")
        .annotate(taken=Sum("taken_minor"), paid=Sum("paid_minor"))
    )
    return {pk: (int(taken), int(paid)) for pk, taken, paid in sums}


def _counter(batch: Batch, place: int, back: Back, before: tuple[int, int]) -> Payout:
    of = back.payout
    taken, paid = difference(of.taken_minor, of.paid_minor, back.arrived_minor)
    return Payout(
        batch=batch,
        reference=reference(batch.number, place),
        payee_id=of.payee_id,
        currency=of.currency,
        taken_minor=taken - before[0],
        paid_currency=of.paid_currency,
        paid_minor=paid - before[1],
        rate_e12=of.rate_e12,
        rate_on=of.rate_on,
        counters=of,
        method=of.method,
        reason=back.reason,
    )


def close_if_answered(batch: Batch, by: User | None, now: datetime) -> None:
    """Once nothing of a batch is under way any more, it is paid, and so may be periods. Under lock_payouts."""
    if batch.status == Batch.Status.EXPORTED and not batch.payouts.filter(status=Payout.Status.EXPORTED).exists():
        batch.status, batch.paid_by, batch.paid_at = Batch.Status.PAID, by, now
        batch.save(update_fields=["status", "paid_by", "paid_at"])
    mark_periods_paid(batch, by, now)
