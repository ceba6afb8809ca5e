"""The mapping document: how a source's columns, words, dates and numbers become ours. YAML outside, JSON inside.

>>> mapping = parse_mapping("deals: {currency: USD, fields: {external_id: Id, product: {values: {GTXPro: GTX Pro}}}}",
...     Kind.DEALS)
>>> mapping.fields["product"].values
{'GTXPro': 'GTX Pro'}
"""

import codecs
import re
from collections.abc import Mapping as AbstractMapping
from contextlib import suppress
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from core.money import MoneyError, exponent
from sales.engine.custom import PREFIX
from sales.engine.fields import FIELDS, KEYS, STAND_IN, Kind, is_custom
from sales.engine.problems import Param, Told, Unusable, quoted, told

LONGEST_DOCUMENT = 100_000
PLACE = re.compile(r"\{([^{}|]+)(?:\|([a-z]+))?\}")
FILTERS = ("slug", "lower", "upper")
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "iso-8859-1")
MOST_LISTED = 12
ALIASES = {"id": "external_id", "e_mail": "email", "type": "kind", "split": "splits", "starts_on": "from"}


class MappingError(Unusable):
    """The mapping says something that we don't understand. One message per mistake, each with its path."""


class ValueRefusedError(ValueError):
    """One value of a mapping can't be used: pydantic hands on what is told with the path at which it stands."""

    def __init__(self, what: Told) -> None:
        super().__init__(str(what))
        self.told = what


def _known_encoding(name: str) -> str:
    with suppress(LookupError):
        codec = codecs.lookup(name)
        if codec._is_text_encoding:  # noqa: SLF001 - there is no public way to tell base64 from latin-1
            return codec.name
    raise ValueRefusedError(
        told("%(name)s is no encoding of text. Write for example %(examples)s.", name=quoted(name), examples=ENCODINGS)
    )


def _date_format(text: str) -> str:
    directives = set(re.findall(r"%[-0]?(.)", text))
    if (
        not directives <= set("YymdbBeHMST")
        or not directives & set("Yy")
        or not {"d"} & directives | {"e"} & directives
    ):
        examples = ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y")
        raise ValueRefusedError(
            told("%(text)s is no date format. Write for example %(examples)s.", text=quoted(text), examples=examples)
        )
    if not directives & set("mbB"):
        raise ValueRefusedError(told("%(text)s has no month. Add %(month)s.", text=quoted(text), month="%m"))
    return text


def _known_currency(code: str) -> str:
    try:
        exponent(code)
    except MoneyError:
        raise ValueRefusedError(
            told(
                "%(code)s is not a currency. Write its ISO 4217 code in capitals, such as USD or IDR.",
                code=quoted(code),
            )
        ) from None
    return code


def _whole_template(text: str) -> str:
    places = PLACE.findall(text)
    if not places or "{" in PLACE.sub("", text) or "}" in PLACE.sub("", text):
        example = "{first}.{last}@example.com"
        raise ValueRefusedError(
            told("%(text)s names no column. Write for example %(example)s.", text=quoted(text), example=example)
        )
    for _column, name in places:
        if name and name not in FILTERS:
            raise ValueRefusedError(
                told("%(name)s is no filter. There are: %(filters)s.", name=quoted(name), filters=FILTERS)
            )
    return text


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """Where one field's text comes from: a column, a constant, or a template of columns; then the words replaced."""

    column: str | None = None
    value: str | None = None
    template: Annotated[str, AfterValidator(_whole_template)] | None = None
    values: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _column_alone(cls, data: object) -> object:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _only_one(self) -> Self:
        if sum(part is not None for part in (self.column, self.value, self.template)) > 1:
            raise ValueRefusedError(told("Give one of column, value and template, not several."))
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        if self.template is not None:
            return tuple(dict.fromkeys(name for name, _filter in PLACE.findall(self.template)))
        return (self.column,) if self.column is not None else ()


