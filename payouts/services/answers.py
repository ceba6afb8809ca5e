"""Taking in what a bank or payroll answered, and booking the differences."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from payouts import selectors
from payouts.engine import answers as engine
from payouts.models import Answer, AnswerFile, Batch, Payout
from payouts.services.counters import Back, book, close_if_answered, reject
from payouts.services.locks import lock_payouts
from payouts.services.refusals import PayoutRefused
from payouts.services.writing import locked, log, refuse_outsiders


@transaction.atomic
def take_answer(*, batch: Batch, name: str, content: bytes, acting_user: User | None, now: datetime) -> AnswerFile:
    """Read an answer, and mark what was paid and what was sent back. The same file a second time changes nothing.

    Another amount than was handed over is only noted: `book_difference` books it. Raises PayoutRefused,
    engine.AnswerFileError, and then takes nothing.
    """
    refuse_outsiders(acting_user)
    lines = engine.read_answers(content)
    lock_payouts()
    row = locked(batch)
    digest = hashlib.sha256(content).hexdigest()
    if found := row.answer_files.filter(content_hash=digest).first():
        return found
    if row.status not in (Batch.Status.EXPORTED, Batch.Status.PAID) or row.kind == Batch.Kind.COUNTER:
        raise PayoutRefused(
            _("Batch %(number)s expects no answer: %(status)s.")
            % {"number": row, "status": row.get_status_display().lower()}
        )
    file = AnswerFile.objects.create(
        batch=row, name=name[:200], content_hash=digest, taken_by=acting_user, taken_at=now
    )
    _take(row, file, lines, acting_user, now)
    log("answer taken in", row, acting_user, now)
    return file


def _take(batch: Batch, file: AnswerFile, lines: Sequence[engine.Answer], by: User | None, now: datetime) -> None:
    payouts = {row.reference: row for row in batch.payouts.exclude(status=Payout.Status.VOID)}
    arrived = selectors.arrived(batch)
    rows: list[Answer] = []
    seen: set[str] = set()
    for line in lines:
        payout = payouts.get(line.reference)
        meaning, amount = engine.outcome(line, _ordered(payout, arrived))
        if payout and line.reference in seen:
            meaning = engine.Outcome.REPEATED
        seen.add(line.reference)
        rows.append(
            Answer(
                file=file,
                line=line.line,
                reference=line.reference,
                payout=payout,
                outcome=meaning.value,
                arrived_minor=amount,
                reason=line.reason,
            )
        )
    Answer.objects.bulk_create(rows, batch_size=1_000)
    _apply(batch, file, rows, by, now)


def _ordered(payout: Payout | None, arrived: dict[int, int]) -> engine.Ordered | None:
    if payout is None:
        return None
    return engine.Ordered(
        payout.paid_minor,
        payout.paid_currency,
        is_paid=payout.status == Payout.Status.PAID,
        is_sent_back=payout.status in (Payout.Status.REJECTED, Payout.Status.REVERSED),
        arrived_minor=arrived.get(payout.pk),
    )


_CAME = (Answer.Outcome.PAID, Answer.Outcome.DIFFERENT)


def _apply(batch: Batch, file: AnswerFile, rows: Sequence[Answer], by: User | None, now: datetime) -> None:
    came = [row.payout_id for row in rows if row.payout_id and row.outcome in _CAME]
    batch.payouts.filter(pk__in=came, status=Payout.Status.EXPORTED).update(status=Payout.Status.PAID)
    backs = [Back(row.payout, 0, row.reason) for row in rows if row.payout and row.outcome == Answer.Outcome.REJECTED]
    reject(batch, backs, key=f"answer:{file.pk}", by=by, now=now)
    close_if_answered(batch, by, now)


@transaction.atomic
def book_difference(*, answer: Answer, acting_user: User | None, now: datetime) -> None:
    """Another amount arrived than was handed over: book the difference, so that what is due is right again.

    What is missing is due again; what was too much comes off what is due next. A second time nothing happens.
    """
    refuse_outsiders(acting_user)
    lock_payouts()
    row = Answer.objects.select_for_update(of=("self",)).select_related("payout__batch").get(pk=answer.pk)
    if row.booked_at or row.outcome != Answer.Outcome.DIFFERENT or row.payout is None:
        return
    if row.payout.status != Payout.Status.PAID:
        raise PayoutRefused(
            _("%(reference)s came back meanwhile, so there is no difference to book.") % {"reference": row.reference}
        )
    back = Back(row.payout, row.arrived_minor, row.reason)
    book(row.payout.batch, [back], key=f"difference:{row.pk}", note="", by=acting_user, now=now)
    row.booked_by, row.booked_at = acting_user, now
    row.save(update_fields=["booked_by", "booked_at"])
    log("difference booked", row.reference, acting_user, now)
