"""People, customers and products as somebody types them into a form: by id, e-mail address or name."""

import re
from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from sales.models import Customer, Product

Named = type[User] | type[Customer] | type[Product]
MOST_SUGGESTIONS = 15
_KEYS: dict[Named, tuple[str, ...]] = {
    User: ("external_id", "email", "name"),
    Customer: ("external_id", "name"),
    Product: ("external_id", "name"),
}


def reference(row: User | Customer | Product | None) -> str:
    """How a form writes whom or what it names, for people to read and for `named` to find again: Ana (ana@x.org)."""
    if row is None:
        return ""
    key = (row.email if isinstance(row, User) else None) or row.external_id
    return row.name if not key or key == row.name else f"{row.name} ({key})"


def named(model: Named, text: str) -> list[Any]:
    """What a text names: nothing, one, or the first of several of one name. An id goes before a name."""
    for key in _readings(text.strip()):
        for field in _KEYS[model]:
            for how in ("exact", "iexact"):
                found = list(model.objects.filter(**{f"{field}__{how}": key})[:2])
                if found:
                    return found
    return []


def meant(model: Named, text: str) -> list[int]:
    """The ids of what a text names, or else of everything in whose name or id it occurs."""
    found = named(model, text)
    if found:
        return [row.pk for row in found]
    fits = reduce(or_, (Q(**{f"{field}__icontains": text}) for field in _KEYS[model]))
    return list(model.objects.filter(fits).values_list("pk", flat=True))


def _readings(text: str) -> Iterator[str]:
    yield text
    if match := re.fullmatch(r".*\((.+)\)", text):
        yield match[1]


def suggestions(kind: str, text: str, *, user: User, on: date) -> list[str]:
    """The first that fit what somebody has typed so far. People are those whose numbers she may see."""
    found: QuerySet[User] | QuerySet[Customer] | QuerySet[Product]
    if kind == "people":
        fits = Q(name__icontains=text) | Q(email__icontains=text) | Q(external_id__icontains=text)
        found = User.objects.visible_to(user, on).filter(fits, is_active=True)
    elif kind == "customers":
        found = Customer.objects.with_words(text)
    else:
        found = Product.objects.filter(Q(name__icontains=text) | Q(external_id__icontains=text))
    return [reference(row) for row in found.order_by("name", "pk")[:MOST_SUGGESTIONS]]
