"""What can be wrong with a deal, said field by field to whoever writes one by hand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from core.money import LARGEST_MINOR, MoneyError, exponent, to_major
from sales.engine.custom import CustomError, check_custom
from sales.engine.parse import CONTROL, FIRST_YEAR, LAST_YEAR, MOST_MONTHS
from sales.engine.splits import ONE, OWNER, SplitError, check_shares
from sales.models import Deal
from sales.selectors import in_words
from sales.services.line_checks import Line, line_trouble

_TEXTS = ("external_id", "name", "kind", "stage")
_MONEY = ("amount_minor", "cost_minor", "tax_minor")
_CHECKED_HERE = ("owner", "customer", "product", *_MONEY, "currency", "custom", "updated_at")
CLOSED = (Deal.Status.WON, Deal.Status.LOST)


@dataclass(frozen=True, slots=True)
class Part:
    """A person's part of a deal, in parts per million."""

    user: User
    share_ppm: int
    role: str = OWNER


def check_deal(
    row: Deal, shares: Sequence[Part], stored: dict[str, Any], today: date, lines: Sequence[Line] = ()
) -> None:
    """Everything that is wrong with a deal, field by field, in one ValidationError."""
    troubles: dict[str, list[Any]] = {}
    try:
        row.clean_fields(exclude=_CHECKED_HERE)
    except ValidationError as error:
        troubles = error.update_error_dict(troubles)
    for name, trouble in (
        *((name, _text_trouble(getattr(row, name))) for name in _TEXTS),
        ("external_id", _id_trouble(row)),
        *_money_troubles(row),
        ("opened_on", day_trouble(row.opened_on)),
        ("closed_on", _closing_trouble(row, stored, today)),
        ("invoiced_on", day_trouble(row.invoiced_on)),
        ("cancelled_on", _cancelling_trouble(row)),
        ("discount_ppm", _discount_trouble(row.discount_ppm)),
        ("term_months", _term_trouble(row.term_months)),
        ("custom", _custom_trouble(row)),
        (NON_FIELD_ERRORS, _share_trouble(shares)),
        (NON_FIELD_ERRORS, line_trouble(row, lines)),
    ):
        if trouble:
            troubles.setdefault(name, []).append(trouble)
    if troubles:
        raise ValidationError(troubles)


def _text_trouble(text: str) -> str:
    return _("The text holds characters that can't be seen. Type it anew.") if re.search(CONTROL, text) else ""


def _id_trouble(row: Deal) -> str:
    if "\x00" in row.external_id:  # said already, and nothing that the database could look for
        return ""
    others = Deal.objects.exclude(pk=row.pk) if row.pk else Deal.objects
    return taken(row.external_id) if others.filter(external_id=row.external_id).exists() else ""


def taken(external_id: str) -> str:
    return _(
        "There is a deal %(id)s already. If you have just saved this one, look for it in the list; "
        "if not, choose another id."
    ) % {"id": external_id}


def _money_troubles(row: Deal) -> list[tuple[str, str]]:
    try:
        exponent(row.currency)
    except MoneyError:
        text = _("“%(code)s” is no currency. Write its ISO 4217 code, such as USD or IDR.") % {"code": row.currency}
        return [("currency", text)]
    troubles = [(name, amount_trouble(getattr(row, name), row.currency)) for name in _MONEY]
    if row.pk and row.payments.exclude(deal__currency=row.currency).exists():
        troubles.append(
            ("currency", _("The deal has payments in its currency. Remove them first, or leave the currency."))
        )
    return troubles


def amount_trouble(minor: int | None, currency: str) -> str:
    if minor is None or abs(minor) < LARGEST_MINOR:
        return ""
    largest = f"{to_major(LARGEST_MINOR, currency):,f} {currency}"
    return _("The amount is too large: it stays below %(largest)s.") % {"largest": largest}


def day_trouble(day: date | None) -> str:
    if day is None or FIRST_YEAR <= day.year < LAST_YEAR:
        return ""
    return _("Correct the year: it lies from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR - 1}


def _closing_trouble(row: Deal, stored: dict[str, Any], today: date) -> str:
    if row.status not in CLOSED:
        return day_trouble(row.closed_on)
    if row.closed_on is None:
        return _("A deal that is won or lost needs the day on which it closed. Fill it in, or leave the deal open.")
    was = (stored.get("status"), stored.get("closed_on"))
    if row.closed_on > today and was != (row.status, row.closed_on):  # an import may know of the future
        return _("This day is still to come. A deal closes today or before; until then leave it open.")
    return day_trouble(row.closed_on)


def _cancelling_trouble(row: Deal) -> str:
    if row.cancelled_on is None:
        return ""
    if row.status != Deal.Status.WON or row.closed_on is None:
        return _("Only a won deal can be cancelled. Empty this day, or set the status to won.")
    if row.cancelled_on < row.closed_on:
        return _("The deal would be cancelled before it closed. Correct one of the two days.")
    return day_trouble(row.cancelled_on)


def _discount_trouble(ppm: int | None) -> str:
    return "" if ppm is None or 0 <= ppm <= ONE else _("A discount is from 0 to 100 %.")


def _term_trouble(months: int | None) -> str:
    if months is None or 0 <= months <= MOST_MONTHS:
        return ""
    return _("A term is from 0 to %(most)d months.") % {"most": MOST_MONTHS}


def _custom_trouble(row: Deal) -> str:
    try:
        check_custom(row.custom)
    except CustomError as error:
        return " ".join(in_words(error.what, error.fix))
    return ""


def _share_trouble(shares: Sequence[Part]) -> str:
    for part in shares:
        if not re.fullmatch(r"[\w -]{1,50}", part.role):
            return _("“%(role)s” is no role: write letters, digits, spaces and hyphens, 50 at most.") % {
                "role": part.role[:60]
            }
    try:
        check_shares([(part.role, part.user, part.share_ppm) for part in shares])
    except SplitError as error:
        return " ".join(in_words(error.what, error.fix))
    return ""
