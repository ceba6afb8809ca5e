"""What is taken back of deals, and what of it counts on: against the oracle, where much is taken back; and by hand."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commissions.engine.calculate import history_start
from commissions.engine.document import from_json, load_plan, to_json
from commissions.engine.examples import example_pay, run_examples
from commissions.engine.schema import PlanDocument
from tests.commissions.engine import oracle
from tests.commissions.engine.facts import YEAR, engine_lines, in_order
from tests.commissions.engine.oracle import Deal, Facts, Payment
from tests.commissions.engine.strategies import facts
from tests.commissions.engine.test_plan_errors import errors_of

half = settings(max_examples=settings().max_examples // 2)
RANGES = st.sampled_from([YEAR, (date(2026, 2, 1), date(2026, 5, 1)), (date(2026, 7, 1), date(2027, 1, 1))])
CLAWBACKS: list[dict[str, Any]] = [
    {"mode": "paid", "within_days": 365},
    {"attainment": "leave", "within_days": 365},
    {"attainment": "leave", "within_days": 90, "mode": "prorated"},
    {"unpaid": {"after_days": 20, "from": "closed", "again": "when_paid"}},
    {"mode": "paid", "within_days": 200, "unpaid": {"after_days": 30, "from": "invoiced", "again": "when_paid"}},
    {"attainment": "leave", "within_days": 200, "unpaid": {"after_days": 20, "from": "closed", "again": "when_paid"}},
    {"mode": "prorated", "within_days": 90, "unpaid": {"after_days": 30, "from": "closed", "again": "when_paid"}},
]


@st.composite
def with_many_cancellations(draw: st.DrawFn) -> Facts:
    """Most deals are cancelled, and all that is taken back goes by one rule; the components' own ways of counting
    stay, but for the conditions that most deals don't meet.
    """
    found = draw(facts(versions=1))
    clawback = draw(st.sampled_from(CLAWBACKS))
    documents = {pk: _by(document, clawback) for pk, document in found.versions.items()}
    deals = tuple(draw(_cancelled(deal)) for deal in found.deals)
    paid = tuple(
        Payment(
            deal.key, f"{deal.key}-late", deal.closed + timedelta(days=draw(st.sampled_from([5, 40, 70]))), deal.amount
        )
        for deal in deals
        if deal.amount and draw(st.booleans())
    )
    return replace(found, versions=documents, deals=deals, payments=(*found.payments, *paid))


def _by(document: PlanDocument, clawback: dict[str, Any]) -> PlanDocument:
    said = to_json(document)
    for part in said["components"]:
        part["when"] = None
        if "unpaid" in clawback:
            part["credit"]["trigger"] = "booked"
            part.pop("repeats", None)
        part.pop("pool", None)  # which none of these rules goes with
    return from_json(said | {"clawback": clawback})


@st.composite
def _cancelled(draw: st.DrawFn, deal: Deal) -> Deal:
    days = draw(st.sampled_from([None, 0, 10, 45, 89, 150]))
    return replace(deal, cancelled=None if days is None else deal.closed + timedelta(days=days))


@half
@given(with_many_cancellations(), RANGES)
def test_the_engine_agrees_with_the_oracle_where_much_is_taken_back(found: Facts, reach: tuple[date, date]) -> None:
    assert engine_lines(found, start=reach[0], end=reach[1]) == in_order(oracle.lines_of(found, *reach))


PLAN = """
plan: A
currency: USD
period: month
components:
  - key: sales
    name: Sales
    window: year
    tiers: retroactive
    curve: [{from: 0, rate: 5%}, {from: 1000, rate: 10%}]
"""
EXAMPLE = """
examples:
  - name: b lifts a, and a is cancelled
    deals:
      - {id: A, closed: 2026-01-10, amount: 600, cancelled: 2026-03-01}
      - {id: B, closed: 2026-02-10, amount: 500}
      - {id: C, closed: 2026-03-10, amount: 100}
    expect: EXPECT
