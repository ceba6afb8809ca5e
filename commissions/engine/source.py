"""Reading a plan's YAML: numbers exact, dates as dates, and nothing that two readers could read in two ways.

>>> read_yaml("{rate: 0.05, from: 2026-01-31, key: 0.1000}")
{'rate': Decimal('0.05'), 'from': datetime.date(2026, 1, 31), 'key': Decimal('0.1000')}
"""

import re
from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from commissions.engine.errors import PlanInvalid
from commissions.engine.words import Told, told
from commissions.engine.yaml_problems import problem

MOST_BYTES = 256 * 1024
DEEPEST = 20  # levels of keys inside keys
_TAG = "tag:yaml.org,2002:"
_TRAPS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


class PlanLoader(yaml.SafeLoader):
    """YAML without its surprises: no floats, octals, base 60, anchors, tags, repeated keys, or words that turn true."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _error(told("Anchors (&) and aliases (*) aren't allowed. Write the value again."), event)
        if getattr(event, "tag", None):
            raise _error(told("The tag %(tag)s isn't allowed. Remove it.", tag=str(event.tag)), event)
        self.depth += 1
        if self.depth > DEEPEST:
            raise _error(told("It nests deeper than %(most)s levels. A plan needs fewer.", most=DEEPEST), event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 PyYAML's own signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise _error(told("A key must be a word."), key)
            if key.value in seen:
                raise _error(told("The key %(key)s stands here twice. Remove one.", key=key.value), key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _error(said: Told, place: Any) -> PlanInvalid:  # noqa: ANN401 an event or a node
    return PlanInvalid.because(_at(place.start_mark, said))


def _at(mark: Any, said: Told) -> Told:  # noqa: ANN401 of PyYAML, which has no types
    line, column = str(mark.line + 1), str(mark.column + 1)
    return told("Line %(line)s, column %(column)s: %(said)s", line=line, column=column, said=said)


def _decimal(_loader: PlanLoader, node: ScalarNode) -> Decimal:
    return Decimal(node.value)


def _whole(_loader: PlanLoader, node: ScalarNode) -> int | Decimal:
    return int(node.value) if len(node.value) <= 30 else Decimal(node.value)


def _day(_loader: PlanLoader, node: ScalarNode) -> date:
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        raise _error(
            told("%(day)s is no day of the calendar. Write one such as 2026-01-31.", day=node.value), node
        ) from None


def _trap(_loader: PlanLoader, node: ScalarNode) -> None:
    reads = _TRAPS[node.value.lower()]
    raise _error(
        told('YAML reads a bare %(word)s as %(reads)s. Put it in quotes: "%(word)s".', word=node.value, reads=reads),
        node,
    )


def _plain(tag: str, shape: str, first: str) -> None:
    PlanLoader.add_implicit_resolver(_TAG + tag, re.compile(shape, re.VERBOSE | re.ASCII), list(first))


_plain("null", r"(?:~|null|)$", "~n")
PlanLoader.add_implicit_resolver(_TAG + "null", re.compile(r"$"), [""])
_plain("bool", r"(?:true|false)$", "tf")
_plain("trap", r"(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$", "yYnNoO")
_plain("int", r"[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789")
_plain("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)$", "-+.0123456789")
_plain("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789")
PlanLoader.add_constructor(_TAG + "int", _whole)
PlanLoader.add_constructor(_TAG + "float", _decimal)
PlanLoader.add_constructor(_TAG + "timestamp", _day)
PlanLoader.add_constructor(_TAG + "trap", _trap)


def read_yaml(text: str) -> Any:  # noqa: ANN401 whatever the text holds
    """The data of one YAML document. Raises PlanInvalid with the line and the column of what can't be read."""
    if len(text.encode()) > MOST_BYTES:
        raise PlanInvalid.because(
            told("The document has more than %(most)s KB. A plan needs less: is it one?", most=MOST_BYTES // 1024)
        )
    try:
        return yaml.load(text, Loader=PlanLoader)  # noqa: S506 a SafeLoader
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        said = told("this is not YAML: %(why)s. Correct the spacing or the quotes there.", why=problem(error.problem))
        raise PlanInvalid.because(_at(where, said) if where else said) from None
    except yaml.YAMLError as error:
        code = f"#x{getattr(error, 'character', 0):04x}"
        raise PlanInvalid.because(
            told("This is not YAML text: it holds the character %(code)s. Remove it, or save it as UTF-8.", code=code)
        ) from None
