"""Changing a plan by form: the text stays the plan, and what the form doesn't touch stays as it was written."""

import doctest
from decimal import Decimal
from pathlib import Path

import pytest

from commissions import selectors
from commissions.engine import rewrite
from commissions.engine.document import load_plan
from commissions.engine.schema import Window
from commissions.selectors.cards import Card, Choice

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("commissions/plans", "demo/plans", "docs/quickstart/plans")
PLANS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.yaml"))
PLAN = """# Ours since 2024
plan: Sales # the name
currency: USD
period: month
components:
  - key: sales # never change it
    name: Sales
    rate: 5%

  # The second one
  - key: bonus
    name: Bonus
    window: quarter
    tiers: marginal
    curve:
      - {from: 0, rate: 1%}
      - {from: 1000, rate: 2%}
    cap: {per: quarter, amount: 400}
# Agreed with finance
examples:
  - name: a deal
    deals: [{id: A, closed: 2026-01-10, amount: 100}]
    expect: {2026-01: {sales: 5}}
"""


def chosen(choices: tuple[Choice, ...]) -> str:
    return next((choice.value for choice in choices if choice.chosen), "")


def fields_of(source: str) -> dict[str, str]:
    """What a browser sends when nobody touched the form."""
    head = selectors.plan_head(source)
    fields = {
        "cards-of": selectors.mark_of(source),
        "plan-plan": head.name,
        "plan-currency": head.currency,
        "plan-period": chosen(head.periods),
    }
    for card in selectors.cards(source):
        fields |= _fields(card)
    return fields


def _fields(card: Card) -> dict[str, str]:
    said = {
        "name": card.name, "when": card.when, "base": card.base, "window": chosen(card.windows),
        "against": chosen(card.against), "tiers": chosen(card.tiers), "cap": card.cap, "cap-per": chosen(card.cap_per),
    }  # fmt: skip
    if card.is_flat:
        said["rate"] = card.rate
    else:
        said |= {f"{row.number}-from": row.start for row in card.rows}
        said |= {f"{row.number}-value": row.value for row in card.rows}
    return {f"{card.number}-{name}": value for name, value in said.items()}


def filled(source: str, **fields: str) -> str:
    changes = {name.replace("_", "-").removeprefix("c"): value for name, value in fields.items()}
    return selectors.with_cards(source, {**fields_of(source), **changes})


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_form_that_nobody_touched_changes_no_byte(path: Path) -> None:
    source = path.read_text()
    assert selectors.with_cards(source, fields_of(source)) == source


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_component_written_again_is_the_same_plan(path: Path) -> None:
    source = written = path.read_text()
    for number, part in enumerate(rewrite.components_of(source)):
        written = rewrite.with_component(written, number, part)
    assert load_plan(written) == load_plan(source)


def test_a_field_changes_its_component_and_leaves_every_other_line() -> None:
    changed = filled(PLAN, c1_1_value="3%")
    assert changed == PLAN.replace("{from: 1000, rate: 2%}", "{from: '1000', rate: 3%}".replace("'", ""))


def test_the_name_of_a_plan_changes_and_its_comment_stays() -> None:
    assert filled(PLAN, plan_plan="Sales: west").startswith("# Ours since 2024\nplan: 'Sales: west' # the name\n")


def test_from_one_rate_to_tiers_the_rate_becomes_the_first_of_them() -> None:
    tiers = filled(PLAN, c0_tiers="marginal", c0_window="quarter", c0_against="quota")
    component = load_plan(tiers).components[0]
    assert [(step.from_, step.rate) for step in component.curve] == [(Decimal(0), Decimal("0.05"))]
    further = filled(tiers, c0_1_from="100%", c0_1_value="8%", c0_cap="40000")
    component = load_plan(further).components[0]
    assert [(step.from_, step.rate) for step in component.curve] == [
        (Decimal(0), Decimal("0.05")),
        (Decimal(1), Decimal("0.08")),
    ]
    assert component.cap is not None
    assert (component.cap.amount, component.cap.per) == (Decimal(40000), Window.QUARTER)


def test_from_tiers_to_one_rate_the_first_of_them_stays() -> None:
    assert load_plan(filled(PLAN, c1_tiers="flat")).components[1].rate == load_plan(PLAN).components[1].curve[0].rate


def test_an_emptied_row_goes_and_an_emptied_cap_too() -> None:
    component = load_plan(filled(PLAN, c1_1_from="", c1_1_value="", c1_cap="")).components[1]
    assert (len(component.curve), component.cap) == (1, None)


def test_a_component_comes_and_goes() -> None:
    more = selectors.with_cards(PLAN, {"add": "1"})
    assert [part.key for part in load_plan(more).components] == ["sales", "bonus", "component-3"]
    assert selectors.with_cards(more, {"remove": "2"}) == PLAN
    assert "# Agreed with finance" in more


def test_cards_of_an_older_text_are_passed_over() -> None:
    fields = {**fields_of(PLAN), "1-1-value": "3%"}
    newer = PLAN.replace("rate: 5%", "rate: 6%")
    assert selectors.with_cards(newer, fields) == newer


@pytest.mark.parametrize("value", ["a: b", "it's", '"', "yes", "#no", "{x", "- y", "5", "new\nline", "*a", "&b", "!c"])
def test_whatever_is_filled_in_stays_one_value(value: str) -> None:
    component = load_plan(filled(PLAN, c0_name=value)).components[0]
    assert (component.name, component.rate) == (" ".join(value.split()), load_plan(PLAN).components[0].rate)


@pytest.mark.parametrize("source", ["", "a: [", "components: 5", "components: [5]", "[1]", "components: []"])
def test_text_without_components_has_no_cards_and_stays(source: str) -> None:
    assert selectors.cards(source) == ()
    assert selectors.with_cards(source, {"remove": "0", "cards-of": selectors.mark_of(source)}) == source


def test_components_on_one_line_are_changed_there() -> None:
    head = "plan: P\ncurrency: USD\nperiod: month\n"
    flow = f"{head}components: [{{key: a, name: A, rate: 5%}}, {{key: b, name: B, rate: 1%}}]\n"
    assert "components: [{key: a, name: A, rate: 6%}, {key: b" in filled(flow, c0_rate="6%")
    assert "components: [{key: b, name: B, rate: 1%}]" in selectors.with_cards(flow, {"remove": "0"})


def test_docstrings_show_what_happens() -> None:
    assert doctest.testmod(rewrite).failed == 0
