"""Disputes: raised, talked about, and ended once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.models import Adjustment, Dispute, DisputeMessage, StaleStatement, Statement
from commissions.models.disputes import LONGEST_TEXT
from commissions.policies import may_dispute, may_handle
from commissions.selectors.adjusted import payables
from sales.models import Deal

WORKING_DAYS = 5
Status = Dispute.Status
Outcome = Dispute.Outcome


class DisputeRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was changed. Says why and what to do."""


class DisputeStands(DisputeRefused):
    """Somebody has raised it already."""

    def __init__(self, dispute: Dispute) -> None:
        super().__init__(_("This is disputed already. Write there what is to be added."))
        self.dispute = dispute


@dataclass(frozen=True, slots=True)
class Subject:
    """What is disputed, as it stands now."""

    about: str
    key: str
    snapshot: dict[str, Any]
    deal: Deal | None = None
    deal_text: str = ""
    customer: str = ""
    claimed_minor: int | None = None


@transaction.atomic
def raise_dispute(*, statement: Statement, subject: Subject, reason: str, acting_user: User, now: datetime) -> Dispute:
    """Dispute something of a statement; the payee or a manager for her. Raises DisputeRefused, DisputeStands."""
    today = timezone.localdate(now)
    if not may_dispute(acting_user, statement.payee, today):
        raise DisputeRefused(_("Only the payee disputes a statement, or a manager for her."))
    text = _checked(reason)
    same = Dispute.objects.standing().filter(
        payee=statement.payee_id, period=statement.period_id, currency=statement.currency, subject=subject.key
    )
    try:
        with transaction.atomic():
            row = Dispute.objects.create(
                payee=statement.payee, period=statement.period, currency=statement.currency, about=subject.about,
                subject=subject.key, deal=subject.deal, deal_text=subject.deal_text, customer=subject.customer,
                claimed_minor=subject.claimed_minor,
                snapshot={**subject.snapshot, "revision": statement.revision}, payable_minor=statement.payable_minor,
                reason=text, raised_by=acting_user, raised_at=now, due_on=after_working_days(today, WORKING_DAYS),
            )  # fmt: skip
    except IntegrityError:
        raise DisputeStands(same.get()) from None
    return row


def after_working_days(day: date, count: int) -> date:
    """So many days from Monday to Friday later.

    >>> after_working_days(date(2026, 11, 20), 5)
    datetime.date(2026, 11, 27)
    """
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _checked(text: str) -> str:
    said = text.strip().replace("\0", "")
    if not said:
        raise DisputeRefused(_("Nothing is written yet. Say what is wrong, or what you know."))
    if len(said) > LONGEST_TEXT:
        raise DisputeRefused(_("The text has more than %(most)s characters. Shorten it.") % {"most": LONGEST_TEXT})
    return said


@transaction.atomic
def write_message(
    *, dispute: Dispute, text: str, is_internal: bool = False, acting_user: User, now: datetime
) -> DisputeMessage:
    """Say something about it. An answer to the payee makes it answered, one of hers makes it open again."""
    handles = may_handle(acting_user, dispute.payee_id, timezone.localdate(now))
    if is_internal and not handles:
        raise DisputeRefused(_("Notes among managers and finance aren't for the payee."))
    said = _checked(text)
    if not is_internal:
        after = Status.ANSWERED if handles and acting_user.pk != dispute.raised_by_id else Status.OPEN
        if not Dispute.objects.standing().filter(pk=dispute.pk).update(status=after):
            raise DisputeRefused(_ended_text(dispute))
    return DisputeMessage.objects.create(
        dispute=dispute, author=acting_user, at=now, text=said, is_internal=is_internal
    )


