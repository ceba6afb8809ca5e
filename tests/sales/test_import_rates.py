"""Exchange rates from a file: found by pair and day, odd ones asked about, statements stale as the form makes them."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.models import StaleStatement
from kpis.models import StaleKpi
from sales.models import ExchangeRate, Import
from tests.commissions.facts import assign, published, won
from tests.conftest import Cast
from tests.sales.conftest import Run
from tests.sales.test_rates import CONVERTING, REFUSING, forget, rate, stale

pytestmark = pytest.mark.django_db
HEAD = "source,target,starts_on,rate\n"
GOOD = HEAD + "EUR,USD,2026-01-01,1.085\nEUR,USD,2026-02-01,1.1\nidr,usd,2026-01-01,0.0000613\n"


def stored() -> list[tuple[str, str, date, Decimal]]:
    rows = ExchangeRate.objects.order_by("source", "target", "starts_on")
    return list(rows.values_list("source", "target", "starts_on", "rate"))


def problems(done: Import) -> list[tuple[int, str, object]]:
    return [(each["line"], each["column"], each["what"]) for each in done.report["problems"]]


def test_rates_are_created_and_the_same_file_again_changes_nothing(cast: Cast, run: Run) -> None:
    assign(published(CONVERTING).plan, cast.ana)
    won(cast.ana, date(2026, 1, 20), 100_00, currency="EUR")
    assert run("rates", GOOD).created == 3
    assert stored() == [
        ("EUR", "USD", date(2026, 1, 1), Decimal("1.085")),
        ("EUR", "USD", date(2026, 2, 1), Decimal("1.1")),
        ("IDR", "USD", date(2026, 1, 1), Decimal("0.0000613")),
    ]
    forget()
    before = list(ExchangeRate.objects.order_by("pk").values())
    assert run("rates", GOOD).unchanged == 3
    assert list(ExchangeRate.objects.order_by("pk").values()) == before
    assert (StaleStatement.objects.exists(), StaleKpi.objects.exists()) == (False, False)


def test_a_corrected_rate_is_found_by_its_pair_and_day(run: Run) -> None:
    run("rates", GOOD)
    done = run("rates", HEAD + "EUR,USD,2026-02-01,1.12\n")
    assert (done.created, done.changed, done.unchanged) == (0, 1, 0)
    assert stored()[1][3] == Decimal("1.12")


def test_a_file_makes_stale_who_the_form_makes_stale(cast: Cast, run: Run) -> None:
    assign(published(CONVERTING).plan, cast.ana, cast.mia)
    assign(published(REFUSING).plan, cast.ben)
    for owner in (cast.ana, cast.ben):
        won(owner, date(2026, 3, 20), 100_00, currency="EUR")
    won(cast.mia, date(2026, 5, 1), 100_00, currency="EUR")  # converted by the next rate
    rate(date(2026, 5, 1))
    forget()
    run("rates", HEAD + "EUR,USD,2026-03-01,1.1\n", dry_run=True)
    assert stale() == set()
    run("rates", HEAD + "EUR,USD,2026-03-01,1.1\n")
    assert stale() == {("Ana", date(2026, 3, 20))}


def test_every_digit_of_a_rate_is_kept(run: Run) -> None:
    run("rates", HEAD + "EUR,USD,2026-01-01,8999999.999999999999\nUSD,EUR,2026-01-01,0.000000000001\n")
    assert [row[3] for row in stored()] == [Decimal("8999999.999999999999"), Decimal("0.000000000001")]
    assert run("rates", HEAD + "EUR,USD,2026-01-01,8999999.999999999999\n").unchanged == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("EUR,EUR,2026-01-01,1", "target"),
        ("ABC,USD,2026-01-01,1", "source"),
        (",USD,2026-01-01,1", "source"),
        ("EUR,USD,2026-02-30,1", "starts_on"),
        ("EUR,USD,2026-01-01,0", "rate"),
        ("EUR,USD,2026-01-01,-1", "rate"),
        ("EUR,USD,2026-01-01,9000000", "rate"),
        ("EUR,USD,2026-01-01,1.0000000000001", "rate"),
        ("EUR,USD,2026-01-01,", "rate"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_column(run: Run, row: str, column: str) -> None:
    done = run("rates", f"{HEAD}{row}\n")
    assert ([each[:2] for each in problems(done)], done.status, stored()) == ([(2, column)], "refused", [])


def test_the_same_pair_and_day_twice_is_refused(run: Run) -> None:
    done = run("rates", HEAD + "EUR,USD,2026-01-01,1.1\neur,usd,2026-01-01,1.2\n")
    assert [line for line, _column, _what in problems(done)] == [3]


def test_an_odd_rate_is_taken_only_where_the_file_says_that_it_is_meant(run: Run) -> None:
    run("rates", GOOD)
    odd = "EUR,USD,2026-03-01,1085"
    done = run("rates", f"{HEAD}{odd}\n")
    assert [each[:2] for each in problems(done)] == [(2, "rate")]
    assert run("rates", f"{HEAD.strip()},is_sure\n{odd},no\n").refused == 1
    assert run("rates", f"{HEAD.strip()},is_sure\n{odd},ya\n").created == 1
    assert run("rates", f"{HEAD}{odd}\n").unchanged == 1  # it holds: nobody is asked again


def test_rows_of_one_file_are_neighbours_of_one_another(run: Run) -> None:
    text = HEAD + "EUR,USD,2026-02-01,2.2\nEUR,USD,2026-01-01,1.1\nEUR,USD,2026-01-15,1.3\nIDR,USD,2026-01-10,0.00006\n"
    assert run("rates", text).created == 4
    rate(date(2026, 3, 1), "2.2")
    done = run("rates", HEAD + "EUR,USD,2025-12-01,4.4\n")  # the first of its pair: the next one is asked
    assert [each[:2] for each in problems(done)] == [(2, "rate")]


def test_other_names_and_other_signs(run: Run) -> None:
    text = "Base;Quote;Date;Kurs\nUSD;IDR;31/01/2026;16.250,5\n"
    mapping = (
        "{delimiter: ;, date_formats: ['%d/%m/%Y'], decimal: ',', thousands: ., "
        "fields: {source: Base, target: Quote, starts_on: Date, rate: Kurs, is_sure: {value: 'yes'}}}"
    )
    assert run("rates", text, mapping.replace("delimiter: ;", "delimiter: ';'")).created == 1
    assert stored() == [("USD", "IDR", date(2026, 1, 31), Decimal("16250.5"))]


def test_a_file_without_a_part_of_the_key_is_refused(run: Run) -> None:
    done = run("rates", "source,target,rate\nEUR,USD,1\n")
    assert (done.status, "starts_on" in str(done.report["fatal"])) == ("refused", True)
