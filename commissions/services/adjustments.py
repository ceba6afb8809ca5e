"""Adjustments of pay: asked for, decided by somebody else, withdrawn. Each goes its way once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.models import (
    Adjustment,
    AdjustmentGroup,
    AdjustmentLimit,
    AdjustmentQuerySet,
    Evidence,
    Period,
)
from commissions.policies import can_decide_adjustments
from commissions.selectors.adjusting import Effect, Wanted, effects, needing_another, refusals
from commissions.selectors.words import in_words
from commissions.services.periods import get_period
from commissions.services.recalculation import hold
from commissions.services.refusals import PeriodFrozen
from commissions.services.stale import note_adjusted

_LOCK = 0x41444A << 40  # one at a time asks for adjustments: limits and rows of files are sums over what there is
_BATCH = 2_000
_REVISED = """
UPDATE commissions_statement statement SET revision = statement.revision + 1
WHERE (statement.period_id, statement.payee_id, statement.currency) IN (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[])
)
"""
Status = Adjustment.Status


class AdjustmentRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was changed. Says why and what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """What somebody hands in; its kind was checked."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """What several adjustments come from, and by what a second click is known."""

    token: str
    kind: str = AdjustmentGroup.Kind.ONE
    file_name: str = ""
    content_hash: str = ""


@transaction.atomic
def propose_adjustments(
    *,
    wanted: Sequence[Wanted],
    source: Source,
    seen: Sequence[int] | None = None,
    evidence: File | None = None,
    acting_user: User,
    now: datetime,
) -> AdjustmentGroup:
    """Ask for adjustments, all or none; finance's count at once up to the limit. Raises AdjustmentRefused.

    `seen` is what each statement was said to pay afterwards: if that has changed, the person must look again.

    1. One at a time; a second click with the same token is given what the first one made.
    2. Keep the periods from closing.
    3. Refuse what may not be; what the person saw must hold.
    4. Write them, and note whose statements change.
    """
    lock_adjustments()
    if found := AdjustmentGroup.objects.filter(token=source.token, created_by=acting_user).first():
        return found
    hold_all({each.period.pk: each.period for each in wanted}.values())
    for why in refusals(wanted, user=acting_user, today=timezone.localdate(now)).values():
        raise AdjustmentRefused(in_words(why))
    if source.kind == AdjustmentGroup.Kind.SPLIT and sum(each.amount_minor for each in wanted) != 0:
        raise AdjustmentRefused(_("The parts of a split don't add up to what is taken. Correct the amounts."))
    done = effects(wanted)
    if seen is not None and [each.after_minor for each in done] != list(seen):
        raise AdjustmentRefused(_("The statement has changed since you looked at it. Look at it again."))
    rows = _write(done, source, evidence, acting_user, now)
    note_changed(row for row in rows if row.status == Status.APPROVED)
    return rows[0].group


def hold_all(periods: Iterable[Period]) -> None:
    """Keep the periods from closing until the transaction ends. Raises AdjustmentRefused."""
    try:
        hold(periods=list(periods), payees=[])
    except PeriodFrozen as error:
        raise AdjustmentRefused(str(error)) from None


def lock_adjustments() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _write(
    done: Sequence[Effect], source: Source, evidence: File | None, acting_user: User, now: datetime
) -> list[Adjustment]:
    wanted = [each.wanted for each in done]
    waiting = needing_another(wanted, user=acting_user)
    if source.kind == AdjustmentGroup.Kind.SPLIT and waiting:
        waiting = frozenset(range(len(wanted)))
    group = AdjustmentGroup.objects.create(
        kind=source.kind, token=source.token, file_name=source.file_name, content_hash=source.content_hash,
        created_by=acting_user, created_at=now,
    )  # fmt: skip
    file = _kept(evidence, acting_user, now) if evidence else None
    rows = [
        _row(each, group, file, waits=number in waiting, acting_user=acting_user, now=now)
        for number, each in enumerate(done)
    ]
    return Adjustment.objects.bulk_create(rows, batch_size=_BATCH)


def _row(
    done: Effect, group: AdjustmentGroup, file: Evidence | None, *, waits: bool, acting_user: User, now: datetime
) -> Adjustment:
    wanted = done.wanted
    return Adjustment(
        group=group, payee=wanted.payee, period=wanted.period, currency=wanted.currency, kind=wanted.kind,
        amount_minor=wanted.amount_minor, reason=wanted.reason, internal_note=wanted.internal_note, evidence=file,
        deal=wanted.deal, dispute=wanted.dispute, line=wanted.line, row_hash=wanted.row_hash,
        status=Status.PROPOSED if waits else Status.APPROVED, payable_before_minor=done.before_minor,
        proposed_by=acting_user, proposed_at=now, decided_at=None if waits else now,
    )  # fmt: skip


def _kept(file: File, acting_user: User, now: datetime) -> Evidence:
    return Evidence.objects.create(
        name=file.name[-200:], content_type=file.content_type, sha256=sha256(file.content).hexdigest(),
        content=file.content, uploaded_by=acting_user, uploaded_at=now,
    )  # fmt: skip


def note_changed(rows: Iterable[Adjustment]) -> None:
    """What was approved of these statements is so no longer at once; a worker adds the adjustments up."""
    changed = list(rows)
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _REVISED, [[getattr(row, name) for row in changed] for name in ("period_id", "payee_id", "currency")]
        )
    note_adjusted(adjusted={(row.payee_id, row.period.start) for row in changed})
    signals.statements_stale.send(Adjustment)


@transaction.atomic
def decide_adjustment(
    *, adjustment: Adjustment, approve: bool, note: str = "", acting_user: User, now: datetime
) -> Adjustment:
    """Approve or reject what somebody else asked for; of a split all of it. Raises AdjustmentRefused.

    Of two who decide at once one wins, and the other is told who. One whose period has closed meanwhile counts in the
    first later one that moves.
    """
    rows = _together(adjustment)
    _refuse_deciding(rows, acting_user)
    if not approve and not note.strip():
        raise AdjustmentRefused(_("Write why you reject it: whoever asked for it reads it."))
    said = {"decided_by": acting_user, "decided_at": now, "decision_note": note.strip()}
    if approve:
        _approve(rows, said)
        note_changed(_together(adjustment))
    elif _waiting(rows).update(status=Status.REJECTED, **said) != len(rows):
        raise AdjustmentRefused(_decided_already(adjustment))
    return Adjustment.objects.select_related("period", "asked_period").get(pk=adjustment.pk)


def _together(adjustment: Adjustment) -> list[Adjustment]:
    """What is decided with it: the whole of a split."""
    rows = Adjustment.objects.select_related("period", "payee").order_by("pk")
    if adjustment.group.kind == AdjustmentGroup.Kind.SPLIT:
        return list(rows.filter(group=adjustment.group_id))
    return list(rows.filter(pk=adjustment.pk))


def _waiting(rows: Sequence[Adjustment]) -> AdjustmentQuerySet:
    return Adjustment.objects.filter(pk__in=[row.pk for row in rows], status=Status.PROPOSED)


def _refuse_deciding(rows: Sequence[Adjustment], acting_user: User) -> None:
    if not can_decide_adjustments(acting_user):
        raise AdjustmentRefused(_("Only finance decides about adjustments."))
    if any(row.proposed_by_id == acting_user.pk for row in rows):
        raise AdjustmentRefused(_("You asked for it yourself: somebody else of finance must decide."))
    if any(row.payee_id == acting_user.pk for row in rows):
        raise AdjustmentRefused(_("It is about your own pay: somebody else of finance must decide."))


def _approve(rows: Sequence[Adjustment], said: dict[str, object]) -> None:
    """Each in the period in which it counts, with what its statement pays before it now."""
    moved = {row.period_id: first_moving(row.period) for row in rows}
    hold_all(moved.values())
    wanted = [
        Wanted(row.payee, moved[row.period_id], row.currency, row.kind, row.amount_minor, row.reason) for row in rows
    ]
    for row, done in zip(rows, effects(wanted), strict=True):
        target = moved[row.period_id]
        asked = row.period_id if target.pk != row.period_id else None
        changed = _waiting([row]).update(
            status=Status.APPROVED, period=target, asked_period=asked, payable_before_minor=done.before_minor, **said
        )
        if not changed:
            raise AdjustmentRefused(_decided_already(row))


def first_moving(period: Period) -> Period:
    """The period, or where it has closed the first after it, of the same kind and years, that has not."""
    same = Period.objects.filter(kind=period.kind, first_month=period.first_month, start__gte=period.start)
    if found := same.filter(status__in=Period.MOVING).order_by("start").first():
        return found
    last = same.order_by("-start").first() or period
    return get_period(calendar=last.calendar.next())


def _decided_already(adjustment: Adjustment) -> str:
    row = Adjustment.objects.select_related("decided_by", "withdrawn_by", "proposed_by").get(pk=adjustment.pk)
    who = row.withdrawn_by or row.decided_by or row.proposed_by
    return _("%(name)s was faster: it is %(status)s.") % {
        "name": who.name,
        "status": str(row.get_status_display()).lower(),
    }


@transaction.atomic
def withdraw_adjustment(*, adjustment: Adjustment, note: str, acting_user: User, now: datetime) -> None:
    """Take it back: whoever asked for it before it is decided, finance also afterwards while its period moves, with a
    reason. It stays as history. Of a split all of it. Raises AdjustmentRefused.
    """
    rows = _together(adjustment)
    before = adjustment.status
    _refuse_withdrawing(rows, before, note, acting_user)
    if before == Status.APPROVED:
        hold_all({row.period_id: row.period for row in rows}.values())
    standing = Adjustment.objects.filter(pk__in=[row.pk for row in rows], status=before)
    changed = standing.update(
        status=Status.WITHDRAWN, withdrawn_by=acting_user, withdrawn_at=now, withdrawal_note=note.strip(),
        withdrawn_after=before == Status.APPROVED,
    )  # fmt: skip
    if changed != len(rows):
        raise AdjustmentRefused(_decided_already(adjustment))
    if before == Status.APPROVED:
        note_changed(rows)


def _refuse_withdrawing(rows: Sequence[Adjustment], before: str, note: str, acting_user: User) -> None:
    is_finance = can_decide_adjustments(acting_user)
    if before not in (Status.PROPOSED, Status.APPROVED):
        raise AdjustmentRefused(_decided_already(rows[0]))
    if before == Status.PROPOSED and rows[0].proposed_by_id == acting_user.pk:
        return
    if not is_finance:
        raise AdjustmentRefused(_("Only finance withdraws what others asked for, or what counts already."))
    if any(row.payee_id == acting_user.pk for row in rows):
        raise AdjustmentRefused(_("It is about your own pay: somebody else of finance must do this."))
    if not note.strip():
        raise AdjustmentRefused(_("Write why it is withdrawn: the payee has seen it."))


@transaction.atomic
def set_limit(*, currency: str, amount_minor: int | None, acting_user: User, now: datetime) -> None:
    """Up to which amount finance adjusts pay alone; None: every adjustment needs a second person."""
    if amount_minor is None:
        AdjustmentLimit.objects.filter(currency=currency).delete()
        return
    AdjustmentLimit.objects.update_or_create(
        currency=currency, defaults={"amount_minor": amount_minor, "changed_by": acting_user, "changed_at": now}
    )
