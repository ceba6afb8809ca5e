"""Named mappings: how the files of one source are read, for every import to come."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sales.engine.columns import by_kind, with_part
from sales.engine.fields import Kind
from sales.engine.mapping import check_document, parse_mapping
from sales.models import ImportMapping


@transaction.atomic
def save_mapping(*, mapping: ImportMapping | None, name: str, source: str | Mapping[str, Any]) -> ImportMapping:
    """Create a mapping, or change or rename one. Raises MappingError for its document, ValidationError for its name."""
    document = check_document(source)
    if not by_kind(document):
        raise ValidationError({"source": _not_by_kind()})
    row = ImportMapping.objects.select_for_update().get(pk=mapping.pk) if mapping else ImportMapping()
    row.name, row.document = name, document
    row.full_clean()
    row.save()
    return row


def _not_by_kind() -> str:
    return _(
        "The mapping does not say which kind of file it is for. Put it below one of: %(kinds)s. For example: deals:"
    ) % {"kinds": ", ".join(Kind)}


@transaction.atomic
def save_part(*, name: str, kind: Kind, part: Mapping[str, Any]) -> ImportMapping:
    """Keep how a kind's files are read under a name, which may know other kinds as well. Raises MappingError."""
    parse_mapping(part, kind)
    row, _created = ImportMapping.objects.select_for_update().get_or_create(name=name, defaults={"document": {}})
    row.document = with_part(row.document, kind, part)
    row.save(update_fields=["document"])
    return row


@transaction.atomic
def delete_mapping(*, mapping: ImportMapping) -> None:
    """Forget a mapping. Imports keep a copy of what they were read with."""
    mapping.delete()
