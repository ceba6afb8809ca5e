"""Lines of a deal as they are written by hand, and what can be wrong with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.money import LARGEST_MINOR, to_major
from sales.engine.parse import CONTROL
from sales.engine.splits import ONE
from sales.models import MOST_LINES, Deal, Product


@dataclass(frozen=True, slots=True)
class Line:
    """One of the things that were sold with a deal; money in minor units of its currency."""

    amount_minor: int
    product: Product | None = None
    name: str = ""
    quantity: int = 1
    cost_minor: int | None = None
    discount_ppm: int | None = None


def stored_lines(deal: Deal) -> list[Line]:
    """A deal's lines as they are, in the order of their numbers."""
    if deal.pk is None:
        return []
    rows = deal.lines.select_related("product").order_by("number")
    return [
        Line(row.amount_minor, row.product, row.name, row.quantity, row.cost_minor, row.discount_ppm) for row in rows
    ]


def line_trouble(row: Deal, lines: Sequence[Line]) -> str:
    """The first thing that is wrong with the lines of a deal; empty when nothing is."""
    if len(lines) > MOST_LINES:
        return _("A deal has at most %(most)d lines. Put some of them together.") % {"most": MOST_LINES}
    for number, line in enumerate(lines, start=1):
        if trouble := _trouble(line):
            return _("Line %(number)d: %(trouble)s") % {"number": number, "trouble": trouble}
    total = sum(line.amount_minor for line in lines)
    if lines and total != row.amount_minor:
        return _(
            "The lines add up to %(sum)s %(currency)s, and the deal's amount is %(amount)s %(currency)s. Change the "
            "lines too, or remove them."
        ) % {
            "sum": f"{to_major(total, row.currency):,f}",
            "amount": f"{to_major(row.amount_minor, row.currency):,f}",
            "currency": row.currency,
        }
    return ""


def _trouble(line: Line) -> str:
    if re.search(CONTROL, line.name) or len(line.name) > 200:
        return _("Its name holds characters that can't be seen, or is too long. Type it anew.")
    if any(money is not None and abs(money) >= LARGEST_MINOR for money in (line.amount_minor, line.cost_minor)):
        return _("The amount is too large. Check its decimal sign.")
    if line.discount_ppm is not None and not 0 <= line.discount_ppm <= ONE:
        return _("A discount is from 0 to 100 %.")
    return "" if -(2**31) <= line.quantity < 2**31 else _("The quantity is too large. Check it.")
