"""Changing a plan by form: the text stays the plan, and what the form doesn't touch stays as it was written."""

import doctest
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from commissions.engine import rewrite
from commissions.engine.document import PlanInvalid, load_plan
from commissions.engine.schema import ExampleLine, ExamplePayment, PlanDocument, Prorate, Window
from commissions.forms import (
    DocumentForm,
    document_form,
    filled_in,
    filling,
    fits,
    grid,
    keys,
    kinds,
    mark_of,
    nodes,
    places,
)
from commissions.forms.kinds import Kind
from commissions.forms.nodes import Control, cells_in, slots_in
from commissions.forms.table import TABLE

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("commissions/plans", "demo/plans", "docs/quickstart/plans", "tests/commissions/engine/plans")
PLANS = sorted(
    path for folder in FOLDERS for path in (ROOT / folder).glob("*.yaml") if "\nplan: " in f"\n{path.read_text()}"
)
TODAY = date(2026, 5, 5)
PLAN = """# Ours since 2024
plan: Sales # the name
currency: USD
period: month
components:
  - key: sales # never change it
    name: Sales
    rate: 5% # for now

  # The second one
  - key: bonus
    name: Bonus
    window: quarter
    tiers: marginal
    curve:
      - {from: 0, rate: 1%} # from the first dollar
      - {from: 1000, rate: 2%}
    cap: {per: quarter, amount: 400}
# Agreed with finance
examples:
  - name: a deal
    deals: [{id: A, closed: 2026-01-10, amount: 100}]
    expect: {2026-01: {sales: 5}}
"""


def fields_of(source: str) -> dict[str, str]:
    """What a browser sends when nobody touched the form."""
    return {"form-of": mark_of(source), **{control.name: control.value for control in form_of(source)}}


def form_of(source: str) -> list[Control]:
    return list(document_form(source).controls())


def filled(source: str, changes: dict[str, str]) -> str:
    fields = fields_of(source)
    assert changes.keys() <= fields.keys()
    return filled_in(source, {**fields, **changes}, today=TODAY).text


def pressed(source: str, do: str) -> str:
    return filled_in(source, {"do": do}, today=TODAY).text


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_form_that_nobody_touched_changes_no_byte(path: Path) -> None:
    source = path.read_text()
    fields = fields_of(source)
    filled = filled_in(source, fields, today=TODAY)
    assert (filled.text, filled.is_changed, fits(document_form(source), fields)) == (source, False, True)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_plan_written_anew_is_the_same_plan(path: Path) -> None:
    source = path.read_text()
    assert load_plan(rewrite.rewritten("", rewrite.data_of(source))) == load_plan(source)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_value_of_a_plan_has_a_field(path: Path) -> None:
    """A key that only the text can change is lost on people who never see the text; an example's teams and the lines of
    its deals are such.
    """
    only_text = (".teams.", ".lines[")
    source = path.read_text()
    fields = {nodes.place_of(control.path) for control in form_of(source)}
    leaves = set(_leaves(rewrite.data_of(source), ""))
    missing = {leaf for leaf in leaves if not any(_is_in(leaf, field) for field in fields)}
    assert {leaf for leaf in missing if leaf != "format" and not any(each in leaf for each in only_text)} == set()


def _is_in(leaf: str, field: str) -> bool:
    """Whether the field shows it: shares of people have one field, a product by its name the name's, and
    the rates of a table one each."""
    return leaf.startswith(field) or field.startswith((f"{leaf}.", f"{leaf}["))


def _leaves(value: object, place: str) -> list[str]:
    if isinstance(value, dict) and value:
        return [leaf for name, inner in value.items() for leaf in _leaves(inner, f"{place}.{name}".lstrip("."))]
    if isinstance(value, list) and any(isinstance(row, dict) for row in value):
        return [leaf for n, inner in enumerate(value) for leaf in _leaves(inner, f"{place}[{n}]")]
    return [place]


def test_a_field_changes_its_own_figure_and_leaves_every_other_byte() -> None:
    assert filled(PLAN, {"components/1/curve/1/rate": "3%"}) == PLAN.replace("rate: 2%", "rate: 3%")
    assert filled(PLAN, {"components/0/rate": "6%"}) == PLAN.replace("rate: 5% # for now", "rate: 6% # for now")
    assert filled(PLAN, {"plan": "Sales: west"}) == PLAN.replace("plan: Sales #", "plan: 'Sales: west' #")


