"""The JSON Schema accepts every plan that is here, and refuses what is none."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from commissions.engine.document import json_schema
from commissions.engine.source import read_yaml

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("commissions/plans", "demo/plans", "docs/quickstart/plans")
PLANS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.yaml"))
VALIDATOR = Draft202012Validator(json_schema())


def as_json(value: Any) -> Any:
    """What an editor's YAML parser hands to the schema: JSON's own types."""
    match value:
        case dict():
            return {str(key): as_json(inner) for key, inner in value.items()}
        case list():
            return [as_json(inner) for inner in value]
        case Decimal():
            return float(value)
        case date():
            return value.isoformat()
    return value


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", PLANS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_every_plan_keeps_to_the_schema(path: Path) -> None:
    errors = [error.message for error in VALIDATOR.iter_errors(as_json(read_yaml(path.read_text())))]
    assert errors == []


@pytest.mark.parametrize(
    "change",
    [("period: month", "period: week"), ("rate: 6%", "rte: 6%"), ("plan: Account Executive", "plan: [1]")],
    ids=str,
)
def test_what_is_no_plan_is_refused(change: tuple[str, str]) -> None:
    text = (ROOT / "commissions/plans/account-executive.yaml").read_text()
    assert change[0] in text
    assert not VALIDATOR.is_valid(as_json(read_yaml(text.replace(*change))))
