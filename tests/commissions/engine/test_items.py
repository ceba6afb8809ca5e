"""Lines of deals: which of them count, and what they add up to for their deal."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commissions.engine.calculate import calculate
from commissions.engine.document import from_json, load_plan
from commissions.engine.errors import AmountTooLarge, PlanInvalid
from commissions.engine.examples import example_inputs, run_examples
from commissions.engine.frames import ITEMS, Notice, empty
from commissions.engine.whatif import adapted, prepare, repriced
from tests.commissions.engine import oracle
from tests.commissions.engine.facts import YEAR, engine_lines, in_order
from tests.commissions.engine.item_strategies import counting_lines
from tests.commissions.engine.oracle import Facts
from tests.commissions.engine.strategies import facts

PLAN = """
plan: Lines
currency: USD
period: month
other_currencies: convert
components: [{{key: a, name: A, {component}}}]
examples:
  - name: x
    rates: {{EUR: 1.05}}
    deals: [{deals}]
    expect: {{2026-01: {{a: {pay}}}}}
"""


@st.composite
def paying_what_counts(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A component that looks at lines, and whose pay is what counts, so that every step of the counting shows."""
    measure = draw(st.sampled_from(["amount", "amount", "quantity", "count"]))
    priced = {"rate": "1"} if measure == "amount" else {"pay_per_unit": "1"}
    return draw(counting_lines({"key": key, "name": key, "measure": measure} | priced))


@settings(max_examples=2 * settings().max_examples)
@given(facts(versions=1), st.data())
def test_what_lines_add_up_to_agrees_with_the_oracle(facts: Facts, data: st.DataObject) -> None:
    said = facts.versions[1].model_dump(mode="json", by_alias=True)
    parts = [data.draw(paying_what_counts(key)) for key in ("a", "b")]
    kept = {name: said[name] for name in ("plan", "currency", "period", "rounding")}
    document = from_json(kept | {"other_currencies": "convert", "components": parts})
    assigned = tuple(each for each in facts.assignments if each.version == 1)
    of_lines = replace(facts, versions={1: document}, plans={1: 7}, assignments=assigned)
    assert engine_lines(of_lines) == in_order(oracle.lines_of(of_lines, *YEAR))


def plan_of(component: str, deals: str, pay: str = "0") -> str:
    return PLAN.format(component=component, deals=deals, pay=pay)


OWN = "id: A, closed: 2026-01-10"
TWO = "lines: [{amount: 60, cost: 10, quantity: 2}, {amount: 40, discount: 10%, product: {family: F}, quantity: 5}]"
BACK = "lines: [{amount: -60, quantity: 2}, {amount: 0, quantity: 5}]"
BASE = "base: line.amount, rate: 100%"


