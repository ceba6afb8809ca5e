from decimal import Decimal
from fractions import Fraction

import pytest

from commissions.engine.document import load_plan
from commissions.engine.explain import NextTier, Piece, PieceKind, explain, what_next
from tests.commissions.engine.plan_texts import ACCELERATOR, plan_of

PLAN = load_plan(ACCELERATOR)
RETROACTIVE = plan_of("window: year, tiers: retroactive, curve: [{from: 0, rate: 1%}, {from: 100, rate: 3%}]")


def slope(tier: int, start: int, end: int, rate: str, pay: int) -> Piece:
    return Piece(PieceKind.SLOPE, tier, Fraction(start), Fraction(end), Decimal(rate), Fraction(rate), Fraction(pay))


def test_a_line_is_explained_by_the_slices_it_crossed() -> None:
    found = explain(PLAN, "new-business", quota=100_000, x0=40_000, x1=110_000)
    assert found.pieces == (
        slope(0, 40_000, 50_000, "0.05", 500),
        slope(1, 50_000, 100_000, "0.08", 4000),
        slope(2, 100_000, 110_000, "0.12", 1200),
    )
    assert (found.exact0, found.exact1) == (Fraction(2000), Fraction(7700))
    assert (found.y0, found.y1, found.uncapped, found.amount, found.capped_away) == (
        2000,
        7700,
        5700,
        5700,
        0,
    )


def test_a_refund_is_explained_by_the_same_slices_walked_back() -> None:
    there = explain(PLAN, "new-business", quota=100_000, x0=40_000, x1=110_000).pieces
    back = explain(PLAN, "new-business", quota=100_000, x0=110_000, x1=40_000).pieces
    assert [(piece.start, piece.end, piece.pay) for piece in back] == [
        (piece.end, piece.start, -piece.pay) for piece in reversed(there)
    ]


def test_reaching_a_retroactive_tier_is_a_jump_that_lifts_all_that_came_before() -> None:
    found = explain(RETROACTIVE, "a", quota=None, x0=9_000, x1=11_000)
    assert found.pieces == (
        slope(0, 9_000, 10_000, "0.01", 10),
        Piece(PieceKind.JUMP, 1, Fraction(10_000), Fraction(10_000), Decimal("0.03"), Fraction("0.02"), Fraction(200)),
        slope(1, 10_000, 11_000, "0.03", 30),
    )


def test_between_points_the_slope_is_that_of_the_line_through_them() -> None:
    plan = plan_of("window: year, tiers: interpolated, curve: [{from: 0, pay: 0}, {from: 3, pay: 1}]")
    (first, flat) = explain(plan, "a", quota=None, x0=0, x1=400).pieces
    assert (first.rate, first.slope, first.pay) == (None, Fraction(1, 3), Fraction(100))
    assert (flat.slope, flat.pay) == (Fraction(0), Fraction(0))


def test_a_threshold_between_two_minor_units_is_said_exactly() -> None:
    found = explain(PLAN, "new-business", quota=33_333, x0=16_666, x1=16_667)
    assert [piece.end for piece in found.pieces] == [Fraction(33_333, 2), 16_667]
    assert sum(piece.pay for piece in found.pieces) == Fraction(13, 200)


def test_a_refund_deal_by_deal_mirrors_its_sale() -> None:
    plan = plan_of("window: deal, tiers: marginal, curve: [{from: 0, rate: 5%}, {from: 1, rate: 10%}]")
    found = explain(plan, "a", quota=None, x0=0, x1=-200)
    assert [[int(part) for part in (piece.start, piece.end, piece.pay)] for piece in found.pieces] == [
        [0, -100, -5],
        [-100, -200, -10],
    ]
    assert (found.y0, found.y1) == (0, -15)


def test_what_a_cap_took_is_said() -> None:
    assert explain(PLAN, "new-business", quota=100_000, x0=0, x1=50_000, amount=2000).capped_away == 500


