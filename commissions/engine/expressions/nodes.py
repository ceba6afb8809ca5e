"""What `when` and `base` mean: a small typed tree. The engine compiles it, the test oracle interprets it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    MONEY = "money"
    NUMBER = "a number"
    TEXT = "text"
    DATE = "a date"
    CONDITION = "a condition"


@dataclass(frozen=True, slots=True)
class Field:
    name: str  # as written: deal.amount
    column: str  # of the deals frame
    kind: Kind
    parts: tuple[tuple[str, Fraction], ...] = ()  # of an amount that is no column itself: columns times factors

    @property
    def terms(self) -> dict[str, Fraction]:
        return dict(self.parts) or {self.column: Fraction(1)}


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read as the number that it writes out; missing where it is none."""

    field: Field


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Percentage(Number):
    """A number written with a percent sign: it multiplies money, and is never an amount of it."""


@dataclass(frozen=True, slots=True)
class Major:
    """A bare number where money is meant: major units of the plan's currency."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Day:
    value: date


@dataclass(frozen=True, slots=True)
class Add:
    left: "Amount"
    right: "Amount"


@dataclass(frozen=True, slots=True)
class Times:
    """A product with a constant; a quotient by it, or a minus sign, is one too."""

    operand: "Amount"
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str  # = != < <= > >=
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Membership:
    operand: "Operand"
    options: tuple["Operand", ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Amount = Field | Reading | Number | Major | Add | Times
Operand = Amount | Text | Day
Condition = Comparison | Membership | Both | Either | Not
Node = Operand | Condition


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Times(operand, _) | Reading(operand):
            return (operand,)
        case Add(left, right) | Comparison(_, left, right):
            return (left, right)
        case Membership(operand, options, _):
            return (operand, *options)
        case Both(parts) | Either(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, without recursion: a tree that was typed may be deeper than Python's stack."""
    pending: list[tuple[Node, int]] = [(node, 1)]
    while pending:
        current, depth = pending.pop()
        yield current, depth
        pending.extend((child, depth + 1) for child in children(current))


def kind_of(node: Node) -> Kind:
    match node:
        case Field(kind=kind):
            return kind
        case Number() | Reading():
            return Kind.NUMBER
        case Major():
            return Kind.MONEY
        case Text():
            return Kind.TEXT
        case Day():
            return Kind.DATE
        case Times(operand, _) | Add(operand, _):
            return kind_of(operand)
        case _:
            return Kind.CONDITION


def columns_of(node: Node) -> frozenset[str]:
    """The columns of the deals frame that the expression reads."""
    return frozenset(column for part, _ in walk(node) if isinstance(part, Field) for column in part.terms)
