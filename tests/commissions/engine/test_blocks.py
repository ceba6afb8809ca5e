"""Pay for each started block: the stairs, both sides of each, what an explanation says of them, and what is refused."""

from decimal import Decimal
from fractions import Fraction

import pytest

from commissions.engine.ahead import worth_of_next
from commissions.engine.document import load_plan
from commissions.engine.errors import AmountTooLarge, PlanInvalid
from commissions.engine.explain import PieceKind, explain, next_block
from commissions.engine.knobs import as_yaml, knobs, turned
from commissions.engine.questions import questions
from tests.commissions.engine.plan_texts import plan_of
from tests.commissions.engine.test_curve import worth

ONE = 1_000_000  # a unit
FLAT = "window: month, measure: quantity, pay_per_block: 5, block: 1000"
TIERS = "curve: [{from: 0, pay_per_block: 1, block: 100}, {from: 250, pay_per_block: 7, block: 1000}]"
MIXED = "curve: [{from: 0, rate: 5%}, {from: 1000, pay_per_block: 3, block: 500}, {from: 1600, rate: 1%}]"
BY_QUOTA = "curve: [{from: 0%, rate: 5%}, {from: 100%, pay_per_block: 250, block: 10%}, {from: 125%, rate: 2%}]"


def test_a_started_block_counts_whole() -> None:
    positions = [0, 1, ONE, 1000 * ONE, 1000 * ONE + 1, 2001 * ONE]
    assert worth(FLAT, positions) == [0, 500, 500, 500, 1000, 1500]


def test_below_zero_a_block_goes_when_it_is_missing_whole() -> None:
    assert worth(FLAT, [-ONE, -999 * ONE, -1000 * ONE, -1001 * ONE]) == [0, 0, -500, -500]


def test_deal_by_deal_a_refund_mirrors_its_sale() -> None:
    assert worth(FLAT.replace("month", "deal"), [1001 * ONE, -1001 * ONE]) == [1000, -1000]


@pytest.mark.parametrize("starts_when", ["reached", "exceeded"])
def test_marginal_tiers_count_blocks_from_their_start_and_pay_the_last_one_whole(starts_when: str) -> None:
    keys = f"tiers: marginal, window: month, measure: quantity, starts_when: {starts_when}, {TIERS}"
    assert worth(keys, [201 * ONE, 250 * ONE, 250 * ONE + 1, 1250 * ONE, 1251 * ONE]) == [300, 300, 1000, 1000, 1700]


def test_retroactive_tiers_count_everything_in_blocks_of_the_tier_reached() -> None:
    keys = f"tiers: retroactive, window: month, measure: quantity, {TIERS}"
    assert worth(keys, [249 * ONE, 250 * ONE, 1001 * ONE]) == [300, 700, 1400]


def test_rates_and_blocks_stand_in_one_curve() -> None:
    keys = f"tiers: marginal, window: month, {MIXED}"
    assert worth(keys, [100_000, 100_001, 150_001, 160_000, 170_000]) == [5000, 5300, 5600, 5600, 5700]


def test_blocks_of_a_quota_grow_with_it_and_their_pay_does_not() -> None:
    keys = f"tiers: marginal, window: month, against: quota, {BY_QUOTA}"
    assert worth(keys, [100_000, 100_001, 110_001, 125_000, 225_000], quota=100_000) == [
        5000, 30_000, 55_000, 80_000, 82_000
    ]  # fmt: skip
    assert worth(keys, [200_000, 200_001, 220_001], quota=200_000) == [10_000, 35_000, 60_000]
    assert worth(keys, [7, 8, 9], quota=7) == [0, 50_000, 75_000]  # 10 % of 7: 0.7, 1.4, 2.1 and no further


def test_pay_for_a_block_may_be_finer_than_a_cent() -> None:
    assert worth("window: month, pay_per_block: 0.0025, block: 1", [100, 200, 300, 401]) == [0, 1, 1, 1]


def test_huge_numbers_stay_exact_or_are_refused_before_anything_is_computed() -> None:
    keys = "window: year, against: quota, pay_per_block: 999999999.99, block: %s"
    assert worth(keys % "0.1%", [10**15, 10**15 + 1], quota=10**15) == [99_999_999_999 * n for n in (1000, 1001)]
    with pytest.raises(AmountTooLarge):
        worth(keys % "0.0000001%", [10**18], quota=10**15)