@transaction.atomic
def assign_dispute(*, dispute: Dispute, assignee: User | None, due_on: date, acting_user: User, now: datetime) -> None:
    """Say who sees to it until when: somebody of finance, or a manager of the payee; nobody her own."""
    today = timezone.localdate(now)
    if not may_handle(acting_user, dispute.payee_id, today):
        raise DisputeRefused(_("Only finance and the payee's managers say who sees to it."))
    if assignee and (not assignee.is_active or not may_handle(assignee, dispute.payee_id, today)):
        raise DisputeRefused(
            _("%(name)s can't see to it: it must be somebody of finance, or a manager of the payee.")
            % {"name": assignee.name}
        )
    if due_on < timezone.localdate(dispute.raised_at):
        raise DisputeRefused(_("It would be due before it was raised. Choose a later day."))
    standing = Dispute.objects.standing().filter(pk=dispute.pk)
    if not standing.update(assignee=assignee, due_on=due_on):
        raise DisputeRefused(_ended_text(dispute))


@transaction.atomic
def end_dispute(
    *, dispute: Dispute, outcome: str, text: str, adjustment: Adjustment | None = None, acting_user: User,
    now: datetime,
) -> Dispute:  # fmt: skip
    """Resolve or reject it, with what its statement paid before and pays now. Of two who do, one wins.

    An outcome by facts waits until the statement is calculated from them; one by adjustment names one that counts.
    """
    if not may_handle(acting_user, dispute.payee_id, timezone.localdate(now)) or acting_user.pk == dispute.raised_by_id:
        raise DisputeRefused(_("Somebody else of finance or a manager of the payee decides about it."))
    said = _checked(text)
    locked = Dispute.objects.standing().select_for_update().filter(pk=dispute.pk).first()
    if locked is None:
        raise DisputeRefused(_ended_text(dispute))
    before, after = _payable(locked, outcome, adjustment)
    changed = Dispute.objects.standing().filter(pk=dispute.pk).update(
        status=Status.REJECTED if outcome == Outcome.REJECTED else Status.RESOLVED, outcome=outcome, outcome_text=said,
        adjustment=adjustment, payable_before_minor=before, payable_after_minor=after, ended_by=acting_user,
        ended_at=now,
    )  # fmt: skip
    if not changed:
        raise DisputeRefused(_ended_text(dispute))
    signals.dispute_ended.send(Dispute, dispute_id=dispute.pk)
    return Dispute.objects.get(pk=dispute.pk)


def _payable(dispute: Dispute, outcome: str, adjustment: Adjustment | None) -> tuple[int, int]:
    """Before and after, of the statement that shows the outcome."""
    place = (dispute.period_id, dispute.payee_id, dispute.currency)
    now = payables([place])[place]
    if outcome == Outcome.FACTS:
        if StaleStatement.objects.filter(payee_id=dispute.payee_id).exists():
            raise DisputeRefused(_("The statement is being calculated from the new facts. Try again in a moment."))
        return dispute.payable_minor, now
    if outcome == Outcome.ADJUSTMENT:
        if adjustment is None or adjustment.dispute_id != dispute.pk:
            raise DisputeRefused(_("There is no adjustment for this dispute yet. Post one first."))
        if adjustment.status != Adjustment.Status.APPROVED:
            raise DisputeRefused(_("The adjustment doesn't count yet. It must be approved first."))
        return adjustment.payable_before_minor, adjustment.payable_after_minor
    return now, now


@transaction.atomic
def withdraw_dispute(*, dispute: Dispute, acting_user: User, now: datetime) -> None:
    """Take it back: the payee, or whoever raised it for her."""
    if acting_user.pk not in (dispute.payee_id, dispute.raised_by_id):
        raise DisputeRefused(_("Only who raised it takes it back. You may answer it, or decide about it."))
    standing = Dispute.objects.standing().filter(pk=dispute.pk)
    if not standing.update(status=Status.WITHDRAWN, ended_by=acting_user, ended_at=now):
        raise DisputeRefused(_ended_text(dispute))


def _ended_text(dispute: Dispute) -> str:
    row = Dispute.objects.select_related("ended_by").get(pk=dispute.pk)
    return _("%(name)s has ended it meanwhile: it is %(status)s.") % {
        "name": row.ended_by.name if row.ended_by else "?",
        "status": str(row.get_status_display()).lower(),
    }
