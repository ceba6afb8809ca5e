"""PyYAML's complaints in our words: it has only English ones, and they speak of tokens."""

import re

from commissions.engine.words import Figure, told

_KNOWN = (
    ("could not find expected ':'", told("a colon is missing after a key")),
    ("mapping values are not allowed here", told("a colon stands where none can")),
    ("mapping keys are not allowed here", told("a question mark stands where none can")),
    ("sequence entries are not allowed here", told("a list can't begin here")),
    ("expected <block end>", told("this line is indented otherwise than those that it belongs to")),
    ("expected ',' or ']'", told("a comma or a closing ] is missing")),
    ("expected ',' or '}'", told("a comma or a closing } is missing")),
    ("expected the node content", told("a value is missing")),
    ("found unexpected end of stream", told("a quote is opened and never closed")),
    ("found unknown escape character", told("a backslash in double quotes begins nothing known: use single quotes")),
    ("but found another document", told("a second document begins here")),
    (r"found character '\t'", told("a tab stands where only spaces may")),
)
_CHARACTER = re.compile(r"found character (.+) that cannot start any token")


def problem(said: str | None) -> Figure:
    """What is wrong with the text; PyYAML's own words where we have none.

    >>> str(problem("mapping values are not allowed here"))
    'a colon stands where none can'
    >>> str(problem("found character '@' that cannot start any token"))
    "a value can't begin with '@'"
    """
    found = said or ""
    for beginning, ours in _KNOWN:
        if found.startswith(beginning):
            return ours
    if match := _CHARACTER.fullmatch(found):
        return told("a value can't begin with %(character)s", character=match[1])
    return found or told("it can't be read")
