"""Deals by file: created, changed, left alone or refused; all or nothing; and whose numbers that touches."""

import csv
from collections.abc import Iterator
from datetime import date

import pytest

from sales import services
from sales.models import Customer, Deal, DealShare, Import, Product
from sales.selectors import reported_problems
from sales.signals import Touched, facts_changed
from tests.conftest import Cast
from tests.sales.conftest import Run
from tests.sales.import_pages import NOW, TODAY

HEADER = "external_id,name,status,owner,amount,currency,opened_on,closed_on,splits\n"
FIRST = "D1,First,won,ana,1000.50,USD,2026-01-02,2026-02-03,\n"
SECOND = "D2,Second,open,ben@example.com,200,USD,2026-01-02,,\n"
SHARED = "D3,Shared,won,ana,300,USD,2026-01-02,2026-02-05,ana:60%;BEN@example.com:40%\n"
FILE = HEADER + FIRST + SECOND + SHARED


def counts(row: Import) -> tuple[str, int, int, int, int]:
    return row.status, row.created, row.changed, row.unchanged, row.refused


@pytest.fixture
def heard() -> Iterator[list[frozenset[Touched]]]:
    told: list[frozenset[Touched]] = []

    def hear(touched: frozenset[Touched], **_: object) -> None:
        told.append(touched)

    facts_changed.connect(hear)
    yield told
    facts_changed.disconnect(hear)


def shares(external_id: str) -> list[tuple[str, str, int]]:
    rows = DealShare.objects.filter(deal__external_id=external_id).order_by("role", "user_id")
    return list(rows.values_list("role", "user__name", "share_ppm"))


def test_deals_are_created_with_their_owner_and_shares(cast: Cast, run: Run) -> None:
    assert counts(run("deals", FILE)) == ("done", 3, 0, 0, 0)
    first = Deal.objects.get(external_id="D1")
    assert (first.name, first.owner, first.amount_minor, first.closed_on) == (
        "First",
        cast.ana,
        100050,
        date(2026, 2, 3),
    )
    assert shares("D3") == [("owner", "Ana", 600_000), ("owner", "Ben", 400_000)]


