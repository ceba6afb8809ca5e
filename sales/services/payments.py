"""Payments that customers make for deals, one at a time, as finance enters them."""

import logging
from datetime import date, datetime

import polars as pl
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from sales import policies
from sales.models import Deal, Payment
from sales.services.bulk.stored import PAID, announce, stored_deals
from sales.services.deal_checks import amount_trouble, day_trouble

logger = logging.getLogger(__name__)


@transaction.atomic
def record_payment(
    *, deal: Deal, external_id: str, paid_on: date, amount_minor: int, acting_user: User | None, now: datetime
) -> Payment:
    """Record what a customer paid for a deal, in the deal's currency. Raises ValidationError, PermissionDenied."""
    _refuse_outsiders(acting_user)
    row = Deal.objects.select_for_update().get(pk=deal.pk)  # so that its currency and its sharers stay
    payment = Payment(external_id=external_id.strip(), deal=row, paid_on=paid_on, amount_minor=amount_minor)
    _check(payment, timezone.localdate(now))
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError:  # somebody took the external id between the check and here
        raise ValidationError({"external_id": _taken(payment.external_id)}) from None
    _announce(row, None)
    _log("recorded", payment, acting_user, now)
    return payment


@transaction.atomic
def remove_payment(*, payment: Payment, acting_user: User | None, now: datetime) -> None:
    """Remove a payment that was recorded by mistake. What is paid back is a payment below zero.

    Raises PermissionDenied.
    """
    _refuse_outsiders(acting_user)
    deal = Deal.objects.select_for_update().get(pk=payment.deal_id)
    row = Payment.objects.select_for_update().filter(pk=payment.pk).first()
    if row is None:  # removed already, as who taps twice has it
        return
    _log("removed", row, acting_user, now)
    row.delete()
    _announce(deal, row.paid_on)


def _refuse_outsiders(acting_user: User | None) -> None:
    if acting_user is not None and not policies.can_record_payments(acting_user):
        raise PermissionDenied(_("You can't record payments. Ask finance or an administrator."))


def _check(payment: Payment, today: date) -> None:
    troubles = {
        "external_id": _id_trouble(payment.external_id),
        "paid_on": _day_trouble(payment.paid_on, today),
        "amount_minor": _amount_trouble(payment),
    }
    if found := {name: trouble for name, trouble in troubles.items() if trouble}:
        raise ValidationError(found)


def _id_trouble(external_id: str) -> str:
    if not external_id or len(external_id) > 100 or not external_id.isprintable():
        return _("Write an id of at most 100 characters that can be seen.")
    return _taken(external_id) if Payment.objects.filter(external_id=external_id).exists() else ""


def _taken(external_id: str) -> str:
    return _(
        "There is a payment %(id)s already. If you have just recorded this one, it is in the list; "
        "if not, choose another id."
    ) % {"id": external_id}


def _day_trouble(paid_on: date, today: date) -> str:
    if paid_on > today:
        return _("This day is still to come. Record the payment once the money is there.")
    return day_trouble(paid_on)


def _amount_trouble(payment: Payment) -> str:
    if payment.amount_minor == 0:
        return _("A payment of nothing is none. Write how much was paid; below zero when it was paid back.")
    return amount_trouble(payment.amount_minor, payment.deal.currency)


def _announce(deal: Deal, gone: date | None) -> None:
    stored = stored_deals([deal.external_id], lock=False)
    days = [] if gone is None else [(deal.pk, gone)]
    announce(stored, stored, pl.DataFrame(days, schema=PAID, orient="row"))


def _log(what: str, payment: Payment, acting_user: User | None, now: datetime) -> None:
    by = acting_user.pk if acting_user else "-"
    logger.info("payment %s of deal %s %s by user %s at %s", payment.pk, payment.deal_id, what, by, now.isoformat())
