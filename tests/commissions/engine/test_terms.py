"""Draws, guarantees and balances: what a statement pays of what was earned, and what it leaves owed."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.engine.document import from_json, load_plan, to_json
from commissions.engine.schema import PlanDocument
from commissions.engine.terms import Settled, settled
from tests.commissions.engine.test_plan_errors import errors_of

HEAD = "plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}]"


def plan(terms: str) -> PlanDocument:
    return load_plan(f"{{{HEAD}, {terms}}}")


def walk(document: PlanDocument, earned: list[int]) -> list[Settled]:
    """Statement after statement, each with what the one before left owed."""
    found: list[Settled] = []
    for number, amount in enumerate(earned):
        owed = found[-1].owed_after if found else 0
        found.append(settled(document, earned=amount, owed=owed, number=number))
    return found


@pytest.mark.parametrize(
    ("terms", "earned", "expected"),
    [
        ("draw: {kind: recoverable, amount: 10}", [400, 600, 1200, 1500, 2000], [
            (1000, 600), (1000, 1000), (1000, 800), (1000, 300), (1700, 0)]),
        ("draw: {kind: non_recoverable, amount: 10}", [400, 1200], [(1000, 0), (1200, 0)]),
        ("draw: {kind: recoverable, amount: 10, pays: in_addition, periods: 1}", [1000, 3000], [
            (2000, 1000), (2000, 0)]),
        ("draw: {kind: recoverable, amount: 10, recover_at_most: 50%}", [0, 1601], [(1000, 1000), (1301, 700)]),
        ("draw: {kind: recoverable, amount: 10, most_owed: 15}", [0, 0, 0], [(1000, 1000), (500, 1500), (0, 1500)]),
        ("draw: {kind: recoverable, amount: 10, periods: 1, forgive_after: 1}", [0, 0, 0], [
            (1000, 1000), (0, 1000), (0, 0)]),
        ("below_zero: carry", [-500, 200, 700], [(0, 500), (0, 300), (400, 0)]),
        ("below_zero: pay", [-500, 200], [(-500, 0), (200, 0)]),
        ("draw: {kind: recoverable, amount: 10}", [-20], [(1000, 1020)]),
    ],
    ids=["recoverable", "guarantee", "in addition", "half of the surplus", "at most 15 owed", "forgiven", "carried",
         "below zero", "a refund under a draw"],
)  # fmt: skip
def test_what_is_paid_and_what_is_left_owed(terms: str, earned: list[int], expected: list[tuple[int, int]]) -> None:
    assert [(each.payable, each.owed_after) for each in walk(plan(terms), earned)] == expected


AMOUNTS = st.integers(-3_000, 6_000)


@st.composite
def terms(draw: st.DrawFn) -> PlanDocument:
    document: dict[str, object] = {
        "plan": "A", "currency": "USD", "period": "month", "components": [{"key": "a", "name": "A", "rate": "5%"}],
    }  # fmt: skip
    if draw(st.booleans()):
        document["below_zero"] = draw(st.sampled_from(["pay", "carry"]))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["recoverable", "non_recoverable"]))
        given_ = {
            "kind": kind,
            "amount": draw(st.integers(1, 40)),
            "pays": draw(st.sampled_from(["top_up", "in_addition"])),
        }
        periods = draw(st.none() | st.integers(1, 4))
        if periods:
            given_["periods"] = periods
        if kind == "recoverable":
            given_["recover_at_most"] = draw(st.sampled_from(["100%", "50%", "33.3%", "0.7"]))
            if draw(st.booleans()):
                given_["most_owed"] = draw(st.integers(1, 60))
            if periods and draw(st.booleans()):
                given_["forgive_after"] = draw(st.integers(0, 3))
        document["draw"] = given_
    return from_json(document)


def slowly(document: PlanDocument, earned: list[int]) -> list[tuple[int, int]]:
    """(payable, owed) by the words of docs/plan-format.md."""
    draw, owed, found = document.draw, 0, []
    for number, amount in enumerate(earned):
        has_draw = draw is not None and (draw.periods is None or number + 1 <= draw.periods)
        promised = int(draw.amount * 100) if draw is not None and has_draw else 0
        topping_up = draw is not None and draw.pays.value == "top_up"
        lends = draw is not None and draw.kind.value == "recoverable"
        if draw is not None and draw.forgive_after is not None and draw.periods is not None:
            owed = 0 if number - draw.periods == draw.forgive_after else owed
        within_reach = max(Fraction(0), Fraction(amount) - (promised if topping_up else 0))
        share = Fraction(draw.recover_at_most) if draw is not None else Fraction(1)
        back = min(owed, floor(within_reach * share))
        owed -= back
        extra = max(promised - amount, 0) if topping_up and promised else promised
        if lends and draw is not None and draw.most_owed is not None:
            extra = max(min(extra, int(draw.most_owed * 100) - owed), 0)
        owed += extra if lends else 0
        pay = amount - back + extra
        if pay < 0 and document.below_zero is not None and document.below_zero.value == "carry":
            owed, pay = owed - pay, 0
        found.append((pay, owed))
    return found


@given(terms(), st.lists(AMOUNTS, max_size=8))
def test_the_engine_agrees_with_the_oracle(document: PlanDocument, earned: list[int]) -> None:
    assert [(each.payable, each.owed_after) for each in walk(document, earned)] == slowly(document, earned)


@given(terms(), st.lists(AMOUNTS, max_size=8))
def test_nothing_is_lost_between_earned_and_paid(document: PlanDocument, earned: list[int]) -> None:
    """All that was paid is what was earned, what is still owed, what was forgiven, and what a guarantee gave."""
    statements = walk(document, earned)
    given_away = sum(each.forgiven for each in statements)
    if document.draw is not None and document.draw.kind.value == "non_recoverable":
        given_away += sum(each.advanced for each in statements)
    still_owed = statements[-1].owed_after if statements else 0
    assert sum(each.payable for each in statements) == sum(earned) + still_owed + given_away
    for each in statements:
        assert each.payable == each.earned + each.advanced - each.recovered + each.carried
        assert min(each.advanced, each.recovered, each.forgiven, each.carried, each.owed_after) >= 0


def test_a_stored_plan_reads_as_it_was_written() -> None:
    document = plan("draw: {kind: non_recoverable, amount: 10}")
    assert from_json(to_json(document)) == document
    assert document.draw is not None
    assert document.draw.recover_at_most == Decimal(1)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("draw: {kind: loan, amount: 5}", "draw.kind: 'loan' isn't known here."),
        ("draw: {kind: recoverable}", "draw.amount: amount is missing. Add it."),
        ("draw: {kind: recoverable, amount: 0}", "draw.amount: It must be more than 0."),
        ("draw: {kind: recoverable, amount: 0.001}", "draw.amount: 0.001 has more than the 2 decimals of USD."),
        ("draw: {kind: recoverable, amount: 5, recover_at_most: 150%}", "draw.recover_at_most: 150% is no share"),
        ("draw: {kind: recoverable, amount: 5, recover_at_most: 0}", "draw.recover_at_most: 0% is no share"),
        ("draw: {kind: recoverable, amount: 5, periods: 0}", "draw.periods: 0 is too small. Write 1 or more."),
        ("draw: {kind: recoverable, amount: 5, forgive_after: 1}", "draw.forgive_after: A draw without an end"),
        ("draw: {kind: non_recoverable, amount: 5, most_owed: 9}", "draw.most_owed: A draw that isn't recoverable"),
        ("below_zero: forget", "below_zero: 'forget' isn't known here."),
    ],
)
def test_an_error_in_a_draw_names_its_path_its_reason_and_the_remedy(terms: str, message: str) -> None:
    found = errors_of(f"{{{HEAD}, {terms}}}")
    assert any(error.startswith(message) for error in found), found


def test_what_is_settled_by_month_is_not_expected_by_year() -> None:
    found = errors_of(f"{{{HEAD}, below_zero: carry, examples: [{{name: x, expect: {{2026: {{payable: 5}}}}}}]}}")
    assert found == [
        "examples[0].expect.2026.payable: payable is settled statement by statement here: expect it by month."
    ]
