"""What kind of control a key of the document gets, read from its type in the schema."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum, auto
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from commissions.engine.decimals import ExactMoney

Model: TypeAlias = type[BaseModel]


class Kind(Enum):
    """How a key is asked for."""

    TEXT = auto()
    LONG = auto()  # a formula
    MONEY = auto()
    SHARE = auto()  # a rate, a share, a threshold
    WHOLE = auto()
    DAY = auto()
    CHOICE = auto()
    LIST = auto()  # words, with commas between them
    BY_NAME = auto()  # values by name, written "ana 60%, ben 40%"
    BY_PATH = auto()  # values at any depth, written "mbo 2026-Q1 crm 85%, mbo 2026-Q1 talks 90%"
    PAIRS = auto()  # rows of two keys inside a row, written "2026-01-31 500, 2026-02-28 500"
    BY_PERIOD = auto()  # one amount, or amounts by period, written "2026-Q1 100000, 2026-Q2 120000"
    PART = auto()  # keys of its own
    ROWS = auto()  # a table, each row with the same keys
    CARDS = auto()  # a list, each with keys of its own
    NAMED = auto()  # a table whose first column is each one's name
    GRID = auto()  # what an example expects
    NONE = auto()  # no control: it is changed in the text


_AMOUNTS = (Kind.MONEY, Kind.SHARE, Kind.WHOLE)


@dataclass(frozen=True, slots=True)
class Shape:
    kind: Kind
    model: Model | None = None  # of a part, of each row
    options: tuple[str, ...] = ()  # of a choice
    usual: str = ""  # of a choice: what its absence means


@cache
def shapes(model: Model) -> Mapping[str, Shape]:
    """The shape of each key of a model, by the name that the document has for it, in the document's order.

    >>> from commissions.engine.schema import Cap
    >>> {name: shape.kind.name for name, shape in shapes(Cap).items()}
    {'per': 'CHOICE', 'amount': 'MONEY', 'excess': 'CHOICE'}
    """
    hints = get_type_hints(model, include_extras=True)
    found = {}
    for name, field in model.model_fields.items():
        usual = field.default if isinstance(field.default, StrEnum) else ""
        found[field.alias or name] = _shape(hints[name], str(usual))
    return found


def _shape(hint: Any, usual: str) -> Shape:  # noqa: ANN401 a type
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        if arguments[0] is Decimal:  # money and shares are told apart by what reads them
            return Shape(Kind.MONEY if get_args(ExactMoney)[1] in arguments else Kind.SHARE)
        return _shape(arguments[0], usual)
    if origin in (Union, types.UnionType):
        inner = [one for one in arguments if one is not type(None)]
        return _shape(inner[0], usual) if len(inner) == 1 else _either([_shape(one, "").kind for one in inner])
    if origin is Literal:
        return Shape(Kind.CHOICE, options=tuple(map(str, arguments)), usual=usual)
    if origin is tuple:
        inner_shape = _shape(arguments[0], "")
        return Shape(Kind.ROWS, inner_shape.model) if inner_shape.kind is Kind.PART else Shape(Kind.LIST)
    if origin is dict:
        return _by_name(_shape(arguments[1], ""))
    return _plain(hint, usual)


def _by_name(inner: Shape) -> Shape:
    if inner.kind is Kind.PART:
        return Shape(Kind.NAMED, inner.model)
    return Shape(Kind.BY_NAME if inner.kind in (*_AMOUNTS, Kind.TEXT, Kind.BY_PERIOD) else Kind.NONE)


def _either(kinds: list[Kind]) -> Shape:
    """One amount, or amounts by what they are of; other choices of types have no control."""
    is_by_name = Kind.BY_NAME in kinds and any(kind in _AMOUNTS for kind in kinds)
    return Shape(Kind.BY_PERIOD if is_by_name else Kind.NONE)


def _plain(hint: Any, usual: str) -> Shape:  # noqa: ANN401 a type
    if not isinstance(hint, type):
        return Shape(Kind.NONE)
    if issubclass(hint, BaseModel):
        return Shape(Kind.PART, hint)
    if issubclass(hint, StrEnum):
        return Shape(Kind.CHOICE, options=tuple(one.value for one in hint), usual=usual)
    if issubclass(hint, bool):
        return Shape(Kind.CHOICE, options=("true", "false"), usual="false")
    kinds = {int: Kind.WHOLE, Decimal: Kind.SHARE, date: Kind.DAY, str: Kind.TEXT}
    return Shape(kinds.get(hint, Kind.NONE))