@pytest.mark.parametrize(
    ("component", "deals", "pay"),
    [
        pytest.param("base: line.amount * 50%, rate: 100%", f"{{{OWN}, amount: 100, {TWO}}}", "50", id="all of them"),
        pytest.param(f"when: line.discount > 5%, {BASE}", f"{{{OWN}, amount: 100, {TWO}}}", "40", id="one"),
        pytest.param(f"when: line.amount > 60, {BASE}", f"{{{OWN}, amount: 100, {TWO}}}", "0", id="none"),
        pytest.param(f"when: line.amount > 60, {BASE}", f"{{{OWN}, amount: 100}}", "100", id="the deal itself"),
        pytest.param(
            "when: line.amount < deal.amount, measure: count, pay_per_unit: 7", f"{{{OWN}, amount: 100, {TWO}}}", "7",
            id="a deal counts once",
        ),
        pytest.param(
            "when: line.amount < 100, measure: quantity, pay_per_unit: 1", f"{{{OWN}, amount: 100, {TWO}}}", "7",
            id="units",
        ),
        pytest.param(
            "when: line.amount < 100, measure: quantity, pay_per_unit: 1", f"{{{OWN}, amount: -60, {BACK}}}", "-7",
            id="what costs nothing goes back with its deal",
        ),
        pytest.param("base: line.margin, rate: 100%", f"{{{OWN}, amount: 100, {TWO}}}", "0", id="a cost is unknown"),
        pytest.param(
            f"when: line.amount > 50, {BASE.replace('amount', 'margin')}", f"{{{OWN}, amount: 100, {TWO}}}", "50",
            id="of those that count the cost is known",
        ),
        pytest.param(
            # 0.105, so far 0.21: of 0.21 the first line has 0.11
            f"when: line.quantity = 3, {BASE}",
            f"{{{OWN}, currency: EUR, amount: 0.2, lines: [{{amount: 0.1}}, {{amount: 0.1, quantity: 3}}]}}",
            "0.10", id="converted as they add up",
        ),
        pytest.param(
            BASE,
            f"{{{OWN}, currency: EUR, amount: 0.5, lines: [{{amount: 0.10}}, {{amount: 0.10}}, {{amount: 0.10}}, "
            "{amount: 0.10}, {amount: 0.10}]}", "0.53", id="converted lines add up to the deal",
        ),
    ],
)  # fmt: skip
def test_what_counts_of_the_lines(component: str, deals: str, pay: str) -> None:
    (result,) = run_examples(load_plan(plan_of(component, deals, pay)))
    assert (result.differences, result.error) == ((), None)


def test_an_unknown_cost_of_a_line_is_noticed() -> None:
    plan = load_plan(plan_of("base: line.margin, rate: 100%", f"{{{OWN}, amount: 100, {TWO}}}"))
    start, end = date(2026, 1, 1), date(2026, 2, 1)
    found = calculate(example_inputs(plan, plan.examples[0], start, end), start=start, end=end)
    assert found.notices.rows() == [(0, 0, Notice.FACT_MISSING, "a line_cost")]


def test_a_changed_condition_is_counted_anew_and_a_changed_rate_is_not() -> None:
    start, end = date(2026, 1, 1), date(2026, 2, 1)
    first, other, dearer = (
        load_plan(plan_of(text, f"{{{OWN}, amount: 100, {TWO}}}"))
        for text in (f"when: line.amount > 50, {BASE}", f"when: line.amount < 50, {BASE}",
                     f"when: line.amount > 50, {BASE.replace('100%', '50%')}")
    )  # fmt: skip
    prepared = prepare(example_inputs(first, first.examples[0], start, end), start=start, end=end)
    for plan, amount in ((first, 6000), (other, 4000), (dearer, 3000)):
        assert repriced(adapted(prepared, {1: plan})).lines["amount"].to_list() == [amount]
    assert adapted(prepared, {1: dearer}).found is prepared.found


def test_sums_of_many_lines_stay_exact_or_are_refused() -> None:
    plan = load_plan(plan_of("base: line.amount * 0.000000001, rate: 100%", f"{{{OWN}, amount: 1}}"))
    start, end = date(2026, 1, 1), date(2026, 2, 1)
    inputs = example_inputs(plan, plan.examples[0], start, end)
    most, count = 10**17 - 1, 500
    rows = {"deal": [0] * count, "number": list(range(1, count + 1)), "line_amount": [most] * count}
    of_lines = replace(inputs, items=pl.concat([empty(ITEMS), pl.DataFrame(rows)], how="diagonal"))
    assert calculate(of_lines, start=start, end=end).lines["amount"].to_list() == [50_000_000_000]
    plain = load_plan(plan_of("base: line.amount * 1, rate: 100%", f"{{{OWN}, amount: 1}}"))
    with pytest.raises(AmountTooLarge, match="The base of a deal exceeds"):
        calculate(replace(of_lines, versions={1: plain}), start=start, end=end)


def test_a_deal_of_too_many_lines_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="A deal has at most 500 lines"):
        load_plan(plan_of(BASE, f"{{{OWN}, amount: 501, lines: [{', '.join(['{amount: 1}'] * 501)}]}}"))
