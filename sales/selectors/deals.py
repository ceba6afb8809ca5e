"""Deals as pages list, filter, sum up and show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from sales.engine.splits import OWNER
from sales.models import Customer, Deal, DealLine, DealQuerySet, DealShare, Payment, Product
from sales.selectors.references import meant

MOST_COUNTED = 10_000  # beyond this many deals a page says "more than", sums nothing up and keeps to the dates' order
MOST_LOOKED_UP = 500  # people whose deals are found by an index each
NEWEST_FIRST = "-closed"
NOBODY = "-"  # in the place of an owner
ORDERS = {
    NEWEST_FIRST: ("-closed_on", "-id"),
    "closed": ("closed_on", "id"),
    "-amount": ("-amount_minor", "-id"),
    "amount": ("amount_minor", "id"),
}
_COLUMNS = ("id", "status", "currency", "amount_minor", "closed_on")
# By currency: won, open, lost.
_SUMS = "SELECT status, currency, count(*), sum(amount_minor) FROM ({}) AS found GROUP BY 1, 2 ORDER BY 2, 1 DESC"
_PAGE = "SELECT id FROM ({}) AS found ORDER BY {} LIMIT %s OFFSET %s"
_CURRENCIES = """
WITH RECURSIVE used(currency) AS (
    SELECT min(currency) FROM sales_deal
    UNION ALL SELECT (SELECT min(currency) FROM sales_deal deal WHERE deal.currency > used.currency)
    FROM used WHERE used.currency IS NOT NULL
)
SELECT currency FROM used WHERE currency IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class DealSearch:
    """What a person looks for. An owner or product is meant by any part of a name or id; NOBODY: without an owner."""

    text: str = ""
    status: str = ""
    owner: str = ""
    product: str = ""
    currency: str = ""
    closed_from: date | None = None
    closed_to: date | None = None  # that day included
    order: str = NEWEST_FIRST


class Sum(NamedTuple):
    status: str
    currency: str
    deals: int
    amount_minor: int

    @property
    def label(self) -> str:
        return str(Deal.Status(self.status).label)


@dataclass(frozen=True, slots=True)
class DealList:
    """The deals that a search finds, some at a time.

    Few are gathered and sorted, many are read in the order of an index. Many that have a word in common are gathered
    up to the limit: no index has them in an order.
    """

    branches: Sequence[QuerySet[Deal]]  # which together find them; a deal may come in several
    sums: tuple[Sum, ...]  # by currency and status; empty when there are too many
    count: int  # at most MOST_COUNTED
    is_all: bool  # whether there are no more than `count`
    is_walked: bool
    order: str

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: slice) -> list[Deal]:
        """The rows of a page."""
        start, stop = part.start, part.stop
        if not self.count:
            return []
        walked = (ORDERS[self.order], stop) if self.is_walked else ()
        query, params = _found(self.branches, *walked)
        statement = _PAGE.format(query, ", ".join(map(_direction, ORDERS[self.order])))
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, stop - start, start])
            ids = [pk for (pk,) in cursor.fetchall()]
        deals = Deal.objects.select_related("owner", "customer").in_bulk(ids)
        return [deals[pk] for pk in ids if pk in deals]


def deal_list(user: User, on: date, search: DealSearch) -> DealList:
    """What a person can see of what she looks for, counted and summed up as far as that is quick."""
    branches = _branches(user, on, search)
    sums = _sums(branches)
    count = sum(row.deals for row in sums)
    if count <= MOST_COUNTED:
        return DealList(branches, sums, count, is_all=True, is_walked=False, order=search.order)
    is_walked = not search.text
    if is_walked:  # in branches, PostgreSQL would look up ten thousand people at each step
        branches = [_filtered(Deal.objects.visible_to(user, on), search)]
    by_date = search.order if "closed" in search.order else NEWEST_FIRST  # by amount would be to read them all
    order = by_date if is_walked else search.order
    return DealList(branches, (), MOST_COUNTED, is_all=False, is_walked=is_walked, order=order)


