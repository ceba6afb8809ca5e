"""Plan documents as the engine reads them, validated once for each process."""

from collections.abc import Iterable
from typing import Any

from commissions.engine.document import from_json
from commissions.engine.schema import PlanDocument
from commissions.models import PlanVersion

_MOST_KEPT = 500
_parsed: dict[str, PlanDocument] = {}


def document_of(version: PlanVersion) -> PlanDocument:
    """The version's document. The same hash is the same document."""
    return cached(version.hash) or parse(version.hash, version.document)


def documents_of_versions(pks: Iterable[int]) -> dict[int, PlanDocument]:
    """By version. One query."""
    versions = PlanVersion.objects.defer("source").filter(pk__in=list(pks))
    return {version.pk: document_of(version) for version in versions}


def cached(digest: str) -> PlanDocument | None:
    return _parsed.get(digest)


def parse(digest: str, stored: dict[str, Any]) -> PlanDocument:
    if len(_parsed) >= _MOST_KEPT:
        _parsed.clear()
    document = _parsed[digest] = from_json(stored)
    return document
