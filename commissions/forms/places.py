"""Reading and changing what stands at a path of a plan's data, keys in the order of the schema."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from commissions.engine.schema import PlanDocument
from commissions.forms.kinds import Kind, Model, Shape, shapes
from commissions.forms.nodes import Path


def path_of(name: str) -> Path:
    """The path that `nodes.name_of` wrote. A year is four digits, and no list of a plan has a thousand rows.

    >>> path_of("components/0/curve/1"), path_of("examples/0/expect/2026/sales")
    (('components', 0, 'curve', 1), ('examples', 0, 'expect', '2026', 'sales'))
    """
    return tuple(int(part) if part.isdecimal() and len(part) < 4 else unquote(part) for part in name.split("/"))


def at(data: Any, path: Path) -> Any:  # noqa: ANN401 whatever stands there
    """What stands there; None where nothing does. A part that is written as its name alone has that name."""
    for part in path:
        if isinstance(data, list):
            data = data[part] if isinstance(part, int) and part < len(data) else None
        elif isinstance(data, dict):
            data = data.get(_key(data, part))
        elif not (isinstance(data, str) and part == "name"):
            return None
    return data


def put(data: dict[Any, Any], path: Path, value: Any) -> None:  # noqa: ANN401
    """Write a value at a path, with the parts that it needs. Raises LookupError where a list has no such row."""
    holder: Any = data
    for depth, part in enumerate(path[:-1]):
        inner = holder[int(part)] if isinstance(holder, list) else holder.get(_key(holder, part))
        if not isinstance(inner, dict | list):
            inner = [] if part == "rates" else {"name": inner} if isinstance(inner, str) else {}
            insert(holder, part, inner, shape_at(path[:depth]).model)
        holder = inner
    insert(holder, path[-1], value, shape_at(path[:-1]).model)


def without(data: dict[Any, Any], path: Path) -> None:
    """Remove what stands there."""
    holder = at(data, path[:-1])
    if isinstance(holder, list):
        del holder[int(path[-1])]
    elif isinstance(holder, dict):
        holder.pop(_key(holder, path[-1]), None)
    elif isinstance(holder, str) and path[-1] == "name":
        without(data, path[:-1])


def pruned(data: Any, before: Any) -> None:  # noqa: ANN401
    """Take out parts and rows that hold nothing any more."""
    if isinstance(data, dict):
        was = before if isinstance(before, dict) else {}
        for name, value in list(data.items()):
            pruned(value, was.get(name))
            if value in ({}, []) and was.get(name, value) not in ({}, []):
                del data[name]
    elif isinstance(data, list):
        rows = before if isinstance(before, list) else []
        for value, row in zip(data, rows, strict=False):
            pruned(value, row)
        data[:] = [value for n, value in enumerate(data) if value != {} or n >= len(rows) or rows[n] == {}]


def renamed(data: dict[Any, Any], path: Path, new: str) -> None:
    """Give a payee of an example another name, wherever the example speaks of her."""
    old = str(path[-1])
    example = at(data, path[:2])
    for name in ("payees", "expect"):
        _rename(example.get(name), old, new)
    for deal in example.get("deals") or ():
        for shares in (deal.get("splits"), *_parts(deal.get("roles"))):
            _rename(shares, old, new)
        if str(deal.get("owner")) == old:
            deal["owner"] = new


def _parts(found: Any) -> Iterable[Any]:  # noqa: ANN401
    return found.values() if isinstance(found, dict) else ()


def _rename(found: Any, old: str, new: str) -> None:  # noqa: ANN401
    if isinstance(found, dict):
        items = [(new if str(name) == old else name, value) for name, value in found.items()]
        found.clear()
        found.update(items)


def shape_at(path: Path) -> Shape:
    """What the schema has there; nothing known of what it leaves open."""
    shape, name = Shape(Kind.PART, PlanDocument), ""
    for part in path:
        if shape.model is None:
            return Shape(Kind.NONE)
        if shape.kind is Kind.PART:
            shape = shapes(shape.model).get(str(part), Shape(Kind.NONE))
            name = str(part)
        elif name:
            shape = Shape(Kind.PART, shape.model)  # a row of it
    return shape


def _key(holder: Mapping[Any, Any], part: object) -> Any:  # noqa: ANN401 a year is a number to YAML
    return next((key for key in holder if str(key) == str(part)), part)


def insert(holder: Any, part: str | int, value: Any, model: Model | None) -> None:  # noqa: ANN401
    """Write a value among its neighbours: in a list in its place, a new key before those that follow in the schema."""
    if isinstance(holder, list):
        holder.extend([""] * (int(part) + 1 - len(holder)))
    if isinstance(holder, list) or _key(holder, part) in holder or model is None:
        holder[part if isinstance(holder, list) else _key(holder, part)] = value
        return
    order = list(shapes(model))
    later = set(order[order.index(str(part)) + 1 :]) if part in order else set()
    items = list(holder.items())
    place = next((n for n, (name, _value) in enumerate(items) if name in later), len(items))
    holder.clear()
    holder.update([*items[:place], (part, value), *items[place:]])
