"""The numbers of a plan that can be turned, and what becomes of the document."""

from decimal import Decimal

import pytest
from hypothesis import given

from commissions.engine.document import load_plan, to_json
from commissions.engine.errors import PlanInvalid
from commissions.engine.knobs import as_yaml, knobs, quota_factor, turned
from commissions.engine.schema import PlanDocument
from tests.commissions.engine.strategies import documents

PLAN = """
plan: Knobs
currency: USD
period: month
components:
  - {key: flat, name: Flat, rate: 2.25%, cap: {per: month, amount: 300.50}}
  - key: tiers
    name: Tiers
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 50%, rate: 8%}]
  - key: points
    name: Points
    window: year
    tiers: interpolated
    curve: [{from: 0, pay: 0}, {from: 50000, pay: 2000}]
"""


def test_every_rate_threshold_pay_and_cap_has_a_knob_but_where_a_curve_begins() -> None:
    assert {knob.name: str(knob.value) for knob in knobs(load_plan(PLAN))} == {
        "flat.rate.0": "2.25",
        "flat.cap.0": "300.5",
        "tiers.rate.0": "5",
        "tiers.from.1": "50",
        "tiers.rate.1": "8",
        "points.pay.0": "0",
        "points.from.1": "50000",
        "points.pay.1": "2000",
    }


def test_amounts_per_unit_and_bonuses_have_knobs_too() -> None:
    units = """
plan: Units
currency: USD
period: month
components:
  - key: units
    name: Units
    measure: quantity
    window: month
    tiers: marginal
    curve: [{from: 0, pay_per_unit: 3}, {from: 10, pay_per_unit: 4, bonus: 50}]
"""
    plan = load_plan(units)
    assert {knob.name: str(knob.value) for knob in knobs(plan)} == {
        "units.pay_per_unit.0": "3",
        "units.from.1": "10",
        "units.pay_per_unit.1": "4",
        "units.bonus.1": "50",
    }
    assert turned(plan, {"units.bonus.1": "75"}) == load_plan(units.replace("bonus: 50", "bonus: 75"))


def test_a_slider_can_stand_on_its_value_and_beyond() -> None:
    by_name = {knob.name: knob for knob in knobs(load_plan(PLAN))}
    flat, start = by_name["flat.rate.0"], by_name["points.from.1"]
    assert [flat.low, flat.high, flat.step] == [Decimal(0), Decimal("7.25"), Decimal("0.01")]
    assert [start.low, start.high, start.step] == [Decimal(0), Decimal(100_000), Decimal(1000)]


def test_turned_numbers_are_read_in_the_unit_in_which_they_are_shown() -> None:
    plan = turned(
        load_plan(PLAN),
        {"flat.rate.0": "3", "flat.cap.0": "10", "tiers.from.1": "60", "points.pay.1": "2500", "other.rate.0": "9"},
    )
    assert str(plan.component("flat").rate) == "0.03"
    assert plan.component("flat").cap is not None
    assert plan.component("flat").cap.amount == 10  # type: ignore[union-attr]
    assert plan.component("tiers").curve[1].from_ == Decimal("0.6")
    assert plan.component("points").curve[1].pay == 2500


@pytest.mark.parametrize(
    "written", ["five", "1e9", "NaN", "9" * 60, "\N{ARABIC-INDIC DIGIT FIVE}", "0.0000000000001", "-"]
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(PlanInvalid):
        turned(load_plan(PLAN), {"flat.rate.0": written})


@pytest.mark.parametrize("written", ["0", "-5", "1001", "x", "NaN", "Infinity"])
def test_a_factor_that_leaves_no_quota_or_too_much_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no factor for quotas"):
        quota_factor(written)


def test_a_document_is_written_as_people_write_it() -> None:
    text = as_yaml(load_plan(PLAN))
    assert "rate: 2.25%" in text
    assert "from: 50%" in text
    assert "pay: 2000" in text
    assert "starts_when" not in text


def test_examples_are_written_with_their_days_and_numbers() -> None:
    plan = load_plan(
        PLAN
        + """
examples:
  - name: "12"
    payee: {quota: {2026-Q1: 100000.50}}
    deals: [{id: "7", closed: 2026-01-10, amount: 48000, type: "3"}]
    expect: {2026-01: {flat: 300.50, tiers: 2400, points: 1920}}
"""
    )
    text = as_yaml(plan)
    assert "closed: 2026-01-10" in text
    assert "amount: 48000" in text
    assert to_json(load_plan(text)) == to_json(plan)


@given(documents("USD", reversible=False))
def test_what_is_written_reads_back_as_the_same_document(document: PlanDocument) -> None:
    assert to_json(load_plan(as_yaml(document))) == to_json(document)
    assert to_json(turned(document, {knob.name: str(knob.value) for knob in knobs(document)})) == to_json(document)
