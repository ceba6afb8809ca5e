"""What the engine told, in the reader's language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext

from commissions.engine.diff import Change, diff
from commissions.engine.errors import PlanInvalid
from commissions.engine.schema import PlanDocument
from commissions.engine.words import Amount, Figure, Share, Told
from core.money import MoneyError, exponent
from core.templatetags import formats
from core.templatetags.juara import locale


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    component: str  # key; empty: the plan as a whole and its examples
    name: str
    texts: tuple[str, ...]


def in_words(message: Told) -> str:
    """The message translated first and filled then. What fills it is as people wrote it: a page escapes it."""
    return message.written(gettext(message.template), figure_in_words)


def errors_in_words(invalid: PlanInvalid) -> tuple[str, ...]:
    """Each error of a document, with its path."""
    said = [(error.path, in_words(error.said)) for error in invalid.errors]
    return tuple(f"{path}: {text}" if path else text for path, text in said)


def changes(old: PlanDocument, new: PlanDocument) -> tuple[ChangeGroup, ...]:
    """What changed between two documents, component by component."""
    return tuple(_groups(diff(old, new)))


def _groups(found: Iterable[Change]) -> Iterable[ChangeGroup]:
    texts: dict[tuple[str, str], list[str]] = {}
    for change in found:
        texts.setdefault((change.component, change.name), []).append(in_words(change.said))
    return (ChangeGroup(key, name, tuple(said)) for (key, name), said in texts.items())


def figure_in_words(value: Figure) -> str:
    """What fills a sentence, or stands by itself."""
    match value:
        case Told():
            return in_words(value)
        case Share():
            return formats.percent(value.value, locale(), places=7)
        case Amount():
            return _money(value)
        case int():
            return formats.number(value, locale())
    return value


def _money(amount: Amount) -> str:
    try:
        minor = int(Fraction(amount.value) * 10 ** exponent(amount.currency))
    except MoneyError:
        return str(amount)
    return formats.written_money(minor, amount.currency, locale()).text


def listed(parts: Sequence[str]) -> str:
    """Ana; Ana and Ben; Ana, Ben and Mia. Of nothing: nothing."""
    if len(parts) < 2:
        return "".join(parts)
    return gettext("%(most)s and %(last)s") % {"most": ", ".join(parts[:-1]), "last": parts[-1]}
