"""Costs to obtain contracts: what an asset is worth, month by month, to the last minor unit."""

import doctest
from dataclasses import astuple, replace
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ledger.engine import capitalised as module
from ledger.engine.capitalised import COSTS, ROLL, roll_forward, rolled, schedule
from tests.ledger.engine import oracle
from tests.ledger.engine.oracle import Cost, Roll

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
ANY = st.builds(
    Cost,
    contract=st.integers(1, 3),
    currency=st.sampled_from(["USD", "IDR"]),
    amount=st.integers(-(10**15), 10**15),
    recorded_on=DAYS,
    starts_on=DAYS,
    months=st.integers(1, 60),
    ended_on=st.none() | DAYS,
)
BEGIN, END = date(2024, 1, 1), date(2040, 1, 1)


def frame(*costs: Cost) -> pl.DataFrame:
    return pl.DataFrame([astuple(cost) for cost in costs], schema=COSTS, orient="row")


def rolls(costs: pl.DataFrame, start: date = BEGIN, end: date = END) -> dict[str, Roll]:
    return {currency: Roll(*amounts) for currency, *amounts in roll_forward(costs, start, end).iter_rows()}


def test_the_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(st.lists(ANY, max_size=6), DAYS, DAYS)
def test_the_columns_say_what_plain_arithmetic_says(costs: list[Cost], one: date, other: date) -> None:
    start, end = sorted((one, other))
    assert rolls(frame(*costs), start, end) == oracle.roll_forward(costs, start, end)


@given(ANY)
def test_all_of_a_cost_becomes_an_expense(cost: Cost) -> None:
    whole = rolls(frame(cost))[cost.currency]
    assert (whole.opening, whole.added, whole.closing) == (0, cost.amount, 0)
    assert whole.amortised + whole.impaired == cost.amount


@given(ANY, DAYS, DAYS)
def test_two_ranges_make_one(cost: Cost, one: date, other: date) -> None:
    start, middle = sorted((one.replace(day=1), other.replace(day=1)))
    left, right = (rolls(frame(cost), *days)[cost.currency] for days in ((start, middle), (middle, END)))
    whole = rolls(frame(cost), start, END)[cost.currency]
    assert left.closing == right.opening
    assert (left.added + right.added, left.amortised + right.amortised, left.impaired + right.impaired) == (
        whole.added, whole.amortised, whole.impaired,
    )  # fmt: skip


@given(st.lists(ANY, max_size=5), DAYS)
def test_each_month_opens_with_what_the_one_before_left(costs: list[Cost], start: date) -> None:
    before = rolls(frame(*costs), BEGIN, start)
    for month, roll in schedule(frame(*costs), start, 14):
        now = {currency: Roll(*amounts) for currency, *amounts in roll.iter_rows()}
        assert {currency: each.opening for currency, each in now.items()} == {
            currency: each.closing for currency, each in before.items()
        }, month
        before = now


@given(ANY)
def test_a_cost_taken_back_altogether_leaves_nothing(cost: Cost) -> None:
    back = replace(cost, amount=-cost.amount)
    assert set(rolls(frame(cost, back)).values()) == {Roll()}


def test_a_cost_posted_late_catches_up() -> None:
    late = Cost(1, "USD", 1_200, date(2026, 6, 30), date(2026, 1, 1), 12)
    assert rolls(frame(late), date(2026, 6, 1), date(2026, 7, 1)) == {"USD": Roll(0, 1_200, 600, 0, 600)}


def test_a_contract_that_ended_before_its_cost_was_posted_is_impaired_with_it() -> None:
    late = Cost(1, "USD", 1_200, date(2026, 6, 30), date(2026, 1, 1), 12, ended_on=date(2026, 3, 5))
    assert rolls(frame(late), date(2026, 6, 1), date(2026, 7, 1)) == {"USD": Roll(0, 1_200, 200, 1_000, 0)}
    assert rolls(frame(late), date(2026, 3, 1), date(2026, 4, 1)) == {"USD": Roll()}


def test_nothing_rolls_nothing_forward() -> None:
    assert rolled(frame(), BEGIN, END).is_empty()
    assert roll_forward(frame(), BEGIN, END).schema == ROLL