class KindMapping(Strict):
    """How files of one kind are read. Without `fields`, columns that bear our fields' names are taken."""

    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = None
    delimiter: Literal[",", ";", "\t", "tab", "|"] | None = None
    date_formats: list[Annotated[str, AfterValidator(_date_format)]] = ["%Y-%m-%d"]
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    currency: Annotated[str, AfterValidator(_known_currency)] | None = None
    create_missing: list[Literal["team", "manager"]] = []
    fields: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueRefusedError(told("The signs for decimals and for thousands are the same. Change one of them."))
        return self


def load_document(text: str) -> dict[str, Any]:
    """A YAML (or JSON) text as plain dicts, lists and texts: no word is taken for a number, a date or a yes."""
    if len(text) > LONGEST_DOCUMENT:
        most = LONGEST_DOCUMENT
        raise MappingError(told("The mapping is longer than %(most)s characters. Is it the right file?", most=most))
    try:
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds texts, lists and dicts only
    except yaml.YAMLError as error:
        raise MappingError(_no_yaml(error)) from None
    except RecursionError:
        raise MappingError(told("The mapping is nested too deeply. Is it the right file?")) from None
    if document is None or document == "":
        return {}
    if not isinstance(document, dict):
        raise MappingError(told("The mapping must be keys and values, such as `currency: USD`."))
    return document


def _no_yaml(error: yaml.YAMLError) -> Told:
    mark, why = getattr(error, "problem_mark", None), str(getattr(error, "problem", error))
    if mark is None:
        return told("The mapping is not YAML (%(why)s). Correct it.", why=why)
    return told(
        "The mapping is not YAML at line %(line)s, column %(column)s (%(why)s). Correct it there, or just before.",
        line=str(mark.line + 1),
        column=str(mark.column + 1),
        why=why,
    )


def parse_mapping(document: str | AbstractMapping[str, Any], kind: Kind) -> KindMapping:
    """The mapping of one kind, out of a document for it alone or of one for all kinds. Raises MappingError."""
    whole = load_document(document) if isinstance(document, str) else dict(document)
    kinds = {str(name) for name in Kind}
    if whole.keys() & kinds:
        if strange := whole.keys() - kinds:
            no_kind = told("This is no kind of record. There are: %(kinds)s.", kinds=tuple(map(str, Kind)))
            raise MappingError(no_kind.at(min(strange)))
        return _validated(whole.get(kind) or {}, kind, f"{kind}.")
    return _validated(whole, kind, "")


def check_document(document: str | AbstractMapping[str, Any], kind: Kind | None = None) -> dict[str, Any]:
    """The document as plain data, once every part of it is understood. Raises MappingError."""
    whole = load_document(document) if isinstance(document, str) else dict(document)
    parts = [each for each in Kind if each in whole]
    for each in parts or [kind or Kind.DEALS]:
        parse_mapping(whole, each)
    return whole


def _validated(part: object, kind: Kind, path: str) -> KindMapping:
    try:
        mapping = KindMapping.model_validate(part)
    except ValidationError as error:
        raise MappingError(*(_mistake(detail, path) for detail in error.errors())) from None
    known = tuple(field.name for field in FIELDS[kind])
    if strange := sorted(name for name in mapping.fields if name not in known and not is_custom(kind, name)):
        if kind == Kind.DEALS and strange[0].startswith(PREFIX):
            no_slug = told(
                "After custom. stand small letters, digits and underscores, beginning with a letter: custom.region."
            )
            raise MappingError(no_slug.at(f"{path}fields.{strange[0]}"))
        no_field = told("This is no field of %(kind)s. There are: %(fields)s.", kind=str(kind), fields=known)
        raise MappingError(no_field.at(f"{path}fields.{strange[0]}"))
    if mapping.create_missing and kind != Kind.PEOPLE:
        not_here = told("Only people may bring their teams and managers along. Remove it.")
        raise MappingError(not_here.at(f"{path}create_missing"))
    return mapping


_STRANGE = told("This can't be used here. Correct it or remove it.")
_SHAPES = {
    "extra_forbidden": told("This is no key of a mapping. Correct its spelling or remove it."),
    "string_type": told("Write a text here."),
    "list_type": told("Write a list here, such as [a, b]."),
    "dict_type": told("Write keys and values here, such as {a: b}."),
    "model_type": told("Write keys and values here, such as {a: b}."),
}


