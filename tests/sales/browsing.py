"""Deals for the tests of their pages, and the pages as a person reads them."""

from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from sales.models import Deal, DealShare

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 09:00 in Jakarta


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())


def page(user: User, **query: str) -> str:
    response = signed_in(user).get(reverse("sales:deals"), query)
    assert response.status_code == 200
    return words(response)


def sold(owner: User | None, key: str, amount_minor: int = 100_00, **facts: Any) -> Deal:
    given = {"status": "won", "closed_on": date(2026, 11, 3), "currency": "USD", "name": f"Deal {key}", **facts}
    return Deal.objects.create(external_id=key, owner=owner, amount_minor=amount_minor, **given)


def opened(owner: User | None, key: str, **facts: Any) -> Deal:
    return sold(owner, key, **{"status": "open", "closed_on": None, **facts})


def share(deal: Deal, *users: User) -> None:
    DealShare.objects.bulk_create(DealShare(deal=deal, user=user, share_ppm=1_000_000 // len(users)) for user in users)


def post(user: User, view: str, /, *args: object, **data: Any) -> HttpResponse:
    response: HttpResponse = signed_in(user).post(reverse(view, args=args), data)  # type: ignore[assignment]
    return response


def form(deal: Deal | None = None, **changed: Any) -> dict[str, Any]:
    """What a browser sends: the fields of the form and four empty rows for shares."""
    written = {
        "external_id": "D-77",
        "name": "Crane",
        "status": "open",
        "amount": "1,250.50",
        "currency": "USD",
        "quantity": "1",
        "shares-TOTAL_FORMS": "4",
        "shares-INITIAL_FORMS": "0",
    }
    if deal:
        written |= {"external_id": deal.external_id, "name": deal.name, "status": deal.status}
        written |= {"seen_at": deal.updated_at.isoformat()}
        written |= {"closed_on": deal.closed_on.isoformat()} if deal.closed_on else {}
    return written | changed


def shares_form(*rows: tuple[str, str, str]) -> dict[str, Any]:
    names = ("person", "percent", "role")
    return {f"shares-{n}-{name}": value for n, row in enumerate(rows) for name, value in zip(names, row, strict=True)}
