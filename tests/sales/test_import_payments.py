"""Files of payments: found deals, refused rows, replays, and whose days they touch."""

from datetime import date

import pytest

from sales.models import Deal, Payment
from sales.signals import Touched
from tests.conftest import Cast
from tests.sales.conftest import Run
from tests.sales.test_deal_facts import days, heard

__all__ = ["heard"]
HEAD = "external_id,deal,paid_on,amount\n"
GOOD = HEAD + "P1,D1,2026-02-01,60\nP2,D1,2026-03-01,40\nP3,D2,2026-02-01,-5.50\n"
CLOSED = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _deals(cast: Cast) -> None:
    for name, owner, currency in (("D1", cast.ana, "USD"), ("D2", cast.ben, "USD"), ("D3", cast.ben, "EUR")):
        Deal.objects.create(
            external_id=name, owner=owner, status="won", closed_on=CLOSED, amount_minor=100_00, currency=currency
        )


def stored() -> list[tuple[str, str, date, int]]:
    rows = Payment.objects.order_by("external_id")
    return list(rows.values_list("external_id", "deal__external_id", "paid_on", "amount_minor"))


def test_payments_are_created_and_the_same_file_again_changes_nothing(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    assert run("payments", GOOD).created == 3
    assert stored() == [
        ("P1", "D1", date(2026, 2, 1), 60_00),
        ("P2", "D1", date(2026, 3, 1), 40_00),
        ("P3", "D2", date(2026, 2, 1), -5_50),
    ]
    assert days(heard) == {
        *((cast.ana.pk, day) for day in (CLOSED, date(2026, 2, 1), date(2026, 3, 1))),
        *((cast.ben.pk, day) for day in (CLOSED, date(2026, 2, 1))),
    }
    heard.clear()
    assert (run("payments", GOOD).unchanged, heard) == (3, [])


def test_a_payment_that_moves_touches_old_and_new_day_and_deal(
    cast: Cast, run: Run, heard: list[frozenset[Touched]]
) -> None:
    run("payments", HEAD + "P1,D1,2026-02-01,60\n")
    heard.clear()
    assert run("payments", HEAD + "P1,D2,2026-04-01,60\n").changed == 1
    assert {(cast.ana.pk, date(2026, 2, 1)), (cast.ben.pk, date(2026, 4, 1))} <= days(heard)
    assert {(cast.ana.pk, CLOSED), (cast.ben.pk, CLOSED)} <= days(heard)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("P1,D9,2026-02-01,60", "deal"),
        ("P1,,2026-02-01,60", "deal"),
        ("P1,D1,,60", "paid_on"),
        ("P1,D1,2026-02-01,", "amount"),
        ("P1,D1,2026-02-01,0", "amount"),
        ("P1,D1,2026-02-01,1.005", "amount"),
        ("P1,D3,2026-02-01,60", "currency"),
    ],
    ids=["no such deal", "no deal", "no day", "no amount", "nothing", "half a cent", "another currency"],
)
def test_a_row_that_cannot_be_is_refused_with_its_column(run: Run, row: str, column: str) -> None:
    done = run("payments", HEAD + row + "\n")
    assert (done.refused, [problem["column"] for problem in done.report["problems"]]) == (1, [column])
    assert stored() == []


def test_good_rows_go_in_when_asked_and_a_dry_run_writes_nothing(run: Run) -> None:
    text = HEAD + "P1,D1,2026-02-01,60\nP2,D9,2026-02-01,60\n"
    assert (run("payments", text, dry_run=True).status, stored()) == ("checked", [])
    assert (run("payments", text, keep=True).created, len(stored())) == (1, 1)


def test_other_names_other_signs_and_the_deals_currency(run: Run) -> None:
    text = "Receipt;Order;When;Paid;Cur\nR1;D3;01/02/2026;1.250,50;eur\n"
    mapping = """
date_formats: ["%d/%m/%Y"]
decimal: ","
thousands: "."
fields: {external_id: Receipt, deal: Order, paid_on: When, amount: Paid, currency: Cur}
"""
    assert run("payments", text, mapping).created == 1
    assert stored() == [("R1", "D3", date(2026, 2, 1), 1_250_50)]


def test_an_amount_alone_is_compared_with_the_deal_that_it_is_for(run: Run) -> None:
    run("payments", GOOD)
    done = run("payments", "external_id,amount\nP1,61\n")
    assert done.changed == 1, done.report
    assert run("payments", "external_id,amount,currency\nP1,62,EUR\n").refused == 1
    assert run("payments", "external_id,amount\nP9,61\n").refused == 1
    assert stored()[0] == ("P1", "D1", date(2026, 2, 1), 61_00)
