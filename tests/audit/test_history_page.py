"""The page of the history: words instead of columns, found by key, and as a file."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Change, Leave, User
from audit.selectors import Search, page_of, said
from audit.selectors.found import PER_PAGE
from core.history import Actor, acting
from sales.models import Deal, DealShare, ImportMapping
from tests.conftest import Cast

ADDRESS = "/history/"


def deal(number: int = 1, **fields: object) -> Deal:
    given = {"external_id": f"D-{number}", "name": f"Deal {number}", "currency": "USD", "amount_minor": 100_00}
    made: Deal = Deal.objects.create(**{**given, **fields})
    return made


@pytest.fixture
def finn(cast: Cast, client: Client) -> Client:
    client.force_login(cast.finn, backend="django.contrib.auth.backends.ModelBackend")
    return client


def told(model: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    rows = said(page_of(Search(model=model)).changes)
    return [(row.what, row.name, [(each.field, each.before, each.after) for each in row.fields]) for row in rows]


def test_values_are_said_as_pages_write_them(cast: Cast) -> None:
    row = deal(owner=cast.ana)
    Deal.objects.filter(pk=row.pk).update(
        amount_minor=250_50, owner=cast.ben, closed_on=date(2026, 2, 3), status="won", discount_ppm=75_000
    )
    changed, created = told("sales.deal")
    assert changed[:2] == ("Changed", "Deal 1")
    assert sorted(changed[2]) == [
        ("Amount", "$100.00", "$250.50"),
        ("Closed on", "", "3 Feb 2026"),
        ("Discount", "", "7.5%"),
        ("Owner", "Ana", "Ben"),
        ("Status", "Open", "Won"),
    ]
    assert created[0] == "Created"
    assert ("Amount", "", "$100.00") in created[2]


def test_ranges_roles_and_secrets_are_words(cast: Cast) -> None:
    Leave.objects.create(user=cast.ana, during=(date(2026, 1, 1), date(2026, 1, 8)))
    User.objects.filter(pk=cast.ana.pk).update(roles=["rep", "finance"], password="x" * 20)
    ((_what, name, fields),) = told("accounts.leave")
    assert name == "Ana"
    assert {field: after for field, _before, after in fields}["Person"] == "Ana"
    changed = {field: (before, after) for field, before, after in told("accounts.user")[0][2]}
    assert changed == {"Roles": ("Rep", "Rep, Finance"), "Password": ("hidden", "hidden")}


def test_a_document_is_no_raw_json(cast: Cast) -> None:
    row = deal(custom={"region": "west", "size": 5})
    Deal.objects.filter(pk=row.pk).update(custom={"region": "east", "size": 5})
    assert told("sales.deal")[0][2] == [("Further fields", "size: 5, region: west", "size: 5, region: east")]
    mapping = ImportMapping.objects.create(name="CRM", document={"columns": {"a": 1}})
    ImportMapping.objects.filter(pk=mapping.pk).update(document={"columns": {"a": 12}})
    assert told("sales.importmapping")[0][2] == [
        ("Document", "a document of 21 characters", "a document of 22 characters")
    ]


def test_a_deleted_share_is_named_with_its_people(cast: Cast) -> None:
    DealShare.objects.create(deal=deal(), user=cast.ana, role="owner", share_ppm=1_000_000).delete()
    what, _name, fields = told("sales.dealshare")[0]
    assert what == "Deleted"
    assert {("Person", "Ana", ""), ("Share", "100%", ""), ("Deal", "Deal 1", "")} <= set(fields)


def test_pages_follow_each_other_without_a_gap(cast: Cast) -> None:
    Deal.objects.bulk_create([Deal(external_id=f"B-{number}", currency="USD") for number in range(PER_PAGE * 2 + 7)])
    seen: list[int] = []
    cursor, pages = "", 0
    while True:
        page = page_of(Search(model="sales.deal"), cursor)
        seen += [change.pk for change in page.changes]
        pages += 1
        if not (cursor := page.older):
            break
    every = list(Change.objects.filter(model="sales.deal").order_by("-id").values_list("pk", flat=True))
    assert (seen, pages) == (every, 3)


@pytest.mark.parametrize("cursor", ["x", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~-1"])
def test_a_cursor_that_is_none_begins_anew(cast: Cast, cursor: str) -> None:
    deal()
    assert page_of(Search(), cursor).changes == page_of(Search()).changes


def test_filters_find_what_they_ask_for(cast: Cast, finn: Client) -> None:
    first, second = deal(1), deal(2)
    DealShare.objects.create(deal=second, user=cast.ana, role="owner", share_ppm=1_000_000).delete()
    with acting(Actor("POST /x/", lambda: cast.ada.pk)):
        Deal.objects.filter(pk=first.pk).update(name="Renamed")
    for query, expected in (
        ({"kind": "sales.deal", "object": str(second.pk)}, 3),  # with its share, that came and went
        ({"kind": "sales.deal", "object": "x"}, 0),
        ({"kind": "sales.deal"}, 3),
        ({"kind": "sales.deal", "field": "name"}, 1),
        ({"kind": "sales.deal", "field": "amount_minor"}, 0),
        ({"who": str(cast.ada.pk)}, 1),
        ({"until": "2020-01-01"}, 0),
        ({"since": "2020-01-01", "kind": "sales.deal"}, 3),
        ({"kind": "nonsense", "who": "x"}, None),
    ):
        rows = finn.get(ADDRESS, query).context["rows"]
        assert expected is None or len(rows) == expected, query


def test_the_page_says_who_and_what(cast: Cast, finn: Client) -> None:
    row = deal()
    with acting(Actor("POST /sales/deals/", lambda: cast.ada.pk)):
        Deal.objects.filter(pk=row.pk).update(amount_minor=300_00)
    body = finn.get(ADDRESS, {"kind": "sales.deal"}).content.decode()
    for words in ("$100.00", "$300.00", "Ada", "POST /sales/deals/", reverse("sales:deal", args=[row.pk])):
        assert words in body


def test_the_number_of_queries_does_not_grow_with_rows(cast: Cast, finn: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert finn.get(ADDRESS).status_code == 200
        return len(queries)

    deal(1, owner=cast.ana)
    Deal.objects.update(owner=cast.ben)
    few = asked()
    for number in range(2, 20):
        deal(number, owner=cast.ana)
    Deal.objects.update(owner=cast.ana)
    assert asked() == few


def test_files_have_a_row_for_each_field(cast: Cast, finn: Client) -> None:
    row = deal()
    Deal.objects.filter(pk=row.pk).update(amount_minor=300_00, name="=1+1")
    address = reverse("audit:history-export", args=["csv"])
    response = finn.get(address, {"kind": "sales.deal", "field": "name"})
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "at,who,source,change,kind,id,name,field,before,after"
    assert len(lines) == 3
    assert any(line.endswith("Name,Deal 1,'=1+1") for line in lines)
    book = finn.get(reverse("audit:history-export", args=["xlsx"]))
    assert b"".join(book.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert finn.get(reverse("audit:history-export", args=["pdf"])).status_code == 404
