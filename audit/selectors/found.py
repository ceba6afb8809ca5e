"""Which changes a person looks for, the latest first, some at a time: by key, never by counting or skipping."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from accounts.models import Change
from core import history

PER_PAGE = 50
# What a row's history also tells of, and by which column it belongs there.
_PARTS: Final = {
    "sales.deal": dict.fromkeys(("sales.dealshare", "sales.dealline", "sales.payment"), "deal_id"),
    "accounts.user": dict.fromkeys(("accounts.membership", "accounts.reportingline", "accounts.leave"), "user_id"),
    "commissions.plan": dict.fromkeys(
        ("commissions.planversion", "commissions.assignment", "commissions.quota", "commissions.teamquota"), "plan_id"
    ),
}


@dataclass(frozen=True, slots=True)
class Search:
    model: str = ""  # sales.deal
    object_id: str = ""
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    field: str = ""  # a column
    request: str = ""  # all that one request or command led to


@dataclass(frozen=True, slots=True)
class Page:
    changes: list[Change]
    older: str  # the cursor of the page after this one; empty: there is none


def changes_found(search: Search) -> QuerySet[Change]:
    """In the order of an index, whatever is asked for."""
    asked = {
        "user": search.user_id,
        "at__gte": search.since,
        "at__lt": search.until,
        "fields__contains": [search.field] if search.field else None,
        "request": search.request or None,
    }
    rows = Change.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    if search.object_id:
        rows = rows.filter(_about(search))
    elif search.model:
        rows = rows.filter(model=search.model)
    return rows.order_by("-at", "-id")


def _about(search: Search) -> Q:
    """The row, and what belongs to it: a deal's shares, lines and payments with those that it no longer has."""
    about = Q(model=search.model, object_id=search.object_id)
    if search.field or not search.object_id.isdecimal():
        return about
    for label, column in _PARTS.get(search.model, {}).items():
        model = history.tracked_models()[label]
        there = model._default_manager.filter(**{column: search.object_id}).values_list("pk", flat=True)  # noqa: SLF001
        gone = Change.objects.alias(of=KT(f"changes__{column}")).filter(
            model=label, kind=Change.Kind.DELETED, of=search.object_id
        )
        about |= Q(model=label, object_id__in=[*map(str, there), *gone.values_list("object_id", flat=True)])
    return about


def page_of(search: Search, cursor: str = "") -> Page:
    """The changes older than those before; a cursor that is none begins anew."""
    rows = changes_found(search)
    if after := _read(cursor):
        at, pk = after
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=pk), at__lte=at)
    found = list(rows[: PER_PAGE + 1])
    more = len(found) > PER_PAGE
    last = found[PER_PAGE - 1] if more else None
    return Page(found[:PER_PAGE], f"{last.at.isoformat()}~{last.pk}" if last else "")


def _read(cursor: str) -> tuple[datetime, int] | None:
    at, _, pk = cursor.partition("~")
    try:
        instant, number = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    return (instant, number) if instant.tzinfo and 0 <= number < 2**63 else None
