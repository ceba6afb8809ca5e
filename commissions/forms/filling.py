"""From what somebody filled in, or pressed, to the plan's text. What nobody touched stays as it was written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from commissions.engine.rewrite import data_of, rewritten
from commissions.forms.acting import acted
from commissions.forms.kinds import Kind, shapes
from commissions.forms.nodes import Control, Path
from commissions.forms.places import at, path_of, pruned, put, renamed, shape_at, without
from commissions.forms.reshaping import reshaped
from commissions.forms.tree import DocumentForm, document_form

MARK = "form-of"  # the text that a form was made from, in short
DO = "do"


@dataclass(frozen=True, slots=True)
class Filled:
    """A text as its form says."""

    text: str
    is_changed: bool


def mark_of(source: str) -> str:
    """What a form carries of its text: one that was made from an older text is passed over."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def filled_in(source: str, fields: Mapping[str, str], *, today: date) -> Filled:
    """The text as the form says, and as the button says that was pressed."""
    text = source
    if fields.get(MARK) == mark_of(source):
        text = _with_fields(text, fields)
    if fields.get(DO):
        text = rewritten_by(text, fields[DO], today)
    return Filled(text, text != source)


def rewritten_by(text: str, act: str, today: date) -> str:
    """The text after a button; the same text where the button is of another one."""
    try:
        return rewritten(text, acted(text, act, today))
    except (LookupError, ValueError, TypeError, AttributeError):
        return text


def fits(form: DocumentForm, fields: Mapping[str, str]) -> bool:
    """Whether the fields that came are those of the form: then nobody's typing is replaced by another form."""
    names = {control.name for control in form.controls()}
    sent = {name for name in fields if "/" in name or name in names}
    return bool(names) and names == sent and DO not in fields


def _with_fields(source: str, fields: Mapping[str, str]) -> str:
    data = data_of(source)
    before = data_of(source)
    form = document_form(source)
    for control in sorted(form.controls(), key=_is_a_name):
        said = fields.get(control.name)
        if said is not None and " ".join(said.split()) != " ".join(control.value.split()):
            _fill(data, control, " ".join(said.split()))
    for name in fields.keys() - {control.name for control in form.controls()}:
        _expect(data, name, fields[name])
    pruned(data, before)
    reshaped(data, before)
    return source if data == before else rewritten(source, data)


def _expect(data: dict[Any, Any], name: str, said: str) -> None:
    """What an example expects in a period in which it expected nothing: only what it pays has brought up that field."""
    path = path_of(name)
    if said.strip() and len(path) > 4 and path[0] == "examples" and path[2] == "expect" and at(data, path[:2]):
        put(data, path, said.strip())


def _is_a_name(control: Control) -> bool:
    """What other places speak by. It changes last, since the other fields came under the old one."""
    return control.path[-1] == "" or (control.path[0] == "components" and control.path[-1] == "key")


def _fill(data: dict[Any, Any], control: Control, said: str) -> None:
    if control.path[-1] == "":
        renamed(data, control.path[:-1], said or str(control.path[-2]))
    elif _is_a_name(control) and said:
        _rename_component(data, str(at(data, control.path)), said)
        put(data, control.path, said)
    elif said or control.path[-2] == "rates":  # one of several rates keeps its place
        put(data, control.path, _value(control, said))
    else:
        without(data, control.path)


def _value(control: Control, said: str) -> Any:  # noqa: ANN401 of YAML
    match control.kind:
        case Kind.PAIRS:
            return _pairs(control.path, said)
        case Kind.LIST:
            return [one.strip() for one in said.split(",") if one.strip()]
        case Kind.BY_PATH:
            return _by_path(said)
        case Kind.BY_NAME:
            return _by_name(said) or said
        case Kind.BY_PERIOD:
            return (_by_name(said) if " " in said else None) or said
        case Kind.DAY:
            return _day(said)
        case Kind.CHOICE if said in ("true", "false"):
            return said == "true"
    return said


def _by_name(said: str) -> dict[str, str] | None:
    """Of "ana 60%, ben 40%" both; None where it is written otherwise.

    >>> _by_name("ana 60%, Ben B 40%"), _by_name("60%")
    ({'ana': '60%', 'Ben B': '40%'}, None)
    """
    pairs = [one.strip().rpartition(" ") for one in said.split(",") if one.strip()]
    return {name.strip().rstrip(":"): value for name, _gap, value in pairs} if all(p[0] for p in pairs) else None


def _by_path(said: str) -> Any:  # noqa: ANN401 of YAML
    """Of "mbo crm 85%, extra 100%" the values by their ways; the text itself where that is no way.

    >>> _by_path("mbo crm 85%, mbo talks 90%, extra 100%"), _by_path("85%")
    ({'mbo': {'crm': '85%', 'talks': '90%'}, 'extra': '100%'}, '85%')
    """
    found: dict[str, Any] = {}
    for one in (part.split() for part in said.split(",") if part.strip()):
        *way, value = one
        holder = found
        for name in way[:-1]:
            holder = holder.setdefault(name, {})
            if not isinstance(holder, dict):
                return said
        if not way:
            return said
        holder[way[-1]] = value
    return found


def _pairs(path: Path, said: str) -> list[dict[str, Any]]:
    """Rows of two keys, as the schema names them; of a row that says less, what it says."""
    model = shape_at(path).model
    names = list(shapes(model) if model else ())
    rows = (one.split(maxsplit=1) for one in said.split(",") if one.strip())
    return [{name: _day(value) for name, value in zip(names, row, strict=False)} for row in rows]


def _day(said: str) -> date | str:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return said


def _rename_component(data: dict[Any, Any], old: str, new: str) -> None:
    """Examples speak of components by their keys."""
    for example in data.get("examples") or ():
        if not isinstance(example, dict):
            continue
        people = [example.get("payee"), *(example.get("payees") or {}).values()]
        scores = [person.get("scores") for person in people if isinstance(person, dict)]
        for speaking in (example.get("expect"), *scores):
            if isinstance(speaking, dict):
                _rename_inside(speaking, old, new)


def _rename_inside(found: dict[Any, Any], old: str, new: str) -> None:
    for value in list(found.values()):
        if isinstance(value, dict):
            _rename_inside(value, old, new)
    if old in found:
        items = [(new if name == old else name, value) for name, value in found.items()]
        found.clear()
        found.update(items)