def test_the_same_file_again_changes_nothing_and_announces_nothing(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    run("deals", FILE)
    before = list(Deal.objects.order_by("pk").values())
    heard.clear()
    assert counts(run("deals", FILE)) == ("done", 0, 0, 3, 0)
    assert list(Deal.objects.order_by("pk").values()) == before
    assert heard == []


def test_a_changed_row_changes_that_deal_alone_and_touches_old_and_new(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    run("deals", FILE)
    others = list(Deal.objects.exclude(external_id="D1").order_by("pk").values())
    heard.clear()
    done = run("deals", HEADER + FIRST.replace("ana", "ben").replace("02-03", "03-04") + SECOND + SHARED)
    assert counts(done) == ("done", 0, 1, 2, 0)
    assert list(Deal.objects.exclude(external_id="D1").order_by("pk").values()) == others
    assert heard == [frozenset({Touched(cast.ana.pk, date(2026, 2, 3)), Touched(cast.ben.pk, date(2026, 3, 4))})]


def test_a_changed_split_touches_all_who_shared_or_share(cast: Cast, run: Run, heard: list[frozenset[Touched]]) -> None:
    run("deals", HEADER + SHARED)
    heard.clear()
    done = run("deals", HEADER + SHARED.replace("ana:60%;BEN@example.com:40%", "mia:100%"))
    day = date(2026, 2, 5)
    assert shares("D3") == [("owner", "Mia", 1_000_000)]
    assert heard == [frozenset(Touched(person.pk, day) for person in (cast.ana, cast.ben, cast.mia))]
    assert done.report["samples"]["changed"][0]["changes"] == [
        {"field": "splits", "old": "Ana 60 %; Ben 40 %", "new": "Mia 100 %"}
    ]


def test_an_emptied_split_gives_the_owner_the_whole(cast: Cast, run: Run) -> None:
    run("deals", HEADER + SHARED)
    run("deals", HEADER + SHARED.replace("ana:60%;BEN@example.com:40%", ""))
    assert shares("D3") == []


def test_columns_that_a_file_does_not_have_stay_as_they_are(cast: Cast, run: Run) -> None:
    run("deals", FILE)
    assert counts(run("deals", "external_id,amount\nD3,400\n")) == ("done", 0, 1, 0, 0)
    deal = Deal.objects.get(external_id="D3")
    assert (deal.amount_minor, deal.name, deal.owner, deal.status) == (40000, "Shared", cast.ana, "won")
    assert len(shares("D3")) == 2


def test_overlay_roles_have_a_whole_of_their_own(cast: Cast, run: Run) -> None:
    run("deals", HEADER + SHARED.replace("BEN@example.com:40%", "ben:40%;overlay=mia:100%"))
    assert shares("D3") == [("overlay", "Mia", 1_000_000), ("owner", "Ana", 600_000), ("owner", "Ben", 400_000)]


def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    run("deals", HEADER + FIRST)
    heard.clear()
    checked = run("deals", HEADER + FIRST.replace("1000.50", "999") + SECOND + "D4,x,maybe,,1,USD,,,\n", dry_run=True)
    assert counts(checked) == ("checked", 1, 1, 0, 1)
    assert checked.report["samples"]["changed"] == [
        {
            "line": 2,
            "external_id": "D1",
            "changes": [{"field": "amount", "old": "USD 1,000.50", "new": "USD 999.00"}],
        }
    ]
    created = checked.report["samples"]["created"][0]
    assert {"field": "owner", "old": "", "new": "Ben"} in created["changes"]
    assert Deal.objects.count() == 1
    assert heard == []


def test_one_bad_row_keeps_all_out(cast: Cast, run: Run) -> None:
    done = run("deals", FILE + "D4,Bad,won,ana,x,USD,2026-01-02,2026-02-03,\n")
    assert counts(done) == ("refused", 3, 0, 0, 1)
    assert Deal.objects.count() == 0
    (problem,) = done.report["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (5, "amount", "x")


def test_good_rows_go_in_when_asked_and_bad_ones_come_back(cast: Cast, run: Run) -> None:
    bad = "D4,=cmd|' /C calc'!A0,won,nobody,5,USD,2026-01-02,2026-02-03,\n"
    done = run("deals", FILE + bad, keep=True)
    assert counts(done) == ("done", 3, 0, 0, 1)
    assert Deal.objects.count() == 3
    with done.refused_file.open("rb") as file:
        header, refused = csv.reader(file.read().decode("utf-8-sig").splitlines())
    assert header == [*HEADER.strip().split(","), "problem"]
    assert refused[:4] == ["D4", "'=cmd|' /C calc'!A0", "won", "nobody"]
    assert refused[-1] == (
        "owner: No person has this external id or e-mail address. "
        "Import the people first, correct the cell, or replace the word in the mapping."
    )


def test_customers_and_products_are_found_by_id_or_name(cast: Cast, run: Run) -> None:
    kopi = Customer.objects.create(external_id="c1", name="Kopi Senja")
    pro = Product.objects.create(external_id="p1", name="Tenun Pro")
    run("deals", "external_id,customer,product\nD1,c1,Tenun Pro\nD2,kopi senja,P1\nD3,,\n", "")
    found = Deal.objects.order_by("external_id").values_list("customer", "product")
    assert list(found) == [(kopi.pk, pro.pk), (kopi.pk, pro.pk), (None, None)]


def test_a_name_that_two_customers_have_is_ambiguous(cast: Cast, run: Run) -> None:
    Customer.objects.create(external_id="c1", name="Kopi Senja")
    Customer.objects.create(external_id="c2", name="Kopi Senja")
    done = run("deals", "external_id,customer\nD1,Kopi Senja\nD2,c2\n")
    assert [str(problem.what) for problem in reported_problems(done)] == ["2 customers have this external id or name."]


def test_a_status_alone_meets_the_date_in_the_facts(cast: Cast, run: Run) -> None:
    run("deals", HEADER + FIRST + SECOND)
    done = run("deals", "external_id,status\nD1,lost\nD2,won\n")
    assert [(problem.line, str(problem.what)) for problem in reported_problems(done)] == [
        (3, "The deal would be won or lost without a date of closing.")
    ]


def test_one_person_under_two_names_is_no_split(cast: Cast, run: Run) -> None:
    done = run("deals", HEADER + SHARED.replace("BEN@example.com", "ana@example.com"))
    assert [str(problem.what) for problem in reported_problems(done)] == ["One person comes twice under two names."]


def test_a_run_of_a_finished_import_does_nothing(cast: Cast, run: Run) -> None:
    done = run("deals", FILE)
    assert services.run_import(import_id=done.pk, now=NOW, today=TODAY) is None
