"""Plan documents as the engine reads them, parsed once for each process."""

from typing import Any

from commissions.engine.document import from_json
from commissions.engine.schema import PlanDocument
from commissions.models import PlanVersion

_parsed: dict[str, PlanDocument] = {}
_MOST_KEPT = 500


def document_of(version: PlanVersion) -> PlanDocument:
    """The version's document. The same hash is the same document, so it is validated only once."""
    return parse(version.hash, version.document)


def parse(digest: str, stored: dict[str, Any]) -> PlanDocument:
    document = _parsed.get(digest)
    if document is None:
        if len(_parsed) >= _MOST_KEPT:
            _parsed.clear()
        document = _parsed[digest] = from_json(stored)
    return document
