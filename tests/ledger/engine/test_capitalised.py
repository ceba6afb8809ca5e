"""Costs to obtain contracts: what an asset is worth, month by month, to the last minor unit."""

import doctest
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ledger.engine import capitalised as module
from ledger.engine.capitalised import Cost, Roll, carrying, roll_forward, rolled, schedule

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
COSTS = st.builds(
    Cost,
    contract=st.sampled_from(["A", "B"]),
    currency=st.sampled_from(["USD", "IDR"]),
    amount=st.integers(-(10**12), 10**12),
    recorded_on=DAYS,
    starts_on=DAYS,
    months=st.integers(1, 60),
    ended_on=st.none() | DAYS,
)
BEGIN, END = date(2024, 1, 1), date(2040, 1, 1)


def test_the_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(COSTS)
def test_all_of_a_cost_becomes_an_expense(cost: Cost) -> None:
    whole = rolled(cost, BEGIN, END)
    assert (whole.opening, whole.added, whole.closing) == (0, cost.amount, 0)
    assert whole.amortised + whole.impaired == cost.amount


@given(COSTS, DAYS, DAYS)
def test_two_ranges_make_one(cost: Cost, first: date, second: date) -> None:
    start, middle = sorted((first.replace(day=1), second.replace(day=1)))
    left, right = rolled(cost, start, middle), rolled(cost, middle, END)
    assert left.closing == right.opening
    whole = rolled(cost, start, END)
    assert (left.added + right.added, left.amortised + right.amortised, left.impaired + right.impaired) == (
        whole.added, whole.amortised, whole.impaired,
    )  # fmt: skip


@given(st.lists(COSTS, max_size=5), DAYS)
def test_each_month_rolls_forward(costs: list[Cost], start: date) -> None:
    before: dict[str, Roll] = roll_forward(costs, BEGIN, start)
    for _month, rolls in schedule(costs, start, 6):
        for currency, roll in rolls.items():
            assert roll.opening == before.get(currency, Roll()).closing
            assert roll.opening + roll.added - roll.amortised - roll.impaired == roll.closing
        before = rolls


@given(COSTS)
def test_a_cost_taken_back_altogether_leaves_nothing(cost: Cost) -> None:
    back = replace(cost, amount=-cost.amount)
    assert roll_forward([cost, back], BEGIN, END).get(cost.currency) == Roll()
    assert carrying(cost, date(2026, 6, 1)) + carrying(back, date(2026, 6, 1)) == 0


def test_a_cost_posted_late_catches_up() -> None:
    late = Cost("C", "USD", 1_200, date(2026, 6, 30), date(2026, 1, 1), 12)
    assert rolled(late, date(2026, 6, 1), date(2026, 7, 1)) == Roll(0, 1_200, 600, 0, 600)


def test_a_contract_that_ended_before_its_cost_was_posted_is_impaired_with_it() -> None:
    late = Cost("C", "USD", 1_200, date(2026, 6, 30), date(2026, 1, 1), 12, ended_on=date(2026, 3, 5))
    assert rolled(late, date(2026, 6, 1), date(2026, 7, 1)) == Roll(0, 1_200, 200, 1_000, 0)
    assert rolled(late, date(2026, 3, 1), date(2026, 4, 1)) == Roll()
