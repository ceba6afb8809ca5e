"""Files of lines of deals: all of a deal's lines at once, refused rows, replays, and whose days they touch."""

from datetime import date
from typing import Any

import pytest

from sales.models import Deal, DealLine, Product
from sales.selectors.imports import reported_problems
from sales.signals import Touched
from tests.conftest import Cast
from tests.sales.conftest import Run
from tests.sales.test_deal_facts import days, heard

__all__ = ["heard"]
HEAD = "external_id,number,product,quantity,amount,cost,discount\n"
GOOD = HEAD + "D1,1,P1,3,60,40,\nD1,2,Setup,,40.50,,12.5\nD2,1,,1,-5,,\n"
CLOSED = date(2026, 1, 5)
STORED = [("D1", 1, "P1", 3, 60_00, 40_00, None), ("D1", 2, "S", 1, 40_50, None, 125_000), ("D2", 1, None, 1, -5_00, None, None)]  # fmt: skip  # noqa: E501


@pytest.fixture(autouse=True)
def _facts(cast: Cast) -> None:
    Product.objects.create(external_id="P1", name="Focus")
    Product.objects.create(external_id="S", name="Setup")
    for name, owner, currency in (("D1", cast.ana, "USD"), ("D2", cast.ben, "USD"), ("D3", cast.ben, "EUR")):
        Deal.objects.create(
            external_id=name, owner=owner, status="won", closed_on=CLOSED, amount_minor=100_00, currency=currency
        )


def stored() -> list[tuple[Any, ...]]:
    fields = ("number", "product__external_id", "quantity", "amount_minor", "cost_minor", "discount_ppm")
    rows = DealLine.objects.order_by("deal__external_id", "number")
    return list(rows.values_list("deal__external_id", *fields))


def amounts() -> dict[str, int]:
    return dict(Deal.objects.values_list("external_id", "amount_minor"))


def test_lines_make_their_deals_amount_and_the_same_file_again_changes_nothing(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    assert run("lines", GOOD).created == 3
    assert (stored(), amounts()) == (STORED, {"D1": 100_50, "D2": -5_00, "D3": 100_00})
    assert days(heard) == {(cast.ana.pk, CLOSED), (cast.ben.pk, CLOSED)}
    heard.clear()
    done = run("lines", GOOD)
    assert (done.created, done.changed, done.unchanged, heard) == (0, 0, 3, [])


def test_a_file_has_all_lines_of_the_deals_that_it_names_and_touches_no_other(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    run("lines", GOOD)
    heard.clear()
    done = run("lines", HEAD + "D1,1,P1,3,60,40,\n")
    assert (done.changed, done.report["also"]) == (1, {"removed": ["D1 / 2"]})
    assert (stored(), amounts()["D1"], amounts()["D2"]) == ([STORED[0], STORED[2]], 60_00, -5_00)
    assert days(heard) == {(cast.ana.pk, CLOSED)}


def test_what_a_file_does_not_give_stays(run: Run) -> None:
    run("lines", GOOD)
    run("lines", "external_id,number,amount\nD1,1,10\nD1,2,20\n")
    assert stored()[:2] == [("D1", 1, "P1", 3, 10_00, 40_00, None), ("D1", 2, "S", 1, 20_00, None, 125_000)]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("D9,1,P1,1,5,,", "No deal has this external id."),
        ("D1,0,P1,1,5,,", "No line has this number."),
        ("D1,501,P1,1,5,,", "No line has this number."),
        ("D1,1,P1,1,5,,\nD1,1,P1,1,6,,", "Line 2 has the same number."),
        ("D1,1,none,1,5,,", "No product has this"),
        ("D1,1,P1,1,,,", "The cell is empty."),
        ("D1,1,P1,1,5.001,,", "more"),
        ("D1,1,P1,1,5,,101", "percent"),
        ("D3,1,P1,1,5,,", "The deal is in EUR, and the amount is read in USD."),
    ],
    ids=["deal", "zero", "too many", "twice", "product", "no amount", "decimals", "discount", "currency"],
)
def test_a_row_that_cannot_be_is_refused(run: Run, rows: str, why: str) -> None:
    done = run("lines", HEAD + rows + "\n")
    assert (done.status, stored()) == ("refused", [])
    assert why in " ".join(str(problem) for problem in reported_problems(done))


def test_of_a_deal_with_a_bad_line_none_goes_in(run: Run) -> None:
    text = HEAD + "D1,1,P1,1,5,,\nD1,2,P1,1,many,,\nD2,1,P1,1,7,,\n"
    done = run("lines", text, keep=True)
    assert (done.created, done.refused) == (1, 2)
    assert (stored(), amounts()["D1"]) == ([("D2", 1, "P1", 1, 7_00, None, None)], 100_00)
    assert "Another line of this deal can't be used" in str(done.report["problems"])
    unread = run("lines", HEAD + "D1,1,P1,1,5,,\nD1,2,P1,1,5,,,,more,cells\n", keep=True)
    assert (unread.created, amounts()["D1"]) == (0, 100_00)


def test_a_check_writes_nothing(run: Run) -> None:
    assert (run("lines", GOOD, dry_run=True).status, stored()) == ("checked", [])


def test_a_file_of_deals_cannot_give_a_deal_with_lines_another_amount(run: Run) -> None:
    run("lines", GOOD)
    head = "external_id,amount,status,closed_on\n"
    refused = run("deals", head + "D1,99,won,2026-01-05\n")
    assert "The deal has lines, which add up to another amount." in str(refused.report["problems"])
    assert run("deals", head + "D1,100.50,won,2026-01-06\n").changed == 1
    assert amounts()["D1"] == 100_50


def test_many_lines_take_no_more_queries(run: Run, django_assert_max_num_queries: Any) -> None:
    rows = "".join(f"D1,{number},P1,1,1,,\n" for number in range(1, 401))
    with django_assert_max_num_queries(40):
        assert run("lines", HEAD + rows).created == 400
    assert amounts()["D1"] == 400_00
