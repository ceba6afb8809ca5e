"""From a plan's text, and what is wrong with it, to its form: the schema says the kinds, the table the words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from commissions.engine.errors import PlanError
from commissions.engine.rewrite import data_of
from commissions.engine.schema import PlanDocument
from commissions.forms.grid import ExamplePay, grid
from commissions.forms.keys import Around, Key, Words
from commissions.forms.kinds import Kind, Model, Shape, shapes
from commissions.forms.nodes import (
    Button,
    Cards,
    Choice,
    Control,
    Node,
    Part,
    Path,
    Row,
    Rows,
    controls_in,
    name_of,
    place_of,
    shown,
)
from commissions.forms.table import keys_of
from commissions.selectors import in_words

MOST_CONTROLS = 1500  # of one form; a larger plan is changed as text
_NESTED = {Kind.PART, Kind.ROWS, Kind.CARDS, Kind.NAMED, Kind.GRID}


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """The whole plan; without anything where the text can't be read, or holds more than a form can."""

    whole: Part | None
    loose: tuple[PlanError, ...]  # errors that no field of the form has

    def controls(self) -> Iterator[Control]:
        return controls_in(self.whole) if self.whole else iter(())


@dataclass(slots=True)
class _Told:
    """Errors by the place that they name. Each is shown once, at the nearest place that the form has."""

    errors: Sequence[PlanError]
    pays: Mapping[int, ExamplePay]
    used: set[int] = field(default_factory=set)

    def at(self, path: Path) -> tuple[str, ...]:
        return self._take(lambda where: where == place_of(path))

    def below(self, path: Path) -> tuple[str, ...]:
        place = place_of(path)
        return self._take(lambda where: where == place or where.startswith((f"{place}.", f"{place}[")))

    def _take(self, fits: Any) -> tuple[str, ...]:  # noqa: ANN401 a predicate of places
        found = [n for n, error in enumerate(self.errors) if n not in self.used and fits(error.path)]
        self.used.update(found)
        return tuple(in_words(self.errors[n].said) for n in found)


def document_form(
    source: str, errors: Sequence[PlanError] = (), pays: Mapping[int, ExamplePay] | None = None
) -> DocumentForm:
    """The form of a text. `pays`: what each example that can be computed pays, by its number."""
    data = data_of(source)
    if not data:
        return DocumentForm(None, tuple(errors))
    told = _Told(errors, pays or {})
    whole = _part(PlanDocument, Key("", ""), (), (data,), told)
    if sum(1 for _control in controls_in(whole)) > MOST_CONTROLS:
        return DocumentForm(None, tuple(errors))
    return DocumentForm(whole, tuple(error for n, error in enumerate(errors) if n not in told.used))


def _part(model: Model, key: Key, path: Path, around: Around, told: _Told, **more: Any) -> Part:  # noqa: ANN401
    """A part's own form. `around` begins with what is written there."""
    here, kinds = around[0], shapes(model)
    asked: list[tuple[Key, Node]] = []
    adds = []
    for entry in keys_of(model):
        shape = kinds[entry.name]
        kind = entry.kind or shape.kind
        if not _has_field(kind, here.get(entry.name)) or not (entry.name in here or entry.fits(around)):
            continue
        if entry.starts is not None and kind in _NESTED and entry.name not in here:
            adds.append(Button(f"add:{name_of((*path, entry.name))}", entry.add or entry.label))
            continue
        asked.append((entry, _node(entry, kind, shape, (*path, entry.name), around, told)))
    is_more = {entry.name for entry, node in asked if entry.is_rare and not _is_set(entry.name, here, node)}
    return Part(
        path=path,
        key=str(here.get("key", "")),
        label=key.one or key.label,
        title=shown(here.get("name")),
        items=tuple(node for entry, node in asked if entry.name not in is_more),
        more=tuple(node for entry, node in asked if entry.name in is_more),
        adds=tuple(adds),
        help=key.help,
        errors=told.below(path) if path else (),
        can_go=more.pop("can_go", key.starts is not None),
        **more,
    )


