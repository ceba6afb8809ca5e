"""The plan document: one validated description of how a plan pays. YAML outside, canonical JSON inside.

`load_plan` reads what a person wrote, `from_json` what was stored; both raise `PlanInvalid` with every error found.
"""

import hashlib
import json
from typing import Any

from commissions.engine.errors import PlanError, PlanInvalid
from commissions.engine.schema import (
    Against,
    Cap,
    Component,
    Credit,
    Example,
    Measure,
    PlanDocument,
    Rounding,
    StartsWhen,
    Step,
    Tiers,
    Window,
)
from commissions.engine.source import read_yaml
from commissions.engine.validation import validated

__all__ = [
    "Against",
    "Cap",
    "Component",
    "Credit",
    "Example",
    "Measure",
    "PlanDocument",
    "PlanError",
    "PlanInvalid",
    "Rounding",
    "StartsWhen",
    "Step",
    "Tiers",
    "Window",
    "document_hash",
    "from_json",
    "json_schema",
    "load_plan",
    "to_json",
]


def load_plan(text: str) -> PlanDocument:
    """The plan that a YAML text describes. Raises PlanInvalid with every error found.

    >>> load_plan("{plan: Flat, currency: USD, period: month, components: [{key: all, name: All, rate: 5%}]}").plan
    'Flat'
    """
    return validated(read_yaml(text))


def from_json(data: dict[str, Any]) -> PlanDocument:
    """The plan of a canonical JSON document, as `to_json` made it. Raises PlanInvalid."""
    return validated(data)


def to_json(document: PlanDocument) -> dict[str, Any]:
    """The canonical form: what is stored and hashed. Numbers are strings, absent keys are left out."""
    return document.model_dump(mode="json", by_alias=True, exclude_none=True)


def document_hash(document: PlanDocument) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal: keys sorted, no spaces, UTF-8."""
    text = json.dumps(to_json(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a plan document, generated from the models of `schema`."""
    return PlanDocument.model_json_schema(by_alias=True)