"""


@pytest.mark.parametrize(
    ("clawback", "expected"),
    [
        # 1,100 at 10 % back to 500 at 5 %: 85 are taken back of a deal that was paid 30
        ("{within_days: 90}", "{2026-01: {sales: 30}, 2026-02: {sales: 80}, 2026-03: {sales: -80}}"),
        ("{within_days: 90, mode: paid}", "{2026-01: {sales: 30}, 2026-02: {sales: 80}, 2026-03: {sales: -25}}"),
        # x stays at 1,100, so C is paid at 10 %
        ("{within_days: 90, attainment: leave}", "{2026-01: {sales: 30}, 2026-02: {sales: 80}, 2026-03: {sales: -20}}"),
        # 50 of 90 days were kept: 30 x 40 / 90
        (
            "{within_days: 90, mode: prorated, attainment: leave}",
            "{2026-01: {sales: 30}, 2026-02: {sales: 80}, 2026-03: {sales: -3.33}}",
        ),
    ],
    ids=["down the curve", "only what was paid", "x stays", "x stays, by days"],
)
def test_what_a_cancellation_takes_back(clawback: str, expected: str) -> None:
    text = PLAN + f"clawback: {clawback}" + EXAMPLE.replace("EXPECT", expected)
    assert [result.differences for result in run_examples(load_plan(text))] == [()]


def test_what_a_deal_was_paid_is_known_as_far_back_as_something_may_be_taken_back() -> None:
    plan = load_plan(PLAN + "clawback: {within_days: 400, attainment: leave}")
    assert history_start({1: plan}, date(2026, 3, 1)) == date(2025, 1, 1)
    plain = load_plan(PLAN + "clawback: {within_days: 400}")
    assert history_start({1: plain}, date(2026, 3, 1)) == date(2026, 1, 1)


RESIDUAL = """
plan: A
currency: USD
period: month
components: [{key: a, name: A, rate: 10%, repeats: {every: EVERY, for: FOR}}]
CLAWBACK
examples:
  - {name: a, deals: [{id: A, closed: 2026-01-31, amount: 100, term: 4 MORE}], expect: {2026-01: {a: 10}}}
"""


@pytest.mark.parametrize(
    ("every", "lasts", "more", "clawback", "months"),
    [
        ("month", "3 months", "", "", [10, 10, 10, 0, 0]),
        ("month", "term", "", "", [10, 10, 10, 10, 0]),
        ("quarter", "term", "", "", [10, 0, 0, 10, 0]),
        ("month", "term", ", cancelled: 2026-03-31", "", [10, 10, 0, 0, 0]),
        ("month", "term", ", cancelled: 2026-03-31", "clawback: {within_days: 90}", [10, 10, -20, 0, 0]),
        ("month", "term", ", cancelled: 2026-03-31", "clawback: {within_days: 30}", [10, 10, 0, 0, 0]),
    ],
)
def test_a_contract_is_credited_again_while_it_lives(
    every: str, lasts: str, more: str, clawback: str, months: list[int]
) -> None:
    text = RESIDUAL.replace("EVERY", every).replace("FOR", lasts).replace("MORE", more).replace("CLAWBACK", clawback)
    labels = [f"2026-{month:02}" for month in range(1, 6)]
    plan = load_plan(text)
    wanted = plan.examples[0].model_copy(update={"expect": {label: {} for label in labels}})
    paid = example_pay(plan, wanted)["payee"]
    assert [paid[label]["a"] for label in labels] == months


HEAD = "plan: A, currency: USD, period: month"


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("clawback: {mode: prorated}", "clawback.within_days: Which part of what time?"),
        ("clawback: {mode: paid}", "clawback.within_days: How far back must be known what a deal was paid?"),
        ("clawback: {attainment: leave}", "clawback.within_days: How far back"),
        ("clawback: {}", "clawback: It says nothing that isn't so without it."),
        ("clawback: {within_days: 30, unpaid: {after_days: 31}}", "Nothing is taken back after 30 days from closing."),
        ("clawback: {unpaid: {after_days: 0}}", "clawback.unpaid.after_days"),
    ],
)
def test_an_error_in_a_clawback_names_its_path_its_reason_and_the_remedy(rest: str, message: str) -> None:
    assert any(
        message in error for error in errors_of(f"{{{HEAD}, {rest}, components: [{{key: a, name: A, rate: 5%}}]}}")
    )


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("repeats: {every: month, for: 1 month}", "components[0].repeats.for: It ends before it comes again."),
        ("repeats: {every: month, for: ever}", "components[0].repeats.for: 'ever' says no time."),
        ("repeats: {every: week, for: term}", "components[0].repeats.every: 'week' isn't known here."),
        ("repeats: {every: month, for: term}, credit: {trigger: paid}", "components[0].repeats: A deal that counts"),
        ("credit: {trigger: paid}", "clawback.unpaid: No component here credits a whole deal before it is paid"),
    ],
)
def test_an_error_in_what_repeats_names_its_path_its_reason_and_the_remedy(part: str, message: str) -> None:
    rest = "clawback: {unpaid: {after_days: 9}}"
    assert any(
        message in error
        for error in errors_of(f"{{{HEAD}, {rest}, components: [{{key: a, name: A, rate: 5%, {part}}}]}}")
    )


def test_documents_without_the_new_keys_are_stored_as_before() -> None:
    plan = load_plan(f"{{{HEAD}, clawback: {{within_days: 9}}, components: [{{key: a, name: A, rate: 5%}}]}}")
    assert to_json(plan)["clawback"] == {"within_days": 9, "mode": "full"}
    assert "repeats" not in to_json(plan)["components"][0]
