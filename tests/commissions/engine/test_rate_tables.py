"""Rate tables beside the calculation itself: what is explained, what comes next, what changed, which numbers turn."""

import json
from typing import Any

import pytest

from commissions.engine.ahead import worth_of_next
from commissions.engine.diff import diff
from commissions.engine.document import PlanInvalid, document_hash, load_plan, to_json
from commissions.engine.explain import explain, what_next
from commissions.engine.knobs import as_yaml, knobs, turned
from commissions.engine.schema import PlanDocument

BANDS = {"by": "deal.discount", "columns": [{"from": "0%"}, {"from": "10%"}]}
KINDS = {"by": "product.family", "columns": [{"is": ["Focus", "Core"]}, {"name": "All else"}]}
TIERS: dict[str, Any] = {"key": "a", "name": "A", "window": "month", "tiers": "marginal"}
CURVE = [{"from": 0, "rates": ["8%", "5%"]}, {"from": 100, "rates": ["10%", "6%"], "bonus": 7}]
FLAT = {"key": "a", "name": "A"}


def plan(component: dict[str, Any]) -> PlanDocument:
    return load_plan(json.dumps({"plan": "P", "currency": "USD", "period": "month", "components": [component]}))


TABLE = plan(TIERS | BANDS | {"curve": CURVE})


def test_a_line_walks_along_the_rates_of_its_own_column() -> None:
    rates = [
        [str(piece.rate) for piece in explain(TABLE, "a", quota=None, x0=0, x1=20_000, column=column).pieces]
        for column in (0, 1)
    ]
    assert rates == [["0.08", "None", "0.10"], ["0.05", "None", "0.06"]]


def test_the_next_tier_has_no_one_rate() -> None:
    following = what_next(TABLE, "a", quota=None, x=0)
    assert following is not None
    assert (following.distance, following.rate) == (10_000, None)


def test_what_comes_next_is_worth_what_its_column_pays() -> None:
    worth = [worth_of_next(TABLE, "a", quota=None, x=0, paid=0, step=10_00, column=column) for column in (0, 1)]
    assert worth == [80, 50]


def test_each_rate_of_a_table_has_a_knob_and_is_written_where_it_stood() -> None:
    assert {knob.name: str(knob.value) for knob in knobs(TABLE)} == {
        "a.rate.0.0": "8", "a.rate.0.1": "5", "a.from.1": "100", "a.rate.1.0": "10", "a.rate.1.1": "6",
        "a.bonus.1": "7",
    }  # fmt: skip
    other = turned(TABLE, {"a.rate.1.0": "12"})
    assert [[str(rate) for rate in step.rates] for step in other.component("a").curve] == [
        ["0.08", "0.05"], ["0.12", "0.06"],
    ]  # fmt: skip
    flat = plan(FLAT | KINDS | {"measure": "count", "rates": [25, 10]})
    assert list(map(str, turned(flat, {"a.pay_per_unit.0.1": "12"}).component("a").rates)) == ["25", "12"]


def test_a_table_is_written_as_people_write_it() -> None:
    text = as_yaml(TABLE)
    assert "from: 10%" in text
    assert "- 8%" in text
    single = plan(FLAT | {"by": "deal.type", "columns": [{"is": "new"}, {"is": "old"}], "rates": ["5%", "3%"]})
    assert "is: new" in as_yaml(single)
    assert load_plan(as_yaml(single)) == single


def test_a_document_without_a_table_is_what_it_was() -> None:
    old = plan(FLAT | {"rate": "5%"})
    assert not {"by", "columns", "rates"} & to_json(old)["components"][0].keys()
    assert document_hash(old) == "837a1f10fbc1a67282c98438c0fea1243a3d80debc4de282f4837568fcd8db70"


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        (
            FLAT | {"rate": "5%"},
            FLAT | BANDS | {"rates": ["5%", "3%"]},
            [
                "The rate now depends on deal.discount, by a table.",
                "In the column “from 10%”: The rate falls from 5% to 3%.",
            ],
            ["The rate no longer depends on deal.discount.", "Everything now earns one rate: 5%."],
        ),
        (
            FLAT | BANDS | {"rates": ["5%", "3%"]},
            FLAT | BANDS | {"columns": [{"from": "0%"}, {"from": "20%"}], "rates": ["6%", "3%"]},
            [
                "The column “from 10%” is gone.",
                "The column “from 20%” is new.",
                "In the column “from 0%”: The rate rises from 5% to 6%.",
                "In the column “from 20%”: Everything now earns one rate: 3%.",
            ],
            [
                "The column “from 20%” is gone.",
                "The column “from 10%” is new.",
                "In the column “from 0%”: The rate falls from 6% to 5%.",
                "In the column “from 10%”: Everything now earns one rate: 3%.",
            ],
        ),
        (
            FLAT | KINDS | {"rates": ["5%", "3%"]},
            FLAT | KINDS | {"by": "deal.type", "rates": ["5%", "3%"]},
            ["The rate now depends on deal.type, not on product.family."],
            ["The rate now depends on product.family, not on deal.type."],
        ),
        (
            FLAT | KINDS | {"columns": [{"is": "Focus", "name": "Ours"}, {"name": "All else"}], "rates": ["5%", "3%"]},
            FLAT | KINDS | {"columns": [{"is": "Core", "name": "Ours"}, {"name": "All else"}], "rates": ["5%", "3%"]},
            ["The column “Ours” now takes Core, not Focus."],
            ["The column “Ours” now takes Focus, not Core."],
        ),
        (
            TIERS | BANDS | {"curve": CURVE},
            TIERS
            | BANDS
            | {"curve": [{"from": 0, "rates": ["8%", "4%"]}, {"from": 100, "rates": ["10%", "6%"], "bonus": 9}]},
            [
                "In the column “from 0%”: The bonus for reaching USD 100 rises from USD 7 to USD 9.",
                "In the column “from 10%”: The rate from USD 0 falls from 5% to 4%.",
            ],
            [
                "In the column “from 0%”: The bonus for reaching USD 100 falls from USD 9 to USD 7.",
                "In the column “from 10%”: The rate from USD 0 rises from 4% to 5%.",
            ],
        ),
    ],
    ids=["comes", "columns", "by", "takes", "rates"],
)
def test_changes_of_a_table_are_told_there_and_back(
    old: dict[str, Any], new: dict[str, Any], there: list[str], back: list[str]
) -> None:
    def told(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
        return [str(change.said) for change in diff(plan(one), plan(other))]

    assert (told(old, new), told(new, old)) == (there, back)


def test_a_table_with_far_too_many_columns_has_one_error() -> None:
    columns = [{"from": number} for number in range(500)]
    with pytest.raises(PlanInvalid) as refused:
        plan(FLAT | {"by": "deal.discount", "columns": columns, "rates": ["1%"] * 500})
    assert [error.path for error in refused.value.errors] == ["components[0].columns"]
