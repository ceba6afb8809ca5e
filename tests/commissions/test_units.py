"""Pay for units, for deals and at thresholds, as people read it."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from commissions import selectors
from commissions.models import EarningLine
from tests.commissions.facts import NOW, assign, calculated, published, won
from tests.commissions.test_pages import page
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

UNITS = """
plan: Units
currency: USD
period: month
components:
  - key: meetings
    name: Meetings
    when: deal.type = "meeting"
    measure: count
    pay_per_unit: 200
  - key: licences
    name: Licences
    when: deal.type = "licence"
    measure: quantity
    window: month
    tiers: marginal
    curve: [{from: 0, pay_per_unit: 2.50}, {from: 100, pay_per_unit: 4}]
  - key: sales
    name: Sales
    when: deal.type = "sale"
    window: month
    tiers: marginal
    curve: [{from: 0, rate: 5%}, {from: 1000, rate: 8%, bonus: 500}]
  - key: steps
    name: Steps
    when: deal.type = "sale"
    window: month
    tiers: stepped
    curve: [{from: 0, pay: 0}, {from: 1000, pay: 100}]
"""


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(cast: Cast) -> User:
    version = published(UNITS)
    assign(version.plan, cast.ana)
    won(cast.ana, date(2026, 11, 2), 0, kind="meeting")
    won(cast.ana, date(2026, 11, 3), 500_000, kind="licence", quantity=90)
    won(cast.ana, date(2026, 11, 4), 500_000, kind="licence", quantity=20)
    won(cast.ana, date(2026, 11, 5), 120_000, kind="sale")
    calculated("2026-11")
    return cast.ana


def line(key: str, seq: int) -> EarningLine:
    return EarningLine.objects.get(component=key, seq=seq)


def why(ana: User, key: str, seq: int, language: str = "en") -> str:
    return page(ana, "commissions:line", line(key, seq).pk, language=language)


def test_a_statement_counts_deals_and_units_not_money(ana: User) -> None:
    text = page(ana, "commissions:statement", line("meetings", 0).statement_id)
    assert "1 deal 0 deals → 1 deal $200.00 per deal $200.00" in text
    assert "20 units 90 units → 110 units $2.50 per unit → $4.00 per unit $65.00" in text
    assert "110 units" in text


def test_a_line_of_units_says_which_pay_each_of_them_earned(ana: User) -> None:
    assert "This deal counts as 1 deal for you: all of it earned $200.00 per deal." in why(ana, "meetings", 0)
    text = why(ana, "licences", 2)
    assert (
        "This deal moved you from 90 units to 110 units in November 2026: the part up to 100 units earned "
        "$2.50 per unit, the rest $4.00 per unit." in text
    )
    assert "From 90 units to 100 units 10 units $2.50 per unit $25.00" in text
    assert "what counts here is 20 units" in text


def test_a_line_that_passes_a_threshold_says_what_it_paid_at_once(ana: User) -> None:
    text = why(ana, "sales", 3)
    assert "the part up to $1,000.00 earned 5%, the rest 8%. Passing $1,000.00 paid $500.00 at once." in text
    assert "At $1,000.00, at once 1 $500.00 $500.00" in text
    assert "Passing $1,000.00 paid $100.00 at once." in why(ana, "steps", 3)


def test_the_plan_shows_units_pay_for_each_and_what_is_paid_once(ana: User) -> None:
    version = line("meetings", 0).plan_version_id
    text = page(ana, "commissions:plan", version)
    assert "It counts deals, whatever they are worth" in text
    assert "Every credit earns $200.00 per deal." in text
    assert "0 units 100 units $2.50 per unit 100 units you are here – $4.00 per unit" in text
    assert "You are at 110 units in November 2026" in text
    assert "$1,000.00 you are here – 8%and $500.00 once" in text


def test_units_are_said_in_indonesian(ana: User) -> None:
    assert "90 unit" in why(ana, "licences", 2, language="id")
    assert "per transaksi" in why(ana, "meetings", 0, language="id")


def test_many_lines_of_a_bonus_that_paid_nothing_are_told_by_their_number(cast: Cast) -> None:
    bonus = "tiers: stepped, window: month, curve: [{from: 0, pay: 0}, {from: 500, pay: 90}]"
    version = published(f"plan: B\ncurrency: USD\nperiod: month\ncomponents: [{{key: a, name: A, {bonus}}}]")
    assign(version.plan, cast.ana)
    for day in range(1, 7):
        won(cast.ana, date(2026, 4, day), 100_00, name=f"Deal {day}")
    calculated("2026-04")
    client, found = signed_in(cast.ana), cast.ana.statements.get()
    page = client.get(reverse("commissions:statement", args=[found.pk]))
    assert [f"Deal {day}" in page.text for day in range(1, 7)] == [False, False, False, False, True, False]
    assert "5 lines paid nothing." in words(page)
    assert "steps" in words(page)
    (group,) = selectors.statement_view(found).components
    whole = words(client.get(reverse("commissions:statement", args=[found.pk]), {"whole": group.address}))
    assert ("Deal 1" in whole, "paid nothing" in whole) == (True, False)
