"""The fields an expression may read."""

from difflib import get_close_matches

from commissions.engine.expressions.nodes import Field, Kind

_COLUMNS = {
    "deal.amount": ("amount", Kind.MONEY),
    "deal.type": ("type", Kind.TEXT),
    "deal.name": ("name", Kind.TEXT),
    "deal.opened": ("opened", Kind.DATE),
    "deal.closed": ("closed", Kind.DATE),
    "deal.currency": ("currency", Kind.TEXT),
    "deal.quantity": ("quantity", Kind.NUMBER),
    "product.name": ("product_name", Kind.TEXT),
    "product.family": ("product_family", Kind.TEXT),
    "product.code": ("product_code", Kind.TEXT),
    "customer.name": ("customer_name", Kind.TEXT),
    "customer.sector": ("customer_sector", Kind.TEXT),
    "customer.country": ("customer_country", Kind.TEXT),
}
FIELDS = {name: Field(name, column, kind) for name, (column, kind) in _COLUMNS.items()}


def closest(name: str) -> str | None:
    """The field that a misspelt name most likely means.

    >>> closest("deal.amout")
    'deal.amount'
    """
    return next(iter(get_close_matches(name, FIELDS, n=1, cutoff=0.6)), None)
