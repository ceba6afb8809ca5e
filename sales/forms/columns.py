"""A file's columns matched with our fields, by choosing: what it comes to is the same mapping that YAML says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from sales import selectors
from sales.engine.columns import DATE_FORMATS, Head, custom_name, source_of, words, words_text
from sales.engine.fields import FIELDS, Kind, Type, is_custom
from sales.engine.mapping import PLACE, MappingError, Source, parse_mapping, sources
from sales.engine.problems import Unusable

TEXT = "text"
_COLUMN = "column:"
_LAST_DAY = date(2026, 12, 31)
_ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "utf-16", "utf-16-le")
_DELIMITERS = {",": _("Comma"), ";": _("Semicolon"), "tab": _("Tab"), "|": _("Vertical bar")}
_NUMBERS = {".": "1250.50", ",": "1250,50", ".,": "1,250.50", ",.": "1.250,50", ", ": "1 250,50", ".'": "1'250.50"}


class ReadingForm(forms.Form):
    """How the bytes of a file become cells."""

    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=[("", _("As the file says")), *((e, e) for e in _ENCODINGS)]
    )
    delimiter = forms.ChoiceField(
        label=_("Delimiter"), required=False, choices=[("", _("As the header says")), *_DELIMITERS.items()]
    )


@dataclass(frozen=True, slots=True)
class Match:
    """One of our fields with what may be chosen for it."""

    about: selectors.Column
    column: BoundField
    text: BoundField
    words: BoundField

    @property
    def is_open(self) -> bool:
        """Whether words are replaced, or something is wrong with them."""
        return bool(self.words.value() or self.words.errors)


class ColumnsForm(forms.Form):
    """Every field of a kind with a column, a fixed text or a template, and words to replace; then dates and numbers."""

    date_format = forms.ChoiceField(label=_("Dates are written"), required=False)
    numbers = forms.ChoiceField(label=_("Numbers are written"), required=False, initial=".")
    currency = forms.CharField(
        label=_("Default currency"),
        required=False,
        max_length=3,
        help_text=_("Three letters, for amounts that bear no currency. Empty: the company's own."),
    )
    create_missing = forms.MultipleChoiceField(
        label=_("Create when they don't exist yet"),
        required=False,
        choices=[("team", _("Teams")), ("manager", _("Managers"))],
        widget=forms.CheckboxSelectMultiple,
    )
    keep = forms.MultipleChoiceField(
        label=_("Keep as fields of your own"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Texts that a deal carries and that plans may ask for, such as its region."),
    )
    save_as = forms.CharField(
        label=_("Save this mapping as"),
        required=False,
        max_length=100,
        help_text=_("For the next file of this kind. A mapping of that name keeps what it says of other kinds."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: Kind,
        head: Head,
        part: Mapping[str, Any],
        reading: dict[str, str],
    ) -> None:
        super().__init__(data)
        self.kind, self.head, self.part, self.reading = kind, head, part, reading
        self._choose_dates()
        self._choose_numbers()
        self.fields["currency"].initial = part.get("currency", "")
        self.fields["create_missing"].initial = part.get("create_missing", [])
        types = {field.type for field in FIELDS[kind]}
        self._choose_kept()
        unneeded = {
            "keep": kind != Kind.DEALS,
            "date_format": Type.DATE not in types,
            "numbers": not types & {Type.MONEY, Type.INTEGER, Type.PERCENT, Type.RATE},
            "currency": Type.MONEY not in types,
            "create_missing": kind != Kind.PEOPLE,
        }
        for name in (name for name, leave in unneeded.items() if leave):
            del self.fields[name]
        for field in FIELDS[kind]:
            self._add(field.name, source_of(part, field.name) or Source())

    def _choose_dates(self) -> None:
        given = "|".join(self.part.get("date_formats", []))
        known = {form: _LAST_DAY.strftime(form) for form in DATE_FORMATS}
        if given and given not in known:
            known[given] = given.replace("|", ", ")
        self.fields["date_format"].choices = [("", _("Choose")), *known.items()]  # type: ignore[attr-defined]
        self.fields["date_format"].initial = given

    def _choose_numbers(self) -> None:
        given = self.part.get("decimal", ".") + self.part.get("thousands", "")
        known = _NUMBERS if given in _NUMBERS else {**_NUMBERS, given: given}
        self.fields["numbers"].choices = list(known.items())  # type: ignore[attr-defined]
        self.fields["numbers"].initial = given

    def _choose_kept(self) -> None:
        kept = self.part.get("fields") or {}
        plain = {column for column in self.head.header if kept.get(custom_name(column) or "") == column}
        choices = [(column, column) for column in self.head.header if custom_name(column)]
        self.fields["keep"].choices, self.fields["keep"].initial = choices, sorted(plain)  # type: ignore[attr-defined]

    def _kept(self, given: dict[str, Any]) -> dict[str, Any]:
        """The custom fields that are chosen here, and those that only YAML can say: renamed, or with other words."""
        offered = {custom_name(column) for column in self.head.header}
        written = {
            name: source
            for name, source in (self.part.get("fields") or {}).items()
            if is_custom(self.kind, name) and not (name in offered and isinstance(source, str))
        }
        return written | {name: column for column in given.get("keep", []) if (name := custom_name(column))}

    def _add(self, name: str, source: Source) -> None:
        label = selectors.label_of(name)
        text = source.template if source.template is not None else source.value
        column = source.column or (name if source.values and text is None else "")
        self.fields[f"column-{name}"] = forms.ChoiceField(
            label=label,
            required=False,
            choices=[
                ("", _("Not in this file")),
                *((_COLUMN + column, column) for column in self.head.header),
                (TEXT, _("Fixed text, or columns put together")),
            ],
            initial=TEXT if text is not None else _COLUMN + column if column in self.head.header else "",
        )
        self.fields[f"text-{name}"] = forms.CharField(
            label=_("Text"),
            required=False,
            max_length=500,
            initial=text,
            widget=forms.TextInput({"placeholder": "{first}.{last}@example.com"}),
        )
        self.fields[f"words-{name}"] = forms.CharField(
            label=_("Replace words"),
            required=False,
            max_length=20_000,
            initial=words_text(source.values),
            widget=forms.Textarea({"rows": 3, "placeholder": "GTXPro = GTX Pro", "spellcheck": "false"}),
        )

    def matches(self) -> Iterator[Match]:
        for about in selectors.guide(self.kind).columns:
            yield Match(about, *(self[f"{part}-{about.name}"] for part in ("column", "text", "words")))

    def options(self) -> Iterator[BoundField]:
        names = ("date_format", "numbers", "currency", "create_missing", "keep")
        return (self[name] for name in names if name in self.fields)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            given["part"] = self._part(given)
        if not self.errors:
            self._check(given["part"])
        return given

    def _part(self, given: dict[str, Any]) -> dict[str, Any]:
        part: dict[str, Any] = {key: value for key, value in self.reading.items() if value}
        if form := given.get("date_format"):
            part["date_formats"] = form.split("|")
        if (signs := given.get("numbers") or ".") != ".":
            part |= {"decimal": signs[0], "thousands": signs[1:]}
        if currency := given.get("currency", "").strip().upper():
            part["currency"] = currency
        if missing := given.get("create_missing"):
            part["create_missing"] = missing
        chosen = {field.name: self._source(field.name, given) for field in FIELDS[self.kind]}
        part["fields"] = {name: source for name, source in chosen.items() if source is not None} | self._kept(given)
        if self._has_dates(part["fields"]) and "date_formats" not in part:
            self.add_error(
                "date_format", say("Choose how this file writes dates, so that no day is taken for a month.")
            )
        return part

    def _has_dates(self, chosen: Mapping[str, Any]) -> bool:
        dates = [field.name for field in FIELDS[self.kind] if field.type == Type.DATE]
        return any(isinstance(chosen.get(name), str) or "column" in chosen.get(name, {}) for name in dates)

    def _source(self, name: str, given: dict[str, Any]) -> str | dict[str, Any] | None:
        chosen, text = given[f"column-{name}"], given[f"text-{name}"]
        replaced = self._words(name, given[f"words-{name}"])
        if not chosen:
            return None
        if chosen == TEXT:
            if not text:
                self.add_error(f"text-{name}", say("Write the text, or choose a column."))
            source: dict[str, Any] = {"template" if PLACE.search(text) else "value": text}
        else:
            source = {"column": chosen.removeprefix(_COLUMN)}
        if replaced:
            return {**source, "values": replaced}
        return source.get("column") or source

    def _words(self, name: str, text: str) -> dict[str, str]:
        try:
            return words(text)
        except MappingError as error:
            self.add_error(f"words-{name}", selectors.in_words(*error.told))
            return {}

    def _check(self, part: dict[str, Any]) -> None:
        try:
            mapping = parse_mapping(part, self.kind)
        except MappingError as error:
            for each in error.told:
                self.add_error(self._place(each.path), selectors.in_words(each.at("")))
            return
        try:
            sources(mapping, self.kind, self.head.header)
        except Unusable as error:
            place = "column-external_id" if "external_id" not in part["fields"] else None
            place = place if place in self.fields else None
            self.add_error(place, selectors.in_words(*error.told))

    def _place(self, path: str) -> str | None:
        """The field of the form that a path of the document means."""
        first, _dot, rest = path.partition(".")
        if first == "date_formats":
            return "date_format"
        name, _dot, key = rest.partition(".")
        if first == "fields" and name:
            kind = {"template": "text", "value": "text", "values": "words"}.get(key.partition(".")[0], "column")
            return None if is_custom(self.kind, f"{name}.{key}") or name == "custom" else f"{kind}-{name}"
        return first if first in self.fields else None
