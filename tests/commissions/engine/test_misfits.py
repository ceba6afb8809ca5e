"""A value of the wrong shape is told in our words, wherever in a document it stands: never in Pydantic's."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commissions.engine.document import PlanInvalid
from commissions.engine.source import read_yaml
from commissions.engine.validation import validated

PLANS = sorted((Path(__file__).parent / "plans").glob("*.yaml"))
WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 5, 10**400, Decimal("0.5"), "", "x" * 300, "no Such thing", [], [[]], [5], {}, {"x": {}},
    date(2026, 1, 31),
)  # fmt: skip


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in the document, one item of a list for all."""
    if path:
        yield path
    items = data.items() if isinstance(data, dict) else list(enumerate(data))[:1] if isinstance(data, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def with_value(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = deepcopy(data)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


def complaints(data: Any) -> list[str]:
    try:
        validated(data)
    except PlanInvalid as error:
        return [str(each) for each in error.errors]
    return []


@pytest.mark.parametrize("path", PLANS[::4], ids=lambda path: path.stem)
def test_no_wrong_value_anywhere_is_told_in_the_words_of_a_library(path: Path) -> None:
    plan = read_yaml(path.read_text())
    if not isinstance(plan, dict) or "components" not in plan:
        pytest.skip("no plan")
    plan = {**plan, "examples": plan.get("examples", [])[:1]}
    said = {
        complaint
        for place in places(plan)
        for wrong in WRONG
        for complaint in complaints(with_value(plan, place, wrong))
    }
    foreign = ("docs/plan-format.md", "nput should", "alue error", "valid ", "Decimal(", "None doesn", "NoneType")
    assert [complaint for complaint in said if any(word in complaint for word in foreign)] == []
