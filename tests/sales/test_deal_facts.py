"""Invoices, cancellations, costs and own fields of a deal, by service and by file, and whose days they touch."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from sales import services
from sales.models import Deal, Payment
from sales.services import Part
from sales.signals import Touched, facts_changed
from tests.conftest import Cast
from tests.sales.conftest import Run
from tests.sales.test_deals import NOW, save

Heard = list[frozenset[Touched]]
HEAD = "external_id,owner,amount,currency,status,closed_on"
CLOSED, INVOICED, CANCELLED = date(2026, 1, 5), date(2026, 2, 1), date(2027, 3, 1)


@pytest.fixture
def heard() -> Iterator[Heard]:
    told: Heard = []

    def hear(touched: frozenset[Touched], **_: object) -> None:
        told.append(touched)

    facts_changed.connect(hear)
    yield told
    facts_changed.disconnect(hear)


def days(told: Heard) -> set[tuple[int, date]]:
    return {(fact.user_id, fact.on) for touched in told for fact in touched}


def only() -> Deal:
    return Deal.objects.get()


def test_every_fact_is_kept_and_what_is_not_given_stays(cast: Cast) -> None:
    later: dict[str, Any] = {
        "invoiced_on": date(2026, 11, 10),
        "cancelled_on": date(2026, 12, 1),
        "cost_minor": 60_000_00,
        "tax_minor": 0,
        "discount_ppm": 125_000,
        "term_months": 24,
        "custom": {"region": "west", "seats": 25},
    }
    deal = save(owner=cast.ana, **later)
    save(deal, stage="Renewed")
    assert {name: getattr(only(), name) for name in later} == later
    assert only().stage == "Renewed"


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"cancelled_on": date(2026, 11, 2)}, "cancelled_on", "cancelled before it closed"),
        ({"status": "lost", "cancelled_on": date(2026, 11, 5)}, "cancelled_on", "Only a won deal can be cancelled."),
        ({"cost_minor": 10**17}, "cost_minor", "The amount is too large"),
        ({"discount_ppm": 1_000_001}, "discount_ppm", "from 0 to 100 %"),
        ({"term_months": 1_201}, "term_months", "from 0 to 1200 months"),
        ({"invoiced_on": date(1700, 1, 1)}, "invoiced_on", "Correct the year"),
        ({"custom": {"Region": "x"}}, "custom", "no name of a field"),
        ({"custom": {"region": "x" * 201}}, "custom", "200 is the most"),
        ({"custom": {f"f{n}": "x" for n in range(51)}}, "custom", "51 fields of your own; 50 is the most"),
        ({"custom": {"rate": 0.5}}, "custom", "rate has no value"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(db: None, facts: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        save(**facts)
    assert list(refused.value.message_dict) == [field]
    assert says in refused.value.message_dict[field][0]
    assert not Deal.objects.exists()


def test_a_change_touches_every_day_that_may_credit_the_deal_old_and_new(cast: Cast, heard: Heard) -> None:
    deal = save(owner=cast.ana, closed_on=CLOSED, invoiced_on=INVOICED)
    services.record_payment(
        deal=deal, external_id="P1", paid_on=date(2026, 4, 1), amount_minor=5, acting_user=None, now=NOW
    )
    heard.clear()
    save(deal, invoiced_on=date(2026, 3, 1), cancelled_on=CANCELLED, shares=(Part(cast.ben, 1_000_000),))
    both = {CLOSED, INVOICED, date(2026, 3, 1), CANCELLED, date(2026, 4, 1)}
    before, after = both - {date(2026, 3, 1), CANCELLED}, both - {INVOICED}
    assert days(heard) == {(cast.ana.pk, day) for day in before | after} | {(cast.ben.pk, day) for day in after}


def test_a_payment_touches_its_day_and_the_deals_and_so_does_removing_it(cast: Cast, heard: Heard) -> None:
    deal = save(owner=cast.ana, closed_on=CLOSED)
    heard.clear()
    paid = services.record_payment(
        deal=deal, external_id="P1", paid_on=date(2026, 4, 1), amount_minor=-5, acting_user=cast.finn, now=NOW
    )
    expected = {(cast.ana.pk, CLOSED), (cast.ana.pk, date(2026, 4, 1))}
    assert days(heard) == expected
    heard.clear()
    services.remove_payment(payment=paid, acting_user=cast.finn, now=NOW)
    services.remove_payment(payment=paid, acting_user=cast.finn, now=NOW)
    assert (days(heard), len(heard), Payment.objects.count()) == (expected, 1, 0)


@pytest.mark.parametrize(
    ("payment", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": 10**17}, "amount_minor"),
        ({"paid_on": date(2026, 12, 24)}, "paid_on"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": "P1"}, "external_id"),
    ],
    ids=["nothing", "too large", "to come", "no id", "taken"],
)
def test_a_payment_that_cannot_be_is_refused(db: None, payment: dict[str, Any], field: str) -> None:
    deal = save()
    usual: dict[str, Any] = {"deal": deal, "paid_on": CLOSED, "amount_minor": 5, "acting_user": None, "now": NOW}
    services.record_payment(external_id="P1", **usual)
    with pytest.raises(ValidationError) as refused:
        services.record_payment(**{"external_id": "P2", **usual, **payment})
    assert list(refused.value.message_dict) == [field]


def test_a_deal_with_payments_keeps_its_currency_by_hand_and_by_file(db: None, run: Run) -> None:
    deal = save()
    services.record_payment(deal=deal, external_id="P1", paid_on=CLOSED, amount_minor=5, acting_user=None, now=NOW)
    with pytest.raises(ValidationError, match="payments in its currency"):
        save(deal, currency="EUR")
    done = run("deals", "external_id,currency\nCRM-1,EUR\n")
    assert done.refused == 1
    assert "payments in USD, so its currency can't become EUR" in str(done.report["problems"])[:2_000] or done.report


FILE = (
    HEAD + ",invoiced_on,cancelled_on,cost,tax,discount,term_months,custom.region,custom.seats\n"
    "D1,ana,100,USD,won,2026-01-05,2026-02-01,2027-03-01,60,10.50,12.5%,24,west,25\n"
)


def test_a_file_gives_every_fact_and_the_same_file_again_changes_nothing(cast: Cast, run: Run, heard: Heard) -> None:
    assert run("deals", FILE).created == 1
    deal = only()
    assert (deal.invoiced_on, deal.cancelled_on, deal.cost_minor, deal.tax_minor) == (INVOICED, CANCELLED, 6000, 1050)
    assert (deal.discount_ppm, deal.term_months, deal.custom) == (125_000, 24, {"region": "west", "seats": "25"})
    assert days(heard) == {(cast.ana.pk, day) for day in (CLOSED, INVOICED, CANCELLED)}
    heard.clear()
    assert (run("deals", FILE).unchanged, heard) == (1, [])


def test_fields_that_a_file_does_not_have_stay_and_an_empty_cell_empties(cast: Cast, run: Run) -> None:
    run("deals", FILE)
    done = run("deals", "external_id,custom.region,custom.channel\nD1,,partner\n")
    assert done.changed == 1
    assert only().custom == {"seats": "25", "channel": "partner"}
    changes = [change["field"] for change in done.report["samples"]["changed"][0]["changes"]]
    assert changes == ["custom.region", "custom.channel"]


def test_costs_alone_are_read_in_the_deals_own_currency_or_refused(cast: Cast, run: Run) -> None:
    run("deals", HEAD + "\nD1,ana,100,EUR,won,2026-01-05\n")
    assert run("deals", "external_id,cost\nD1,60\n").refused == 1
    assert run("deals", "external_id,cost\nD1,60\n", "currency: EUR").changed == 1
    assert (only().cost_minor, only().currency) == (60_00, "EUR")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("D1,ana,1,USD,won,2026-01-05,,2026-01-04,,,,,,", "cancelled_on"),
        ("D1,ana,1,USD,lost,2026-01-05,,2026-01-06,,,,,,", "cancelled_on"),
        ("D1,ana,1,USD,won,2026-01-05,,,1.005,,,,,", "cost"),
        ("D1,ana,1,USD,won,2026-01-05,,,,,101%,,,", "discount"),
        ("D1,ana,1,USD,won,2026-01-05,,,,,12.34567,,,", "discount"),
        ("D1,ana,1,USD,won,2026-01-05,,,,,,1201,,", "term_months"),
        ("D1,ana,1,USD,won,2026-01-05,,,,,,," + "x" * 201 + ",", "custom.region"),
    ],
)
def test_a_row_that_cannot_be_is_refused_beside_its_column(cast: Cast, run: Run, row: str, column: str) -> None:
    done = run("deals", FILE.splitlines()[0] + "\n" + row + "\n")
    assert [problem["column"] for problem in done.report["problems"]] == [column]
    assert not Deal.objects.exists()


def test_a_cancellation_alone_meets_the_facts_and_losing_a_cancelled_deal_is_refused(cast: Cast, run: Run) -> None:
    run("deals", HEAD + "\nD1,ana,1,USD,won,2026-01-05\nD2,ana,1,USD,open,\n")
    done = run("deals", "external_id,cancelled_on\nD1,2026-01-04\nD2,2026-01-06\n")
    assert [problem["line"] for problem in done.report["problems"]] == [3, 2]
    done = run("deals", "external_id,cancelled_on\nD1,2026-01-05\n")
    assert done.changed == 1, done.report
    assert run("deals", "external_id,status\nD1,lost\n").refused == 1
