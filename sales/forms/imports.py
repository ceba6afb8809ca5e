"""What the import pages ask for: a file, and a mapping for it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from sales import selectors
from sales.engine.columns import by_kind, part_of
from sales.engine.fields import Kind
from sales.engine.mapping import LONGEST_DOCUMENT, MappingError, check_document, parse_mapping, sources
from sales.engine.problems import Unusable, WrongEncoding
from sales.models import Import, ImportMapping

MB = 1024 * 1024
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
FALLBACK = "windows-1252"  # what spreadsheets of old write where they don't write UTF-8


def yaml_field(**options: Any) -> forms.CharField:  # noqa: ANN401 - a field's own options
    style = {"class": "yaml", "rows": 12, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
    widget = forms.Textarea({**style, **options.pop("attrs", {})})
    return forms.CharField(strip=False, max_length=LONGEST_DOCUMENT, widget=widget, **options)


def silent_of(document: Mapping[str, Any], kind: Kind) -> str:
    """Says that a document for other kinds has nothing about this one; empty when it has."""
    known = by_kind(document)
    if not known or kind in known:
        return ""
    return say("This mapping says nothing of %(kind)s; it is for %(known)s. Take another, or add a part for them.") % {
        "kind": Import.Kind(kind).label.lower(),
        "known": ", ".join(Import.Kind(each).label.lower() for each in known),
    }


def checked_source(source: str, kind: Kind) -> dict[str, Any]:
    """A written mapping that is about this kind. Raises ValidationError."""
    try:
        document = check_document(source, kind)
    except MappingError as error:
        raise forms.ValidationError(selectors.in_words(*error.told)) from None
    if silent := silent_of(document, kind):
        raise forms.ValidationError(silent)
    return document


class UploadForm(forms.Form):
    """A file and how to read it; `document` and `hold` in what is cleaned say whether its columns are matched next."""

    kind = forms.ChoiceField(
        label=_("What the file holds"), choices=[(k, Import.Kind(k).label) for k in selectors.ORDER]
    )
    file = forms.FileField(
        label=_("File"),
        max_length=255,
        widget=forms.FileInput({"accept": ",".join(ENDINGS)}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Export it again and look into it before you upload it."),
        },
    )
    mapping = forms.ModelChoiceField(
        label=_("Columns"),
        required=False,
        queryset=ImportMapping.objects.order_by("name"),
        empty_label=_("Match them on the next page"),
        help_text=_("Or take a mapping that you saved before."),
    )
    source = yaml_field(
        label=_("Mapping as YAML"),
        required=False,
        attrs={"rows": 8, "placeholder": "currency: USD\nfields:\n  external_id: Id"},
    )
    dry_run = forms.BooleanField(
        label=_("Check first, change nothing (dry run)"),
        required=False,
        initial=True,
        help_text=_("You see what would change, and then import with one click."),
    )
    keep_good_rows = forms.BooleanField(
        label=_("Keep good rows"),
        required=False,
        help_text=_("Rows that can't be used go to a file. Without this, one of them stops the whole import."),
    )
    token = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        limit = settings.IMPORT_LIMIT_MB
        if (file.size or 0) > limit * MB:
            raise forms.ValidationError(
                say("The file has %(size)s MB; %(limit)s MB is the most. Split it into several files.")
                % {"size": -(-(file.size or 0) // MB), "limit": limit}
            )
        ending = PurePath(file.name or "").suffix.lower()
        if ending not in ENDINGS:
            raise forms.ValidationError(
                say("A file that ends in %(ending)s can't be imported. Save the table as CSV UTF-8 or as XLSX.")
                % {"ending": ending or say("nothing")}
            )
        return file

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        kind = Kind(given["kind"])
        try:
            document = self._document(kind)
        except forms.ValidationError as error:
            self.add_error("source", error)
            return given
        if not self.errors:
            given["hold"] = document is None
            given["document"] = self._looked_at(kind, given["file"], document)
        return given

    def _document(self, kind: Kind) -> dict[str, Any] | None:
        """The mapping that was chosen or written, if any."""
        saved, source = self.cleaned_data["mapping"], self.cleaned_data["source"]
        if saved and source.strip():
            self.add_error("source", say("You have chosen a saved mapping as well. Keep one of the two."))
        if source.strip():
            return checked_source(source, kind)
        if saved and (silent := silent_of(saved.document, kind)):
            self.add_error("mapping", silent)
        return saved.document if saved else None

    def _looked_at(self, kind: Kind, file: "UploadedFile[Any]", document: dict[str, Any] | None) -> dict[str, Any]:
        """The document, once the file's first rows can be read with it; without one, what is needed to read them."""
        try:
            self._look(kind, file, document or {}, matched=document is not None)
        except selectors.TooLargeToShow as error:
            if document is None:
                self.add_error("file", selectors.in_words(*error.told))
        except Unusable as error:
            is_other_text = document is None and isinstance(error, WrongEncoding)
            if is_other_text and self._reads_as(kind, file, FALLBACK):
                return {"encoding": FALLBACK}
            self.add_error("file", selectors.in_words(*error.told))
        return document or {}

    def _look(self, kind: Kind, file: "UploadedFile[Any]", document: Mapping[str, Any], *, matched: bool) -> None:
        mapping = parse_mapping(part_of(document, kind), kind)
        file.seek(0)
        head = selectors.head_of(cast("BinaryIO", file.file), file.size or 0, file.name or "", mapping)
        file.seek(0)
        if matched:
            sources(mapping, kind, head.header)

    def _reads_as(self, kind: Kind, file: "UploadedFile[Any]", encoding: str) -> bool:
        try:
            self._look(kind, file, {"encoding": encoding}, matched=False)
        except Unusable:
            return False
        return True


class MappingForm(forms.Form):
    """A named mapping as its document."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Such as the name of the system it is for."))
    source = yaml_field(label=_("Mapping"), attrs={"rows": 24})

    def clean_source(self) -> dict[str, Any]:
        try:
            return check_document(self.cleaned_data["source"])
        except MappingError as error:
            raise forms.ValidationError(selectors.in_words(*error.told)) from None


class SourceForm(forms.Form):
    """The mapping of one import as its document."""

    source = yaml_field(label=_("Mapping as YAML"), attrs={"rows": 16})

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_source(self) -> dict[str, Any]:
        return checked_source(self.cleaned_data["source"], self.kind)
