"""NACHA's file of direct deposits: one batch of credits of the class PPD, in records of 94 characters.

The layout is that of the Nacha Operating Rules, appendix 3: file header (1), batch header (5), entries (6), batch
control (8), file control (9), filled with nines to whole blocks of ten records.
"""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from payouts.engine.orders import Order, PaperRefused, Sender, Transmission
from payouts.papers.letters import nacha

CURRENCY: Final = "USD"
LENGTH: Final = 94
_BLOCK: Final = 10
_CREDITS_ONLY: Final = "220"
_MOST_CENTS: Final = 10**10  # of one entry
_MOST_TOTAL: Final = 10**12
_BATCH: Final = 1


def nacha_ppd(sender: Sender, orders: Sequence[Order], sent: Transmission) -> bytes:
    """A file of one batch. Raises PaperRefused for what no record has room for, or what the company's account lacks."""
    _check(sender, orders)
    entries = [_entry(sender, number, order) for number, order in enumerate(orders, start=1)]
    count, entry_hash, total = len(orders), _hash(orders), sum(order.minor for order in orders)
    records = [
        _file_header(sender, sent),
        _batch_header(sender, sent),
        *entries,
        _batch_control(sender, count, entry_hash, total),
    ]
    blocks = -(-(len(records) + 1) // _BLOCK)
    records.append(f"9{1:06}{blocks:06}{count:08}{entry_hash:010}{0:012}{total:012}{'':39}")
    records += ["9" * LENGTH] * (blocks * _BLOCK - len(records))
    return "".join(f"{record}\n" for record in records).encode("ascii")


def _check(sender: Sender, orders: Sequence[Order]) -> None:
    missing = {
        _("company identification"): sender.company_id,
        _("immediate destination"): sender.destination,
        _("immediate origin"): sender.origin,
    }
    if lacking := [name for name, value in missing.items() if not value]:
        raise PaperRefused(
            _("The company's US account lacks its %(what)s. An administrator adds it.") % {"what": ", ".join(lacking)}
        )
    if any(order.minor >= _MOST_CENTS for order in orders) or sum(order.minor for order in orders) >= _MOST_TOTAL:
        raise PaperRefused(_("An amount is too large for NACHA, where an entry stays below 100 million dollars."))


def _hash(orders: Sequence[Order]) -> int:
    """The sum of the receiving banks' routing numbers without their check digits, of which ten digits are kept."""
    return sum(int(order.bank_code[:8]) for order in orders) % 10**10


def _file_header(sender: Sender, sent: Transmission) -> str:
    return (
        f"101{sender.destination:>10}{sender.origin:>10}{sent.made_at:%y%m%d%H%M}A094101"
        f"{nacha(sender.bank_name, 23):23}{nacha(sender.name, 23):23}{sent.batch[-8:]:8}"
    )


def _batch_header(sender: Sender, sent: Transmission) -> str:
    return (
        f"5{_CREDITS_ONLY}{nacha(sender.name, 16):16}{'':20}{sender.company_id:>10}PPD{'COMMISSION':10}"
        f"{sent.pay_on:%y%m%d}{sent.pay_on:%y%m%d}   1{sender.bank_code[:8]}{_BATCH:07}"
    )


def _entry(sender: Sender, number: int, order: Order) -> str:
    code = "32" if order.is_savings else "22"
    return (
        f"6{code}{order.bank_code}{order.number:17}{order.minor:010}{order.reference:15}"
        f"{nacha(order.holder, 22):22}  0{sender.bank_code[:8]}{number:07}"
    )


def _batch_control(sender: Sender, count: int, entry_hash: int, total: int) -> str:
    return (
        f"8{_CREDITS_ONLY}{count:06}{entry_hash:010}{0:012}{total:012}{sender.company_id:>10}{'':19}{'':6}"
        f"{sender.bank_code[:8]}{_BATCH:07}"
    )
