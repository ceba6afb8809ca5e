"""Who gets credit: splits to the cent, roles, dates, and why a credit does not count."""

from datetime import date

import polars as pl
import pytest

from commissions.engine.calculate import Inputs, calculate
from commissions.engine.frames import ASSIGNMENTS, PAYEES, QUOTAS
from tests.commissions.engine.plan_texts import YEAR, deals, paid, plan_of, run, shares

ALL = plan_of("rate: 100%")
HALF = 500_000


def credited(rows: list[tuple[int, int, int]], amount: int, payees: tuple[int, ...] = (1, 2, 3)) -> dict[int, int]:
    lines = run(ALL, deals({"amount": amount}), shares(*rows), payees=payees).lines
    return dict(lines.select("payee", "credited").iter_rows())


def test_the_odd_cent_goes_to_the_largest_remainder() -> None:
    assert credited([(1, 1, 333_333), (1, 2, 333_333), (1, 3, 333_334)], 100) == {1: 33, 2: 33, 3: 34}


def test_equal_remainders_favour_the_larger_share_then_the_first_payee() -> None:
    assert credited([(1, 1, HALF), (1, 2, HALF)], 101) == {1: 51, 2: 50}
    assert credited([(1, 1, 250_000), (1, 2, 750_000)], 2) == {1: 0, 2: 2}


def test_a_refund_is_divided_as_its_sale_was() -> None:
    rows = [(1, 1, 333_333), (1, 2, 333_333), (1, 3, 333_334)]
    assert credited(rows, -101) == {payee: -part for payee, part in credited(rows, 101).items()}


def test_what_nobody_shares_is_credited_to_nobody() -> None:
    assert credited([(1, 1, 250_000), (1, 2, 125_000)], 1000) == {1: 250, 2: 125}


def test_sharers_who_are_not_calculated_still_take_their_part() -> None:
    assert credited([(1, 1, HALF), (1, 2, HALF)], 101, payees=(2,)) == {2: 50}


def test_ties_go_by_the_payees_keys_where_they_are_known() -> None:
    inputs = Inputs(
        deals=deals({"amount": 101}),
        shares=shares((1, 1, HALF), (1, 2, HALF)),
        assignments=pl.DataFrame(
            [(payee, 10, date(2020, 1, 1), None) for payee in (1, 2)], schema=ASSIGNMENTS, orient="row"
        ),
        quotas=pl.DataFrame(schema=QUOTAS),
        versions={10: ALL},
        plans={10: 5},
        payees=pl.DataFrame({"payee": [1, 2], "key": ["zoe", "ana"]}, schema=PAYEES),
    )
    lines = calculate(inputs, start=YEAR[0], end=YEAR[1]).lines
    assert dict(lines.select("payee", "credited").iter_rows()) == {1: 50, 2: 51}


def test_the_base_is_rounded_on_the_whole_deal_before_it_is_divided() -> None:
    half_of = plan_of("rate: 100%, base: deal.amount * 50%")
    lines = run(half_of, deals({"amount": 101}), shares((1, 1, HALF), (1, 2, HALF))).lines
    assert lines["credited"].to_list() == [26, 25]  # 50.50 is 51


def test_a_split_deal_pays_the_whole_commission_once() -> None:
    plan = plan_of("rate: 10%, window: month")
    lines = run(plan, deals({"amount": 100_020}), shares((1, 1, HALF), (1, 2, HALF))).lines
    assert lines["amount"].to_list() == [5001, 5001]


def test_only_the_roles_of_the_component_get_credit_and_each_role_is_divided_by_itself() -> None:
    helpers = plan_of("rate: 100%, credit: {roles: [helper]}")
    rows = shares((1, 1, 1_000_000), (1, 1, HALF, "helper"), (1, 2, HALF, "helper"))
    assert run(helpers, deals({"amount": 100}), rows).lines.select("payee", "role", "credited").rows() == [
        (1, "helper", 50),
        (2, "helper", 50),
    ]


def test_a_payee_with_two_roles_in_a_deal_has_two_lines_in_order_of_the_role() -> None:
    both = plan_of("rate: 100%, window: month, credit: {roles: [owner, helper]}")
    rows = shares((1, 1, 1_000_000), (1, 1, 1_000_000, "helper"))
    lines = run(both, deals({"amount": 100}), rows).lines
    assert lines.select("role", "x0", "x1", "seq").rows() == [("helper", 0, 100, 0), ("owner", 100, 200, 1)]


def test_credits_of_a_day_add_up_in_the_order_of_their_keys_not_of_their_arrival() -> None:
    plan = plan_of("window: month, tiers: marginal, curve: [{from: 0, rate: 0%}, {from: 1, rate: 100%}]")
    facts = deals({"amount": 50, "key": "B"}, {"amount": 100, "key": "A"}, {"amount": 10, "key": "C"})
    lines = run(plan, facts).lines
    assert lines.select("deal", "x0", "x1", "amount").rows() == [(2, 0, 100, 0), (1, 100, 150, 50), (3, 150, 160, 10)]


def test_a_plan_counts_the_deals_closed_while_it_is_assigned() -> None:
    inputs = Inputs(
        deals=deals(*({"amount": 100, "closed": date(2026, 2, day)} for day in (1, 2, 27, 28))),
        shares=shares(*((deal, 1, 1_000_000) for deal in (1, 2, 3, 4))),
        assignments=pl.DataFrame([(1, 10, date(2026, 2, 2), date(2026, 2, 28))], schema=ASSIGNMENTS, orient="row"),
        quotas=pl.DataFrame(schema=QUOTAS),
        versions={10: ALL},
        plans={10: 5},
    )
    result = calculate(inputs, start=YEAR[0], end=YEAR[1])
    assert result.lines["deal"].to_list() == [2, 3]
    assert result.notices.rows() == [(1, 1, "not_assigned", "2026-02-01"), (1, 4, "not_assigned", "2026-02-28")]


def test_a_deal_in_another_currency_does_not_count_and_says_why() -> None:
    result = run(ALL, deals({"amount": 100, "currency": "EUR"}, {"amount": 50}))
    assert paid(result) == [50]
    assert result.notices.rows() == [(1, 1, "currency_differs", "EUR USD")]


@pytest.mark.parametrize("rows", [[(1, 1, 1_000_000), (1, 2, 300_000)], [(1, 1, 1_000_000), (1, 2, 1_000_000)]])
def test_shares_above_the_whole_do_not_count_and_say_why(rows: list[tuple[int, int, int]]) -> None:
    result = run(ALL, deals({"amount": 100}), shares(*rows))
    assert result.lines.height == 0
    assert result.notices.rows() == [(1, 1, "shares_over_whole", "owner"), (2, 1, "shares_over_whole", "owner")]


def test_a_base_beyond_what_an_amount_may_be_is_refused() -> None:
    with pytest.raises(ValueError, match="The base of a deal exceeds 100,000,000,000,000,000 minor units"):
        run(plan_of("rate: 1%, base: deal.amount * 1000"), deals({"amount": 10**16}))
