"""The stages together: windows, quotas, caps, versions, statements and what keeps credits from being paid."""

from datetime import date

import polars as pl
import pytest

from commissions.engine.calculate import Inputs, calculate, history_start
from commissions.engine.document import load_plan
from commissions.engine.errors import AmountTooLarge
from commissions.engine.frames import ASSIGNMENTS, LINES, NOTICES, QUOTAS, STATEMENTS, empty
from tests.commissions.engine.plan_texts import ACCELERATOR, YEAR, deals, paid, plan_of, run, shares, whole

STEPS = "tiers: marginal, curve: [{from: 0, rate: 10%}, {from: 10, rate: 20%}]"
FOUR = deals(*({"amount": 1000, "closed": date(2026, month, 28)} for month in (1, 3, 4, 7)))


@pytest.mark.parametrize(
    ("window", "pays"),
    [
        ("deal", [100, 100, 100, 100]),
        ("month", [100, 100, 100, 100]),
        ("quarter", [100, 200, 100, 100]),
        ("half", [100, 200, 200, 100]),
        ("year", [100, 200, 200, 200]),
    ],
)
def test_x_adds_up_over_its_window_and_starts_again_at_nothing(window: str, pays: list[int]) -> None:
    assert paid(run(plan_of(f"window: {window}, {STEPS}"), FOUR)) == pays


def test_a_line_says_where_it_started_and_where_it_ended() -> None:
    lines = run(plan_of(f"window: quarter, {STEPS}"), FOUR).lines
    assert lines.select(
        "seq", "date", "window_start", "credited", "x0", "x1", "y0", "y1", "uncapped", "amount"
    ).rows() == [
        (0, date(2026, 1, 28), date(2026, 1, 1), 1000, 0, 1000, 0, 100, 100, 100),
        (1, date(2026, 3, 28), date(2026, 1, 1), 1000, 1000, 2000, 100, 300, 200, 200),
        (2, date(2026, 4, 28), date(2026, 4, 1), 1000, 0, 1000, 0, 100, 100, 100),
        (3, date(2026, 7, 28), date(2026, 7, 1), 1000, 0, 1000, 0, 100, 100, 100),
    ]


def test_frames_have_the_columns_and_types_they_promise() -> None:
    result = run(load_plan(ACCELERATOR), FOUR, quotas={date(2026, 1, 1): 100_000})
    for frame, schema in ((result.lines, LINES), (result.statements, STATEMENTS), (result.notices, NOTICES)):
        assert dict(frame.schema) == schema


def test_a_month_is_paid_from_where_its_window_stood_before_it() -> None:
    march = run(plan_of(f"window: quarter, {STEPS}"), FOUR, start=date(2026, 3, 1), end=date(2026, 4, 1))
    assert march.lines.select("x0", "x1", "amount", "seq").rows() == [(1000, 2000, 200, 0)]


def test_lines_are_rounded_once_on_the_sum_so_that_they_add_up() -> None:
    cents = deals(*({"amount": 5, "closed": date(2026, 1, day)} for day in (1, 2, 3, 4)))
    assert paid(run(plan_of("rate: 10%, window: month"), cents)) == [1, 0, 1, 0]
    assert paid(run(plan_of("rate: 10%"), cents)) == [1, 1, 1, 1]


def test_a_refund_walks_back_down_the_same_tiers() -> None:
    facts = deals(
        {"amount": 800},
        {"amount": 700, "closed": date(2026, 1, 11)},
        {"amount": -700, "closed": date(2026, 2, 1)},
    )
    assert paid(run(plan_of(f"window: quarter, {STEPS}"), facts)) == [80, 120, -120]


def test_falling_below_a_retroactive_tier_takes_the_lift_back() -> None:
    plan = plan_of("window: quarter, tiers: retroactive, curve: [{from: 0, rate: 1%}, {from: 100, rate: 10%}]")
    facts = deals(
        {"amount": 9_900}, {"amount": 200, "closed": date(2026, 1, 11)}, {"amount": -101, "closed": date(2026, 2, 1)}
    )
    assert paid(run(plan, facts)) == [99, 911, -910]