def _has_field(kind: Kind, value: object) -> bool:
    """Whether a control can show it and give it back: what holds more than its kind is changed in the text."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    match kind:
        case Kind.NONE:
            return False
        case Kind.BY_NAME | Kind.BY_PERIOD:
            return not isinstance(value, list) and not any(isinstance(one, dict | list) for one in inner)
        case Kind.BY_PATH:
            return value is None or (isinstance(value, dict) and not _has_spaces(value))
        case Kind.LIST:
            return not isinstance(value, dict) and not any(isinstance(one, dict | list) for one in inner)
        case Kind.PAIRS:
            return value is None or (isinstance(value, list) and all(isinstance(row, dict) for row in value))
    return kind in _NESTED or not isinstance(value, dict | list)


def _has_spaces(value: object) -> bool:
    """Whether a name of the way to a value has several words, which a field couldn't tell apart."""
    found = value.items() if isinstance(value, dict) else ()
    return any(re.search(r"[\s,]", str(name)) or _has_spaces(inner) for name, inner in found)


def _is_set(name: str, here: Mapping[Any, Any], node: Node) -> bool:
    """Whether a rare key is shown at once: a part or a table that is written. One value waits where it is expected."""
    return name in here and not isinstance(node, Control)


def _node(key: Key, kind: Kind, shape: Shape, path: Path, around: Around, told: _Told) -> Node:
    value = around[0].get(key.name)
    match kind:
        case Kind.PART if shape.model:
            return _part(shape.model, key, path, (_mapping(value), *around), told)
        case Kind.CARDS if shape.model:
            return _cards(shape.model, key, path, _list(value), around, told)
        case Kind.ROWS if shape.model:
            return _rows(shape.model, key, path, list(enumerate(_list(value))), around, told)
        case Kind.NAMED if shape.model:
            return _rows(shape.model, key, path, list(_mapping(value).items()), around, told)
        case Kind.GRID:
            return grid(key, path, around, told.pays.get(int(path[1]), {}), told.at, told.below)
    return _control(key, kind, shape, path, value, told)


def _control(key: Key, kind: Kind, shape: Shape, path: Path, value: object, told: _Told) -> Control:
    written = by_path(value) if kind is Kind.BY_PATH else shown(value)
    chosen = written or shape.usual
    options = [*shape.options] if chosen in shape.options else [chosen, *shape.options]
    choices = tuple(Choice(one, _choice(key, one), one == chosen) for one in options) if kind is Kind.CHOICE else ()
    return Control(
        path=path,
        kind=kind,
        label=key.label,
        value=chosen if kind is Kind.CHOICE else written,
        help=key.help,
        usual=key.usual,
        choices=choices,
        is_wide=key.is_wide,
        errors=told.below(path),
    )


def by_path(value: object) -> str:
    """Values at any depth, each with the way to it.

    >>> by_path({"mbo": {"crm": "85%", "talks": "90%"}, "extra": "100%"})
    'mbo crm 85%, mbo talks 90%, extra 100%'
    """
    return ", ".join(_leaves(value, ""))


