"""The fields an expression may read."""

import re
from difflib import get_close_matches
from fractions import Fraction

from commissions.engine.expressions.nodes import Field, Kind

_COLUMNS = {
    "deal.amount": ("amount", Kind.MONEY),
    "deal.type": ("type", Kind.TEXT),
    "deal.name": ("name", Kind.TEXT),
    "deal.opened": ("opened", Kind.DATE),
    "deal.closed": ("closed", Kind.DATE),
    "deal.currency": ("currency", Kind.TEXT),
    "deal.quantity": ("quantity", Kind.NUMBER),
    "deal.cost": ("cost", Kind.MONEY),
    "deal.margin": ("margin", Kind.MONEY),
    "deal.tax": ("tax", Kind.MONEY),
    "deal.discount": ("discount", Kind.NUMBER),
    "deal.term": ("term", Kind.NUMBER),
    "deal.invoiced": ("invoiced", Kind.DATE),
    "deal.cancelled": ("cancelled", Kind.DATE),
    "product.name": ("product_name", Kind.TEXT),
    "product.family": ("product_family", Kind.TEXT),
    "product.code": ("product_code", Kind.TEXT),
    "line.amount": ("line_amount", Kind.MONEY),
    "line.quantity": ("line_quantity", Kind.NUMBER),
    "line.cost": ("line_cost", Kind.MONEY),
    "line.margin": ("line_margin", Kind.MONEY),
    "line.discount": ("line_discount", Kind.NUMBER),
    "line.name": ("line_name", Kind.TEXT),
    "line.product.name": ("line_product_name", Kind.TEXT),
    "line.product.family": ("line_product_family", Kind.TEXT),
    "line.product.code": ("line_product_code", Kind.TEXT),
    "customer.name": ("customer_name", Kind.TEXT),
    "customer.sector": ("customer_sector", Kind.TEXT),
    "customer.country": ("customer_country", Kind.TEXT),
}
_PARTS = {
    "deal.margin": (("amount", Fraction(1)), ("cost", Fraction(-1))),
    "deal.discount": (("discount", Fraction(1, 1_000_000)),),
    "line.margin": (("line_amount", Fraction(1)), ("line_cost", Fraction(-1))),
    "line.discount": (("line_discount", Fraction(1, 1_000_000)),),
}
FIELDS = {name: Field(name, column, kind, _PARTS.get(name, ())) for name, (column, kind) in _COLUMNS.items()}
LINE = "line_"  # before what is read of a single line of a deal: in columns, in which a deal has the same without it
CUSTOM = "custom."  # before the slug: in columns of the deals frame, and after `deal.` in what is written
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)


def field_of(name: str) -> Field | None:
    """The field of that name: a known one, or a text that the company keeps of its deals under a slug of its own.

    >>> field_of("deal.custom.region")
    Field(name='deal.custom.region', column='custom.region', kind=<Kind.TEXT: 'text'>, parts=())
    """
    column = name.removeprefix("deal.")
    if column != name and column.startswith(CUSTOM) and _SLUG.fullmatch(column.removeprefix(CUSTOM)):
        return Field(name, column, Kind.TEXT)
    return FIELDS.get(name)


def is_custom(field: Field) -> bool:
    return field.column.startswith(CUSTOM)


def closest(name: str) -> str | None:
    """The field that a misspelt name most likely means.

    >>> closest("deal.amout")
    'deal.amount'
    """
    return next(iter(get_close_matches(name, FIELDS, n=1, cutoff=0.6)), None)
