"""One deal at a time, as people write it by hand: entered, changed, closed."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from sales import policies
from sales.models import Customer, Deal, DealLine, DealShare, Product
from sales.services.bulk.stored import announce, stored_deals
from sales.services.deal_checks import CLOSED, Part, check_deal, taken
from sales.services.line_checks import Line, stored_lines
from sales.services.locks import share_deals

logger = logging.getLogger(__name__)


class DealChangedError(ValidationError):
    """Somebody else changed the deal after the form was opened."""


class MoreFacts(TypedDict, total=False):
    """What a deal says beside the sale itself. What isn't given stays as it is."""

    invoiced_on: date | None
    cancelled_on: date | None
    cost_minor: int | None
    tax_minor: int | None
    discount_ppm: int | None
    term_months: int | None
    custom: dict[str, Any]


class DealFacts(MoreFacts):
    """What a deal says, apart from who shares it."""

    external_id: str
    name: str
    kind: str
    status: str
    stage: str
    owner: User | None
    customer: Customer | None
    product: Product | None
    quantity: int
    amount_minor: int
    currency: str
    opened_on: date | None
    closed_on: date | None


@transaction.atomic
def save_deal(
    *,
    deal: Deal | None,
    shares: Sequence[Part],
    seen_at: datetime | None,
    acting_user: User | None,
    now: datetime,
    lines: Sequence[Line] | None = None,
    **facts: Unpack[DealFacts],
) -> Deal:
    """Create a deal, or change one: its facts and, all at once, its shares and its lines, numbered as they come, which
    add up to its amount. Without `lines` they stay as they are. An empty external id gets a new one.

    `seen_at` is the `updated_at` that the form showed. Raises ValidationError by field, DealChangedError when the deal
    is no longer what the form showed, and PermissionDenied when the acting user may not. A form that changes nothing
    writes and announces nothing.

    1. hold off imports while a deal of a new external id appears; 2. lock the deal; 3. check; 4. write what changed;
    5. announce whose days it touches, as before and as now.
    """
    facts["external_id"] = facts["external_id"].strip() or (deal.external_id if deal else new_external_id())
    if deal is None or deal.external_id != facts["external_id"]:
        share_deals()  # before the row: an import takes them in this order
    row = _locked(deal) if deal else Deal()
    _refuse_outsiders(row, acting_user)
    if deal and _is_same(row, facts, shares, lines):
        return row
    if deal and seen_at and row.updated_at != seen_at:
        raise DealChangedError(
            _(
                "Somebody else changed this deal after you opened this page, so nothing was saved. "
                "Open it again to see the change, then make yours."
            )
        )
    return _write(row, facts, shares, acting_user, now, lines)


@transaction.atomic
def close_deal(*, deal: Deal, won: bool, closed_on: date, acting_user: User | None, now: datetime) -> Deal:
    """Win or lose an open deal on a day. Raises ValidationError, PermissionDenied."""
    row = _locked(deal)
    if row.status in CLOSED:
        raise DealChangedError(
            _("This deal is already closed: %(status)s. Reload the page to see it.")
            % {"status": Deal.Status(row.status).label}
        )
    _refuse_outsiders(row, acting_user)
    facts = {**_facts(row), "status": Deal.Status.WON if won else Deal.Status.LOST, "closed_on": closed_on}
    return _write(row, cast("DealFacts", facts), None, acting_user, now)


@transaction.atomic
def cancel_deal(*, deal: Deal, cancelled_on: date, acting_user: User | None, now: datetime) -> Deal:
    """Cancel a won deal on a day: it stays won, and plans say what that takes back. Raises ValidationError,
    PermissionDenied.
    """
    row = _locked(deal)
    _refuse_outsiders(row, acting_user)
    if row.status != Deal.Status.WON or row.cancelled_on is not None:
        raise DealChangedError(
            _("Only a won deal that isn't cancelled yet can be cancelled. Reload the page to see it.")
        )
    facts = {**_facts(row), "cancelled_on": cancelled_on}
    return _write(row, cast("DealFacts", facts), None, acting_user, now)


def new_external_id() -> str:
    """An external id for a deal that no other system knows: D-1042. It is taken from the sequence of the deals' ids."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('sales_deal', 'id'))")
            external_id = f"D-{cursor.fetchone()[0]}"
        if not Deal.objects.filter(external_id=external_id).exists():  # an import may have brought that name
            return external_id


def _locked(deal: Deal) -> Deal:
    return Deal.objects.select_for_update().get(pk=deal.pk)


def _refuse_outsiders(row: Deal, acting_user: User | None) -> None:
    """The rights as they are now that the row is locked; without an acting user it is the system itself."""
    if acting_user is None:
        return
    allowed = policies.can_edit_deal(acting_user, row) if row.pk else policies.can_create_deal(acting_user)
    if not allowed:
        raise PermissionDenied(_("You can't change this deal: it is closed or not yours. Ask an administrator."))


def _facts(row: Deal) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DealFacts.__required_keys__ | DealFacts.__optional_keys__}


def _is_same(row: Deal, facts: DealFacts, shares: Sequence[Part], lines: Sequence[Line] | None) -> bool:
    same = all(getattr(row, name) == value for name, value in facts.items()) and _parts(row) == _keys(shares)
    return same and (lines is None or stored_lines(row) == list(lines))


def _parts(row: Deal) -> set[tuple[int, str, int]]:
    return set(row.shares.values_list("user", "role", "share_ppm"))


def _keys(shares: Sequence[Part]) -> set[tuple[int, str, int]]:
    return {(part.user.pk, part.role, part.share_ppm) for part in shares}


def _write(
    row: Deal,
    facts: DealFacts,
    shares: Sequence[Part] | None,
    acting_user: User | None,
    now: datetime,
    lines: Sequence[Line] | None = None,
) -> Deal:
    """Write a deal that is locked, with its shares and lines unless they stay as they are, and announce."""
    stored = _facts(row) if row.pk else {}
    before = stored_deals([row.external_id] if row.pk else [], lock=False)
    for name, value in facts.items():
        setattr(row, name, value)
    row.updated_at = now
    checked = stored_lines(row) if lines is None else lines
    check_deal(row, shares or (), stored, timezone.localdate(now), checked)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody took the external id between the check and here
        raise ValidationError({"external_id": taken(row.external_id)}) from None
    if shares is not None:
        _replace_shares(row, shares)
    if lines is not None:
        _replace_lines(row, lines)
    announce(before, stored_deals([row.external_id], lock=False))
    by = acting_user.pk if acting_user else "-"
    logger.info("deal %s: %s by user %s at %s", "changed" if stored else "created", row.pk, by, now.isoformat())
    return row


def _replace_shares(row: Deal, shares: Sequence[Part]) -> None:
    if _parts(row) == _keys(shares):
        return
    row.shares.all().delete()
    DealShare.objects.bulk_create(
        DealShare(deal=row, user=part.user, role=part.role, share_ppm=part.share_ppm) for part in shares
    )


def _replace_lines(row: Deal, lines: Sequence[Line]) -> None:
    if stored_lines(row) == list(lines):
        return
    row.lines.all().delete()
    DealLine.objects.bulk_create(
        DealLine(
            deal=row,
            number=number,
            product=line.product,
            name=line.name,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
            cost_minor=line.cost_minor,
            discount_ppm=line.discount_ppm,
        )
        for number, line in enumerate(lines, start=1)
    )