def test_a_key_more_takes_its_place_in_the_schema() -> None:
    changed = filled(PLAN, {"components/0/when": 'deal.type = "new"'})
    assert "    name: Sales\n    when: 'deal.type = \"new\"'\n    rate: 5% # for now\n" in changed
    assert filled(changed, {"components/0/when": ""}) == PLAN


def test_from_one_rate_to_tiers_the_rate_becomes_the_first_of_them() -> None:
    changes = {"components/0/window": "quarter", "components/0/against": "quota", "components/0/tiers": "marginal"}
    further = pressed(filled(PLAN, changes), "add:components/0/curve")
    component = load_plan(filled(further, {"components/0/curve/1/rate": "8%"})).components[0]
    assert component.window is Window.QUARTER
    assert [(step.from_, step.rate) for step in component.curve] == [
        (Decimal(0), Decimal("0.05")),
        (Decimal(1), Decimal("0.08")),
    ]


def test_from_tiers_to_one_rate_the_first_of_them_stays() -> None:
    flat = load_plan(filled(PLAN, {"components/1/tiers": "flat"})).components[1]
    assert (flat.rate, flat.curve) == (Decimal("0.01"), ())


@pytest.mark.parametrize("tiers", ["flat", "marginal", "retroactive", "stepped", "interpolated"])
@pytest.mark.parametrize("measure", ["amount", "quantity", "count"])
@pytest.mark.parametrize("number", [0, 1], ids=["from one rate", "from tiers"])
def test_whatever_a_component_becomes_it_is_a_plan_and_can_go_back(tiers: str, measure: str, number: int) -> None:
    where = f"components/{number}"
    changed = filled(PLAN, {f"{where}/tiers": tiers, f"{where}/measure": measure})
    load_plan(changed)
    load_plan(filled(changed, {f"{where}/tiers": "marginal", f"{where}/measure": "amount"}))


def test_against_a_quota_thresholds_become_shares_and_amounts_again() -> None:
    shares = filled(PLAN, {"components/1/against": "quota"})
    assert [row["from"] for row in rewrite.data_of(shares)["components"][1]["curve"]] == ["0%", "1%"]
    amounts = filled(shares, {"components/1/against": "amount"})
    assert load_plan(amounts).components == load_plan(PLAN).components


def test_an_emptied_row_goes_and_the_rows_after_it_stay() -> None:
    three = pressed(PLAN, "add:components/1/curve")
    emptied = {"components/1/curve/1/from": "", "components/1/curve/1/rate": "", "components/1/curve/2/rate": "9%"}
    curve = load_plan(filled(three, emptied)).components[1].curve
    assert [(step.from_, step.rate) for step in curve] == [
        (Decimal(0), Decimal("0.01")),
        (Decimal(2000), Decimal("0.09")),
    ]


def test_parts_come_by_a_button_and_go_by_one() -> None:
    drawn = pressed(PLAN, "add:draw")
    assert load_plan(drawn).draw is not None
    assert pressed(drawn, "remove:draw") == PLAN
    capped = pressed(PLAN, "add:components/0/cap")
    assert load_plan(capped).components[0].cap is not None
    assert pressed(capped, "remove:components/0/cap") == PLAN


def models(model: kinds.Model) -> set[kinds.Model]:
    """A part and every part inside it."""
    inside = {shape.model for shape in kinds.shapes(model).values() if shape.model}
    return {model}.union(*map(models, inside))


def test_every_key_of_a_plan_has_words_of_its_own() -> None:
    only_text = {"teams", "lines"}  # a table has no place for lists within a row
    for model in models(PlanDocument) - {ExamplePayment, ExampleLine}:  # a payment is written "2026-01-31 500"
        entries = {entry.name for entry in TABLE[model]}
        assert set(kinds.shapes(model)) - entries - only_text == set(), model.__name__


def test_what_a_cancellation_takes_back_and_what_of_a_quota_counts_come_by_buttons() -> None:
    limited = load_plan(pressed(PLAN, "add:clawback")).clawback
    assert limited is not None
    assert limited.within_days == 90
    by_quota = PLAN.replace("window: quarter", "window: quarter\n    against: quota")
    ruled = pressed(by_quota.replace("from: 1000", "from: 100%"), "add:quotas")
    both = load_plan(filled(ruled, {"quotas/ramp": "50%, 75%"})).quotas
    assert both is not None
    assert (both.prorate, both.ramp) == (Prorate.CALENDAR_DAYS, (Decimal("0.5"), Decimal("0.75")))


