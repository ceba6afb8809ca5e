"""The lines of an example's deals, as a calculation reads them."""

from typing import Any

from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import ExampleDeal, PlanDocument
from core.money import to_minor


def items_of(document: PlanDocument, index: int, deal: ExampleDeal) -> list[dict[str, Any]]:
    """Rows of ITEMS for the deal of that number. An empty text is a missing one, as in the database."""
    currency = deal.currency or document.currency
    return [
        {
            "deal": index,
            "number": number,
            "line_amount": to_minor(line.amount, currency),
            "line_quantity": line.quantity,
            "line_cost": None if line.cost is None else to_minor(line.cost, currency),
            "line_discount": None if line.discount is None else int(line.discount * WHOLE_SHARE),
            "line_name": line.name or None,
            "line_product_code": line.product.code or None,
            "line_product_name": line.product.name or None,
            "line_product_family": line.product.family or None,
        }
        for number, line in enumerate(deal.lines, start=1)
    ]
