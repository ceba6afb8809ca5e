"""Other data in a plan's YAML, with the rest of the text, comments included, left as it stands.

Only what differs is written anew: one number, one row, one key. What was moved takes its own text along.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from commissions.engine.errors import PlanInvalid
from commissions.engine.source import PlanLoader, read_yaml

Part = dict[Any, Any]
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?", re.ASCII)
_LABEL = re.compile(r"\d{4}-(\d{2}(-\d{2})?|[QH]\d)", re.ASCII)  # a day, a month, a quarter, a half
_PLAIN = re.compile(r"[^\W\d][\w .()/-]*", re.ASCII)
_NOT_PLAIN = {"yes", "no", "on", "off", "true", "false", "null"}
_WIDEST = 110  # characters of a value on one line


def data_of(text: str) -> Part:
    """The keys of a plan as they are written, valid or not; none when the text can't be read as a plan at all."""
    try:
        data = read_yaml(text)
    except PlanInvalid:
        return {}
    return data if isinstance(data, dict) else {}


def rewritten(text: str, new: Mapping[Any, Any]) -> str:
    """The text with these data: `data_of` gives them back, but that a number may be a text.

    >>> text = "plan: P # ours\\ncomponents:\\n  - key: a # first\\n    rate: 5%\\n# end\\n"
    >>> new = data_of(text)
    >>> new["components"][0] |= {"rate": "6%", "cap": {"per": "month", "amount": "900"}}
    >>> print(rewritten(text, new))
    plan: P # ours
    components:
      - key: a # first
        rate: 6%
        cap: {per: month, amount: 900}
    # end
    <BLANKLINE>
    """
    try:
        root, old = yaml.compose(text, Loader=PlanLoader), read_yaml(text)
    except (yaml.YAMLError, PlanInvalid):
        root, old = None, {}
    if not isinstance(root, MappingNode) or not root.value or not isinstance(old, dict):
        return _lines(new, 0, deep=True) + "\n"
    start, end = root.start_mark.index, _end(text, root)
    return text[:start] + _Writer(text).written(root, old, new) + text[end:]


class _Writer:
    """Writes each node of a text again with other data."""

    def __init__(self, text: str) -> None:
        self.text = text

    def written(self, node: Node, old: Any, new: Any, *, is_top: bool = True) -> str:  # noqa: ANN401 of YAML
        if _same(old, new):
            return self._as_it_stands(node)
        if isinstance(node, MappingNode) and isinstance(new, Mapping) and new and len(node.value) == len(old) > 0:
            return self._flow_map(node, old, new) if node.flow_style else self._block_map(node, old, new, is_top=is_top)
        if isinstance(node, SequenceNode) and _is_list(new) and new and len(node.value) == len(old) > 0:
            return self._flow_list(node, old, new) if node.flow_style else self._block_list(node, old, new, deep=is_top)
        return (" " if node.start_mark.index == node.end_mark.index else "") + _flow(new)

    def _as_it_stands(self, node: Node) -> str:
        return self.text[node.start_mark.index : _end(self.text, node)]

    def _flow_map(self, node: MappingNode, old: Part, new: Mapping[Any, Any]) -> str:
        nodes = dict(zip(old, node.value, strict=True))
        if list(old) == list(new):
            return self._spliced(node, [(nodes[key][1], old[key], new[key]) for key in new])
        kept = (self._pair(nodes[key], old[key], new[key]) if key in old else _pair(key, new[key]) for key in new)
        return "{" + ", ".join(kept) + "}"

    def _flow_list(self, node: SequenceNode, old: Sequence[Any], new: Sequence[Any]) -> str:
        origins = _origins(old, new)
        if origins == list(range(len(old))):
            return self._spliced(node, list(zip(node.value, old, new, strict=True)))
        kept = (_flow(row) if origin is None else self.written(node.value[origin], old[origin], row)
                for origin, row in zip(origins, new, strict=True))  # fmt: skip
        return "[" + ", ".join(kept) + "]"

    def _spliced(self, node: Node, parts: list[tuple[Node, Any, Any]]) -> str:
        """The node's own text with each part written again in its place."""
        place, pieces = node.start_mark.index, []
        for part, old, new in parts:
            pieces += [self.text[place : part.start_mark.index], self.written(part, old, new, is_top=False)]
            place = _end(self.text, part)
        return "".join([*pieces, self.text[place : _end(self.text, node)]])

    def _pair(self, pair: tuple[Node, Node], old: Any, new: Any, *, is_top: bool = False) -> str:  # noqa: ANN401
        key, value = pair
        head = self.text[key.start_mark.index : value.start_mark.index]
        return head + self.written(value, old, new, is_top=is_top)

    def _block_map(self, node: MappingNode, old: Part, new: Mapping[Any, Any], *, is_top: bool) -> str:
        """Keys that stay keep their order and their lines; a new one comes after the one before it in the new data."""
        column = node.start_mark.column
        indent = "\n" + " " * column
        nodes, leads = dict(zip(old, node.value, strict=True)), dict(zip(old, self._leads(node), strict=True))
        done = ""
        for key in new:
            if key not in old:
                done += (indent if done else "") + _entry(key, new[key], column, deep=is_top)
                continue
            value = nodes[key][1]
            tail = "" if _is_block(value) else self.text[_end(self.text, value) : self._line_end(value)]
            lead = leads[key] or indent
            done += (lead if done else "") + self._pair(nodes[key], old[key], new[key], is_top=is_top) + tail
        return done

    def _block_list(self, node: SequenceNode, old: Sequence[Any], new: Sequence[Any], *, deep: bool) -> str:
        dash = "\n" + " " * node.start_mark.column + "- "
        leads, done = list(self._leads(node)), ""
        for origin, row in zip(_origins(old, new), new, strict=True):
            lead = dash if origin is None or (origin == 0 and done) else leads[origin]
            if origin is None:
                item = _lines(row, node.start_mark.column + 2, deep=False) if deep else _flow(row)
            else:
                part = node.value[origin]
                item = self.written(part, old[origin], row, is_top=False)
                item += "" if _is_block(part) else self.text[_end(self.text, part) : self._line_end(part)]
            done += (lead if done else lead.lstrip("\n ")) + item
        return done

    def _leads(self, node: CollectionNode) -> Iterator[str]:
        """What stands before each part: the end of the line, comments, the indent, the dash."""
        place = node.start_mark.index
        for part in node.value:
            first, last = part if isinstance(part, tuple) else (part, part)
            yield self.text[place : first.start_mark.index]
            place = self._line_end(last)

    def _line_end(self, node: Node) -> int:
        end = _end(self.text, node)
        line = self.text.find("\n", end)
        return len(self.text) if line < 0 else line