def test_components_come_go_and_change_places_with_their_comments() -> None:
    more = pressed(PLAN, "add:components")
    assert [part.key for part in load_plan(more).components] == ["sales", "bonus", "component-3"]
    assert pressed(more, "remove:components/2") == PLAN
    turned = pressed(PLAN, "up:components/1")
    assert [part.key for part in load_plan(turned).components] == ["bonus", "sales"]
    assert turned.index("# The second one") < turned.index("key: bonus") < turned.index("key: sales # never change it")
    assert load_plan(pressed(turned, "down:components/0")) == load_plan(PLAN)


def test_a_row_more_goes_on_as_the_last_two_did() -> None:
    curve = load_plan(pressed(PLAN, "add:components/1/curve")).components[1].curve
    assert (curve[2].from_, curve[2].rate) == (Decimal(2000), Decimal("0.02"))


def test_an_example_is_built_filled_in_and_holds() -> None:
    new = pressed(PLAN, "add:examples")
    more = filled(pressed(new, "add:examples/1/deals"), {"examples/1/deals/1/amount": "3000"})
    assert rewrite.data_of(more)["examples"][1]["expect"] == {"2026-01": {"payable": 0}}
    full = pressed(more, "fill:examples/1")
    example = load_plan(full).examples[1]
    assert [deal.id for deal in example.deals] == ["A", "B"]
    assert example.expected == {"payee": {"2026-01": {"sales": 650, "bonus": 250, "payable": 900}}}


def test_what_an_example_expects_is_compared_in_its_cells() -> None:
    form = document_form(PLAN, (), {0: {"payee": {"2026-01": {"sales": Decimal(7), "payable": Decimal(8)}}}})
    assert form.whole is not None
    told = {
        cell.control.path[-1]: (cell.control.value, cell.pays, cell.off, cell.tone) for cell in cells_in(form.whole)
    }
    assert told == {"sales": ("5", "7", "+2", "bad"), "bonus": ("", "", "", ""), "payable": ("", "8", "", "")}


def test_a_period_that_was_not_expected_is_filled_in_where_the_plan_pays() -> None:
    fields = {**fields_of(PLAN), "examples/0/expect/2026-02/payable": "7", "examples/9/expect/2026-02/payable": "7"}
    filled = filled_in(PLAN, fields, today=TODAY)
    assert rewrite.data_of(filled.text)["examples"][0]["expect"] == {"2026-01": {"sales": 5}, "2026-02": {"payable": 7}}


def test_a_component_that_gets_another_key_keeps_it_in_the_examples() -> None:
    assert "expect: {2026-01: {deals: 5}}" in filled(PLAN, {"components/0/key": "deals"})


def test_an_example_of_several_people_begins_with_its_one_payee() -> None:
    two = pressed(PLAN, "people:examples/0")
    example = load_plan(two).examples[0]
    assert (list(example.people), example.deals[0].owner) == (["payee", "colleague"], "payee")
    named = filled(two, {"examples/0/payees/payee/": "ana", "examples/0/deals/0/splits": "payee 60%, colleague 40%"})
    example = load_plan(filled(named, {"examples/0/deals/0/owner": ""})).examples[0]
    assert example.deals[0].splits == {"ana": Decimal("0.6"), "colleague": Decimal("0.4")}
    assert list(example.expect) == ["ana"]


def test_other_roles_of_a_deal_have_a_field_where_a_component_pays_them() -> None:
    assert "examples/0/deals/0/roles" not in fields_of(PLAN)
    source = PLAN.replace("    window: quarter\n", "    credit: {roles: [engineer]}\n    window: quarter\n", 1)
    source = filled(source, {"examples/0/deals/0/roles": "engineer payee 60%, engineer ben 40%"})
    assert load_plan(source).examples[0].deals[0].roles == {
        "engineer": {"payee": Decimal("0.6"), "ben": Decimal("0.4")}
    }
    two = filled(pressed(source, "people:examples/0"), {"examples/0/payees/payee/": "ana"})
    assert fields_of(two)["examples/0/deals/0/roles"] == "engineer ana 60%, engineer ben 40%"


def test_a_role_of_somebody_whose_name_has_spaces_is_left_to_the_text() -> None:
    source = PLAN.replace("    window: quarter\n", "    credit: {roles: [engineer]}\n    window: quarter\n", 1)
    source = filled(source, {"examples/0/deals/0/roles": "engineer payee 60%, engineer ben 40%"})
    named = source.replace("ben: 40%", "Ben B: 40%")
    assert named != source
    assert "examples/0/deals/0/roles" not in fields_of(named)
    assert "Ben B: 40%" in filled(named, {"examples/0/deals/0/amount": "7"})


