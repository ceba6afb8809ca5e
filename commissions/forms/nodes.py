"""The form of a document as a page draws it: controls, the parts that they stand in, and buttons."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from urllib.parse import quote

from commissions.engine.decimals import canonical
from commissions.forms.keys import Words
from commissions.forms.kinds import Kind

Path: TypeAlias = tuple[str | int, ...]


def name_of(path: Path) -> str:
    """How a form names what stands at a path. Names of people and periods may hold anything.

    >>> name_of(("examples", 0, "expect", "a/b"))
    'examples/0/expect/a%2Fb'
    """
    return "/".join(quote(str(part), safe="") for part in path)


def place_of(path: Path) -> str:
    """The same as an error says it.

    >>> place_of(("components", 0, "curve", 1, "from"))
    'components[0].curve[1].from'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def id_of(path: Path) -> str:
    return "f-" + re.sub(r"[^\w-]", "-", name_of(path))


def shown(value: object) -> str:
    """A value as its control shows it: what has a name after it, and rows of a few keys, as one text."""
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        return ", ".join(" ".join(map(shown, row.values())) for row in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else canonical(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands at a path of the document, and what a form calls it."""

    path: Path

    @property
    def name(self) -> str:
        return name_of(self.path)

    @property
    def id(self) -> str:
        return id_of(self.path)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Words
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Control(Placed):
    kind: Kind
    label: Words
    value: str
    help: Words = ""
    usual: Words = ""
    choices: tuple[Choice, ...] = ()
    is_wide: bool = False
    errors: tuple[str, ...] = ()

    @property
    def is_a(self) -> str:
        return "control"

    @property
    def is_day(self) -> bool:
        """A browser's calendar can't show what is no day."""
        return self.kind is Kind.DAY and (not self.value or re.fullmatch(r"\d{4}-\d\d-\d\d", self.value) is not None)

    @property
    def is_formula(self) -> bool:
        return self.kind is Kind.LONG

    @property
    def mode(self) -> str:
        """Which keys a phone offers."""
        return {Kind.MONEY: "decimal", Kind.WHOLE: "numeric"}.get(self.kind, "text")


@dataclass(frozen=True, slots=True)
class Button:
    do: str  # what is sent: a verb and where
    label: Words


@dataclass(frozen=True, slots=True)
class Part(Placed):
    """Keys that belong together: a group, or a card of its own."""

    key: str
    label: Words
    title: str  # its own name, as people read it
    items: tuple["Node", ...]
    more: tuple["Node", ...] = ()  # rarely asked for
    adds: tuple[Button, ...] = ()
    help: Words = ""
    errors: tuple[str, ...] = ()
    can_go: bool = False
    can_rise: bool = False
    can_sink: bool = False
    number: int = 0

    @property
    def is_a(self) -> str:
        return "part"

    @property
    def is_open(self) -> bool:
        """Whether what is rarely asked for holds something, or something wrong."""
        return any(slot.errors for node in self.more for slot in slots_in(node))


@dataclass(frozen=True, slots=True)
class Row(Placed):
    controls: tuple[Control, ...]
    errors: tuple[str, ...]
    can_go: bool
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Rows(Placed):
    """A table to fill in."""

    label: Words
    help: Words
    columns: tuple[Words, ...]
    rows: tuple[Row, ...]
    add: Button
    errors: tuple[str, ...]
    can_go: bool

    @property
    def is_a(self) -> str:
        return "rows"


@dataclass(frozen=True, slots=True)
class Cards(Placed):
    label: Words
    cards: tuple[Part, ...]
    add: Button
    errors: tuple[str, ...]

    @property
    def is_a(self) -> str:
        return "cards"


@dataclass(frozen=True, slots=True)
class Cell:
    """What an example expects of a component in a period, and what the plan pays."""

    control: Control
    pays: str  # empty while nothing can be computed
    off: str  # by how much more, or less, it pays than is expected; empty where nothing is, or where it holds
    tone: str  # good, bad, or empty where nothing is expected


@dataclass(frozen=True, slots=True)
class GridRow:
    payee: str  # empty where there is one
    period: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid(Placed):
    label: Words
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    periods: tuple[Button, ...]  # that may be expected too
    fill: str
    errors: tuple[str, ...]
    has_payees: bool

    @property
    def is_a(self) -> str:
        return "grid"


Node: TypeAlias = "Control | Part | Rows | Cards | Grid"


def controls_in(node: Node) -> Iterator[Control]:
    """Each control below, in the order of the page."""
    match node:
        case Control():
            yield node
        case Part():
            yield from _all(node.items)
            yield from _all(node.more)
        case Rows():
            yield from (control for row in node.rows for control in row.controls)
        case Cards():
            yield from _all(node.cards)
        case Grid():
            yield from (cell.control for row in node.rows for cell in row.cells)


def _all(nodes: Sequence[Node]) -> Iterator[Control]:
    return (control for node in nodes for control in controls_in(node))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where errors are shown."""

    id: str
    label: Words
    errors: tuple[str, ...]


def slots_in(node: Node) -> Iterator[Slot]:
    """Each place of a node's form that shows errors, in the order of the page."""
    match node:
        case Part():
            yield from (slot for inner in (*node.items, *node.more) for slot in slots_in(inner))
        case Cards():
            yield from (slot for inner in node.cards for slot in slots_in(inner))
        case Rows():
            for row in node.rows:
                yield from (slot for control in row.controls for slot in slots_in(control))
                yield Slot(row.id, node.label, row.errors)
        case Grid():
            yield from (slot for control in controls_in(node) for slot in slots_in(control))
    yield Slot(node.id, node.label, node.errors)


def cells_in(node: Node) -> Iterator[Cell]:
    """Each cell of the tables of what examples expect."""
    match node:
        case Grid():
            yield from (cell for row in node.rows for cell in row.cells)
        case Part():
            yield from (cell for inner in node.items for cell in cells_in(inner))
        case Cards():
            yield from (cell for inner in node.cards for cell in cells_in(inner))
