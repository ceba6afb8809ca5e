"""Making a batch of what is due, reviewing, approving, handing it over and marking it paid."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from payouts import papers, policies, selectors
from payouts.models import BankAccount, Batch, Payout, PayoutStatement
from payouts.selectors.due import DueRow
from payouts.services.counters import close_if_answered
from payouts.services.files import keep_file
from payouts.services.locks import lock_payouts
from payouts.services.refusals import PayoutRefused
from payouts.services.writing import locked, log, next_number, reference, refuse_outsiders


@transaction.atomic
def create_batch(
    *,
    kind: str,
    pay_on: date,
    key: str,
    payees: Collection[int] | None = None,
    note: str = "",
    acting_user: User | None,
    now: datetime,
) -> Batch:
    """A draft of all that is due and payable: of everybody, or off-cycle of some, who are paid below the minimum too.

    The same key gives the same batch, however often and from wherever it is asked for. Raises PayoutRefused when
    nothing is payable, PermissionDenied.
    """
    refuse_outsiders(acting_user)
    lock_payouts()
    if found := Batch.objects.filter(idempotency_key=key).first():
        return _same(found, kind, pay_on)
    chosen = payees if kind == Batch.Kind.OFF_CYCLE else None
    due = selectors.due_rows(on=pay_on, payees=chosen, heeds_minimum=kind == Batch.Kind.REGULAR)
    rows = [row for row in due if row.is_payable]
    if not rows:
        raise PayoutRefused(
            _("Nothing is payable now, so no batch was made. Who is due, and why that isn't paid, stands in the list.")
        )
    batch = Batch.objects.create(
        number=next_number(), kind=kind, pay_on=pay_on, idempotency_key=key, note=note,
        created_by=acting_user, created_at=now,
    )  # fmt: skip
    _fill(batch, rows)
    log("batch made", batch, acting_user, now)
    return batch


def _same(found: Batch, kind: str, pay_on: date) -> Batch:
    if (found.kind, found.pay_on) != (kind, pay_on):
        raise PayoutRefused(
            _("Batch %(number)s was made by the same request with other figures. Reload the page and try again.")
            % {"number": found}
        )
    return found


def _fill(batch: Batch, rows: Sequence[DueRow]) -> None:
    payouts = Payout.objects.bulk_create(
        [_payout(batch, place, row) for place, row in enumerate(rows, start=1)], batch_size=1_000
    )
    PayoutStatement.objects.bulk_create(
        [
            PayoutStatement(payout=payout, statement_id=statement)
            for payout, row in zip(payouts, rows, strict=True)
            for statement in row.statements
        ],
        batch_size=5_000,
    )


def _payout(batch: Batch, place: int, row: DueRow) -> Payout:
    account = row.account
    return Payout(
        batch=batch,
        reference=reference(batch.number, place),
        payee=row.payee,
        currency=row.currency,
        taken_minor=row.decision.taken_minor,
        paid_currency=row.paid_currency,
        paid_minor=row.decision.paid_minor,
        rate_e12=row.decision.rate_e12,
        rate_on=row.rate_on,
        method=row.method,
        payroll_id=row.payroll_id,
        account=account,
        **(_account_fields(account) if account else {}),
    )


def _account_fields(account: BankAccount) -> dict[str, str]:
    return {
        "account_kind": account.kind,
        "account_holder": account.holder,
        "account_holding": account.holding,
        "bank_name": account.bank_name,
        "bank_code": account.bank_code,
        "number_sealed": account.number_sealed,
        "mask": account.mask,
    }


@transaction.atomic
def approve_batch(*, batch: Batch, acting_user: User, now: datetime) -> Batch:
    """Somebody else than who made it says that it is right. Raises PayoutRefused, PermissionDenied."""
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(batch)
    _refuse_unless_draft(row)
    if row.approved_by_id:
        return row
    if policies.needs_second_person() and row.created_by_id == acting_user.pk:
        raise PermissionDenied(_("You made this batch, so somebody else has to approve it."))
    if row.payouts.counting().filter(payee=acting_user).exists():
        raise PermissionDenied(_("This batch pays you too, so somebody else has to approve it."))
    row.approved_by, row.approved_at = acting_user, now
    row.save(update_fields=["approved_by", "approved_at"])
    log("batch approved", row, acting_user, now)
    return row


def _refuse_unless_draft(row: Batch) -> None:
    if row.status != Batch.Status.DRAFT:
        raise PayoutRefused(
            _("Batch %(number)s is no draft any more: %(status)s. Reload the page.")
            % {"number": row, "status": row.get_status_display().lower()}
        )


@transaction.atomic
def take_out(*, payout: Payout, reason: str, acting_user: User | None, now: datetime) -> None:
    """Leave a person out of a draft; what she was to get stays due. What was approved has to be approved anew."""
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(payout.batch)
    _refuse_unless_draft(row)
    drop_payouts(Payout.objects.filter(pk=payout.pk, status=Payout.Status.DRAFT), reason)
    log("taken out of a batch", payout.reference, acting_user, now)


@transaction.atomic
def discard_batch(*, batch: Batch, acting_user: User | None, now: datetime) -> Batch:
    """Give up a draft: all of it is due as before. Raises PayoutRefused."""
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(batch)
    if row.status == Batch.Status.VOID and not row.exported_at:
        return row
    _refuse_unless_draft(row)
    drop_payouts(row.payouts.filter(status=Payout.Status.DRAFT), "")
    row.status, row.voided_by, row.voided_at = Batch.Status.VOID, acting_user, now
    row.save(update_fields=["status", "voided_by", "voided_at"])
    log("batch discarded", row, acting_user, now)
    return row


@transaction.atomic
def hand_over(*, batch: Batch, acting_user: User | None, now: datetime) -> Batch:
    """Freeze an approved batch, so that its files can be downloaded: the same bytes each time.

    Each file is made and validated once before. Raises PayoutRefused: not approved, an account no longer in use, or
    something without which a file can't be made.
    """
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(batch)
    if row.exported_at:
        return row
    _refuse_unless_draft(row)
    _refuse_unapproved(row)
    _refuse_ended_accounts(row)
    row.payouts.filter(status=Payout.Status.DRAFT).update(status=Payout.Status.EXPORTED)
    row.status, row.exported_by, row.exported_at = Batch.Status.EXPORTED, acting_user, now
    row.content_hash = selectors.content_hash(row)
    row.save(update_fields=["status", "exported_by", "exported_at", "content_hash"])
    for name in papers.bank_files(row):
        keep_file(row, name, now)
    log("batch handed over", row, acting_user, now)
    return row


def _refuse_unapproved(row: Batch) -> None:
    if not row.approved_at:
        raise PayoutRefused(
            _("Batch %(number)s isn't approved yet. Somebody has to approve it first.") % {"number": row}
        )
    if not row.payouts.filter(status=Payout.Status.DRAFT).exists():
        raise PayoutRefused(_("Nobody is left in batch %(number)s. Discard it.") % {"number": row})


def _refuse_ended_accounts(row: Batch) -> None:
    drafts = row.payouts.filter(status=Payout.Status.DRAFT, account__isnull=False)
    ended = drafts.exclude(account__status=BankAccount.Status.CONFIRMED).select_related("payee")
    names = ", ".join(payout.payee.name for payout in ended[:5])
    if names:
        raise PayoutRefused(
            _("The bank account of %(names)s has changed since this batch was made. Take them out, or make it anew.")
            % {"names": names}
        )


@transaction.atomic
def mark_paid(*, batch: Batch, acting_user: User | None, now: datetime) -> Batch:
    """All of it that wasn't sent back has arrived. Raises PayoutRefused."""
    refuse_outsiders(acting_user)
    lock_payouts()
    row = locked(batch)
    if row.status == Batch.Status.PAID:
        return row
    if row.status != Batch.Status.EXPORTED:
        raise PayoutRefused(
            _("Batch %(number)s isn't handed over, so it can't be paid. Approve it and hand it over first.")
            % {"number": row}
        )
    row.payouts.filter(status=Payout.Status.EXPORTED).update(status=Payout.Status.PAID)
    close_if_answered(row, acting_user, now)
    log("batch marked paid", row, acting_user, now)
    return row


def drop_payouts(payouts: QuerySet[Payout], reason: str) -> None:
    """Take drafts out of their batches, and their batches' approvals back. Under lock_payouts."""
    found = list(payouts.values_list("pk", "batch"))
    if not found:
        return
    PayoutStatement.objects.filter(payout__in=[pk for pk, _batch in found]).update(is_countered=True)
    Payout.objects.filter(pk__in=[pk for pk, _batch in found]).update(status=Payout.Status.VOID, reason=reason)
    Batch.objects.filter(pk__in={batch for _pk, batch in found}, status=Batch.Status.DRAFT).update(
        approved_by=None, approved_at=None
    )
