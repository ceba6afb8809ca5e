"""What is wrong with a file, said so that its reader can put it right: in English here, on a page in her language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

LONGEST_SHOWN = 40

Param: TypeAlias = "str | int | Told | tuple[Param, ...]"


@dataclass(frozen=True, slots=True)
class Told:
    """A message in English and, apart from it, what fills its places: a page translates it first, then fills it.

    An int is a count, written with thousands' signs; a line's number is a text. A tuple is a list with commas.
    """

    template: str  # with %(name)s places; a percent sign is doubled where there are any, as everywhere in Python
    params: Mapping[str, Param] = field(default_factory=dict)
    path: str = ""  # where in a mapping this is said; names of its keys, in no language

    def __str__(self) -> str:
        return self.written(self.template, _in_english)

    def written(self, template: str, write: Callable[[Param], str]) -> str:
        """The message by another template, its translation, and with its parameters as `write` writes them."""
        text = template % {name: write(value) for name, value in self.params.items()} if self.params else template
        return f"{self.path}: {text}" if self.path else text

    def at(self, path: str) -> "Told":
        return replace(self, path=path)

    def filled(self, **params: Param) -> "Told":
        return replace(self, params={**self.params, **params})


def told(template: str, **params: Param) -> Told:
    """Say something. `make messages` finds the first argument by this function's name: it must be a literal.

    >>> str(told("%(n)s rows of %(files)s", n=1250, files=("a.csv", "b.csv")).at("deals"))
    'deals: 1,250 rows of a.csv, b.csv'
    """
    return Told(template, params)


def _in_english(value: Param) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_in_english, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def told_from(data: Mapping[str, Any]) -> Told:
    """The message that `dataclasses.asdict` and JSON made plain.

    >>> told_from({"template": "%(a)s", "params": {"a": [{"template": "A", "params": {}, "path": ""}]}, "path": "p"})
    Told(template='%(a)s', params={'a': (Told(template='A', params={}, path=''),)}, path='p')
    """
    return Told(data["template"], {name: _param(value) for name, value in data["params"].items()}, data["path"])


def _param(value: Any) -> Param:  # noqa: ANN401 - any plain data
    if isinstance(value, Mapping):
        return told_from(value)
    if isinstance(value, list):
        return tuple(map(_param, value))
    return value if isinstance(value, int) else str(value)


class Unusable(Exception):  # noqa: N818 - a file that can't be read at all, not an error of the program
    """The file or its mapping can't be used at all. What is told says what is wrong and what to do."""

    def __init__(self, *why: Told) -> None:
        super().__init__("\n".join(map(str, why)))
        self.told = why


class WrongEncoding(Unusable):
    """The file is text, but not in the encoding that it was read in."""


@dataclass(frozen=True, slots=True)
class Problem:
    line: int  # as a text editor or the spreadsheet counts: the header is line 1
    column: str  # the file's own name of it, or ours when the file has none
    value: str  # as found, shortened
    what: Told
    fix: Told

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.fix}"

    @property
    def where(self) -> Told:
        line = str(self.line)
        if not self.column:
            return told("line %(line)s", line=line)
        column = f"{self.column} {self.value!r}" if self.value else self.column
        return told("line %(line)s, %(column)s", line=line, column=column)


def problem_from(data: Mapping[str, Any]) -> Problem:
    """The problem that `dataclasses.asdict` and JSON made plain."""
    return Problem(data["line"], data["column"], data["value"], told_from(data["what"]), told_from(data["fix"]))


def shorten(value: str) -> str:
    """A value as it may be shown: one line, not too long.

    >>> shorten("9" * 400)
    '9999999999999999999999999999999999999999…'
    """
    plain = " ".join(value.split())
    return plain if len(plain) <= LONGEST_SHOWN else plain[:LONGEST_SHOWN] + "…"


def quoted(value: str) -> str:
    r"""A value as it may stand in a sentence: what a terminal would obey is written as an escape.

    >>> quoted("Ana\x1b[1m")
    "'Ana\\x1b[1m'"
    """
    return repr(shorten(value))
