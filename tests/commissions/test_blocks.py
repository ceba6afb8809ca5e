"""Pay for each started block, as people read it: statement and lines, the plan and its stairs, the estimator."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest
import time_machine

from accounts.models import User
from commissions.forms.reshaping import reshaped
from commissions.selectors.estimate import Supposed, estimate
from commissions.selectors.plans import MOST_STAIRS, component_view
from sales.models import Deal
from tests.commissions.engine.plan_texts import plan_of
from tests.commissions.facts import NOW, assign, calculated, published, won
from tests.commissions.test_pages import page
from tests.commissions.test_units import line, why
from tests.conftest import Cast

BLOCKS = """
plan: Blocks
currency: USD
period: month
components:
  - key: storage
    name: Storage
    when: deal.type = "storage"
    measure: quantity
    window: month
    pay_per_block: 5
    block: 1000
  - key: sales
    name: Sales
    when: deal.type = "sale"
    window: month
    tiers: retroactive
    curve: [{from: 0, rate: 5%}, {from: 1000, pay_per_block: 70, block: 500}]
"""


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(cast: Cast) -> User:
    assign(published(BLOCKS).plan, cast.ana)
    won(cast.ana, date(2026, 11, 2), 500_000, kind="storage", quantity=5_325)
    won(cast.ana, date(2026, 11, 3), 500_000, kind="storage", quantity=75)
    won(cast.ana, date(2026, 11, 4), -500_000, kind="storage", quantity=2_000)
    won(cast.ana, date(2026, 11, 5), 120_000, kind="sale")
    calculated("2026-11")
    return cast.ana


def test_a_statement_says_what_a_started_block_pays(ana: User) -> None:
    text = page(ana, "commissions:statement", line("storage", 0).statement_id)
    assert "0 units → 5,325 units $5.00 per started block of 1,000 units $30.00" in text


def test_a_line_counts_the_blocks_that_it_started(ana: User) -> None:
    text = why(ana, "storage", 0)
    assert "all of it earned $5.00 for each of 6 started blocks of 1,000 units." in text
    assert "From 0 units to 5,325 units 6 started blocks of 1,000 units $5.00 $30.00" in text
    assert "all of it earned nothing, as the number of started blocks of 1,000 units stays the same" in why(
        ana, "storage", 1
    )


def test_a_refund_takes_back_the_blocks_that_it_leaves(ana: User) -> None:
    text = why(ana, "storage", 2)
    assert "all of it took back $5.00 for each of 2 started blocks of 1,000 units." in text
    assert "-2 started blocks of 1,000 units $5.00 -$10.00" in text.replace("−", "-")


def test_a_tier_of_blocks_that_pays_all_before_it_says_what_that_changed(ana: User) -> None:
    text = why(ana, "sales", 3)
    assert "Everything up to $1,000.00, paid in another way 1 $90.00 $90.00" in text
    assert "From $1,000.00 to $1,200.00 1 started block of $500.00 $70.00 $70.00" in text


def test_blocks_are_said_in_indonesian(ana: User) -> None:
    assert "untuk masing-masing dari 6 blok 1.000 unit yang dimulai" in why(ana, "storage", 0, language="id")


def test_the_plan_says_what_blocks_pay(ana: User) -> None:
    text = page(ana, "commissions:plan", line("storage", 0).plan_version_id)
    assert "Every credit earns $5.00 per started block of 1,000 units." in text
    assert "$70.00 per started block of $500.00" in text


def test_the_estimator_says_how_far_it_is_to_the_next_block(ana: User) -> None:
    more = Deal(pk=-1, external_id="~1", currency="USD", closed_on=NOW.date(), quantity=1)
    found = estimate(payee=ana, supposed=[Supposed(more, 100, {"type": "storage"})], today=NOW.date())
    place = next(place for place in found.places if place.component == "storage")
    assert (place.starts_block, place.step, place.step_worth_minor) == (True, "600 units", 500)


def test_a_curve_is_drawn_as_stairs_as_long_as_they_can_be_told_apart() -> None:
    keys = "window: month, tiers: marginal, curve: [{from: 0, rate: 0%%}, {from: 100, pay_per_block: 7, block: %s}]"
    drawn, fine = (plan_of(keys % size) for size in ("10", "0.01"))
    points = [(int(point.x), int(point.y)) for point in component_view(drawn, drawn.components[0]).points]
    assert points == [
        (0, 0), (100, 0), (100, 0), (100, 7), (110, 7), (110, 14), (120, 14), (120, 21), (130, 21),
        (130, 28), (140, 28), (140, 35), (150, 35)
    ]  # fmt: skip
    further = component_view(drawn, drawn.components[0], Fraction(400)).points
    assert (int(further[-1].x), int(further[-1].y)) == (450, 245)
    assert len(component_view(fine, fine.components[0]).points) < MOST_STAIRS


def test_in_the_form_blocks_stay_when_a_component_pays_in_another_way() -> None:
    part = {"key": "a", "name": "A", "pay_per_block": 5, "block": 1000, "tiers": "marginal"}
    data = {"components": [part]}
    reshaped(data, {"components": [part | {"tiers": "flat"}]})
    assert part["curve"] == [{"from": "0", "pay_per_block": 5, "block": 1000}]
    assert "block" not in part
    part["tiers"] = "flat"
    reshaped(data, {"components": [part | {"tiers": "marginal"}]})
    assert (part["pay_per_block"], part["block"]) == (5, 1000)
    assert "rate" not in part
    part["against"] = "quota"
    reshaped(data, {"components": [part | {"against": "amount"}]})
    assert part["block"] == "1%"
