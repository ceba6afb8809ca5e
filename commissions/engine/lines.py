"""On which line of a plan's YAML a path such as components[1].curve[2].from stands."""

import re

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from commissions.engine.errors import PlanInvalid
from commissions.engine.source import PlanLoader

_INDEX = re.compile(r"\[(\d+)\]")


def line_of(text: str, path: str) -> int | None:
    """The line, from 1, of the path or of the nearest place above it that is there; None when the text can't be read.

    >>> line_of("plan: P\\ncomponents:\\n  - key: all\\n    rate: 50\\n", "components[0].rate")
    4
    >>> line_of("plan: P\\ncomponents:\\n  - key: all\\n    rate: 50\\n", "components[0].curve[7].from")
    3
    """
    try:
        node = yaml.compose(text, Loader=PlanLoader)
    except (yaml.YAMLError, PlanInvalid):
        return None
    return _walk(node, path) if node is not None and path else None


def _walk(node: Node, path: str) -> int:
    line = node.start_mark.line + 1
    rest = path
    while rest:
        if isinstance(node, SequenceNode) and (match := _INDEX.match(rest)) and int(match[1]) < len(node.value):
            node, rest = node.value[int(match[1])], rest[match.end() :].removeprefix(".")
            line = node.start_mark.line + 1
        elif isinstance(node, MappingNode) and (found := _key(node, rest)):
            key, node = found
            line, rest = key.start_mark.line + 1, rest[len(key.value) :].removeprefix(".")
        else:
            break
    return line


def _key(node: MappingNode, rest: str) -> tuple[Node, Node] | None:
    """The pair whose key begins the rest of the path. Names may hold dots: the longest that fits."""
    fitting = [pair for pair in node.value if _begins(rest, pair[0].value)]
    return max(fitting, key=lambda pair: len(pair[0].value), default=None)


def _begins(rest: str, key: str) -> bool:
    return rest.startswith(key) and rest[len(key) : len(key) + 1] in ("", ".", "[")
