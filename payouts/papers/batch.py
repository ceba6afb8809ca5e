"""Which files a batch is handed over as, and their bytes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from payouts import selectors
from payouts.engine.mapping import READY, PayrollColumns, read_mapping
from payouts.engine.orders import Order, PaperRefused, Sender, Transmission
from payouts.models import Batch
from payouts.papers import indonesia, nacha, pain
from payouts.papers.payroll import payroll_csv, payroll_xlsx
from payouts.papers.transfers import transfers_csv

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Counted = dict[tuple[str, str], int]  # orders, by kind of account and currency
_Bank = Callable[[Sender, Sequence[Order], Transmission], bytes]


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that can be had of a batch."""

    name: str
    label: str
    media: str
    orders: int
    is_for_bank: bool


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A format of a bank, and of which accounts it moves money."""

    name: str
    label: str
    media: str
    kind: str
    currency: str
    make: _Bank


_SCHEMES: Final = (
    *(
        _Scheme(f"sepa-pain.001.001.{version}.xml", f"SEPA pain.001.001.{version}", "application/xml", "iban",
                pain.CURRENCY, partial(pain.pain_001, version))
        for version in pain.VERSIONS
    ),
    _Scheme("nacha-ppd.ach", "NACHA PPD", "text/plain", "us", nacha.CURRENCY, nacha.nacha_ppd),
    _Scheme("bulk-transfer.csv", "Bulk transfer (Indonesia)", "text/csv", "id", indonesia.CURRENCY,
            indonesia.bulk_transfer),
)  # fmt: skip


def offered(batch: Batch) -> list[Offered]:
    """The files of a batch: those for its banks, then those for payroll by every mapping."""
    counted = selectors.counted(batch)
    return [*_for_banks(counted), *_for_payroll(counted)]


def bank_files(batch: Batch) -> list[str]:
    """The names of those that are made when a batch is handed over."""
    return [file.name for file in _for_banks(selectors.counted(batch))]


def _for_banks(counted: Counted) -> list[Offered]:
    found = [
        Offered(scheme.name, scheme.label, scheme.media, count, is_for_bank=True)
        for scheme in _SCHEMES
        if (count := counted.get((scheme.kind, scheme.currency), 0))
    ]
    if transfers := sum(count for (kind, _currency), count in counted.items() if kind):
        found.append(Offered("transfers.csv", _("All bank transfers (CSV)"), "text/csv", transfers, is_for_bank=True))
    return found


def _for_payroll(counted: Counted) -> list[Offered]:
    own = sum(count for (kind, _currency), count in counted.items() if not kind)
    if not own:
        return []
    return [
        Offered(f"payroll-{slug}.{ending}", f"{name} ({ending.upper()})", media, own, is_for_bank=False)
        for slug, (name, _columns) in mappings().items()
        for ending, media in (("csv", "text/csv"), ("xlsx", XLSX))
    ]


def mappings() -> dict[str, tuple[str, PayrollColumns]]:
    """By what files call them: names and columns, the saved ones instead of ready ones of the same name."""
    documents = {**READY, **selectors.saved_mappings()}
    return {_slug(name): (name, read_mapping(document)) for name, document in documents.items()}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "mapping"


def _of_scheme(scheme: _Scheme, orders: Sequence[Order]) -> list[Order]:
    return [order for order in orders if (order.kind, order.currency) == (scheme.kind, scheme.currency)]


def made(batch: Batch, name: str) -> bytes:
    """The bytes of a file. Raises PaperRefused for one that the batch doesn't have, or that can't be made."""
    orders, sent = selectors.orders(batch), _transmission(batch)
    for scheme in _SCHEMES:
        if scheme.name == name and (own := _of_scheme(scheme, orders)):
            return scheme.make(_sender(scheme), own, sent)
    if name == "transfers.csv":
        return transfers_csv([order for order in orders if order.kind], sent)
    slug, ending = name.removeprefix("payroll-").rsplit(".", 1) if "." in name else (name, "")
    own, known = [order for order in orders if not order.kind], mappings()
    if name.startswith("payroll-") and slug in known and ending in ("csv", "xlsx") and own:
        make = payroll_csv if ending == "csv" else payroll_xlsx
        return make(known[slug][1], own, sent)
    raise PaperRefused(_("This batch has no such file."))


def _transmission(batch: Batch) -> Transmission:
    made_at = batch.exported_at or batch.created_at
    return Transmission(str(batch), batch.pay_on, timezone.localtime(made_at))


def _sender(scheme: _Scheme) -> Sender:
    sender = selectors.sender(scheme.kind, scheme.currency)
    if sender is None:
        raise PaperRefused(
            _("%(file)s needs an account of the company in %(currency)s. An administrator adds it.")
            % {"file": scheme.label, "currency": scheme.currency}
        )
    return sender
