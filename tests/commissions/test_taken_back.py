"""What is taken back and what comes again, from the facts to the words of a line; and what it makes stale."""

from datetime import date

import pytest
from django.utils import translation

from commissions import selectors, services
from commissions.models import EarningLine, Plan, StaleStatement
from tests.commissions.facts import assign, calculated, published, won
from tests.commissions.test_crediting import line_of, pay
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
PLAN = """
plan: Taken back
currency: USD
period: month
components:
  - key: sales
    name: Sales
    window: year
    tiers: retroactive
    curve: [{from: 0, rate: 5%}, {from: 1000, rate: 10%}]
clawback: CLAWBACK
"""


def amounts(label: str) -> list[tuple[str, int]]:
    lines = EarningLine.objects.filter(statement__period__start__startswith=label).order_by("date", "seq")
    return [(str(line.event), line.amount_minor) for line in lines]


def read(event: str, *, is_own: bool = True, nth: int = 0) -> tuple[str, list[str]]:
    found = selectors.reading(selectors.line_explanation(line_of(event, nth)), is_own=is_own)
    return found.sentence.replace("\xa0", " "), [text.replace("\xa0", " ") for text in found.crediting]


def cancelled_deal(cast: Cast, clawback: str) -> None:
    assign(published(PLAN.replace("CLAWBACK", clawback)).plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 600_00, cancelled_on=date(2026, 3, 1))
    won(cast.ana, date(2026, 2, 10), 500_00)
    for label in ("2026-01", "2026-02", "2026-03"):
        calculated(label)


def test_a_deal_that_counts_on_says_what_it_had_been_paid(cast: Cast) -> None:
    cancelled_deal(cast, "{within_days: 90, attainment: leave}")
    assert amounts("2026-03") == [("cancelled", -30_00)]
    assert read("cancelled") == (
        (
            "This deal had paid $30.00 here so far, and $30.00 of that is taken back. "
            "The deal still counts towards your tiers and quotas."
        ),
        ["Cancelled on 1 Mar 2026."],
    )
    with translation.override("id"):
        assert read("cancelled", is_own=False)[0] == (
            "Transaksi ini sejauh ini telah membayar US$30,00 di sini, dan US$30,00 dari itu ditarik kembali. "
            "Transaksi ini tetap diperhitungkan untuk jenjang dan kuota Ana."
        )


def test_what_is_taken_back_without_a_quota_moves_nothing_and_says_so(cast: Cast) -> None:
    against = PLAN.replace("CLAWBACK", "{within_days: 90, attainment: leave}").replace(
        "{from: 0, rate: 5%}, {from: 1000, rate: 10%}", "{from: 0%, rate: 5%}"
    )
    assign(published(against.replace("window: year", "window: year\n    against: quota")).plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 600_00, cancelled_on=date(2026, 3, 1))
    for label in ("2026-01", "2026-03"):
        calculated(label)
    assert (amounts("2026-01"), amounts("2026-03")) == ([], [("cancelled", 0)])
    assert read("cancelled")[0] == "Nothing of this deal counts here: its credit is 0, so it earned nothing."


def test_a_deal_of_which_no_more_than_was_paid_is_taken_back_says_so(cast: Cast) -> None:
    cancelled_deal(cast, "{within_days: 90, mode: paid}")
    assert amounts("2026-03") == [("cancelled", -30_00)]
    assert read("cancelled")[0].endswith(
        "On the way down the curve $85.00 would be taken back. The deal had paid $30.00 here, and the plan takes back "
        "no more than that: $30.00."
    )


def test_a_deal_that_isnt_paid_for_is_taken_back_and_credited_again(cast: Cast) -> None:
    terms = "{within_days: 90, unpaid: {after_days: 30, again: when_paid}}"
    assign(published(PLAN.replace("CLAWBACK", terms)).plan, cast.ana)
    pay(won(cast.ana, date(2026, 1, 10), 600_00), (date(2026, 3, 5), 600_00))
    for label in ("2026-01", "2026-02", "2026-03"):
        calculated(label)
    assert [amounts(label) for label in ("2026-01", "2026-02", "2026-03")] == [
        [("booked", 30_00)], [("unpaid", -30_00)], [("paid", 30_00)],
    ]  # fmt: skip
    assert read("unpaid")[1] == [
        "Not paid in full by 9 Feb 2026, 30 days after closing: what had been credited is taken back."
    ]
    assert read("paid")[1] == ["Paid in full on 5 Mar 2026 after all: what had been taken back is credited again."]


RESIDUAL = """
plan: Residual
currency: USD
period: month
components: [{key: fee, name: Fee, rate: 10%, repeats: {every: month, for: term}}]
"""


def test_a_contract_of_last_year_pays_on_and_says_the_how_many_eth_time_it_is(cast: Cast) -> None:
    assign(published(RESIDUAL, from_date=date(2025, 1, 1)).plan, cast.ana, from_date=date(2025, 1, 1))
    won(cast.ana, date(2025, 12, 15), 100_00, term_months=3)
    for label in ("2025-12", "2026-01", "2026-02", "2026-03"):
        calculated(label)
    assert [amounts(label) for label in ("2025-12", "2026-01", "2026-02", "2026-03")] == [
        [("booked", 10_00)], [("repeated", 10_00)], [("repeated", 10_00)], [],
    ]  # fmt: skip
    assert read("repeated", nth=1)[1] == [
        "Credited again on 15 Feb 2026, credit number 3 of this deal: its contract runs on."
    ]


def test_the_owner_of_the_day_is_paid_for_what_comes_later_and_gives_back_what_is_taken(cast: Cast) -> None:
    assign(published(RESIDUAL).plan, cast.ana, until=date(2026, 1, 31))
    assign(published(RESIDUAL).plan, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 100_00, term_months=3)
    calculated("2026-02")
    assert amounts("2026-02") == []  # who left the plan gets no more
    deal.owner = cast.ben
    deal.save(update_fields=["owner"])
    calculated("2026-02")
    assert amounts("2026-02") == [("repeated", 10_00)]


ONCE = RESIDUAL.replace(", repeats: {every: month, for: term}", "")


def test_who_left_the_plan_before_a_cancellation_gives_nothing_back(cast: Cast) -> None:
    assign(published(ONCE).plan, cast.ana, until=date(2026, 1, 31))
    assign(Plan.objects.get(), cast.ben)
    won(cast.ana, date(2026, 1, 10), 100_00, cancelled_on=date(2026, 2, 10))
    calculated("2026-01")
    calculated("2026-02")
    assert (amounts("2026-01"), amounts("2026-02")) == ([("booked", 10_00)], [])


CLOSED = date(2025, 12, 15)


@pytest.mark.parametrize(
    ("source", "days"), [(RESIDUAL, [CLOSED, date(2026, 1, 1)]), (ONCE, [CLOSED])], ids=["again", "once"]
)
def test_a_deal_of_last_year_makes_this_year_stale_where_it_may_come_again(
    cast: Cast, source: str, days: list[date]
) -> None:
    assign(published(source, from_date=date(2025, 1, 1)).plan, cast.ana, from_date=date(2025, 1, 1))
    calculated("2026-01")
    StaleStatement.objects.all().delete()
    services.note_facts(touched=[(cast.ana.pk, CLOSED)])
    assert list(StaleStatement.objects.order_by("on").values_list("on", flat=True)) == days
