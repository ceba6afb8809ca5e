"""A value of the wrong shape, told in our words: Pydantic has only English ones, and they speak of types."""

import re
from datetime import date
from typing import Any

from pydantic_core import ErrorDetails

from commissions.engine.errors import ToldError
from commissions.engine.words import Told, told

LONGEST_SHOWN = 60
_TEXT = told("%(found)s doesn't fit here. Write a text.")
_WHOLE = told("%(found)s doesn't fit here. Write a whole number, such as 12.")
_LIST = told("%(found)s doesn't fit here. Write a list, such as [owner].")
_KEYS = told("%(found)s doesn't fit here. Write keys with their values, such as {key: value}.")
_DAY = told("%(found)s doesn't fit here. Write a day such as 2026-01-31.")
_YES_OR_NO = told("%(found)s doesn't fit here. Write true or false.")
_LONG = told("%(found)s is too long. Write at most %(max_length)s characters.")
_BY_TYPE = {
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "string_pattern_mismatch": told(
        "%(found)s is no key. Write small letters, digits and hyphens, such as new-business."
    ),
    "too_short": told("It is empty. Write at least one."),
    "string_too_short": told("It is empty. Write at least one."),
    "enum": told("%(found)s isn't known here. Write one of: %(expected)s."),
    "literal_error": told("%(found)s isn't known here. Write one of: %(expected)s."),
    "too_long": _LONG,
    "string_too_long": _LONG,
    "greater_than_equal": told("%(found)s is too small. Write %(ge)s or more."),
    "less_than_equal": told("%(found)s is too large. Write %(le)s or less."),
    "less_than": told("%(found)s is too large. Write less than %(lt)s."),
}
_OTHERWISE = told("%(found)s doesn't fit here. Compare it with the description of the format, docs/plan-format.md.")


def misfit(detail: ErrorDetails, key: str) -> Told:
    """What is wrong with the value of that key and what to write: for every type of error that the schema raises."""
    context = detail.get("ctx", {})
    if detail["type"] == "missing":
        return told("%(key)s is missing. Add it.", key=key)
    if isinstance(error := context.get("error"), ToldError):
        return error.said
    said = _BY_TYPE.get(detail["type"], _OTHERWISE)
    limits = {name: _limit(value) for name, value in context.items() if f"%({name})s" in said.template}
    found = {"found": as_written(detail["input"])} if "%(found)s" in said.template else {}
    return said.filled(**found, **limits)


def as_written(value: Any) -> str:  # noqa: ANN401 whatever the YAML or JSON holds
    """The value as a plan has it, shortened.

    >>> as_written({"from": Decimal("0.5"), "to": [None, "x"]})
    "{from: 0.5, to: [null, 'x']}"
    """
    return _written(value)[:LONGEST_SHOWN]


def _written(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return repr(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _limit(value: Any) -> str:  # noqa: ANN401 of Pydantic: a number, or a list in English such as "'a', 'b' or 'c'"
    return ", ".join(re.split(", | or ", str(value))).replace("'", "")
