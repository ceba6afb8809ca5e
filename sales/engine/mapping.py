"""The mapping document: how a source's columns, words, dates and numbers become ours. YAML outside, JSON inside.

>>> mapping = parse_mapping("deals: {currency: USD, fields: {external_id: Id, product: {values: {GTXPro: GTX Pro}}}}",
...     Kind.DEALS)
>>> mapping.fields["product"].values
{'GTXPro': 'GTX Pro'}
"""

import codecs
import re
from collections.abc import Mapping as AbstractMapping
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from core.money import MoneyError, exponent
from sales.engine.fields import FIELDS, STAND_IN, Kind
from sales.engine.problems import Unusable

LONGEST_DOCUMENT = 100_000
PLACE = re.compile(r"\{([^{}|]+)(?:\|([a-z]+))?\}")
FILTERS = ("slug", "lower", "upper")
ALIASES = {"id": "external_id", "e_mail": "email", "type": "kind", "split": "splits", "starts_on": "from"}


class MappingError(Unusable):
    """The mapping says something that we don't understand. One line per mistake, each with its path."""


def _known_encoding(name: str) -> str:
    try:
        codec = codecs.lookup(name)
    except LookupError:
        raise ValueError(
            f"{name!r} is no encoding. Write for example utf-8, utf-16, windows-1252 or iso-8859-1"
        ) from None
    if not codec._is_text_encoding:  # noqa: SLF001 - there is no public way to tell base64 from latin-1
        raise ValueError(f"{name!r} is no encoding of text. Write for example windows-1252")
    return codec.name


def _date_format(text: str) -> str:
    directives = set(re.findall(r"%[-0]?(.)", text))
    if (
        not directives <= set("YymdbBeHMST")
        or not directives & set("Yy")
        or not {"d"} & directives | {"e"} & directives
    ):
        raise ValueError(f"{text!r} is no date format. Write for example %Y-%m-%d, %m/%d/%Y or %d.%m.%Y")
    if not directives & set("mbB"):
        raise ValueError(f"{text!r} has no month. Add %m")
    return text


def _known_currency(code: str) -> str:
    try:
        exponent(code)
    except MoneyError as error:
        raise ValueError(str(error)) from None
    return code


def _whole_template(text: str) -> str:
    places = PLACE.findall(text)
    if not places or "{" in PLACE.sub("", text) or "}" in PLACE.sub("", text):
        raise ValueError(f"{text!r} names no column. Write for example {{first}}.{{last}}@example.com")
    for _column, name in places:
        if name and name not in FILTERS:
            raise ValueError(f"{name!r} is no filter. There are: {', '.join(FILTERS)}")
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
            raise ValueError("give one of column, value and template, not several")
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
            raise ValueError("decimal and thousands are the same sign")
        return self


def load_document(text: str) -> dict[str, Any]:
    """A YAML (or JSON) text as plain dicts, lists and texts: no word is taken for a number, a date or a yes."""
    if len(text) > LONGEST_DOCUMENT:
        raise MappingError(f"The mapping is longer than {LONGEST_DOCUMENT:,} characters. Is it the right file?")
    try:
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds texts, lists and dicts only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise MappingError(f"The mapping is not YAML{where}: {getattr(error, 'problem', error)}.") from None
    except RecursionError:
        raise MappingError("The mapping is nested too deeply.") from None
    if document is None or document == "":
        return {}
    if not isinstance(document, dict):
        raise MappingError("The mapping must be keys and values, such as `currency: USD`.")
    return document


def parse_mapping(document: str | AbstractMapping[str, Any], kind: Kind) -> KindMapping:
    """The mapping of one kind, out of a document for it alone or of one for all kinds. Raises MappingError."""
    whole = load_document(document) if isinstance(document, str) else dict(document)
    kinds = {str(name) for name in Kind}
    if whole.keys() & kinds:
        if strange := whole.keys() - kinds:
            raise MappingError(f"{min(strange)}: not a kind of record. There are: {', '.join(Kind)}.")
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
        raise MappingError("\n".join(_mistake(detail, path) for detail in error.errors())) from None
    known = [field.name for field in FIELDS[kind]]
    if strange := sorted(mapping.fields.keys() - set(known)):
        raise MappingError(f"{path}fields.{strange[0]}: not a field of {kind}. There are: {', '.join(known)}.")
    if mapping.create_missing and kind != Kind.PEOPLE:
        raise MappingError(f"{path}create_missing: only people may bring their teams and managers along. Remove it.")
    return mapping


def _mistake(detail: ErrorDetails, path: str) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{path}{where}: not a key of a mapping. Correct its spelling or remove it."
    return f"{path}{where or 'mapping'}: {detail['msg'].removeprefix('Value error, ').removesuffix('.')}."


def sources(mapping: KindMapping, kind: Kind, header: tuple[str, ...]) -> dict[str, Source]:
    """Which text each field takes from a file with this header. Raises Unusable when the header lacks a column.

    >>> sources(KindMapping(), Kind.CUSTOMERS, ("Name", "Sector", "Revenue"))["external_id"].column
    'Name'
    """
    found = _named(mapping, header) if mapping.fields else _identity(kind, header)
    stand_in = STAND_IN.get(kind, "")
    if "external_id" not in found and stand_in in found:
        found = {"external_id": found[stand_in], **found}
    if "external_id" not in found:
        wanted = ", ".join(field.name for field in FIELDS[kind])
        raise Unusable(
            f"No column gives the {kind}' external id. The file has: {_listed(header)}. "
            f"Name its columns after our fields ({wanted}), or say in a mapping which column is external_id."
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
                raise Unusable(
                    f"The file has no column {column!r}, which the mapping wants for {name}. "
                    f"It has: {_listed(header)}. Correct the mapping, its delimiter, or the file."
                )
        found[name] = source
    return found


def _identity(kind: Kind, header: tuple[str, ...]) -> dict[str, Source]:
    known = {field.name for field in FIELDS[kind]}
    found: dict[str, Source] = {}
    for column in header:
        name = ALIASES.get(normal(column), normal(column))
        if name in known and name not in found:
            found[name] = Source(column=column)
    return found


def normal(column: str) -> str:
    """A column's name as our fields are written.

    >>> normal(" External-ID ")
    'external_id'
    """
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")


def _listed(header: tuple[str, ...]) -> str:
    shown = ", ".join(repr(name[:40]) for name in header[:12])
    return f"{shown} and {len(header) - 12} more" if len(header) > 12 else shown