def test_an_explanation_counts_the_blocks_that_were_started() -> None:
    plan = plan_of(f"tiers: marginal, window: month, measure: quantity, {TIERS}")
    there, back = (explain(plan, "a", quota=None, x0=x0 * ONE, x1=x1 * ONE).pieces for x0, x1 in ((50, 260), (260, 50)))
    assert [(piece.kind, piece.blocks, int(piece.slope), int(piece.pay)) for piece in there] == [
        (PieceKind.BLOCKS, 2, 100, 200), (PieceKind.BLOCKS, 1, 700, 700)
    ]  # fmt: skip
    assert [(piece.blocks, int(piece.pay)) for piece in back] == [(-1, -700), (-2, -200)]
    assert [piece.block for piece in there] == [Fraction(100 * ONE), Fraction(1000 * ONE)]


def test_a_jump_between_blocks_is_no_change_of_a_rate() -> None:
    plan = plan_of(f"tiers: retroactive, window: month, measure: quantity, {TIERS}")
    jump = explain(plan, "a", quota=None, x0=240 * ONE, x1=260 * ONE).pieces[1]
    assert (jump.kind, jump.pay, jump.rate, jump.block) == (PieceKind.JUMP, Fraction(400), None, Fraction(1000 * ONE))


def test_the_next_block_is_as_far_as_its_first_whole_unit_or_cent() -> None:
    plan = plan_of(FLAT)
    assert [next_block(plan, "a", quota=None, x=x * ONE) for x in (0, 400, 1000)] == [ONE, 601 * ONE, ONE]
    step = next_block(plan, "a", quota=None, x=400 * ONE)
    assert step is not None
    assert [worth_of_next(plan, "a", quota=None, x=400 * ONE, paid=0, step=way) for way in (step - ONE, step)] == [
        0,
        500,
    ]
    by_quota = plan_of(f"tiers: marginal, window: month, against: quota, {BY_QUOTA}")
    places = (50_000, 100_000, 110_000, 121_000)  # at a rate, on the edge twice, and where the tier ends before
    assert [next_block(by_quota, "a", quota=100_000, x=x) for x in places] == [None, 1, 1, None]
    assert next_block(by_quota, "a", quota=None, x=0) is None


def test_a_block_and_its_pay_have_knobs_and_read_back() -> None:
    plan = plan_of(f"tiers: marginal, window: month, against: quota, {BY_QUOTA}")
    assert {knob.name: (int(knob.value), knob.is_share) for knob in knobs(plan) if "block" in knob.name} == {
        "a.block.1": (10, True), "a.pay_per_block.1": (250, False)
    }  # fmt: skip
    other = turned(plan, {"a.block.1": "20", "a.pay_per_block.1": "300"})
    step = other.components[0].curve[1]
    assert (step.block, step.pay_per_block) == (Decimal("0.2"), Decimal(300))
    assert load_plan(as_yaml(other)) == other
    assert min(knob.low for knob in knobs(plan) if knob.what == "block") > 0


def test_blocks_that_pay_less_than_those_before_are_asked_about() -> None:
    plan = plan_of(f"tiers: marginal, window: month, measure: quantity, {TIERS}")
    said = (
        "components[0].curve[1].pay_per_block: From 250 on the rate falls from USD 1 per started block of 100 to "
        "USD 7 per started block of 1000: what is sold beyond is worth less. Is that meant?"
    )
    assert [str(question) for question in questions(plan, [])] == [said]


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ("measure: score, pays: target, window: month, pay_per_block: 5, block: 1", "pay_per_block"),
        ("pay_per_block: 5, block: 0.001", "block"),
        ("pay_per_block: 5, block: -10", "block"),
        ("measure: quantity, pay_per_block: 5, block: 0.0000001", "block"),
        ("pay_per_block: 1000000000000, block: 5", "pay_per_block"),
        ("against: quota, window: month, pay_per_block: 5, block: 11", "block"),
        ("measure: quantity, pay_per_unit: 1, pay_per_block: 5, block: 10", "pay_per_unit"),
        ("pay_per_block: 5, block: 9, tiers: marginal, window: month, curve: [{from: 0, rate: 5%}]", "pay_per_block"),
    ],
)
def test_blocks_that_make_no_sense_are_refused_at_their_place(keys: str, path: str) -> None:
    with pytest.raises(PlanInvalid) as caught:
        plan_of(keys)
    assert f"components[0].{path}" in [error.path for error in caught.value.errors]
