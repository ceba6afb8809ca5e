"""What a button of the plan's form begins holds at once, whatever the component says already."""

from datetime import date
from typing import Any

import pytest

from commissions.engine.document import load_plan
from commissions.engine.examples import example_pay
from commissions.engine.rewrite import data_of
from commissions.engine.schema import Component, PlanDocument
from commissions.forms import filled_in, mark_of
from commissions.forms.filling import rewritten_by
from commissions.forms.table import keys_of

TODAY = date(2026, 11, 24)
CURVE = "curve: [{from: 0, rate: 5%}, {from: 100000, rate: 8%}]"
POINTS = "curve: [{from: 0, pay: 0}, {from: 100000, pay: 800}]"
TIMES = "multiply: {kpi: csat, curve: [{from: 0%, times: 80%}, {from: 80%, times: 100%}]}"
PARTS = {
    "flat": "rate: 5%",
    "against a quota": "window: quarter, against: quota, rate: 5%",
    "marginal": f"window: quarter, tiers: marginal, {CURVE}",
    "a target": "window: quarter, against: quota, pays: target, rate: 1",
    "stepped": f"window: month, tiers: stepped, {POINTS}",
    "interpolated": f"window: month, tiers: interpolated, {POINTS}",
    "counted": "measure: count, pay_per_unit: 5",
    "scored": "measure: score, window: quarter, pays: target, rate: 1",
    "whole time": "window: plan, rate: 5%",
    "again": "rate: 5%, repeats: {every: month, for: 12 months}",
    "pool": "window: month, credit: {of: team}, rate: 5%, pool: {share: equal}",
    "spiff": "rate: 5%, spiff: {from: 2026-01-01, until: 2026-02-01, first: 10}",
    "rate table": "rates: [5%, 3%], by: deal.discount, columns: [from: 0%, from: 10%]",
    "multiplied": f"window: month, rate: 5%, {TIMES}",
    "multiplied, by deal": f"rate: 5%, {TIMES}",
    "as paid": "rate: 5%, credit: {trigger: paid}",
    "later": "rate: 5%, payout: [{share: 50%, due: at_once}, {share: 50%, due: paid}]",
    "carried": "window: quarter, rate: 5%, cap: {per: quarter, amount: 100, excess: carry}",
    "capped, by deal": "rate: 5%, cap: {per: month, amount: 1000}",
    "floor": "rate: 5%, floor: {per: month, amount: 100}",
    "blocks": "pay_per_block: 5, block: 100",
}


def plan_of(part: str) -> str:
    return f"plan: P\ncurrency: USD\nperiod: month\ncomponents:\n  - {{key: a, name: A, {part}}}\n"


def after(text: str, *acts: str) -> dict[str, Any]:
    for act in acts:
        text = rewritten_by(text, act, TODAY)
    load_plan(text)
    component: dict[str, Any] = data_of(text)["components"][0]
    return component


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_every_button_that_is_offered_leaves_a_plan_that_holds(part: str) -> None:
    data = data_of(plan_of(part))
    component = data["components"][0]
    offered = [f"add:{key.name}" for key in keys_of(PlanDocument) if key.starts is not None and key.fits((data,))]
    offered += [
        f"add:components/0/{key.name}"
        for key in keys_of(Component)
        if key.starts is not None and key.name not in component and key.fits((component, data))
    ]
    assert len(offered) > 3
    for act in offered:
        load_plan(rewritten_by(plan_of(part), act, TODAY))


def test_a_pool_is_of_the_team_and_leaves_no_trace_of_it() -> None:
    add, remove = "add:components/0/pool", "remove:components/0/pool"
    begun = after(plan_of("rate: 5%"), add)
    assert (begun["pool"], begun["credit"], begun["window"]) == ({"share": "equal"}, {"of": "team"}, "month")
    assert "credit" not in after(plan_of("rate: 5%"), add, remove)
    kept = after(plan_of("window: year, rate: 5%, credit: {trigger: invoiced}"), add, remove)
    assert (kept["window"], kept["credit"]) == ("year", {"trigger": "invoiced"})


