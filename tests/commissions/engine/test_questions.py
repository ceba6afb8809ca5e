"""What is allowed but odd is asked about; what is usual is not."""

from pathlib import Path

import pytest

from commissions.engine.document import load_plan
from commissions.engine.examples import run_examples
from commissions.engine.questions import questions

ROOT = Path(__file__).resolve().parents[3]
USUAL = sorted([*(ROOT / "commissions/plans").glob("*.yaml"), *(ROOT / "demo/plans").glob("*.yaml")])
HEAD = "plan: A\ncurrency: USD\nperiod: month\n"
EXAMPLE = "\nexamples: [{name: x, deals: [{id: A, closed: 2026-01-10, amount: 100}], expect: {2026-01: {payable: 5}}}]"


def asked(text: str) -> list[str]:
    document = load_plan(text)
    return [str(question) for question in questions(document, run_examples(document))]


@pytest.mark.parametrize("path", USUAL, ids=lambda path: path.stem)
def test_nothing_is_asked_about_our_own_plans(path: Path) -> None:
    assert asked(path.read_text()) == []


@pytest.mark.parametrize(
    "keys",
    [
        "rate: 100%",
        "window: month, tiers: marginal, curve: [{from: 0, rate: 5%}, {from: 50, rate: 5%}]",
        "window: month, tiers: marginal, cap: {per: month, amount: 26}, curve: CURVE",
        "window: month, tiers: marginal, cap: {per: year, amount: 1}, curve: CURVE",
    ],
)
def test_what_is_usual_is_not_asked_about(keys: str) -> None:
    curve = "[{from: 0, rate: 5%}, {from: 500, rate: 8%}]"
    assert asked(f"{HEAD}components: [{{key: a, name: A, {keys.replace('CURVE', curve)}}}]") == []


def test_a_component_that_no_example_comes_to_is_asked_about() -> None:
    parts = '{key: a, name: A, rate: 5%}, {key: b, name: B, when: deal.type = "new", rate: 5%}'
    assert asked(f"{HEAD}components: [{parts}]{EXAMPLE}") == [
        "components[1].when: No deal of an example meets this condition. Add an example that finance agreed on."
    ]


def test_a_component_whose_role_no_deal_of_an_example_has_is_asked_about() -> None:
    parts = "{key: a, name: A, rate: 5%}, {key: b, name: B, credit: {roles: [engineer]}, rate: 5%}"
    (question,) = asked(f"{HEAD}components: [{parts}]{EXAMPLE}")
    assert question == (
        "components[1].credit.roles: No deal of an example has the role engineer. "
        "Add `roles: {engineer: {NAME: 100%}}` to one that finance agreed on."
    )
    with_role = EXAMPLE.replace("amount: 100", "amount: 100, roles: {engineer: {payee: 100%}}").replace("5}", "10}")
    assert asked(f"{HEAD}components: [{parts}]{with_role}") == []