def test_a_quota_by_period_is_written_in_its_field() -> None:
    source = filled(PLAN, {"examples/0/payee/quota": "2026-Q1 100000, 2026-Q2 120000"})
    assert load_plan(source).examples[0].people["payee"].quota == {"2026-Q1": 100000, "2026-Q2": 120000}
    assert fields_of(source)["examples/0/payee/quota"] == "2026-Q1 100000, 2026-Q2 120000"


def test_a_form_of_an_older_text_is_passed_over() -> None:
    fields = {**fields_of(PLAN), "components/1/curve/1/rate": "3%"}
    newer = PLAN.replace("rate: 5%", "rate: 6%")
    assert filled_in(newer, fields, today=TODAY).text == newer


@pytest.mark.parametrize("value", ["a: b", "it's", '"', "yes", "#no", "{x", "- y", "5", "new\nline", "*a", "&b", "!c"])
def test_whatever_is_filled_in_stays_one_value(value: str) -> None:
    component = load_plan(filled(PLAN, {"components/0/name": value})).components[0]
    assert (component.name, component.rate) == (" ".join(value.split()), Decimal("0.05"))


@pytest.mark.parametrize("value", ["2026-02-30", "tomorrow", "", "10.1.2026"])
def test_what_is_no_day_stays_in_its_field_with_an_error(value: str) -> None:
    source = filled(PLAN, {"examples/0/deals/0/closed": value})
    assert fields_of(source)["examples/0/deals/0/closed"] == value
    assert errors_at(source, "f-examples-0-deals-0-closed")


def errors_at(source: str, slot: str) -> tuple[str, ...]:
    form = invalid_form(source)
    assert form.whole is not None
    assert form.loose == ()
    return next(one.errors for one in slots_in(form.whole) if one.id == slot)


def invalid_form(source: str) -> DocumentForm:
    with pytest.raises(PlanInvalid) as refused:
        load_plan(source)
    return document_form(source, refused.value.errors)


def test_errors_stand_at_their_fields() -> None:
    source = filled(PLAN, {"components/1/curve/1/rate": "5,5%", "components/0/when": "deal.amout > 5"})
    assert errors_at(source, "f-components-1-curve-1-rate")[0].startswith("'5,5%' is not a number.")
    assert "Did you mean deal.amount?" in errors_at(source, "f-components-0-when")[0]


@pytest.mark.parametrize("source", ["", "a: [", "components: 5", "components: [5]", "[1]", "components: []", "plan: 5"])
@pytest.mark.parametrize(
    "do", ["remove:components/0", "up:components/7", "add:x/y", "fill:examples/0", "nonsense", "add:"]
)
def test_a_button_of_another_text_does_no_harm(source: str, do: str) -> None:
    filled_in(source, {"do": do, "form-of": mark_of(source)}, today=TODAY)


def test_components_on_one_line_are_changed_there() -> None:
    head = "plan: P\ncurrency: USD\nperiod: month\n"
    flow = f"{head}components: [{{key: a, name: A, rate: 5%}}, {{key: b, name: B, rate: 1%}}]\n"
    assert "components: [{key: a, name: A, rate: 6%}, {key: b" in filled(flow, {"components/0/rate": "6%"})
    assert "components: [{key: b, name: B, rate: 1%}]" in pressed(flow, "remove:components/0")


def test_a_key_that_the_table_does_not_know_is_asked_for_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commissions.forms.table.TABLE", {})
    labels = {str(control.label): control.kind for control in form_of(PLAN)}
    assert labels["Rate"] is Kind.SHARE
    assert labels["Starts when"] is Kind.CHOICE


@pytest.mark.parametrize("closed", ["9997-12-31", "9998-12-10", "9999-12-31"])
def test_days_at_the_end_of_the_calendar_offer_only_periods_that_can_be_named(closed: str) -> None:
    far = f"  - {{name: far, deals: [{{id: F, closed: {closed}, amount: 5}}], expect: {{9997-12: {{sales: 1}}}}}}\n"
    buttons = re.findall(r"expect:examples/1:(\d+)", repr(document_form(PLAN + far)))
    assert set(buttons) == ({"9997"} if closed.startswith("9997") else set())


def test_docstrings_show_what_happens() -> None:
    modules = (rewrite, filling, grid, keys, kinds, nodes, places)
    assert sum(doctest.testmod(module).failed for module in modules) == 0
