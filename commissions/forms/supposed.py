"""What a supposed deal may say: one table, from the columns that plans read to what a page asks for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from commissions.engine.expressions.fields import CUSTOM
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.reads import PAID, Reads
from commissions.forms.keys import Words
from core.money import MoneyError, exponent, to_major, to_minor
from core.templatetags import formats
from core.templatetags.juara import locale
from sales.engine.numbers import plain
from sales.models import MOST_MONTHS, Customer, Product
from sales.selectors import named

ANOTHER = "*"  # a text that no plan tells apart
_LONGEST = 200
_MOST_UNITS = 2**31 - 1
_WHOLE_DIGITS, _DECIMALS = 12, 6  # of a text that the engine reads as a number


class NotAFact(ValueError):  # noqa: N818
    """What was typed can't be. Says what can."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides how facts of a deal are written."""

    currency: str
    first: date  # of the days on which something may happen to it
    end: date


@dataclass(frozen=True, slots=True)
class Kind:
    """How a sort of fact is shown, written and read. An empty input is None and never read."""

    control: str  # number, digits, text, date, or whose names are suggested: products, customers
    write: Callable[[Any, Terms], str]
    read: Callable[[str, Terms], Any]  # raises NotAFact
    unit: str = ""  # after the label; %s is the deal's currency


@dataclass(frozen=True, slots=True)
class Fact:
    """One input: asked for where plans read one of `asks`, unless an input before it gives that as well."""

    name: str
    label: Words
    kind: Kind
    asks: frozenset[str]  # columns of the deals frame, or PAID
    gives: tuple[str, ...]  # all that it says
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class FactField:
    """A fact as the page shows it for one deal."""

    name: str
    label: str
    control: str  # of its Kind, or choice
    value: str  # as typed
    is_changed: bool  # from what is known of the deal
    options: tuple[tuple[str, str], ...] = ()  # of a choice

    @property
    def suggests(self) -> str:
        return self.control if self.control in {"products", "customers"} else ""


@dataclass(slots=True)
class Told:
    """What the inputs of a deal say."""

    fields: list[FactField] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)  # by column, as the engine reads them
    errors: dict[str, str] = field(default_factory=dict)  # by name of the input


def facts_told(
    query: Mapping[str, str], key: str, *, reads: Mapping[str, Reads], known: Mapping[str, Any], terms: Terms
) -> Told:
    """What the inputs NAME-KEY say, of what the plans read; an untouched one says what is known of the deal."""
    told = Told()
    for fact in facts_asked(reads):
        usual = [known.get(column) for column in fact.gives]
        written = "" if usual[0] is None else fact.kind.write(usual[0] if len(usual) == 1 else usual, terms)
        typed = query.get(f"{fact.name}-{key}", written).replace("\x00", "").strip()[:_LONGEST]
        told.fields.append(_field(fact, typed, written, reads, terms))
        try:
            given = usual if typed == written else _read(fact, typed, terms)
        except NotAFact as error:
            told.errors[fact.name] = f"{fact.label}: {error}"
        else:
            told.facts |= dict(zip(fact.gives, given, strict=True))
    return told


def facts_asked(reads: Mapping[str, Reads]) -> Iterator[Fact]:
    """The inputs for all that plans read of a deal, in the order of the page."""
    given: set[str] = set()
    own = [_own(column, how) for column, how in reads.items() if column.startswith(CUSTOM)]
    for fact in (*FACTS, *own):
        if fact.asks & (reads.keys() - given):
            given |= set(fact.gives)
            yield fact


def _read(fact: Fact, typed: str, terms: Terms) -> Sequence[Any]:
    if not typed and not fact.is_needed:
        return [None] * len(fact.gives)
    found = fact.kind.read(typed, terms)
    return [found] if len(fact.gives) == 1 else found


def _field(fact: Fact, typed: str, written: str, reads: Mapping[str, Reads], terms: Terms) -> FactField:
    label = f"{fact.label}{fact.kind.unit % terms.currency if '%s' in fact.kind.unit else fact.kind.unit}"
    texts = reads[fact.gives[0]].texts if fact.kind is TEXT and fact.gives[0] in reads else ()
    if not texts:
        return FactField(fact.name, label, fact.kind.control, typed, typed != written)
    shown = dict.fromkeys(texts) | ({typed: None} if typed and typed != ANOTHER else {})
    options = [("", _("Not known")), *((text, text) for text in shown), (ANOTHER, _("Another"))]
    return FactField(fact.name, label, "choice", typed, typed != written, tuple(options))


def _digits(typed: str) -> str | None:
    return plain(typed, decimal=get_format("DECIMAL_SEPARATOR"), thousands=get_format("THOUSAND_SEPARATOR"))


def amount_written(minor: int, currency: str) -> str:
    """An amount as its field shows it: grouped, without decimals that are nought."""
    major = to_major(minor, currency)
    places = 0 if major == major.to_integral_value() else exponent(currency)
    return number_format(Decimal(major), decimal_pos=places, force_grouping=True)


def amount_read(typed: str, currency: str) -> int:
    """Its minor units. Raises NotAFact."""
    try:
        return to_minor(_digits(typed) or "none", currency)
    except MoneyError:
        example = amount_written(1250 * 10 ** exponent(currency), currency)
        raise NotAFact(
            _("That is no amount in %(currency)s. Write it as %(example)s.")
            % {"currency": currency, "example": example}
        ) from None


