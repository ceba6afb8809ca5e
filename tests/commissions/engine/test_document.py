import json
from datetime import date
from decimal import Decimal

import pytest

from commissions.engine.document import document_hash, from_json, json_schema, load_plan, to_json
from commissions.engine.schema import Against, Excess, Per, Rounding, StartsWhen, Step, Tiers, Trigger, Window
from core.periods import PeriodKind

SKETCH = """
plan: Account Executive 2026
currency: USD
period: month                 # what a statement covers
rounding: half_up
components:
  - key: new-business
    name: New business
    credit: {trigger: booked, roles: [owner]}
    when: deal.type = "new" and deal.amount >= 1000
    base: deal.amount
    window: quarter
    against: quota
    tiers: marginal
    starts_when: exceeded
    curve:
      - {from: 0%,   rate: 5%}
      - {from: 50%,  rate: 8%}
      - {from: 100%, rate: 12%}
    cap: {per: quarter, amount: 40000, excess: drop}
examples:
  - name: a deal that straddles the first tier
    payee: {quota: 100000}
    deals:
      - {id: A, closed: 2026-01-10, amount: 40000, type: new}
      - {id: B, closed: 2026-01-20, amount: 20000, type: new}
    expect: {2026-01: {new-business: 3300, payable: 3300}}
"""


def test_every_key_of_the_design_is_read() -> None:
    plan = load_plan(SKETCH)
    (component,) = plan.components
    assert (plan.format, plan.plan, plan.currency, plan.period, plan.rounding) == (
        1,
        "Account Executive 2026",
        "USD",
        PeriodKind.MONTH,
        Rounding.HALF_UP,
    )
    assert (component.key, component.name, component.base) == ("new-business", "New business", "deal.amount")
    assert (component.credit.trigger, component.credit.roles) == (Trigger.BOOKED, ("owner",))
    assert component.when == 'deal.type = "new" and deal.amount >= 1000'
    assert (component.window, component.against, component.tiers, component.starts_when) == (
        Window.QUARTER,
        Against.QUOTA,
        Tiers.MARGINAL,
        StartsWhen.EXCEEDED,
    )
    assert [(step.from_, step.rate) for step in component.curve] == [
        (Decimal(0), Decimal("0.05")),
        (Decimal("0.50"), Decimal("0.08")),
        (Decimal(1), Decimal("0.12")),
    ]
    assert component.cap is not None
    assert (component.cap.per, component.cap.amount, component.cap.excess) == (
        Per.QUARTER,
        Decimal(40000),
        Excess.DROP,
    )
    (example,) = plan.examples
    assert example.deals[1].closed == date(2026, 1, 20)
    assert example.expected == {"payee": {"2026-01": {"new-business": 3300, "payable": 3300}}}


def test_what_a_plan_may_leave_out_has_these_values() -> None:
    plan = load_plan("{plan: A, currency: IDR, period: quarter, components: [{key: a, name: A, rate: 5%}]}")
    (component,) = plan.components
    assert (plan.format, plan.rounding, plan.examples) == (1, Rounding.HALF_UP, ())
    assert (component.credit.roles, component.when, component.base) == (("owner",), None, "deal.amount")
    assert (component.window, component.against, component.tiers) == (Window.DEAL, Against.AMOUNT, Tiers.FLAT)
    assert (component.starts_when, component.cap) == (StartsWhen.REACHED, None)


def test_a_plain_rate_is_one_tier_from_nothing_on() -> None:
    plan = load_plan("{plan: A, currency: IDR, period: quarter, components: [{key: a, name: A, rate: 5%}]}")
    assert plan.component("a").steps == (Step.model_validate({"from": 0, "rate": "5%"}),)


@pytest.mark.parametrize("written", ["5%", "5 %", "0.05", "'0.05'", "0.0500", "5.00%"])
def test_a_number_may_be_written_in_several_ways_and_hashes_the_same(written: str) -> None:
    plan = load_plan(f"{{plan: A, currency: USD, period: month, components: [{{key: a, name: A, rate: {written}}}]}}")
    assert plan.components[0].rate == Decimal("0.05")
    assert to_json(plan)["components"][0]["rate"] == "0.05"


def test_the_hash_is_of_the_canonical_json_and_stays_from_release_to_release() -> None:
    plan = load_plan("{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}]}")
    assert to_json(plan) == {
        "format": 1,
        "plan": "A",
        "currency": "USD",
        "period": "month",
        "rounding": "half_up",
        "components": [
            {
                "key": "a",
                "name": "A",
                "credit": {"trigger": "booked", "roles": ["owner"]},
                "base": "deal.amount",
                "window": "deal",
                "against": "amount",
                "tiers": "flat",
                "starts_when": "reached",
                "rate": "0.05",
                "curve": [],
            }
        ],
        "examples": [],
    }
    assert document_hash(plan) == "92dc90fb1b6dc1409ace79be2c4b623ed8b5d18c96ad8ae5cb1ff40c1977939d"


def test_what_is_stored_reads_back_as_the_same_plan() -> None:
    plan = load_plan(SKETCH)
    stored = json.loads(json.dumps(to_json(plan)))
    assert from_json(stored) == plan
    assert document_hash(from_json(stored)) == document_hash(plan)


def test_any_difference_in_meaning_changes_the_hash() -> None:
    assert document_hash(load_plan(SKETCH)) != document_hash(load_plan(SKETCH.replace("rate: 8%", "rate: 8.01%")))


def test_a_component_is_found_by_its_key() -> None:
    plan = load_plan(SKETCH)
    assert plan.component("new-business") is plan.components[0]
    with pytest.raises(KeyError):
        plan.component("renewals")


def test_the_json_schema_describes_the_keys_people_write() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {
        "format", "plan", "currency", "period", "fiscal_year_starts", "rounding", "other_currencies", "components",
        "cap", "quotas", "leave", "draw", "below_zero", "clawback", "on_leaving", "examples"
    }  # fmt: skip
    assert "from" in schema["$defs"]["Step"]["properties"]
    assert schema["$defs"]["Step"]["additionalProperties"] is False
    assert schema["$defs"]["Tiers"]["enum"] == ["flat", "marginal", "retroactive", "interpolated", "stepped"]


def test_a_year_as_a_label_and_people_as_payees_are_read() -> None:
    plan = load_plan(
        """
plan: A
currency: USD
period: year
components: [{key: a, name: A, rate: 5%}]
examples:
  - name: two people
    payees: {ana: {quota: {2026: 100}}, ben: {}}
    deals: [{id: 1, closed: 2026-01-10, amount: 100, splits: {ana: 50%, ben: 50%}}]
    expect: {ana: {2026: {a: 2.50}}, ben: {2026: {payable: 2.5}}}
"""
    )
    (example,) = plan.examples
    assert example.deals[0].id == "1"
    assert example.people["ana"].quota == {"2026": 100}
    assert example.expected["ben"] == {"2026": {"payable": Decimal("2.5")}}