def _leaves(value: object, way: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{way}{name} ")
    elif value is not None:
        yield f"{way}{shown(value)}"


def _choice(key: Key, value: str) -> Words:
    return key.choices.get(value) or (key.usual if not value else value.replace("_", " "))


def _cards(model: Model, key: Key, path: Path, rows: list[Any], around: Around, told: _Told) -> Cards:
    last = len(rows) - 1
    needs_one = key.name == "components"
    cards = tuple(
        _part(
            model, key, (*path, number), (_mapping(row), *around), told,
            number=number + 1, can_go=last > 0 or not needs_one, can_rise=number > 0, can_sink=number < last,
        )
        for number, row in enumerate(rows)
    )  # fmt: skip
    return Cards(path, key.label, cards, Button(f"add:{name_of(path)}", key.add), told.below(path))


def _rows(
    model: Model, key: Key, path: Path, found: Sequence[tuple[str | int, Any]], around: Around, told: _Told
) -> Rows:
    """A table with a column for each key that fits some row, or is written in one."""
    columns = list(_columns(model, (), [_mapping(row) for _name, row in found] or [{}], around))
    rows = []
    for number, (name, row) in enumerate(found):
        where = (*path, name)
        controls = [_cell(column, where, _mapping(row), told) for column in columns]
        if key.name == "columns" and "curve" not in around[0]:
            controls.append(_rate_of(path, number, around[0], told))
        if isinstance(name, str):
            controls.insert(0, Control((*where, ""), Kind.TEXT, _("Name"), name))
        rows.append(Row(where, tuple(controls), told.below(where), can_go=True, is_last=number == len(found) - 1))
    heads = [
        *([_("Name")] if isinstance(found[0][0] if found else 0, str) else []),
        *(one.key.label for one in columns),
        *([_("Rate")] if key.name == "columns" and "curve" not in around[0] else []),
    ]
    return Rows(
        path=path, label=key.label, help=key.help, columns=tuple(heads), rows=tuple(rows),
        add=Button(f"add:{name_of(path)}", key.add_more or key.add or _("Add a row")), errors=told.below(path),
        can_go=key.starts is not None,
    )  # fmt: skip


def _rate_of(path: Path, number: int, component: Mapping[Any, Any], told: _Told) -> Control:
    """What a flat component pays in one column of its table."""
    place = (*path[:-1], "rates", number)
    return _control(Key("rates", _("Rate")), Kind.SHARE, Shape(Kind.SHARE), place, _reach(component, place[2:]), told)


@dataclass(frozen=True, slots=True)
class _Column:
    key: Key
    kind: Kind
    shape: Shape
    path: Path  # below the row: of a part in it, more than one


def _columns(model: Model, above: Path, rows: Sequence[Mapping[Any, Any]], around: Around) -> Iterator[_Column]:
    for key in keys_of(model):
        shape = shapes(model)[key.name]
        kind, path = key.kind or shape.kind, (*above, key.name)
        values = [_reach(row, path) for row in rows]
        if not all(_has_field(kind, value) for value in values):
            continue
        if not any(value is not None or key.fits((row, *around)) for row, value in zip(rows, values, strict=True)):
            continue
        if kind is Kind.PART and shape.model:
            yield from _columns(shape.model, path, rows, around)
        elif key.name == "rates":
            yield from _of_table(path, around[0])
        elif kind not in _NESTED:
            yield _Column(key, kind, shape, path)


def _of_table(path: Path, component: Mapping[Any, Any]) -> Iterator[_Column]:
    """The rates of a row, each under what stands above its column."""
    for place, label in enumerate(_headings(component)):
        yield _Column(Key("rates", label), Kind.SHARE, Shape(Kind.SHARE), (*path, place))


def _headings(component: Mapping[Any, Any]) -> Iterator[str]:
    for number, row in enumerate(_list(component.get("columns"))):
        column = _mapping(row)
        start = _("from %(start)s") % {"start": shown(column["from"])} if "from" in column else ""
        yield shown(column.get("name")) or start or shown(column.get("is")) or str(number + 1)


def _reach(row: Mapping[Any, Any], path: Path) -> Any:  # noqa: ANN401 whatever stands there
    """What is written there. A part that is written as its name alone has that name."""
    value: Any = row
    for name in path:
        if isinstance(value, list) and isinstance(name, int):
            value = value[name] if name < len(value) else None
        elif isinstance(value, dict):
            value = value.get(name)
        elif not (isinstance(value, str) and name == "name"):
            return None
    return value


def _cell(column: _Column, where: Path, row: Mapping[Any, Any], told: _Told) -> Control:
    value = _reach(row, column.path)
    return _control(column.key, column.kind, column.shape, (*where, *column.path), value, told)


def _mapping(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