def test_a_spiff_is_for_the_month_to_come_and_counts_deals_where_they_are_paid_one_by_one() -> None:
    days = {"from": date(2026, 12, 1), "until": date(2027, 1, 1)}
    assert after(plan_of("rate: 5%"), "add:components/0/spiff")["spiff"] == {"first": 10, **days}
    assert after(plan_of("window: month, rate: 5%"), "add:components/0/spiff")["spiff"] == days
    assert after(plan_of("rate: 5%"), "add:components/0/spiff", "add:components/0/cap")["cap"]["per"] == "deal"


def test_a_button_of_a_component_that_is_none_does_no_harm() -> None:
    assert data_of(rewritten_by("components: [5]\n", "add:components/0/pool", TODAY)) == {
        "components": [{"pool": {"share": "equal"}}]
    }


TABLE = "rates: [5%, 4%, 3%], by: deal.discount, columns: [from: 0%, from: 10%, {from: 20%, name: Deep}]"


def going_by(by: str, text: str) -> list[dict[str, Any]]:
    fields = {"components/0/by": by, "form-of": mark_of(text)}
    columns: list[dict[str, Any]] = data_of(filled_in(text, fields, today=TODAY).text)["components"][0]["columns"]
    return columns


def test_the_columns_of_a_rate_table_become_others_with_what_the_rate_goes_by() -> None:
    text = plan_of(TABLE)
    assert going_by("product.family", text) == [{"is": [""]}, {"is": [""]}, {"name": "Deep"}]
    assert going_by("deal.quantity", text) == data_of(text)["components"][0]["columns"]
    assert going_by("product.fam", text) == data_of(text)["components"][0]["columns"]
    families = plan_of("rates: [5%, 4%, 3%], by: product.family, columns: [is: [ERP], {is: [POS]}, {name: Others}]")
    assert going_by("deal.ty", families) == data_of(families)["components"][0]["columns"]
    assert going_by("deal.type", families) == data_of(families)["components"][0]["columns"]
    assert going_by("deal.quantity", families) == [{"from": 0}, {"from": 1}, {"from": 2, "name": "Others"}]


def test_objectives_share_the_whole_as_they_come() -> None:
    text, weights = plan_of(PARTS["scored"]), []
    for _number in range(3):
        text = rewritten_by(text, "add:components/0/objectives", TODAY)
        load_plan(text)
        weights.append([row["weight"] for row in data_of(text)["components"][0]["objectives"]])
    assert weights == [["100%"], ["50%", "50%"], ["50%", "25%", "25%"]]


EXAMPLES = {
    "own": ("rate: 5%", {}),
    "a pool": (PARTS["pool"], {"payees": {"payee": {}, "colleague": {}}, "teams": {"team": ["payee", "colleague"]}}),
    "a pool with a quota": (
        PARTS["pool"].replace("rate", "against: quota, rate"),
        {
            "payees": {"payee": {}, "colleague": {}},
            "teams": {"team": ["payee", "colleague"]},
            "team_quotas": {"team": 100000},
        },
    ),
    "reports": (
        "rate: 5%, credit: {of: reports}",
        {"payees": {"payee": {"reports_to": "manager"}, "manager": {}}},
    ),
    "a quota": (PARTS["against a quota"], {"payee": {"quota": 100000}}),
    "a target": (PARTS["a target"], {"payee": {"quota": 100000, "target": 10000}}),
    "a score": (PARTS["scored"], {"payee": {"target": 10000, "scores": {"a": "100%"}}}),
}


@pytest.mark.parametrize(("part", "people"), EXAMPLES.values(), ids=EXAMPLES)
def test_a_new_example_has_the_people_whom_the_plan_pays(part: str, people: dict[str, Any]) -> None:
    text = rewritten_by(plan_of(part), "add:examples", TODAY)
    document = load_plan(text)
    example = data_of(text)["examples"][0]
    assert {key: example[key] for key in ("payee", "payees", "teams", "team_quotas") if key in example} == people
    assert ("deals" in example) is ("measure: score" not in part)
    paid = example_pay(document, document.examples[0])
    assert any(amount for periods in paid.values() for amounts in periods.values() for amount in amounts.values())
