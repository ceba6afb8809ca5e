"""True-ups beside what else a statement settles: pay that waits, draws, hand-overs, clawbacks, spiffs, pools, caps."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import User
from commissions import services
from commissions.models import Plan, Score, Settlement, Statement
from commissions.services.stale import note_scores
from sales import services as sales
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, won
from tests.commissions.test_true_ups import BY, change, close, posted, take_up, totals
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
HALF = """
plan: Half as the customer pays
currency: USD
period: month
components:
  - key: all
    name: Everything
    rate: 10%
    payout: [{share: 50%, due: at_once}, {share: 50%, due: paid}]
"""
LATER = HALF.replace("{share: 50%, due: paid}", "{share: 50%, after: 45 days}")


def pay(deal: Deal, on: date, amount_minor: int) -> None:
    sales.record_payment(deal=deal, external_id=f"{deal.external_id}-{on}", paid_on=on, amount_minor=amount_minor, **BY)
    take_up()


def score(plan: Plan, payee: User, by: User, ppm: int) -> None:
    """Of January. No page takes one of a period that is closed, but a score may be restored."""
    Score.objects.filter(payee=payee).update(replaced_at=NOW)
    Score.objects.create(
        payee=payee, plan=plan, component="mbo", window="month", window_start=date(2026, 1, 1), score_ppm=ppm,
        entered_by=by, entered_at=NOW,
    )  # fmt: skip
    note_scores(scored=[(payee.pk, date(2026, 1, 31))])
    take_up()


def held() -> dict[str, int]:
    rows = Settlement.objects.select_related("statement__period").filter(held_after_minor__gt=0)
    return {row.statement.period.label: row.held_after_minor for row in rows}


def months(*numbers: int) -> None:
    for number in numbers:
        calculated(f"2026-{number:02}")


def test_a_true_up_waits_as_what_it_corrects_does(cast: Cast) -> None:
    assign(published(HALF).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2, 3)
    close("2026-01")
    change(deal, amount_minor=1200_00)
    assert totals() == {"2026-01": (100_00, 50_00), "2026-02": (20_00, 10_00)}
    close("2026-02")
    pay(deal, date(2026, 3, 5), 1200_00)
    assert held() == {"2026-01": 50_00, "2026-02": 60_00}
    paid = {row.period.label: row.payable_minor for row in Statement.objects.select_related("period")}
    assert paid == {"2026-01": 50_00, "2026-02": 10_00, "2026-03": 60_00, "2026-11": 0}


def test_it_waits_from_the_day_on_which_the_credit_was_earned(cast: Cast) -> None:
    assign(published(LATER).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")  # the second half is due on 24 February
    months(1, 2, 3)
    close("2026-01", "2026-02")
    change(deal, amount_minor=1200_00)
    assert totals()["2026-03"] == (20_00, 20_00)


def test_a_deal_found_late_waits_for_its_customer(cast: Cast) -> None:
    assign(published(HALF).plan, cast.ana)
    months(1, 2, 3)
    close("2026-01")
    change(owner=cast.ana, closed_on=date(2026, 1, 20), amount_minor=1000_00, external_id="L")
    assert totals() == {"2026-02": (100_00, 50_00)}
    close("2026-02")
    pay(Deal.objects.get(), date(2026, 3, 5), 500_00)
    assert [row.payable_minor for row in Statement.objects.order_by("period__start")] == [0, 50_00, 25_00, 0]


def test_a_deal_that_goes_takes_what_waits_with_it(cast: Cast) -> None:
    assign(published(HALF).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2, 3)
    close("2026-01")
    change(deal, status="lost")
    assert totals()["2026-02"] == (-100_00, -50_00)
    close("2026-02")
    calculated("2026-03")
    assert held() == {"2026-01": 50_00}
    assert sum(row.payable_minor for row in Statement.objects.all()) == 0


def test_a_draw_counts_them_as_earned_where_they_stand(cast: Cast) -> None:
    assign(published(FLAT + "draw: {kind: recoverable, amount: 100, recover_at_most: 100%}\n").plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 500_00, key="A")
    months(1, 2)
    close("2026-01")
    assert totals() == {"2026-01": (50_00, 100_00)}
    change(deal, amount_minor=1500_00)
    assert totals()["2026-02"] == (100_00, 100_00)
    assert [row.owed_after_minor for row in Settlement.objects.order_by("statement__period__start")][:2] == [
        50_00,
        50_00,
    ]


def test_what_was_handed_over_after_its_month_closed_stays_and_no_true_up_moves_it(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2)
    close("2026-01")
    change(deal, owner=cast.ben)
    assert (posted("2026-02"), posted("2026-02", "ben")) == ([], [])
    change(deal, owner=cast.ben, amount_minor=1200_00)
    assert (posted("2026-02"), posted("2026-02", "ben")) == ([("A", "2026-01", 20_00)], [])


def test_a_true_up_of_a_closed_statement_credits_as_its_lines_do(cast: Cast) -> None:
    """A deal that came late stays with whom a true-up paid, when it is handed over after that has closed."""
    assign(published(FLAT).plan, cast.ana, cast.ben)
    months(1, 2, 3)
    close("2026-01")
    change(owner=cast.ana, closed_on=date(2026, 1, 20), amount_minor=1000_00, external_id="L")
    close("2026-02")
    deal = Deal.objects.get()
    change(deal, owner=cast.ben)
    assert (posted("2026-03"), posted("2026-03", "ben")) == ([], [])
    sales.cancel_deal(deal=deal, cancelled_on=date(2026, 3, 3), **BY)
    take_up()
    assert (posted("2026-03"), posted("2026-03", "ben")) == ([("L", "", -100_00)], [])


def test_a_deal_that_a_true_up_took_back_is_nobodys_and_goes_to_who_has_it_then(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2, 3)
    close("2026-01")
    change(deal, status="lost")
    close("2026-02")
    change(deal, owner=cast.ben, status="won")
    assert (posted("2026-03"), posted("2026-03", "ben")) == ([], [("A", "2026-01", 100_00)])


def test_a_clawback_by_what_was_paid_takes_the_true_up_too(cast: Cast) -> None:
    assign(published(FLAT + "clawback: {within_days: 90, mode: paid}\n").plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2, 3)
    close("2026-01")
    change(deal, amount_minor=1200_00)
    close("2026-02")
    sales.cancel_deal(deal=deal, cancelled_on=date(2026, 3, 3), **BY)
    take_up()
    assert posted("2026-03") == [("A", "", -120_00)]


def test_a_cancellation_told_late_is_a_true_up_of_its_own_day(cast: Cast) -> None:
    assign(published(HALF).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2, 3)
    close("2026-01", "2026-02")
    sales.cancel_deal(deal=deal, cancelled_on=date(2026, 2, 3), **BY)
    take_up()
    assert posted("2026-03") == [("A", "2026-02", -100_00)]
    assert totals() == {"2026-01": (100_00, 50_00), "2026-03": (-100_00, -50_00)}


def test_a_cap_carries_more_or_less_into_the_months_after(cast: Cast) -> None:
    capped = FLAT.replace("rate: 10%", "rate: 10%, cap: {per: month, amount: 50, excess: carry}")
    assign(published(capped).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 700_00, key="A")  # 70.00: 50.00, and 20.00 are carried
    months(1, 2, 3)
    close("2026-01", "2026-02")
    assert totals() == {"2026-01": (50_00, 50_00), "2026-02": (20_00, 20_00)}
    change(deal, amount_minor=900_00)
    assert posted("2026-03") == [("all", "2026-02", 20_00)]
    change(deal, amount_minor=1200_00)
    assert posted("2026-03") == [("all", "", 20_00), ("all", "2026-02", 30_00)]


def test_a_score_of_a_closed_month_given_anew(cast: Cast) -> None:
    scored = """
    {plan: Scored, currency: USD, period: month, components: [
      {key: mbo, name: Objectives, measure: score, window: month, pays: target, rate: 100%}]}
    """
    plan = published(scored).plan
    assign(plan, cast.ana)
    services.set_quota(
        plan=plan, payees=[cast.ana], quota_minor=100_00, per="month", kind="target", from_date=date(2026, 1, 1),
        until=None, **BY,
    )  # fmt: skip
    score(plan, cast.ana, cast.mia, 800_000)
    months(1, 2)
    close("2026-01")
    score(plan, cast.ana, cast.mia, 1_000_000)
    assert posted("2026-02") == [("mbo", "2026-01", 20_00)]


def test_several_currencies_are_made_good_each_in_its_own_statement(cast: Cast) -> None:
    dollars = published(FLAT).plan
    euros = published(FLAT.replace("plan: Flat", "plan: Euros").replace("USD", "EUR")).plan
    assign(dollars, cast.ana)
    assign(euros, cast.ana)
    one = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    other = won(cast.ana, date(2026, 1, 11), 1000_00, key="B", currency="EUR")
    months(1, 2)
    close("2026-01")
    change(one, amount_minor=1100_00)
    change(other, amount_minor=1300_00)
    found = Statement.objects.filter(period__start="2026-02-01").order_by("currency")
    assert list(found.values_list("currency", "total_minor")) == [("EUR", 30_00), ("USD", 10_00)]


def test_a_rate_set_for_a_closed_month(cast: Cast) -> None:
    assign(published(FLAT.replace("period: month", "period: month\nother_currencies: convert")).plan, cast.ana)
    rate: dict[str, Any] = {"source": "EUR", "target": "USD", "starts_on": date(2026, 1, 1), **BY}
    row = sales.save_rate(rate=None, value=Decimal("1.1"), **rate)
    won(cast.ana, date(2026, 1, 10), 1000_00, key="A", currency="EUR")
    months(1, 2)
    close("2026-01")
    sales.save_rate(rate=row, value=Decimal("1.2"), **rate)
    take_up()
    assert posted("2026-02") == [("A", "2026-01", 10_00)]


def test_leave_told_late_takes_the_credit_of_a_closed_month(cast: Cast) -> None:
    assign(published(FLAT + "leave: {deals: not_credited}\n").plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2)
    close("2026-01")
    accounts.add_leave(user=cast.ana, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 15), **BY)
    take_up()
    assert posted("2026-02") == [("A", "2026-01", -100_00)]


def test_a_pool_moves_for_all_its_members(cast: Cast) -> None:
    pool = """
    {plan: Pool, currency: USD, period: month, components: [
      {key: pool, name: Pool, credit: {of: team}, window: month, rate: 10%, pool: {share: equal}}]}
    """
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=date(2026, 1, 1), **BY)
    assign(published(pool).plan, cast.ana, cast.ben)
    deal = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    months(1, 2)
    close("2026-01")
    change(deal, amount_minor=1200_00)
    assert (posted("2026-02"), posted("2026-02", "ben")) == ([("A", "2026-01", 10_00)], [("A", "2026-01", 10_00)])


def test_a_deal_closed_late_takes_what_is_left_of_a_spiff(cast: Cast) -> None:
    spiff = """
    {plan: Launch, currency: USD, period: month, components: [
      {key: launch, name: Launch, measure: count, pay_per_unit: 100,
       spiff: {from: 2026-01-01, until: 2026-04-01, first: 2}}]}
    """
    assign(published(spiff).plan, cast.ana, cast.ben)
    first = won(cast.ana, date(2026, 1, 10), 1000_00, key="A")
    won(cast.ben, date(2026, 2, 10), 1000_00, key="B")
    months(1, 2, 3)
    close("2026-01")
    change(owner=cast.ana, closed_on=date(2026, 1, 5), amount_minor=1_00, external_id="L")
    assert (posted("2026-02"), posted("2026-02", "ben")) == ([("L", "2026-01", 100_00)], [("B", "", 0)])
    close("2026-02")
    change(first, status="lost")  # a place is free again, for whom a closed statement didn't refuse one
    won(cast.ben, date(2026, 3, 10), 1000_00, key="C")
    calculated("2026-03")
    assert posted("2026-03") == [("A", "2026-01", -100_00)]
    close("2026-03")