def day_read(typed: str, terms: Terms) -> date:
    """A day on which something may happen to the deal. Raises NotAFact."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not terms.first <= day < terms.end:
        last = terms.end - timedelta(days=1)
        raise NotAFact(
            _("Choose a day from %(first)s to %(last)s.")
            % {"first": formats.day(terms.first, locale()), "last": formats.day(last, locale())}
        )
    return day


def _any_day(typed: str, _terms: Terms) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise NotAFact(_("That is no day. Choose one, or leave it empty.")) from None


def _percent(typed: str, _terms: Terms) -> int:
    digits = _digits(typed.removesuffix("%"))
    ppm = None if digits is None else Decimal(digits) * 10_000
    if ppm is None or not 0 <= ppm <= WHOLE_SHARE or ppm != int(ppm):
        raise NotAFact(_("A discount is a number of per cent from 0 to 100, with at most 4 decimals."))
    return int(ppm)


def _whole(least: int, most: int) -> Callable[[str, Terms], int]:
    def read(typed: str, _terms: Terms) -> int:
        digits = _digits(typed)
        if digits is None or "." in digits or not least <= int(digits) <= most:
            first, last = (number_format(value, force_grouping=True) for value in (least, most))
            raise NotAFact(_("Write a whole number from %(least)s to %(most)s.") % {"least": first, "most": last})
        return int(digits)

    return read


def _number_text(typed: str, _terms: Terms) -> str:
    """The number as the engine reads it out of a text."""
    digits = _digits(typed) or ""
    whole, _point, part = digits.removeprefix("-").partition(".")
    if not digits or len(whole) > _WHOLE_DIGITS or len(part) > _DECIMALS:
        raise NotAFact(_("Write a number, with at most 12 digits and 6 decimals."))
    return digits


def _number_shown(text: str, _terms: Terms) -> str:
    """A stored number with the signs of the reader's language; another text as it is."""
    digits = plain(text, decimal=".", thousands="")
    return text if digits is None else number_format(Decimal(digits))


def _named(model: type[Customer] | type[Product], *names: str) -> Callable[[str, Terms], Sequence[Any]]:
    def read(typed: str, _terms: Terms) -> Sequence[Any]:
        found = named(model, typed)
        if len(found) != 1:
            raise NotAFact(_("No single one is called so. Choose from the list, or leave it empty."))
        return [getattr(found[0], name) or None for name in names]

    return read


def _shown_name(values: Sequence[Any], _terms: Terms) -> str:
    """By name and id, as `named` finds it again."""
    name, code, *_rest = values
    return f"{name} ({code})" if code and code != name else str(name)


def columns_given(reads: Mapping[str, Reads]) -> list[str]:
    """The columns of the deals frame that the inputs say."""
    return sorted({column for fact in facts_asked(reads) for column in fact.gives} - {PAID})


MONEY = Kind("number", lambda minor, terms: amount_written(minor, terms.currency),
             lambda typed, terms: amount_read(typed, terms.currency), ", %s")  # fmt: skip
PERCENT = Kind("number", lambda ppm, _terms: number_format(Decimal(ppm) / 10_000), _percent, " (%)")
MONTHS = Kind("digits", lambda months, _terms: str(months), _whole(0, MOST_MONTHS))
UNITS = Kind("digits", lambda units, _terms: number_format(units), _whole(-_MOST_UNITS, _MOST_UNITS))
DAY = Kind("date", lambda day, _terms: day.isoformat(), _any_day)
DAY_AHEAD = Kind("date", lambda day, _terms: day.isoformat(), day_read)
TEXT = Kind("text", lambda text, _terms: text, lambda typed, _terms: typed)
NUMBER = Kind("number", _number_shown, _number_text)
PRODUCT = Kind("products", _shown_name, _named(Product, "name", "external_id", "family"))
CUSTOMER = Kind("customers", lambda values, _terms: str(values[0]), _named(Customer, "name", "sector", "country"))


def _fact(name: str, label: Words, kind: Kind, column: str, *, is_needed: bool = False) -> Fact:
    return Fact(name, label, kind, frozenset([column]), (column,), is_needed)


def _own(column: str, how: Reads) -> Fact:
    """A field that the company keeps itself: by the words of its slug."""
    words = column.removeprefix(CUSTOM).replace("_", " ").strip()
    return _fact(column, words[:1].upper() + words[1:], NUMBER if how.is_number and not how.texts else TEXT, column)


FACTS = (
    _fact("kind", pgettext_lazy("of a deal", "Type"), TEXT, "type"),
    Fact("product", gettext_lazy("Product"), PRODUCT, frozenset({"product_name", "product_code"}),
         ("product_name", "product_code", "product_family")),
    _fact("family", gettext_lazy("Product family"), TEXT, "product_family"),
    Fact("customer", gettext_lazy("Customer"), CUSTOMER, frozenset({"customer_name"}),
         ("customer_name", "customer_sector", "customer_country")),
    _fact("sector", gettext_lazy("Customer's sector"), TEXT, "customer_sector"),
    _fact("country", gettext_lazy("Customer's country"), TEXT, "customer_country"),
    _fact("quantity", gettext_lazy("How many"), UNITS, "quantity", is_needed=True),
    _fact("discount", gettext_lazy("Discount"), PERCENT, "discount"),
    _fact("cost", gettext_lazy("Cost"), MONEY, "cost"),
    _fact("tax", gettext_lazy("Tax"), MONEY, "tax"),
    _fact("term", gettext_lazy("Term in months"), MONTHS, "term"),
    _fact("opened", gettext_lazy("Opened on"), DAY, "opened"),
    _fact("invoiced", gettext_lazy("Invoiced on"), DAY_AHEAD, "invoiced"),
    _fact(PAID, gettext_lazy("Paid on"), DAY_AHEAD, PAID),
)  # fmt: skip
