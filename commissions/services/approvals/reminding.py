"""E-mails to those for whom statements have been waiting."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from commissions.models import ApprovalReminder, ApprovalRoute, Delegation
from commissions.selectors.approvals.waiting import stands_in_for, waiting_for

logger = logging.getLogger(__name__)
PATIENCE: Final = timedelta(days=2)


def remind_approvers(*, now: datetime) -> int:
    """Write to everybody for whom something has waited for two days, at most once a day; returns to how many.

    Where somebody is away, who stands in is written to, and she who is away isn't. A row is written with each letter: a
    second run on the same day, or at the same time, sends none.
    """
    return sum(_remind(user, now) for user in list(_people(now)))


def _people(now: datetime) -> Iterator[User]:
    """Who may be asked: by role, by name, or for somebody who is away."""
    today = timezone.localdate(now)
    waiting = ApprovalRoute.objects.filter(state=ApprovalRoute.State.WAITING, waits_since__lte=now - PATIENCE)
    standing_in = Delegation.objects.filter(during__contains=today)
    roles = [Role.FINANCE, Role.ADMIN]
    asked = Q(pk__in=waiting.values("person")) | Q(pk__in=standing_in.values("to_user"))
    if waiting.filter(person=None).exists():
        asked |= Q(roles__overlap=roles)
    people = User.objects.filter(asked, is_active=True, email__isnull=False).exclude(
        pk__in=standing_in.values("from_user")
    )
    yield from people.order_by("pk")


def _remind(user: User, now: datetime) -> bool:
    today = timezone.localdate(now)
    waits = waiting_for(user, today, stands_in_for(user, today)).filter(waits_since__lte=now - PATIENCE)
    count = waits.count()
    if not count:
        return False
    try:
        return _write_once_a_day(user, count, today)
    except (OSError, SMTPException) as error:  # the rest are written to all the same
        logger.warning("%s was not reminded of %d statements: %s", user.email, count, error)
        return False


@transaction.atomic
def _write_once_a_day(user: User, count: int, today: date) -> bool:
    row, is_new = ApprovalReminder.objects.select_for_update().get_or_create(user=user, defaults={"sent_on": today})
    if not is_new and row.sent_on >= today:
        return False
    row.sent_on = today
    row.save(update_fields=["sent_on"])
    _letter(user, count).send()  # inside: if it can't be sent, the row goes too, and the next run tries again
    return True


def _letter(user: User, count: int) -> EmailMessage:
    with translation.override(user.language):
        subject = ngettext(
            "%(count)s statement waits for your approval", "%(count)s statements wait for your approval", count
        ) % {"count": count}
        text = _(
            "Hello %(name)s,\n\n%(subject)s, since two days or longer. Whoever is paid by them waits as well.\n\n"
            "Look at them: %(address)s\n\nIf you are away, let somebody stand in for you: %(delegations)s\n"
        ) % {
            "name": user.name, "subject": subject, "address": settings.SITE_URL + reverse("commissions:approvals"),
            "delegations": settings.SITE_URL + reverse("commissions:delegations"),
        }  # fmt: skip
    return EmailMessage(subject=subject, body=text, to=[user.email or ""])