def test_each_window_has_its_own_quota() -> None:
    quotas = {date(2026, 1, 1): 1000, date(2026, 4, 1): 2000, date(2026, 7, 1): 4000}
    result = run(load_plan(ACCELERATOR), FOUR, quotas=quotas)
    assert result.lines.sort("seq").select("quota", "amount").rows() == [
        (1000, 65),
        (1000, 120),
        (2000, 50),
        (4000, 50),
    ]


@pytest.mark.parametrize("quota", [None, 0, -5])
def test_without_a_quota_nothing_is_paid_and_one_notice_for_the_window_says_why(quota: int | None) -> None:
    result = run(load_plan(ACCELERATOR), FOUR, quotas={} if quota is None else {date(2026, 1, 1): quota})
    assert result.lines.height == 0
    assert result.notices.rows() == [
        (1, None, "quota_missing", "new-business 2026-Q1"),
        (1, None, "quota_missing", "new-business 2026-Q2"),
        (1, None, "quota_missing", "new-business 2026-Q3"),
    ]


def test_a_quota_of_another_kind_of_window_is_not_this_one() -> None:
    result = run(load_plan(ACCELERATOR), FOUR, quotas={date(2026, 1, 1): 1000}, window="month")
    assert result.lines.height == 0


def test_a_cap_cuts_the_pay_of_its_window_and_a_refund_gives_back_only_what_was_paid() -> None:
    plan = plan_of("rate: 10%, window: month, cap: {per: quarter, amount: 1.50}")
    facts = deals(
        *(
            {"amount": amount, "closed": date(2026, 1, day)}
            for day, amount in ((1, 1000), (2, 1000), (3, -800), (4, 100))
        )
    )
    lines = run(plan, facts).lines
    assert lines.select("uncapped", "amount").rows() == [(100, 100), (100, 50), (-80, -30), (10, 10)]


def test_a_cap_counts_what_was_paid_since_its_own_window_began() -> None:
    plan = plan_of("rate: 10%, window: month, cap: {per: year, amount: 2.50}")
    july = run(plan, FOUR, start=date(2026, 7, 1), end=date(2026, 8, 1))
    assert july.lines.select("x0", "uncapped", "amount").rows() == [(0, 100, 0)]
    assert paid(run(plan, FOUR)) == [100, 100, 50, 0]


def test_a_cap_per_deal_holds_on_both_sides_of_zero() -> None:
    plan = plan_of("rate: 10%, cap: {per: deal, amount: 0.60}")
    assert paid(run(plan, deals({"amount": 1000}, {"amount": -1000}, {"amount": 500}))) == [60, -60, 50]


def test_a_cap_per_deal_is_for_all_roles_together_and_a_reversal_takes_back_what_they_were_paid() -> None:
    plan = plan_of("rate: 10%, window: month, credit: {roles: [owner, helper]}, cap: {per: deal, amount: 1.20}")
    both = [(deal, 1, ppm, role) for deal in (1, 2) for ppm, role in ((1_000_000, "owner"), (1_000_000, "helper"))]
    assert paid(run(plan, deals({"amount": 1000}, {"amount": -1000}), shares(*both))) == [100, 20, -100, -20]


def test_caps_of_one_payee_leave_another_alone() -> None:
    plan = plan_of("rate: 10%, window: month, cap: {per: month, amount: 1}")
    facts = deals({"amount": 1500}, {"amount": 1500})
    lines = run(plan, facts, shares((1, 1, 1_000_000), (2, 2, 1_000_000))).lines
    assert lines.select("payee", "amount").rows() == [(1, 100), (2, 100)]


def test_a_condition_decides_what_counts() -> None:
    plan = plan_of('rate: 10%, when: product.family = "Focus" and deal.amount >= 10')
    facts = deals(
        {"amount": 1000, "product_family": "Focus"}, {"amount": 999, "product_family": "Focus"}, {"amount": 5000}
    )
    assert paid(run(plan, facts)) == [100]


TWO = """
plan: A
currency: USD
period: month
components:
  - {key: a, name: A, window: quarter, tiers: marginal, curve: [{from: 0, rate: 10%}, {from: 15, rate: 20%}]}
  - {key: b, name: B, rate: 1%}
"""
NEXT = """
plan: A
currency: USD
period: month
components:
  - {key: a, name: A, window: quarter, tiers: marginal, curve: [{from: 0, rate: 50%}, {from: 15, rate: 100%}]}
  - {key: c, name: C, rate: 2%}
"""