def _mistake(detail: ErrorDetails, path: str) -> Told:
    where = ".".join(str(part) for part in detail["loc"]) or "mapping"
    cause = detail.get("ctx", {})
    if isinstance(mistake := cause.get("error"), ValueRefusedError):
        return mistake.told.at(path + where)
    if detail["type"] == "literal_error":
        choices = str(cause["expected"]).replace("' or '", "', '")
        return told("Write one of %(choices)s.", choices=choices).at(path + where)
    return _SHAPES.get(detail["type"], _STRANGE).at(path + where)


def sources(mapping: KindMapping, kind: Kind, header: tuple[str, ...]) -> dict[str, Source]:
    """Which text each field takes from a file with this header. Raises Unusable when the header lacks a column.

    >>> sources(KindMapping(), Kind.CUSTOMERS, ("Name", "Sector", "Revenue"))["external_id"].column
    'Name'
    """
    found = _named(mapping, header) if mapping.fields else _identity(kind, header)
    stand_in = STAND_IN.get(kind, "")
    if "external_id" not in found and stand_in in found:
        found = {"external_id": found[stand_in], **found}
    if lacking := [name for name in KEYS.get(kind, ()) if name not in found]:
        raise Unusable(
            told(
                "No column gives %(field)s. The file has: %(columns)s. Name its columns after our fields of %(kind)s "
                "(%(fields)s), or say in a mapping which column it is.",
                field=lacking[0],
                kind=str(kind),
                columns=_listed(header),
                fields=tuple(field.name for field in FIELDS[kind]),
            )
        )
    if "external_id" not in found and kind not in KEYS:
        raise Unusable(
            told(
                "No column gives the external id. The file has: %(columns)s. Name its columns after our fields of "
                "%(kind)s (%(fields)s), or say in a mapping which column is external_id.",
                kind=str(kind),
                columns=_listed(header),
                fields=tuple(field.name for field in FIELDS[kind]),
            )
        )
    return found


def _named(mapping: KindMapping, header: tuple[str, ...]) -> dict[str, Source]:
    by_name = {normal(name): name for name in header}
    found: dict[str, Source] = {}
    for name, source in mapping.fields.items():
        if not source.columns and source.value is None:
            source = source.model_copy(update={"column": by_name.get(name, name)})
        for column in source.columns:
            if column not in header:
                raise Unusable(_no_column(column, name, header))
        found[name] = source
    return found


def _no_column(column: str, name: str, header: tuple[str, ...]) -> Told:
    return told(
        "The file has no column %(column)s, which the mapping wants for %(field)s. It has: %(columns)s. "
        "Correct the mapping, its delimiter, or the file.",
        column=quoted(column),
        field=name,
        columns=_listed(header),
    )


def _identity(kind: Kind, header: tuple[str, ...]) -> dict[str, Source]:
    known = {field.name for field in FIELDS[kind]}
    found: dict[str, Source] = {}
    for column in header:
        name = own_name(kind, column)
        if (name in known or is_custom(kind, name)) and name not in found:
            found[name] = Source(column=column)
    return found


def own_name(kind: Kind, column: str) -> str:
    """What a column that bears a field's name is called here.

    >>> own_name(Kind.DEALS, " Closed on"), own_name(Kind.DEALS, "custom.region"), own_name(Kind.TEAMS, "Id")
    ('closed_on', 'custom.region', 'external_id')
    """
    lower = column.strip().lower()
    name = normal(column)
    if is_custom(kind, lower):
        return lower
    return name if any(field.name == name for field in FIELDS[kind]) else ALIASES.get(name, name)


def normal(column: str) -> str:
    """A column's name as our fields are written.

    >>> normal(" External-ID ")
    'external_id'
    """
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")


def _listed(header: tuple[str, ...]) -> Param:
    shown = tuple(quoted(name) for name in header[:MOST_LISTED])
    more = len(header) - MOST_LISTED
    return told("%(columns)s and %(more)s more", columns=shown, more=more) if more > 0 else shown
