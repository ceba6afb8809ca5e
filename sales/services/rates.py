"""Exchange rates, one at a time, as finance enters them; and saying whose numbers a change of them touches."""

import logging
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.money import MoneyError, exponent
from core.templatetags import formats
from core.templatetags.juara import day, locale
from sales import policies
from sales.models import MOST_RATE, RATE_DECIMALS, ExchangeRate
from sales.services.bulk.converted import ODD, Begun, announce_rates
from sales.services.deal_checks import day_trouble

logger = logging.getLogger(__name__)


@transaction.atomic
def save_rate(
    *,
    rate: ExchangeRate | None,
    source: str,
    target: str,
    starts_on: date,
    value: Decimal,
    is_sure: bool = False,
    acting_user: User | None,
    now: datetime,
) -> ExchangeRate:
    """Add a rate, or correct one. Raises ValidationError, PermissionDenied.

    A rate that is twice its neighbour in time or more, or half of it or less, is taken only from who is sure: the error
    is under `is_sure`.
    """
    _refuse_outsiders(acting_user)
    row = ExchangeRate.objects.select_for_update().get(pk=rate.pk) if rate else ExchangeRate()
    before = [_begun(row)] if rate else []
    row.source, row.target, row.starts_on, row.rate = source, target, starts_on, value
    _check(row)
    if not is_sure and (question := _question(row)):
        raise ValidationError({"is_sure": question})
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody added the same between the check and here
        raise ValidationError({"starts_on": _taken(row)}) from None
    announce_rates([*before, _begun(row)])
    _log("saved", row, acting_user, now)
    return row


@transaction.atomic
def remove_rate(*, rate: ExchangeRate, acting_user: User | None, now: datetime) -> None:
    """Remove a rate: from its day on the one before holds, or none. Raises PermissionDenied."""
    _refuse_outsiders(acting_user)
    row = ExchangeRate.objects.select_for_update().filter(pk=rate.pk).first()
    if row is None:  # removed already, as who taps twice has it
        return
    _log("removed", row, acting_user, now)
    begun = _begun(row)
    row.delete()
    announce_rates([begun])


def _begun(row: ExchangeRate) -> Begun:
    return row.source, row.target, row.starts_on


def _refuse_outsiders(acting_user: User | None) -> None:
    if acting_user is not None and not policies.can_keep_rates(acting_user):
        raise PermissionDenied(_("You can't keep exchange rates. Ask finance or an administrator."))


def _check(row: ExchangeRate) -> None:
    troubles = {
        "source": _currency_trouble(row.source),
        "target": _currency_trouble(row.target) or _same_trouble(row),
        "starts_on": day_trouble(row.starts_on) or _day_trouble(row),
        "rate": _rate_trouble(row.rate),
    }
    if found := {name: trouble for name, trouble in troubles.items() if trouble}:
        raise ValidationError(found)


def _currency_trouble(code: str) -> str:
    try:
        exponent(code)
    except MoneyError:
        return _("This is no currency. Write its ISO 4217 code, such as USD or IDR.")
    return ""


def _same_trouble(row: ExchangeRate) -> str:
    if row.source != row.target:
        return ""
    return _("A currency has no rate into itself. Choose another one.")


def _day_trouble(row: ExchangeRate) -> str:
    same = ExchangeRate.objects.filter(source=row.source, target=row.target, starts_on=row.starts_on)
    return _taken(row) if same.exclude(pk=row.pk).exists() else ""


def _taken(row: ExchangeRate) -> str:
    return _("There is a rate from %(source)s to %(target)s of this day already. Correct that one instead.") % {
        "source": row.source,
        "target": row.target,
    }


def _rate_trouble(rate: Decimal) -> str:
    if rate <= 0 or rate >= MOST_RATE:
        return _(
            "A rate is above 0 and below 9,000,000. Check its decimal sign, and which currency is worth the other."
        )
    if rate != round(rate, RATE_DECIMALS):
        return _("A rate has at most 12 decimals. Round it.")
    return ""


def _question(row: ExchangeRate) -> str:
    """What to ask about a rate that is far from the one before it, or where there is none, from the one after it."""
    pair = ExchangeRate.objects.filter(source=row.source, target=row.target).exclude(pk=row.pk)
    before = pair.filter(starts_on__lt=row.starts_on).order_by("-starts_on").first()
    near = before or pair.order_by("starts_on").first()
    if near is None or near.rate / ODD < row.rate < near.rate * ODD:
        return ""
    return _(
        "On %(day)s one %(source)s was %(near)s %(target)s. Was %(rate)s meant? If so, tick this; if not, check "
        "the decimal sign."
    ) % {
        "day": day(near.starts_on),
        "near": formats.number(near.rate, locale(), places=RATE_DECIMALS),
        "rate": formats.number(row.rate, locale(), places=RATE_DECIMALS),
        "source": row.source,
        "target": row.target,
    }


def _log(what: str, row: ExchangeRate, acting_user: User | None, now: datetime) -> None:
    by = acting_user.pk if acting_user else "-"
    logger.info("exchange rate %s (%s) %s by user %s at %s", row.pk, row, what, by, now.isoformat())