def change(first: str, second: str, facts: pl.DataFrame) -> pl.DataFrame:
    """Payee 1 is on the first version until 1 March, then on the second."""
    inputs = Inputs(
        deals=facts,
        shares=whole(facts),
        assignments=pl.DataFrame(
            [(1, 10, date(2020, 1, 1), date(2026, 3, 1)), (1, 11, date(2026, 3, 1), None)],
            schema=ASSIGNMENTS,
            orient="row",
        ),
        quotas=pl.DataFrame(schema=QUOTAS),
        versions={10: load_plan(first), 11: load_plan(second)},
        plans={10: 5, 11: 5},
    )
    return calculate(inputs, start=YEAR[0], end=YEAR[1]).lines


def test_a_credit_walks_the_curve_of_the_version_in_force_and_x_carries_on() -> None:
    lines = change(TWO, NEXT, FOUR.head(2))
    assert lines.select("component", "plan_version", "x0", "x1", "amount").rows() == [
        ("a", 10, 0, 1000, 100),
        ("a", 11, 1000, 2000, 750),
        ("b", 10, 0, 1000, 10),
        ("c", 11, 0, 1000, 20),
    ]


def test_a_version_with_another_window_counts_in_its_own() -> None:
    lines = change(TWO, NEXT.replace("quarter", "year"), FOUR)
    assert lines.filter(component="a").select("plan_version", "window_start", "x0").rows() == [
        (10, date(2026, 1, 1), 0),
        (11, date(2026, 1, 1), 1000),
        (11, date(2026, 1, 1), 2000),
        (11, date(2026, 1, 1), 3000),
    ]


def test_a_cap_of_a_later_version_counts_what_earlier_versions_paid() -> None:
    capped = TWO.replace("rate: 20%}]}", "rate: 20%}], cap: {per: year, amount: 1.20}}")
    lines = change(TWO, capped, FOUR).filter(component="a")
    assert lines.select("uncapped", "amount").rows() == [(100, 100), (150, 20), (100, 0), (100, 0)]


def test_two_plans_of_one_payee_add_up_apart() -> None:
    inputs = Inputs(
        deals=FOUR,
        shares=whole(FOUR),
        assignments=pl.DataFrame(
            [(1, 10, date(2020, 1, 1), None), (1, 11, date(2020, 1, 1), None)], schema=ASSIGNMENTS, orient="row"
        ),
        quotas=pl.DataFrame(schema=QUOTAS),
        versions={10: plan_of("rate: 10%"), 11: plan_of("rate: 20%", currency="EUR")},
        plans={10: 5, 11: 6},
    )
    result = calculate(inputs, start=YEAR[0], end=YEAR[1])
    assert result.statements.rows() == [(1, 5, 10, "USD", 400, 400), (1, 6, 11, "EUR", 0, 0)]
    assert result.notices["code"].to_list() == ["currency_differs"] * 4


def test_who_has_a_plan_has_a_statement_also_for_nothing() -> None:
    result = run(plan_of("rate: 10%"), FOUR.head(1))
    assert result.statements.rows() == [(1, 5, 10, "USD", 100, 100), (2, 5, 10, "USD", 0, 0)]


def test_nothing_in_gives_nothing_out() -> None:
    result = run(plan_of("rate: 10%"), deals().clear(), payees=())
    assert (result.lines.height, result.statements.height, result.notices.height) == (0, 0, 0)


@pytest.mark.parametrize(
    ("keys", "start"),
    [
        ("rate: 5%", date(2026, 5, 1)),
        ("rate: 5%, window: quarter", date(2026, 4, 1)),
        ("rate: 5%, window: half", date(2026, 1, 1)),
        ("rate: 5%, window: month, cap: {per: year, amount: 5}", date(2026, 1, 1)),
        ("rate: 5%, window: month, cap: {per: deal, amount: 5}", date(2026, 5, 1)),
    ],
)
def test_history_reaches_back_to_the_start_of_the_longest_window(keys: str, start: date) -> None:
    assert history_start({1: plan_of(keys)}, date(2026, 5, 1)) == start


