"""A bulk transfer of an Indonesian bank, laid out like the CSV that Mandiri's cash management takes.

Indonesian banks give their layouts to customers only, and change them; docs/payouts.md says column by column what is
written here, so that it can be compared with the bank's own sheet before the first use.
"""

from collections.abc import Sequence
from typing import Final

from payouts.engine.orders import Order, Sender, Transmission
from payouts.papers.letters import separated

CURRENCY: Final = "IDR"
_SKN_MOST: Final = 1_000_000_000_00  # sen; above it a transfer between banks goes by RTGS
_LONGEST_NAME: Final = 35


def bulk_transfer(sender: Sender, orders: Sequence[Order], sent: Transmission) -> bytes:
    """A record of the whole (P), then one for each payout. Whole rupiah, without separators."""
    total = sum(order.minor for order in orders)
    head = ["P", f"{sent.pay_on:%Y%m%d}", sender.number, str(len(orders)), _rupiah(total)]
    lines = [head, *(_line(sender, order) for order in orders)]
    return "".join(f"{','.join(line)}\r\n" for line in lines).encode("ascii")


def _line(sender: Sender, order: Order) -> list[str]:
    return [
        order.number,
        separated(order.holder, _LONGEST_NAME),
        CURRENCY,
        _rupiah(order.minor),
        separated(f"KOMISI {' '.join(order.periods)}", _LONGEST_NAME),
        order.reference,
        _service(sender, order),
        order.bank_code,
        separated(order.bank_name, _LONGEST_NAME),
        "Y" if order.email else "N",
        order.email if _is_plain(order.email) else "",
    ]


def _service(sender: Sender, order: Order) -> str:
    """IBU within the bank, LBU by clearing (SKN), RBU by RTGS."""
    if order.bank_code == sender.bank_code:
        return "IBU"
    return "LBU" if order.minor <= _SKN_MOST else "RBU"


def _rupiah(minor: int) -> str:
    return str(minor // 100)  # payouts in rupiah are whole: payouts.engine.paying


def _is_plain(address: str) -> bool:
    return address.isascii() and not set(address) & set(',"\r\n') and not address.startswith(("=", "+", "-", "@"))
