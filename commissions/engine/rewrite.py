"""Changing one component in a plan's YAML and leaving the rest of the text, comments included, as it stands."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from commissions.engine.errors import PlanInvalid
from commissions.engine.source import PlanLoader, read_yaml

Part = dict[str, Any]
_ORDER = (
    "key", "name", "credit", "when", "base", "measure", "window", "against", "tiers", "starts_when", "rate", "curve",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?|\d{4}-\d{2}-\d{2}", re.ASCII)
_PLAIN = re.compile(r"[^\W\d][\w .()/-]*", re.ASCII)
_NOT_PLAIN = {"yes", "no", "on", "off", "true", "false", "null"}


def components_of(text: str) -> list[Part]:
    """The components as they are written, valid or not; none when the text can't be read as a plan at all."""
    try:
        data = read_yaml(text)
    except PlanInvalid:
        return []
    rows = data.get("components") if isinstance(data, dict) else None
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else []


def head_of(text: str) -> dict[str, str]:
    """The plan's own short keys as they are written; empty when the text can't be read."""
    return {key.value: node.value for key, node in _pairs(text) if isinstance(node, ScalarNode)}


def with_head(text: str, key: str, value: str) -> str:
    """The text with another value of one of the plan's own short keys.

    >>> with_head("plan: P # ours", "plan", "Q")
    'plan: Q # ours'
    """
    found = next((node for name, node in _pairs(text) if name.value == key and isinstance(node, ScalarNode)), None)
    if found is None:
        return f"{key}: {_flow(value)}\n{text}"
    return text[: found.start_mark.index] + _flow(value) + text[found.end_mark.index :]


def with_component(text: str, index: int, part: Mapping[str, Any]) -> str:
    """The text with another component in the place of that one. Raises IndexError.

    >>> print(with_component("plan: P\\ncomponents:\\n  - key: a # first\\n    rate: 5%\\n# end\\n", 0, {"rate": "6%"}))
    plan: P
    components:
      - rate: 6%
    # end
    <BLANKLINE>
    """
    node = _rows(text).value[index]
    start, end = node.start_mark.index, _end(node)
    if node.flow_style:
        return text[:start] + _flow(part) + text[end:]
    return text[:start] + _block(part, node.start_mark.column) + text[end:]


def without_component(text: str, index: int) -> str:
    """The text without a component, one of several. Raises IndexError."""
    rows = _rows(text)
    node = rows.value[index]
    if rows.flow_style:
        kept = [text[one.start_mark.index : _end(one)] for one in rows.value if one is not node]
        return text[: rows.start_mark.index] + "[" + ", ".join(kept) + "]" + text[_end(rows) :]
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    end = text.find("\n", _end(node))
    return text[:start] + (text[end + 1 :] if end >= 0 else "")


def with_another(text: str, part: Mapping[str, Any]) -> str:
    """The text with a component after its last one."""
    try:
        last = _rows(text).value[-1]
    except IndexError:
        return f"{text.rstrip()}\ncomponents:\n  - {_block(part, 4)}\n".lstrip()
    if last.flow_style:
        return f"{text[: _end(last)]}, {_flow(part)}{text[_end(last) :]}"
    column = last.start_mark.column
    end = text.find("\n", _end(last))
    before, after = (text, "") if end < 0 else (text[:end], text[end:])
    return f"{before}\n{' ' * (column - 2)}- {_block(part, column)}{after}"


def _rows(text: str) -> SequenceNode:
    """The node of the components. Raises IndexError where there are none."""
    found = next((node for key, node in _pairs(text) if key.value == "components"), None)
    if not isinstance(found, SequenceNode) or not found.value:
        raise IndexError("There are no components.")
    return found


def _pairs(text: str) -> list[tuple[ScalarNode, Node]]:
    """The plan's own keys and what stands there; none when the text is no YAML."""
    try:
        root = yaml.compose(text, Loader=PlanLoader)
    except (yaml.YAMLError, PlanInvalid):
        return []
    return list(root.value) if isinstance(root, MappingNode) else []


def _end(node: Node) -> int:
    """Where the last value in a node ends. The end that YAML gives a block reaches over the comments after it."""
    if isinstance(node, ScalarNode) or (isinstance(node, CollectionNode) and node.flow_style) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last)


def _block(part: Mapping[str, Any], column: int) -> str:
    """A component over several lines, the rows of its curve each on its own."""
    indent = " " * column
    lines = []
    for key in [*(key for key in _ORDER if key in part), *(key for key in part if key not in _ORDER)]:
        if key == "curve" and part[key]:
            lines += ["curve:", *(f"  - {_flow(row)}" for row in part[key])]
        else:
            lines.append(f"{key}: {_flow(part[key])}")
    return f"\n{indent}".join(lines)


def _flow(value: Any) -> str:  # noqa: ANN401 whatever a plan holds
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    return "null" if value is None else _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401 a number, a day or a truth
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(value: str) -> str:
    """Plain where nobody could read it otherwise, else in single quotes, on one line.

    >>> [_text(text) for text in ("5%", "New business", "yes", "it's new: 5")]
    ['5%', 'New business', "'yes'", "'it''s new: 5'"]
    """
    words = " ".join(value.split())
    if _NUMBER.fullmatch(words) or (_PLAIN.fullmatch(words) and words.lower() not in _NOT_PLAIN):
        return words
    return "'" + words.replace("'", "''") + "'"