def test_a_sum_beyond_64_bits_is_refused_not_wrapped() -> None:
    many = deals(*({"amount": 10**17 - 1, "closed": date(2026, 1, 1)} for _ in range(60)))
    with pytest.raises(AmountTooLarge, match="A payee's total in a window exceeds"):
        run(plan_of("rate: 1%, window: year"), many)


def test_a_share_of_a_deal_is_that_share_of_its_units_and_of_the_one_deal() -> None:
    units = plan_of("measure: quantity, pay_per_unit: 30")
    count = plan_of("measure: count, pay_per_unit: 30")
    facts = deals({"amount": 900, "quantity": 5})
    thirds = shares((1, 1, 333_334), (1, 2, 666_666))
    assert run(units, facts, thirds).lines["credited"].to_list() == [1_666_670, 3_333_330]
    assert paid(run(units, facts, thirds)) == [5_000, 10_000]
    assert paid(run(count, facts, thirds)) == [1_000, 2_000]


def test_a_refund_counts_against_whichever_sign_its_quantity_has() -> None:
    facts = deals({"amount": 900, "quantity": 5}, {"amount": -500, "quantity": 3}, {"amount": -400, "quantity": -2})
    assert paid(run(plan_of("measure: quantity, pay_per_unit: 10"), facts)) == [5_000, -3_000, -2_000]
    assert paid(run(plan_of("measure: count, pay_per_unit: 10"), facts)) == [1_000, -1_000, -1_000]


def test_a_component_that_measures_another_thing_starts_anew() -> None:
    rows = "window: year, tiers: marginal, curve: [{from: 0, %s}, {from: 2, %s}]"
    money = plan_of(rows % ("rate: 100%", "rate: 200%"))
    units = plan_of("measure: count, " + rows % ("pay_per_unit: 1", "pay_per_unit: 2"))
    facts = deals({"amount": 300, "closed": date(2026, 1, 1)}, {"amount": 300, "closed": date(2026, 2, 1)})
    result = calculate(
        Inputs(
            deals=facts,
            shares=whole(facts),
            assignments=pl.DataFrame(
                [(1, 10, date(2026, 1, 1), date(2026, 2, 1)), (1, 11, date(2026, 2, 1), None)],
                schema=ASSIGNMENTS,
                orient="row",
            ),
            quotas=empty(QUOTAS),
            versions={10: money, 11: units},
            plans={10: 5, 11: 5},
        ),
        start=YEAR[0],
        end=YEAR[1],
    )
    assert result.lines.sort("seq").select("x0", "x1", "amount").rows() == [(0, 300, 400), (0, 1_000_000, 100)]


def test_a_deal_whose_cost_is_not_known_earns_nothing_on_its_margin_and_a_notice_says_so() -> None:
    document = plan_of("base: deal.margin, rate: 10%")
    facts = deals({"amount": 100_00, "cost": 60_00}, {"amount": 100_00}, {"amount": 100_00, "cost": 0})
    result = run(document, facts)
    assert paid(result) == [4_00, 10_00]
    assert result.notices.rows() == [(1, 2, "fact_missing", "a cost")]


def test_a_deal_that_does_not_count_anyway_needs_no_cost() -> None:
    document = plan_of("when: 'deal.discount > 10%', base: deal.margin, rate: 10%")
    result = run(document, deals({"amount": 100_00, "discount": 50_000}, {"amount": 100_00, "discount": 200_000}))
    assert result.lines.is_empty()
    assert result.notices["deal"].to_list() == [2]


def test_a_shared_deal_without_a_cost_is_told_of_to_each_once() -> None:
    document = plan_of("base: deal.amount - deal.tax - deal.cost, rate: 10%")
    facts = deals({"amount": 100_00, "tax": 1_00}, {"amount": 100_00, "tax": 1_00, "cost": 50_00})
    halves = shares((1, 1, 500_000), (1, 2, 500_000), (2, 1, 333_333), (2, 2, 666_667))
    result = run(document, facts, halves)
    assert paid(result) == [1_63, 3_27]
    assert result.notices.sort("payee").rows() == [
        (1, 1, "fact_missing", "a cost,tax"),
        (2, 1, "fact_missing", "a cost,tax"),
    ]
