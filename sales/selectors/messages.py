"""What the engine told, in the reader's language."""

from django.utils.translation import gettext

from core.templatetags import formats
from core.templatetags.juara import locale
from sales.engine.problems import Param, Told


def in_words(*messages: Told) -> list[str]:
    """The messages translated first and filled then. What fills them is as people wrote it: a page escapes it."""
    return [_in_words(message) for message in messages]


def _in_words(message: Told) -> str:
    return message.written(gettext(message.template), _param)


def _param(value: Param) -> str:
    if isinstance(value, Told):
        return _in_words(value)
    if isinstance(value, tuple):
        return ", ".join(map(_param, value))
    return formats.number(value, locale()) if isinstance(value, int) else value
