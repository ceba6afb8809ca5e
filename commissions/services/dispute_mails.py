"""E-mails about disputes: the outcome to the payee, once; reminders to who sees to them, and to finance, once a day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from commissions.models import Dispute, DisputeQuerySet
from core.templatetags import formats
from core.templatetags.juara import day as day_text
from core.templatetags.juara import locale
from core.templatetags.juara import period as period_name


def _address(name: str, *args: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


@transaction.atomic
def tell_outcome(*, dispute_id: int, now: datetime) -> bool:
    """Write to the payee how it ended; True if that was done now. Where sending fails, a later try sends it."""
    untold = Dispute.objects.filter(pk=dispute_id, told_at=None).exclude(outcome="")
    if not untold.update(told_at=now):
        return False
    row = Dispute.objects.select_related("payee", "period", "ended_by").get(pk=dispute_id)
    if row.payee.email and row.payee.is_active:
        _outcome_letter(row).send()
    return True


def _outcome_letter(row: Dispute) -> EmailMessage:
    with translation.override(row.payee.language):
        code = row.currency
        subject = _("Your dispute about %(period)s: %(outcome)s") % {
            "period": period_name(row.period.label), "outcome": row.get_outcome_display(),
        }  # fmt: skip
        text = _(
            "Hello %(name)s,\n\n%(who)s decided about your dispute: %(outcome)s.\n\n%(text)s\n\nPayable before: "
            "%(before)s\nPayable now: %(after)s\n\nAll of it stands here: %(address)s\n"
        ) % {
            "name": row.payee.name,
            "who": row.ended_by.name if row.ended_by else "",
            "outcome": row.get_outcome_display(),
            "text": row.outcome_text,
            "before": formats.written_money(row.payable_before_minor or 0, code, locale()).text,
            "after": formats.written_money(row.payable_after_minor or 0, code, locale()).text,
            "address": _address("commissions:dispute", row.pk),
        }
    return EmailMessage(subject=subject, body=text, to=[row.payee.email or ""])


def untold_disputes() -> list[int]:
    """Those that ended and whose payee wasn't told: a lost wake-up, or mail that couldn't be sent."""
    return list(Dispute.objects.filter(told_at=None).exclude(outcome="").values_list("pk", flat=True)[:100])


def remind_of_disputes(*, now: datetime) -> int:
    """Write to everybody with disputes that are due by tomorrow, and to finance of those that are overdue; each dispute
    at most once a day to each. Returns how many letters were sent.
    """
    today = timezone.localdate(now)
    due = Dispute.objects.standing().filter(assignee__isnull=False, due_on__lte=today + timedelta(days=1))
    assignees = User.objects.filter(pk__in=due.values("assignee"), is_active=True, email__isnull=False)
    sent = sum(_remind(user, today) for user in assignees.order_by("pk"))
    return sent + _escalate(today)


@transaction.atomic
def _remind(user: User, today: date) -> int:
    rows = list(_locked(assignee=user, due_on__lte=today + timedelta(days=1)).exclude(reminded_on__gte=today))
    if rows:
        Dispute.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
        _reminder(user, rows, today).send()  # inside: if it can't be sent, the next run tries again
    return min(len(rows), 1)


def _locked(**wanted: Any) -> DisputeQuerySet:  # noqa: ANN401 lookups
    rows = Dispute.objects.standing().select_related("payee", "period").filter(**wanted).order_by("due_on", "pk")
    return rows.select_for_update(of=("self",), skip_locked=True)


@transaction.atomic
def _escalate(today: date) -> int:
    rows = list(_locked(due_on__lt=today).exclude(escalated_on__gte=today))
    if not rows:
        return 0
    Dispute.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_on=today)
    letters = list(_to_finance(rows, today))
    for letter in letters:
        letter.send()
    return len(letters)


def _to_finance(rows: list[Dispute], today: date) -> Iterator[EmailMessage]:
    """Nobody is written to about her own, nor of those that she was just reminded of."""
    for user in User.objects.filter(roles__contains=[Role.FINANCE], is_active=True, email__isnull=False):
        others = [row for row in rows if user.pk not in (row.payee_id, row.assignee_id)]
        if others:
            yield _reminder(user, others, today)


def _reminder(user: User, rows: list[Dispute], today: date) -> EmailMessage:
    with translation.override(user.language):
        overdue = sum(row.due_on < today for row in rows)
        subject = ngettext("%(n)s dispute waits for an answer", "%(n)s disputes wait for an answer", len(rows)) % {
            "n": len(rows)
        }
        listed = "\n".join(
            f"- {row.payee.name}, {period_name(row.period.label)}, {day_text(row.due_on)}: "
            f"{_address('commissions:dispute', row.pk)}"
            for row in rows
        )
        text = _("Hello %(name)s,\n\n%(subject)s; overdue: %(overdue)s.\n\n%(listed)s\n") % {
            "name": user.name, "subject": subject, "overdue": overdue, "listed": listed,
        }  # fmt: skip
    return EmailMessage(subject=subject, body=text, to=[user.email or ""])
