"""A deal that changes hands after a closed statement credited it: who gives back, who doesn't, and what stays."""

# ruff: noqa: RUF001  the signs of arithmetic as pages write them

from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from commissions import selectors, services
from commissions.models import EarningLine, HandedOver, Period, Settlement, StaleStatement, Statement
from commissions.selectors import cancelling
from commissions.selectors.estimate import Supposed, estimate
from sales import services as sales
from sales.models import Deal
from sales.services.deal_checks import Part
from tests.commissions.facts import FLAT, NOW, TODAY, assign, calculated, lines, published, totals, won
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
PAID = FLAT.replace("rate: 10%", "rate: 10%, credit: {trigger: paid}")


def hand(deal: Deal, owner: User, shares: list[Part] | None = None) -> None:
    """As the form of a deal does it."""
    deal.refresh_from_db()
    facts = {
        name: getattr(deal, name)
        for name in (
            "external_id", "name", "kind", "status", "stage", "customer", "product", "quantity", "amount_minor",
            "currency", "opened_on", "closed_on",
        )
    }  # fmt: skip
    sales.save_deal(deal=deal, owner=owner, shares=shares or [], seen_at=None, **facts, **BY)


def cancel(deal: Deal, day: date) -> None:
    sales.cancel_deal(deal=deal, cancelled_on=day, **BY)


def close(label: str) -> None:
    calculated(label)
    Period.objects.filter(start__startswith=label).update(status=Period.Status.CLOSED)


def caught_up() -> None:
    """What the notes say, done."""
    while services.recalculate_stale(now=NOW):
        pass


def paid(label: str) -> dict[str, int]:
    return {payee: total for (payee, _label), total in totals(label).items() if total}


@pytest.fixture
def sold(cast: Cast) -> Deal:
    assign(published(FLAT).plan, cast.ana, cast.ben, cast.mia)
    return won(cast.ana, date(2026, 1, 10), 100_00)


