"""What-if is the same calculation, begun later: it equals a full one, and its sums are checked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from commissions.engine.calculate import Inputs, Result, calculate
from commissions.engine.document import PlanDocument, from_json, load_plan, to_json
from commissions.engine.outcomes import attained, compare, deals_sold, distribution, profile, revenue
from commissions.engine.whatif import Prepared, adapted, counted, pay, prepare, repriced, with_quotas
from tests.commissions.engine.facts import YEAR, Ids, inputs_of
from tests.commissions.engine.item_strategies import BASES as LINE_BASES
from tests.commissions.engine.oracle import Assigned, Deal, Facts, Share
from tests.commissions.engine.strategies import BASES, CONDITIONS, RATES, documents, facts

few = settings(max_examples=settings().max_examples // 4)
RANGES = st.sampled_from([YEAR, (date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 4, 1), date(2026, 7, 1))])
TIERED = """
plan: Tiers
currency: USD
period: month
components:
  - key: sales
    name: Sales
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 50%, rate: 8%}]
  - key: renewals
    name: Renewals
    when: deal.type = "renewal"
    rate: 2%
    cap: {per: quarter, amount: 300}
"""


def full(inputs: Inputs, versions: dict[int, PlanDocument], reach: tuple[date, date]) -> Result:
    return calculate(replace(inputs, versions=versions), start=reach[0], end=reach[1])


def assert_equal(one: Result, other: Result) -> None:
    assert_frame_equal(one.lines, other.lines)
    assert_frame_equal(one.statements, other.statements)
    assert_frame_equal(one.notices, other.notices, check_row_order=False)


def repaid(document: PlanDocument, draw: st.DrawFn) -> PlanDocument:
    """The document with other rates, thresholds and caps, and sometimes one thing more that credits depend on."""
    changed: dict[str, Any] = to_json(document)
    for component in changed["components"]:
        if "rate" in component:
            component["rate"] = draw(RATES)
        stretch = draw(st.sampled_from([1, 2, 5]))
        for step in component.get("curve", []):
            step["from"] = str(stretch * Decimal(step["from"]))
            if "rate" in step:
                step["rate"] = draw(RATES)
            if "rates" in step and "measure" not in component:
                step["rates"] = [draw(RATES) for _rate in step["rates"]]
        if component.get("cap"):
            component["cap"]["amount"] = str(draw(st.integers(1, 400)))
    part = draw(st.sampled_from(changed["components"]))
    match draw(st.sampled_from(["nothing"] * 4 + ["base", "when", "roles"])):
        case "base" if "measure" not in part:
            part["base"] = draw(st.sampled_from(LINE_BASES if "line." in (part.get("when") or "") else BASES))
        case "when" if part.get("measure") != "score":
            part["when"] = draw(st.sampled_from(CONDITIONS))
        case "roles" if part.get("measure") != "score" and "pool" not in part:
            part["credit"] = {"roles": draw(st.sampled_from([["owner"], ["helper"]]))}
    return from_json(changed)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Facts, dict[int, PlanDocument]]:
    """Facts, and other documents for their versions: some with other prices alone, some altogether others."""
    found = draw(facts())
    documents_ = {
        pk: repaid(document, draw)
        if draw(st.booleans())
        else draw(documents(document.currency, document.fiscal_year_starts, reversible=False))
        for pk, document in found.versions.items()
    }
    return found, documents_


@given(changes(), RANGES)
def test_a_change_computed_from_where_it_matters_equals_a_full_calculation(
    change: tuple[Facts, dict[int, PlanDocument]], reach: tuple[date, date]
) -> None:
    found, versions = change
    inputs = inputs_of(found, Ids(found, 0))
    prepared = prepare(inputs, start=reach[0], end=reach[1])
    assert_equal(repriced(prepared), full(inputs, dict(inputs.versions), reach))
    assert_equal(repriced(adapted(prepared, versions)), full(inputs, versions, reach))


@few
@given(changes(), st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(11, 10), Fraction(1, 3)]))
def test_pay_is_the_sum_of_the_lines_however_much_was_remembered(
    change: tuple[Facts, dict[int, PlanDocument]], factor: Fraction
) -> None:
    found, versions = change
    inputs = inputs_of(found, Ids(found, 0))
    prepared, known = prepare(inputs, start=YEAR[0], end=YEAR[1]), dict[Any, pl.DataFrame]()
    for each in (prepared, adapted(prepared, versions), with_quotas(adapted(prepared, versions), factor), prepared):
        lines = calculate(each.inputs, start=YEAR[0], end=YEAR[1]).lines
        sums = dict(lines.group_by("payee").agg(pl.col("amount").sum()).iter_rows())
        assert {payee: amount for payee, amount in pay(each, known).iter_rows() if amount} == {
            payee: amount for payee, amount in sums.items() if amount
        }


def sold(*amounts: int, kind: str | None = None) -> tuple[Deal, ...]:
    return tuple(
        Deal(f"D{number}{kind or ''}", date(2026, 1, 5 + number), amount, "USD", type=kind)
        for number, amount in enumerate(amounts)
    )


def company(document: PlanDocument) -> Facts:
    """Ana sold 600 of her quota of 1,000, with 400 of renewals among them; Ben sold nothing of his."""
    deals = (*sold(200_00), *sold(400_00, kind="renewal"))
    return Facts(
        deals=deals,
        shares=tuple(Share(deal.key, "ana", 1_000_000) for deal in deals),
        assignments=(Assigned("ana", 1, date(2026, 1, 1)), Assigned("ben", 1, date(2026, 1, 1))),
        quotas={("ana", "quarter"): 1000_00, ("ben", "quarter"): 500_00},
        versions={1: document},
        plans={1: 7},
    )


def january(document: PlanDocument) -> Prepared:
    found = company(document)
    return prepare(inputs_of(found, Ids(found, 0)), start=date(2026, 1, 1), end=date(2026, 2, 1))


def test_prices_are_not_counted_and_conditions_are() -> None:
    plan = load_plan(TIERED)
    dearer = load_plan(TIERED.replace("8%", "9%").replace("50%", "60%").replace("amount: 300", "amount: 4"))
    assert counted({1: plan}) == counted({1: dearer})
    assert counted({1: plan}) != counted({1: load_plan(TIERED.replace('"renewal"', '"new"'))})
    assert counted({1: plan}) != counted({1: load_plan(TIERED.replace("per: quarter", "per: year"))})


def test_totals_winners_and_losers_are_those_of_a_pocket_calculator() -> None:
    plan = load_plan(TIERED)
    prepared, known = january(plan), dict[Any, pl.DataFrame]()
    # 500 at 5 % and 100 at 8 % are 33.00; 2 % of 400 of renewals are 8.00
    before = pay(prepared, known)
    assert sorted(before["pay"].to_list()) == [0, 41_00]
    dearer = adapted(prepared, {1: load_plan(TIERED.replace("8%", "10%"))})
    assert compare(before, pay(dearer, known)).change == 2_00
    capped = adapted(prepared, {1: load_plan(TIERED.replace("amount: 300", "amount: 5"))})
    result = compare(before, pay(capped, known))
    assert (result.before, result.after, result.winners, result.losers, result.unchanged) == (41_00, 38_00, 0, 1, 1)
    assert result.best is None
    assert result.worst is not None
    assert result.worst.change == -3_00


def test_a_factor_on_quotas_moves_thresholds_and_attainment() -> None:
    prepared, known = january(load_plan(TIERED)), dict[Any, pl.DataFrame]()
    reached = attained(prepared)
    assert pay(prepared, known)["pay"].sum() == 41_00
    assert distribution(prepared, reached) == [1, 0, 1, 0, 0, 0, 0]  # Ben 0 %, Ana 60 %
    halved = with_quotas(prepared, Fraction(1, 2))
    assert distribution(halved, reached) == [1, 0, 0, 0, 1, 0, 0]  # Ana 120 %
    # 250 at 5 % and 350 at 8 % are 40.50, and 8.00 of renewals
    assert pay(halved, known)["pay"].sum() == 48_50


def test_revenue_counts_a_deal_once_though_two_components_do() -> None:
    found = deals_sold(january(load_plan(TIERED)))
    assert revenue([found]) == revenue([found, found]) == 600_00


def test_many_people_share_few_bars_and_their_mean() -> None:
    rows = pl.DataFrame({"change": [7, 5, 2, 0, -1]})
    assert profile(rows, 2) == [(2, Fraction(6)), (3, Fraction(1, 3))]
    assert profile(rows, 9) == [(1, Fraction(change)) for change in (7, 5, 2, 0, -1)]
    assert profile(rows.clear(), 9) == []


def test_a_document_that_counts_another_year_is_computed_anew() -> None:
    """Nobody may publish it under the name of the plan; but nothing wrong is shown of it either."""
    plan = load_plan(TIERED)
    other = load_plan(TIERED + "fiscal_year_starts: february\n")
    found = Facts(
        deals=tuple(Deal(f"D{month}", date(2026, month, 20), 400_00) for month in (1, 2, 4, 5)),
        shares=tuple(Share(f"D{month}", "ana", 1_000_000) for month in (1, 2, 4, 5)),
        assignments=(Assigned("ana", 1, date(2025, 1, 1)),),
        quotas={("ana", "quarter"): 1000_00},
        versions={1: plan},
        plans={1: 7},
    )
    inputs = inputs_of(replace(found, versions={1: other}), Ids(found, 0))
    prepared = prepare(replace(inputs, versions={1: plan}), start=YEAR[0], end=YEAR[1])
    assert_equal(repriced(adapted(prepared, {1: other})), full(inputs, {1: other}, YEAR))
    starts = repriced(adapted(prepared, {1: other})).lines["window_start"].unique().sort().to_list()
    assert starts == [date(2025, 11, 1), date(2026, 2, 1), date(2026, 5, 1)]