def test_a_credit_of_nothing_has_no_pieces() -> None:
    assert explain(PLAN, "new-business", quota=100_000, x0=50_000, x1=50_000).pieces == ()


def test_a_component_against_quota_cannot_be_explained_without_one() -> None:
    with pytest.raises(ValueError, match="new-business pays against quota, and none is given"):
        explain(PLAN, "new-business", quota=None, x0=0, x1=1)


@pytest.mark.parametrize(
    ("x", "tier"),
    [
        (-10, NextTier(50_000, 50_010, 1, Decimal("0.08"), Decimal("0.5"))),
        (0, NextTier(50_000, 50_000, 1, Decimal("0.08"), Decimal("0.5"))),
        (49_999, NextTier(50_000, 1, 1, Decimal("0.08"), Decimal("0.5"))),
        (50_000, NextTier(100_000, 50_000, 2, Decimal("0.12"), Decimal(1))),
        (100_000, None),
    ],
)
def test_the_next_tier_is_said_with_the_distance_to_it(x: int, tier: NextTier | None) -> None:
    assert what_next(PLAN, "new-business", quota=100_000, x=x) == tier


def test_the_next_tier_starts_at_the_first_minor_unit_that_is_in_it() -> None:
    exceeded = load_plan(ACCELERATOR.replace("tiers: marginal", "tiers: marginal\n    starts_when: exceeded"))
    starts = [
        tier.starts_at
        for plan in (PLAN, exceeded)
        for quota in (100_000, 33_333)
        if (tier := what_next(plan, "new-business", quota=quota, x=0))
    ]
    assert starts == [50_000, 16_667, 50_001, 16_667]


def test_a_threshold_in_money_has_no_attainment() -> None:
    assert what_next(RETROACTIVE, "a", quota=None, x=0) == NextTier(10_000, 10_000, 1, Decimal("0.03"), None)


def test_without_a_quota_there_is_no_next_tier_to_name() -> None:
    assert what_next(PLAN, "new-business", quota=None, x=0) is None


def test_a_bonus_is_a_piece_of_its_own_beside_what_the_rate_lifts() -> None:
    plan = plan_of("window: year, tiers: retroactive, curve: [{from: 0, rate: 1%}, {from: 100, rate: 3%, bonus: 5}]")
    pieces = explain(plan, "a", quota=None, x0=9_000, x1=11_000).pieces
    assert [(piece.kind, int(piece.pay)) for piece in pieces] == [
        (PieceKind.SLOPE, 10), (PieceKind.JUMP, 200), (PieceKind.BONUS, 500), (PieceKind.SLOPE, 30)
    ]  # fmt: skip


def test_a_step_is_an_amount_paid_at_once_and_taken_back_at_once() -> None:
    plan = plan_of("window: year, tiers: stepped, curve: [{from: 0, pay: 0}, {from: 100, pay: 20}]")
    there, back = (explain(plan, "a", quota=None, x0=x0, x1=x1).pieces for x0, x1 in ((0, 12_000), (12_000, 0)))
    assert [(int(piece.start), int(piece.pay)) for piece in there if piece.kind is PieceKind.BONUS] == [(10_000, 2_000)]
    assert [(int(piece.start), int(piece.pay)) for piece in back if piece.kind is PieceKind.BONUS] == [(10_000, -2_000)]


@pytest.mark.parametrize(("starts_when", "starts_at"), [("reached", 10_000_000), ("exceeded", 11_000_000)])
def test_the_next_tier_of_units_that_must_be_exceeded_starts_at_a_whole_one(starts_when: str, starts_at: int) -> None:
    plan = plan_of(
        f"measure: count, window: month, tiers: marginal, starts_when: {starts_when}, "
        "curve: [{from: 0, pay_per_unit: 1}, {from: 10, pay_per_unit: 2}]"
    )
    found = what_next(plan, "a", quota=None, x=4_500_000)
    assert found is not None
    assert (found.starts_at, found.distance) == (starts_at, starts_at - 4_500_000)