def test_who_was_credited_in_a_closed_month_gives_back(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    hand(sold, cast.ben)
    calculated("2026-03")
    cancel(sold, date(2026, 3, 5))
    caught_up()
    assert (paid("2026-01"), paid("2026-03")) == ({"ana": 10_00}, {"ana": -10_00})
    calculated("2026-03")
    assert paid("2026-03") == {"ana": -10_00}


def test_while_the_month_is_open_everything_moves(cast: Cast, sold: Deal) -> None:
    calculated("2026-01")
    hand(sold, cast.ben)
    cancel(sold, date(2026, 3, 5))
    calculated("2026-01")
    close("2026-01")
    calculated("2026-03")
    assert (paid("2026-01"), paid("2026-03")) == ({"ben": 10_00}, {"ben": -10_00})
    assert not HandedOver.objects.exists()


def test_a_closed_month_is_as_it_was(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    january = Statement.objects.filter(period__start="2026-01-01").order_by("pk")
    before = lines(), list(january.values())
    hand(sold, cast.ben)
    cancel(sold, date(2026, 1, 20))
    caught_up()
    still = [line for line in lines() if line["statement__period__start"] == date(2026, 1, 1)]
    assert (still, list(january.values())) == before
    assert paid("2026-11") == {"ana": -10_00}, "a true-up, from who was credited"


def test_the_deal_goes_on_counting_towards_the_tiers_of_who_was_credited(cast: Cast) -> None:
    tiers = FLAT.replace(
        "rate: 10%", "window: quarter, tiers: marginal, curve: [{from: 0, rate: 5%}, {from: 100, rate: 10%}]"
    )
    assign(published(tiers).plan, cast.ana, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 100_00)
    won(cast.ana, date(2026, 2, 10), 10_00)
    won(cast.ben, date(2026, 2, 10), 10_00)
    close("2026-01")
    hand(deal, cast.ben)
    calculated("2026-02")
    assert paid("2026-02") == {"ana": 1_00, "ben": 50}


def test_a_manager_gives_back_with_her_report_and_the_new_ones_manager_does_not(cast: Cast) -> None:
    assign(published(FLAT.replace("rate: 10%", "rate: 10%, credit: {of: reports}")).plan, cast.mia)
    assign(published(FLAT.replace("Flat", "Own")).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 100_00)
    close("2026-01")
    hand(deal, cast.ada)  # who reports to nobody
    cancel(deal, date(2026, 3, 5))
    calculated("2026-03")
    assert paid("2026-03") == {"ana": -10_00, "mia": -10_00}


def test_a_payment_of_a_closed_month_stays_and_later_ones_go_to_the_owner_of_now(cast: Cast) -> None:
    assign(published(PAID).plan, cast.ana, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 300_00)
    sales.record_payment(deal=deal, external_id="1", paid_on=date(2026, 1, 20), amount_minor=100_00, **BY)
    close("2026-01")
    hand(deal, cast.ben)
    sales.record_payment(deal=deal, external_id="2", paid_on=date(2026, 2, 20), amount_minor=200_00, **BY)
    cancel(deal, date(2026, 3, 5))
    calculated("2026-02")
    calculated("2026-03")
    assert (paid("2026-02"), paid("2026-03")) == ({"ben": 20_00}, {"ana": -10_00, "ben": -20_00})
    assert texts(cast.ben, "2026-03") == [
        "Cancelled on 5 Mar 2026: what had been credited is taken back.",
        "Credited before: $300.00 × $300.00 ÷ $300.00 = $300.00.",
        "Credited now: $300.00 × $100.00 ÷ $300.00 = $100.00.",
        "This line has the difference: $100.00 − $300.00 = −$200.00.",
    ]


def test_a_deal_that_is_split_otherwise_gives_back_as_it_was_split(cast: Cast, sold: Deal) -> None:
    hand(sold, cast.ana, [Part(cast.ana, 600_000), Part(cast.ben, 400_000)])
    close("2026-01")
    hand(sold, cast.ana, [Part(cast.ana, 100_000), Part(cast.ben, 400_000), Part(cast.mia, 500_000)])
    cancel(sold, date(2026, 3, 5))
    calculated("2026-03")
    assert paid("2026-03") == {"ana": -6_00, "ben": -4_00}


def test_years_later_too(cast: Cast) -> None:
    assign(published(FLAT, from_date=date(2024, 1, 1)).plan, cast.ana, cast.ben, from_date=date(2024, 1, 1))
    deal = won(cast.ana, date(2024, 1, 10), 100_00)
    close("2024-01")
    hand(deal, cast.ben)
    calculated("2026-03")
    caught_up()
    cancel(deal, date(2026, 3, 5))
    assert StaleStatement.objects.filter(payee_id=cast.ana.pk, on=date(2026, 3, 5)).exists()
    caught_up()
    assert paid("2026-03") == {"ana": -10_00}


def test_a_deal_that_comes_back_is_as_if_it_had_stayed(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    hand(sold, cast.ben)
    assert HandedOver.objects.get().deal == sold
    hand(sold, cast.ana)
    assert not HandedOver.objects.exists()


def test_a_period_that_is_opened_again_moves_everything(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    hand(sold, cast.ben)
    cancel(sold, date(2026, 3, 5))
    Period.objects.update(status=Period.Status.OPEN)
    for label in ("2026-01", "2026-03"):
        calculated(label)
    assert (paid("2026-01"), paid("2026-03")) == ({"ben": 10_00}, {"ben": -10_00})


TEXT = (
    "Ana was credited with this deal when January 2026 was closed, so Ana gives back what is taken back of it, though "
    "the deal is now with Ben."
)


def texts(payee: User, label: str) -> list[str]:
    line = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    ).get(statement__payee=payee, statement__period__start__startswith=label)
    found = selectors.reading(selectors.line_explanation(line), is_own=True)
    return [text.replace("\xa0", " ") for text in found.crediting]


def test_it_says_in_words_who_gives_back(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    hand(sold, cast.ben)
    sold.refresh_from_db()
    found = cancelling.cancelling(deal=sold, day=date(2026, 3, 5))
    assert cancelling.cancelling_sentence(found).replace("\xa0", " ") == (
        "Cancelling this on 5 Mar 2026 would take back $10.00 from Ana."
    )
    assert [text.replace("\xa0", " ") for text in cancelling.cancelling_more(found)] == [TEXT]
    with time_machine.travel(NOW, tick=False):
        assert TEXT in words(signed_in(cast.ada).get(reverse("sales:deal", args=[sold.pk])))
    cancel(sold, date(2026, 3, 5))
    calculated("2026-03")
    assert texts(cast.ana, "2026-03") == [TEXT, "Cancelled on 5 Mar 2026: what had been credited is taken back."]


def test_estimates_know_of_it(cast: Cast) -> None:
    tiers = FLAT.replace(
        "rate: 10%", "window: year, tiers: marginal, curve: [{from: 0, rate: 5%}, {from: 100, rate: 10%}]"
    )
    assign(published(tiers).plan, cast.ana, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 100_00)
    close("2026-01")
    hand(deal, cast.ben)
    next_one = Deal(
        pk=-1, owner=cast.ana, closed_on=date(2026, 11, 30), amount_minor=10_00, currency="USD", external_id="X"
    )
    brings = {
        payee: estimate(payee=payee, supposed=[Supposed(next_one, 100)], today=TODAY).deals[-1].totals
        for payee in (cast.ana, cast.ben)
    }
    assert brings == {cast.ana: {"USD": 1_00}, cast.ben: {"USD": 50}}


def test_who_has_left_the_plan_since_gives_back_on_it(cast: Cast) -> None:
    plan = published(FLAT).plan
    assign(plan, cast.ana, until=date(2026, 1, 31))
    assign(plan, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 100_00)
    close("2026-01")
    hand(deal, cast.ben)
    calculated("2026-02")
    calculated("2026-03")
    cancel(deal, date(2026, 3, 5))
    caught_up()
    assert (paid("2026-02"), paid("2026-03")) == ({}, {"ana": -10_00})
    assert [row.payee.name for row in Statement.objects.filter(period__start="2026-02-01")] == ["Ben"]
    before = lines()
    calculated("2026-03")
    assert lines() == before


def test_who_has_left_owes_it_where_the_plan_carries_what_is_below_zero(cast: Cast) -> None:
    plan = published(FLAT + "below_zero: carry\ndraw: {kind: recoverable, amount: 50}\n").plan
    assign(plan, cast.ana, until=date(2026, 1, 31))
    assign(plan, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 1_000_00)
    close("2026-01")
    hand(deal, cast.ben)
    cancel(deal, date(2026, 3, 5))
    calculated("2026-03")
    row = Settlement.objects.get(statement__payee=cast.ana, statement__period__start="2026-03-01")
    assert (row.earned_minor, row.advanced_minor, row.payable_minor, row.owed_after_minor) == (-100_00, 0, 0, 100_00)
