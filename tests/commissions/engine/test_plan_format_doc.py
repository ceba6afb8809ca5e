"""docs/plan-format.md says what the program does: each of its plans, fragments, formulas, errors and tables of keys.

A block that starts with `plan:` is a plan. One that starts with `- name:` holds examples of the last plan before it.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from commissions.engine import column_checks, curve_checks, decimals, example_checks, items, schema, source
from commissions.engine.document import PlanInvalid, load_plan
from commissions.engine.examples import run_examples
from commissions.engine.expressions import FIELDS, build, parse, parse_base, parse_condition
from commissions.engine.questions import questions
from tests.commissions.engine.markdown import Block, Table, code, parts

PARTS = list(parts("plan-format.md"))
BLOCKS = [part for part in PARTS if isinstance(part, Block)]
TABLES = [part for part in PARTS if isinstance(part, Table)]
MODELS: dict[str, type[BaseModel]] = {
    "Keys of a plan": schema.PlanDocument,
    "Keys of a component": schema.Component,
    "Keys of a column of a rate table": schema.Column,
    "Keys of `credit`": schema.Credit,
    "Keys of `repeats`": schema.Repeats,
    "Keys of an objective": schema.Objective,
    "Keys of a row of `curve`": schema.Step,
    "Keys of `multiply`": schema.Multiply,
    "Keys of a row of `multiply`": schema.Times,
    "Keys of `floor`": schema.Floor,
    "Keys of `cap`": schema.Cap,
    "Keys of `pool`": schema.Pool,
    "Keys of `spiff`": schema.Spiff,
    "Keys of the plan's `cap`": schema.PlanCap,
    "Keys of a part of `payout`": schema.PayoutPart,
    "Keys of `clawback`": schema.Clawback,
    "Keys of `unpaid`": schema.Unpaid,
    "Keys of `on_leaving`": schema.OnLeaving,
    "Keys of `quotas`": schema.QuotaRules,
    "Keys of `leave`": schema.LeaveRules,
    "Keys of `draw`": schema.Draw,
    "Keys of an example": schema.Example,
    "Keys of a payee": schema.ExamplePayee,
    "Keys of a row of `reports_to`": schema.ReportsTo,
    "Keys of a row of `leave`": schema.Leave,
    "Keys of a member": schema.Member,
    "Keys of a deal": schema.ExampleDeal,
    "Keys of a line": schema.ExampleLine,
    "Keys of a payment": schema.ExamplePayment,
    "Keys of `product`": schema.ExampleProduct,
    "Keys of `customer`": schema.ExampleCustomer,
}


def whole(block: Block) -> str:
    """The plan that a block is, or that its examples belong to."""
    if block.text.startswith("plan:"):
        return block.text
    plan = [other for other in BLOCKS if other.line < block.line and other.text.startswith("plan:")][-1]
    return plan.text + "examples:\n" + block.text


def rows_of(first: str) -> list[Any]:
    """The rows of all tables whose first column is called so."""
    return [
        pytest.param(*map(code, row), id=f"{table.line}-{row[0]}"[:60])
        for table in TABLES
        if table.header[0] == first
        for row in table.rows
    ]


@pytest.mark.parametrize("block", [pytest.param(block, id=f"line {block.line}") for block in BLOCKS])
def test_every_block_is_a_plan_whose_examples_hold(block: Block) -> None:
    assert block.text.startswith(("plan:", "- name:"))
    results = run_examples(load_plan(whole(block)))
    assert [(result.name, result.differences, result.error) for result in results if not result.passed] == []


def test_blocks_of_examples_are_examples() -> None:
    fragments = [block for block in BLOCKS if block.text.startswith("- name:")]
    assert [len(load_plan(whole(block)).examples) for block in fragments] == [1] * 5


@pytest.mark.parametrize(("text", "_meaning"), rows_of("condition"))
def test_every_condition_is_one(text: str, _meaning: str) -> None:
    assert parse_condition(text)


@pytest.mark.parametrize(("text", "_meaning"), rows_of("base"))
def test_every_base_is_one(text: str, _meaning: str) -> None:
    assert parse_base(text)


HEAD = {"plan": "plan: A", "currency": "currency: USD", "period": "period: month"}
USUAL = "components: [{key: a, name: A, rate: 5%}]"
WRAPPED: dict[str, Callable[[str], str]] = {
    "in a plan": lambda text: "\n".join([*(HEAD | {"components": USUAL} | {text.split(":")[0]: text}).values()]),
    "in a component": lambda text: _component(text if "key:" in text else f"key: a, {text}"),
    "in a condition": lambda text: _component(f"key: a, rate: 5%, when: {_quoted(text)}"),
    "in a base": lambda text: _component(f"key: a, rate: 5%, base: {_quoted(text)}"),
    "in an example": lambda text: "\n".join([*HEAD.values(), USUAL, f"examples: [{{name: x, {text}}}]"]),
}


def _component(keys: str) -> str:
    return "\n".join([*HEAD.values(), f"components: [{{name: A, {keys}}}]"])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


REFUSED = [pytest.param(place, *row.values, id=f"{place}: {row.id}") for place in WRAPPED for row in rows_of(place)]


@pytest.mark.parametrize(("place", "text", "message"), REFUSED)
def test_every_error_is_reported_as_printed(place: str, text: str, message: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        load_plan(WRAPPED[place](text))
    assert message in str(refused.value)


@pytest.mark.parametrize(("keys", "asked"), rows_of("in an odd component"))
def test_every_question_is_asked_as_printed(keys: str, asked: str) -> None:
    (question,) = questions(load_plan(_component(f"key: a, {keys}")), [])
    assert asked in str(question)


def test_no_table_escapes_the_tests() -> None:
    known = {"key", "field", "operator", "condition", "base", "what", "in an odd component", *WRAPPED}
    assert {table.header[0] for table in TABLES} == known


@pytest.mark.parametrize("heading", MODELS)
def test_a_table_has_every_key_of_its_model_with_its_default(heading: str) -> None:
    (table,) = [table for table in TABLES if table.heading == heading]
    fields = {field.alias or name: field for name, field in MODELS[heading].model_fields.items()}
    assert {code(row["key"]): row["default"] for row in table.records} == {
        key: default_of(field) for key, field in fields.items()
    }
    assert [code(row["key"]) for row in table.records] == list(fields)


def default_of(field: FieldInfo) -> str:
    match field.get_default():
        case _ if field.is_required():
            return "required"
        case BaseModel():
            return "the defaults of its keys"
        case None | () | {}:
            return "none"
        case tuple(values):
            return f"`[{', '.join(values)}]`"
        case value:
            return f"`{value}`"


@pytest.mark.parametrize("heading", MODELS)
def test_a_key_that_takes_one_of_several_words_lists_them_all(heading: str) -> None:
    (table,) = [table for table in TABLES if table.heading == heading]
    types = {code(row["key"]): row["type"] for row in table.records}
    for name, field in MODELS[heading].model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Enum):
            written = types[field.alias or name].replace(" or ", ", ").split(", ")
            assert written == [f"`{choice.value}`" for choice in field.annotation]


def test_every_model_of_the_schema_has_a_table() -> None:
    models = {model for model in vars(schema).values() if isinstance(model, type) and issubclass(model, schema.Strict)}
    assert models - {schema.Strict} == set(MODELS.values())


def test_the_table_of_fields_has_all_with_their_kinds() -> None:
    (table,) = [table for table in TABLES if table.header[0] == "field"]
    assert {code(row["field"]): row["kind"] for row in table.records} == {
        name: field.kind.value.removeprefix("a ") for name, field in FIELDS.items()
    }


def test_the_limits_are_those_of_the_program() -> None:
    (table,) = [table for table in TABLES if table.heading == "Limits"]
    limits = {row["what"]: row["limit"] for row in table.records}
    percent = decimals.DECIMALS - 2
    assert limits["a document"] == f"{source.MOST_BYTES // 1024} KB, nested at most {source.DEEPEST} deep"
    assert limits["a number"] == f"{decimals.MOST_DIGITS} characters"
    assert limits["a rate"] == (
        f"from -{curve_checks.LARGEST_RATE * 100} % to {curve_checks.LARGEST_RATE * 100} %, "
        f"with at most {percent} decimals in percent"
    )
    assert limits["a threshold as a share of quota"] == (
        f"at most {curve_checks.LARGEST_ATTAINMENT * 100} %, with at most {percent} decimals in percent"
    )
    assert limits["a threshold in units or deals"] == (
        f"less than {curve_checks.LARGEST_UNITS:,}, with at most {example_checks.SHARE_DECIMALS} decimals"
    )
    assert limits["what a unit or a deal pays"] == (
        f"less than {curve_checks.LARGEST_PAY_PER_UNIT:,}, with at most {decimals.DECIMALS} decimals"
    )
    assert limits["a deal's lines"] == f"{items.MOST_ITEMS}"
    assert limits["a rate table"] == f"{column_checks.MOST_COLUMNS} columns"
    assert limits["a share of a deal"].endswith(f"at most {example_checks.SHARE_DECIMALS - 2} decimals in percent")
    assert limits["a formula"] == (
        f"{parse.LONGEST:,} characters, {parse.DEEPEST} parentheses inside one another, {parse.DEEPEST} levels, "
        f"{build.MOST_DIGITS} digits a number"
    )
