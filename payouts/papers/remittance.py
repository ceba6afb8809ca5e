"""What a payee is told of her payout: what it is made of, and how it was converted."""

import io
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from core.money import Money
from core.sheets import Cell, Column, Kind, Table, write_xlsx
from core.templatetags.juara import period
from payouts import selectors
from payouts.models import Payout


def remittance(payout: Payout) -> bytes:
    """One sheet for one person, in the reader's language; the same bytes each time in the same language."""
    parts = selectors.payout_parts(payout)
    columns = [
        Column("statement", _("Statement")),
        Column("payable", _("Payable"), Kind.MONEY, is_summed=False),
    ]
    batch = payout.batch
    title = _("Payout %(reference)s to %(name)s") % {"reference": payout.reference, "name": payout.payee.name}
    notes = [
        _("Pay date: %(day)s") % {"day": batch.pay_on.isoformat()},
        *([_("Account: %(bank)s %(mask)s") % {"bank": payout.bank_name, "mask": payout.mask}] if payout.mask else []),
    ]
    file = io.BytesIO()
    table = Table(payout.reference, title, columns, _rows(payout, parts), notes)
    write_xlsx([table], file, made_at=timezone.localtime(batch.exported_at or batch.created_at))
    return file.getvalue()


def _rows(payout: Payout, parts: selectors.PayoutParts) -> Iterator[list[Cell]]:
    for part in parts.statements:
        yield [str(period(part.label)), Money(part.payable_minor, payout.currency)]
    if parts.from_before_minor:
        yield [_("From before, or left for later"), Money(parts.from_before_minor, payout.currency)]
    yield [_("Paid out"), Money(payout.taken_minor, payout.currency)]
    if payout.paid_currency != payout.currency:
        yield [_("Paid in %(currency)s") % {"currency": payout.paid_currency},
               Money(payout.paid_minor, payout.paid_currency)]  # fmt: skip
