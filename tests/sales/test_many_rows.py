"""A hundred thousand deals in one file: how long it takes is printed, not asserted."""

import time

from django.test import override_settings

from accounts.models import User
from sales.models import Customer, Deal, DealShare, Product
from tests.sales.conftest import Run

ROWS = 100_000


def content(first_amount: int = 0) -> str:
    lines = ["external_id,name,status,owner,customer,product,amount,currency,opened_on,closed_on,splits"]
    for n in range(ROWS):
        amount = first_amount if n == 0 and first_amount else n % 9_000 + 100
        split = f"e{n % 200}:60%;e{(n + 1) % 200}:40%" if n % 10 == 0 else ""
        closed = f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}"
        status = ("won", "lost", "won", "open")[n % 4]
        lines.append(
            f"D{n},Deal {n},{status},e{n % 200},C{n % 500},P{n % 20},{amount}.50,USD,2025-12-01,{closed},{split}"
        )
    return "\n".join(lines) + "\n"


@override_settings(LOGGING_CONFIG=None)
def test_a_hundred_thousand_deals_go_in_and_in_again(db: None, run: Run) -> None:
    User.objects.bulk_create([User(name=f"E{n}", external_id=f"e{n}") for n in range(200)])
    Customer.objects.bulk_create([Customer(name=f"C{n}", external_id=f"C{n}") for n in range(500)])
    Product.objects.bulk_create([Product(name=f"P{n}", external_id=f"P{n}") for n in range(20)])
    seconds = {}
    for what, text, expected in (
        ("created", content(), (ROWS, 0, 0)),
        ("unchanged", content(), (0, 0, ROWS)),
        ("one changed", content(777), (0, 1, ROWS - 1)),
    ):
        begun = time.perf_counter()
        done = run("deals", text)
        seconds[what] = round(time.perf_counter() - begun, 2)
        assert (done.created, done.changed, done.unchanged) == expected
    print(f"\n{ROWS:,} deals: {seconds}")  # noqa: T201
    assert (Deal.objects.count(), DealShare.objects.count()) == (ROWS, ROWS // 5)