def _end(text: str, node: Node) -> int:
    """Where a node ends; a block with the comment on its last line, but not with the lines of comments after it."""
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return node.start_mark.index + len(text[node.start_mark.index : node.end_mark.index].rstrip())
    if not _is_block(node):
        return int(node.end_mark.index)
    last = node.value[-1]
    end = text.find("\n", _end(text, last[1] if isinstance(node, MappingNode) else last))
    return len(text) if end < 0 else end


def _is_block(node: Node) -> bool:
    return isinstance(node, CollectionNode) and not node.flow_style and bool(node.value)


def _same(old: Any, new: Any) -> bool:  # noqa: ANN401 whatever a plan holds
    """Whether nothing differs, the order of keys included."""
    if isinstance(old, dict) and isinstance(new, Mapping):
        return list(old) == list(new) and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and _is_list(new):
        return len(old) == len(new) and all(map(_same, old, new))
    return type(old) is type(new) and bool(old == new)


def _origins(old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
    """From which row each comes: its equal wherever that was, else what stood in its place, else none.

    >>> _origins(["a", "b", "c"], ["c", "b", "x"]), _origins(["a", "b"], ["b"]), _origins(["a"], ["b", "a"])
    ([2, 1, None], [1], [None, 0])
    """
    left = list(range(len(old)))
    found: list[int | None] = []
    for place, row in enumerate(new):
        equal = (index for index in sorted(left, key=lambda index: index != place) if _same(old[index], row))
        found.append(next(equal, None))
        if found[-1] is not None:
            left.remove(found[-1])
    return [place if origin is None and place in left else origin for place, origin in enumerate(found)]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _lines(part: Mapping[Any, Any], column: int, *, deep: bool) -> str:
    """A mapping over several lines, from the column at which it starts."""
    return ("\n" + " " * column).join(_entry(key, value, column, deep=deep) for key, value in part.items())


def _entry(key: object, value: Any, column: int, *, deep: bool) -> str:  # noqa: ANN401 whatever a plan holds
    """A key and its value: rows and long sets of keys each on a line of their own; `deep`: rows over several lines."""
    indent = "\n" + " " * (column + 2)
    if _is_list(value) and value and isinstance(value[0], Mapping):
        rows = (_lines(row, column + 4, deep=False) if deep else _flow(row) for row in value)
        return f"{_key(key)}:" + "".join(f"{indent}- {row}" for row in rows)
    if isinstance(value, Mapping) and len(_flow(value)) > _WIDEST:
        return f"{_key(key)}:" + "".join(f"{indent}{_pair(*pair)}" for pair in value.items())
    return _pair(key, value)


def _pair(key: object, value: Any) -> str:  # noqa: ANN401
    return f"{_key(key)}: {_flow(value)}"


def _key(key: object) -> str:
    return _flow(key)


def _flow(value: Any) -> str:  # noqa: ANN401 whatever a plan holds
    if isinstance(value, Mapping):
        return "{" + ", ".join(_pair(*pair) for pair in value.items()) + "}"
    if _is_list(value):
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

    >>> [_text(text) for text in ("5%", "New business", "2026-Q1", "yes", "it's new: 5")]
    ['5%', 'New business', '2026-Q1', "'yes'", "'it''s new: 5'"]
    """
    words = " ".join(value.split())
    is_plain = _PLAIN.fullmatch(words) and words.lower() not in _NOT_PLAIN
    if is_plain or _NUMBER.fullmatch(words) or (_LABEL.fullmatch(words) and _is_calendar(words)):
        return words
    return "'" + words.replace("'", "''") + "'"


def _is_calendar(label: str) -> bool:
    """Whether it isn't a day that no calendar has: YAML refuses that where it isn't quoted."""
    try:
        date.fromisoformat(label)
    except ValueError:
        return len(label) < len("2026-01-31")
    return True
