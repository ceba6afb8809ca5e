"""What publishers print and what other systems' tests expect, stated as plans: the next such example is more YAML."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from commissions.engine.document import load_plan
from commissions.engine.examples import run_examples
from commissions.engine.schema import Example, PlanDocument

PLANS = Path(__file__).parent / "plans"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "examples"


def stated() -> list[tuple[PlanDocument, Example]]:
    documents = [load_plan(path.read_text()) for path in sorted(PLANS.glob("*.yaml")) if path.stem != "left_out"]
    return [(document, example) for document in documents for example in document.examples]


def record_of(example: Example) -> str:
    assert example.source is not None
    return example.source.split(": ")[0]


def left_out() -> dict[str, str]:
    reasons: dict[str, list[str]] = yaml.safe_load((PLANS / "left_out.yaml").read_text())
    return {record: reason for reason, records in reasons.items() for record in records}


def published() -> list[dict[str, Any]]:
    if not SHARED.is_dir():
        pytest.skip(f"The published examples aren't at {SHARED}.")
    return [
        record
        for name in ("worked_examples.json", "peer_vectors.json")
        for record in json.loads((SHARED / name).read_text())
    ]


@pytest.mark.parametrize(("document", "example"), [pytest.param(*each, id=record_of(each[1])) for each in stated()])
def test_a_published_example_is_paid_as_published(document: PlanDocument, example: Example) -> None:
    (result,) = run_examples(document.model_copy(update={"examples": (example,)}))
    assert result.differences == ()
    assert result.passed


def test_every_published_record_is_stated_once_or_left_out_with_a_reason() -> None:
    known = Counter([record_of(example) for _, example in stated()] + list(left_out()))
    assert known == Counter(record["id"] for record in published())