def _sums(branches: Sequence[QuerySet[Deal]]) -> tuple[Sum, ...]:
    try:
        query, params = _found(branches)
    except EmptyResultSet:  # an owner or product that nothing is called
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(query), params)
        return tuple(Sum(status, currency, count, int(total)) for status, currency, count, total in cursor.fetchall())


def sees_others(user: User, on: date) -> bool:
    """Whether she may see another's deals, so that owners are worth asking for."""
    return user.sees_everyone or User.objects.visible_to(user, on).exclude(pk=user.pk).exists()


def used_currencies() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES)
        return [currency for (currency,) in cursor.fetchall()]


def shares_of(deal: Deal) -> list[DealShare]:
    """Owners first, then the other roles; in each the largest share first."""
    shares = deal.shares.select_related("user").order_by("role", "-share_ppm", "user__name")
    return sorted(shares, key=lambda share: share.role != OWNER)


def lines_of(deal: Deal) -> list[DealLine]:
    """The deal's lines, with their products, in the order of their numbers."""
    return list(deal.lines.select_related("product").order_by("number"))


@dataclass(frozen=True, slots=True)
class Payments:
    """What a customer paid for a deal, in the order of the days."""

    rows: tuple[Payment, ...]
    total_minor: int
    open_minor: int  # of the amount; 0 when all was paid, or more
    over_minor: int  # what was paid beyond the amount, without a sign


def payments_of(deal: Deal) -> Payments:
    rows = tuple(deal.payments.order_by("paid_on", "external_id"))
    total = sum(row.amount_minor for row in rows)
    rest = deal.amount_minor - total
    is_over = rest * deal.amount_minor < 0 or (rest < 0 and not deal.amount_minor)
    return Payments(rows, total, 0 if is_over else rest, abs(rest) if is_over else 0)


def _found(
    branches: Sequence[QuerySet[Deal]], order: Sequence[str] = (), most: int | None = None
) -> tuple[str, tuple[Any, ...]]:
    """The first `most` deals of each branch, together, as a query.

    Branches, because PostgreSQL answers an OR across tables by reading every deal. Limits without an order, because
    with one it walks all deals by their dates for the few that fit, expecting them to come early.
    """
    limit = MOST_COUNTED + 1 if most is None else most
    first, *others = (branch.order_by(*order).values_list(*_COLUMNS)[:limit] for branch in branches)
    return (first.union(*others) if others else first).query.sql_with_params()


def _direction(column: str) -> str:
    return f"{column[1:]} DESC" if column.startswith("-") else column


def _branches(user: User, on: date, search: DealSearch) -> list[DealQuerySet]:
    found = [_filtered(deals, search) for deals in _seen(user, on)]
    if not search.text:
        return found
    customers = Customer.objects.with_words(search.text).values("pk")
    return [
        branch for deals in found for branch in (deals.with_words(search.text), deals.filter(customer__in=customers))
    ]


def _seen(user: User, on: date) -> list[DealQuerySet]:
    """The same as `visible_to`, in parts that each have an index, unless it is so much that none would help."""
    if user.sees_everyone:
        return [Deal.objects.all()]
    people = list(User.objects.visible_to(user, on).values_list("pk", flat=True)[: MOST_LOOKED_UP + 1])
    if len(people) > MOST_LOOKED_UP:
        return [Deal.objects.visible_to(user, on)]
    shared = DealShare.objects.filter(user__in=people).values("deal")
    return [Deal.objects.filter(owner__in=people), Deal.objects.filter(pk__in=shared)]


def _filtered(deals: DealQuerySet, search: DealSearch) -> DealQuerySet:
    given: dict[str, Any] = {
        "status": search.status,
        "currency": search.currency,
        "closed_on__gte": search.closed_from,
        "closed_on__lte": search.closed_to,
    }
    deals = deals.filter(**{name: value for name, value in given.items() if value})
    if search.owner:
        deals = (
            deals.filter(owner=None) if search.owner == NOBODY else deals.filter(owner__in=meant(User, search.owner))
        )
    return deals.filter(product__in=meant(Product, search.product)) if search.product else deals
