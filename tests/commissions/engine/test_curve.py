"""What a position is worth: each kind, at and around its boundaries, on both sides of zero, in both roundings."""

from fractions import Fraction

import polars as pl
import pytest

from commissions.engine.curve import price
from commissions.engine.errors import AmountTooLarge
from commissions.engine.segments import compile_curve
from tests.commissions.engine.plan_texts import plan_of

QUOTA = 100_000
TIERS = "curve: [{from: 0%, rate: 5%}, {from: 50%, rate: 8%}, {from: 100%, rate: 12%}]"
SUMS = "curve: [{from: 0, rate: 5%}, {from: 500, rate: 8%}, {from: 1000, rate: 12%}]"
POINTS = "curve: [{from: 0, pay: 0}, {from: 500, pay: 10}, {from: 500, pay: 20}, {from: 1000, pay: 50}]"


def worth(
    keys: str, positions: list[int], *, quota: int | None = None, target: int | None = None, rounding: str = "half_up"
) -> list[int]:
    """The rounded pay at each position (x1), by the columns and by the fractions, which must agree."""
    document = plan_of(keys, rounding=rounding)
    curve = compile_curve(document, document.components[0])
    columns = {"x0": 0, "x1": positions, "quota": quota, "target": target}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64))
    priced = price(rows, curve)["y1"].to_list()
    assert priced == [curve.rounded(curve.at(x, quota, target)) for x in positions]
    return priced


def test_a_flat_rate_pays_its_share() -> None:
    assert worth("rate: 5%", [0, 100, 12_345, -100]) == [0, 5, 617, -5]


def test_marginal_tiers_pay_each_slice_at_its_own_rate() -> None:
    keys = f"tiers: marginal, window: month, {SUMS}"
    assert worth(keys, [0, 40_000, 50_000, 60_000, 100_000, 150_000]) == [0, 2000, 2500, 3300, 6500, 12_500]


def test_below_zero_the_first_tier_applies() -> None:
    assert worth(f"tiers: marginal, window: month, {SUMS}", [-60_000]) == [-3000]
    assert worth(f"tiers: retroactive, window: month, {SUMS}", [-60_000]) == [-3000]


def test_thresholds_against_quota_are_shares_of_it() -> None:
    keys = f"tiers: marginal, window: month, against: quota, {TIERS}"
    assert worth(keys, [40_000, 60_000, 110_000], quota=QUOTA) == [2000, 3300, 7700]
    assert worth(keys, [40_000, 60_000, 110_000], quota=QUOTA // 2) == [2450, 4450, 10_450]


@pytest.mark.parametrize(("starts_when", "at_boundary"), [("reached", 4000), ("exceeded", 2500)])
def test_the_exact_boundary_belongs_to_the_tier_that_the_plan_says(starts_when: str, at_boundary: int) -> None:
    keys = f"tiers: retroactive, window: month, starts_when: {starts_when}, {SUMS}"
    assert worth(keys, [49_999, 50_000, 50_001]) == [2500, at_boundary, 4000]


@pytest.mark.parametrize(("starts_when", "at_boundary"), [("reached", 33_333), ("exceeded", 3333)])
def test_a_boundary_that_is_a_share_of_quota_is_compared_exactly(starts_when: str, at_boundary: int) -> None:
    curve = "curve: [{from: 0, rate: 1%}, {from: 33.3333%, rate: 10%}]"
    keys = f"tiers: retroactive, window: month, against: quota, starts_when: {starts_when}, {curve}"
    assert worth(keys, [333_333], quota=1_000_000) == [at_boundary]


def test_retroactive_tiers_pay_everything_at_the_rate_reached() -> None:
    assert worth(f"tiers: retroactive, window: month, {SUMS}", [10_000, 60_000, 150_000]) == [500, 4800, 18_000]


def test_between_two_points_pay_moves_in_a_straight_line_and_is_flat_after_the_last() -> None:
    keys = f"tiers: interpolated, window: month, {POINTS}"
    assert worth(keys, [0, 25_000, 49_999, 75_000, 100_000, 999_999]) == [0, 500, 1000, 3500, 5000, 5000]


@pytest.mark.parametrize(("starts_when", "at_jump"), [("reached", 2000), ("exceeded", 1000)])
def test_two_points_at_one_place_are_a_jump_whose_place_belongs_to_one_side(starts_when: str, at_jump: int) -> None:
    assert worth(f"tiers: interpolated, window: month, starts_when: {starts_when}, {POINTS}", [50_000]) == [at_jump]


def test_an_interpolated_curve_against_quota_scales_with_it() -> None:
    curve = "curve: [{from: 0%, pay: 0}, {from: 50%, pay: 10}, {from: 100%, pay: 40}]"
    keys = f"tiers: interpolated, window: month, against: quota, {curve}"
    assert worth(keys, [25_000, 75_000, 200_000], quota=QUOTA) == [500, 2500, 4000]
    assert worth(keys, [2, 5], quota=7) == [571, 2286]


def test_deal_by_deal_a_refund_mirrors_its_sale() -> None:
    for kind in ("marginal", "retroactive"):
        sold, refunded = worth(f"tiers: {kind}, window: deal, {SUMS}", [60_000, -60_000])
        assert refunded == -sold


@pytest.mark.parametrize(("rounding", "pays"), [("half_up", [1, 2, 3, -1, -2]), ("half_even", [0, 2, 2, 0, -2])])
def test_half_a_minor_unit_is_rounded_as_the_plan_says(rounding: str, pays: list[int]) -> None:
    assert worth("rate: 10%", [5, 15, 25, -5, -15], rounding=rounding) == pays


def test_a_trillion_of_minor_units_stays_exact_at_any_rate() -> None:
    rate = Fraction("9.123456789")
    curve = f"curve: [{{from: 0, rate: 1%}}, {{from: 33.3333333%, rate: {float(rate)}}}]"
    keys = f"tiers: marginal, window: year, against: quota, {curve}"
    x, quota = 10**15, 3 * 10**14
    threshold = Fraction(quota) * Fraction("0.333333333")
    exact = threshold / 100 + (x - threshold) * rate
    assert worth(keys, [x], quota=quota) == [int(exact + Fraction(1, 2))]


def test_amounts_that_could_leave_128_bits_are_refused_before_anything_is_computed() -> None:
    curve = "curve: [{from: 0, pay: 0}, {from: 33.3333333%, pay: 900000000000000}]"
    keys = f"tiers: interpolated, window: year, against: quota, {curve}"
    with pytest.raises(AmountTooLarge, match="Amounts up to 100,000,000,000,000,000 minor units can't be"):
        worth(keys, [10**17], quota=10**17)


def test_pay_that_needs_more_than_64_bits_is_refused() -> None:
    with pytest.raises(AmountTooLarge, match="A line's pay would exceed 64 bits"):
        worth("rate: 1000%", [10**18])


def test_nothing_is_priced_as_nothing() -> None:
    assert worth("rate: 5%", []) == []
