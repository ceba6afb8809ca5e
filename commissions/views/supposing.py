"""What an estimate's address says of each deal: the whole state of the page, so that it can be reloaded and sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

from commissions.engine.frames import WHOLE_SHARE
from commissions.selectors.estimate import Supposed, reach
from commissions.selectors.pipeline import MOST
from core.money import MoneyError, exponent, to_major, to_minor
from core.templatetags import formats
from core.templatetags.juara import locale
from sales.engine.numbers import plain
from sales.models import Deal, Product
from sales.selectors import named

LIKELY = 50  # per cent, until somebody says otherwise
_MADE_UP = re.compile(r"amount-(m[1-9][0-9]?)")


class TooManyDeals(Exception):  # noqa: N818
    """More deals than an estimate takes. Says so, and what to do."""


@dataclass(slots=True)
class Row:
    """A deal as the page shows it: what was typed, what it means, and what is wrong with it."""

    key: str  # of its fields: 17, m1
    deal: Deal  # with what is supposed of it
    amount: str
    closed: str
    chance: str
    discount: str = ""  # per cent; asked for where a plan reads it
    name: str = ""  # this and the next two: of a deal made up
    kind: str = ""
    product: str = ""
    is_included: bool = True
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_made_up(self) -> bool:
        return self.key.startswith("m")

    @property
    def is_counted(self) -> bool:
        return self.is_included and not self.errors

    @property
    def supposed(self) -> Supposed:
        return Supposed(self.deal, int(self.chance))


def rows_of(query: Mapping[str, str], deals: list[Deal], *, currency: str, today: date) -> list[Row]:
    """The open deals and those made up, in the order in which they close. Raises TooManyDeals."""
    keys = _made_up_keys(query)
    if len(deals) + len(keys) > MOST:
        raise TooManyDeals(
            _("An estimate takes up to %(most)s deals, and this one has %(count)s. Remove some that you made up.")
            % {"most": MOST, "count": len(deals) + len(keys)}
        )
    rows = [_open(query, deal, today) for deal in deals]
    rows += [_imagined(query, key, currency, today) for key in keys]
    return sorted(rows, key=lambda row: (row.deal.closed_on or today, row.deal.external_id))


def _made_up_keys(query: Mapping[str, str]) -> list[str]:
    """Of the deals made up, in the order of their numbers; one more where that is asked for, one less where dropped."""
    found = {match[1] for name in query if (match := _MADE_UP.fullmatch(name))} - {query.get("drop")}
    numbers = sorted(int(key[1:]) for key in found)
    if "add" in query:
        free = next(number for number in range(1, 101) if number not in numbers)
        numbers.append(free)
    return [f"m{number}" for number in sorted(numbers)]


def _open(query: Mapping[str, str], deal: Deal, today: date) -> Row:
    key = str(deal.pk)
    return _read(query, key, deal, today)


def _imagined(query: Mapping[str, str], key: str, currency: str, today: date) -> Row:
    number = int(key[1:])
    deal = Deal(
        pk=-number,
        external_id=f"~{number:02}",
        name=query.get(f"name-{key}", "")[:100] or _("Deal %(number)s") % {"number": number},
        kind=query.get(f"kind-{key}", "")[:50],
        currency=currency,
        opened_on=today,
        closed_on=today,
    )
    row = _read(query, key, deal, today)
    row.name, row.kind = query.get(f"name-{key}", "")[:100], deal.kind
    row.product = query.get(f"product-{key}", "")[:200]
    if row.product:
        _product(row)
    return row


def _product(row: Row) -> None:
    found = named(Product, row.product.replace("\x00", ""))
    if len(found) == 1 and isinstance(found[0], Product):
        row.deal.product = found[0]
    else:
        row.errors["product"] = _("No single product is called so. Choose one from the list, or leave it empty.")


def _read(query: Mapping[str, str], key: str, deal: Deal, today: date) -> Row:
    row = Row(
        key=key,
        deal=deal,
        amount=query.get(f"amount-{key}", written(deal.amount_minor, deal.currency))[:40],
        closed=query.get(f"closed-{key}", str(deal.closed_on))[:20],
        chance=query.get(f"chance-{key}", str(LIKELY))[:5],
        discount=query.get(f"discount-{key}", _percent(deal.discount_ppm))[:10],
        is_included="sent" not in query or f"in-{key}" in query or f"amount-{key}" not in query,
    )
    row.errors = dict(_problems(row, today))
    return row


def _problems(row: Row, today: date) -> Iterator[tuple[str, str]]:
    """Take over what was typed, and say what can't be."""
    deal = row.deal
    digits = plain(row.amount, decimal=get_format("DECIMAL_SEPARATOR"), thousands=get_format("THOUSAND_SEPARATOR"))
    try:
        deal.amount_minor = to_minor(digits or "none", deal.currency)
    except MoneyError:
        yield (
            "amount",
            _("That is no amount in %(currency)s. Write it as %(example)s.")
            % {
                "currency": deal.currency,
                "example": written(1250 * 10 ** exponent(deal.currency), deal.currency),
            },
        )
    start, end = reach(today)
    try:
        day = date.fromisoformat(row.closed)
    except ValueError:
        day = date.min
    if start <= day < end:
        deal.closed_on = day
    else:
        yield (
            "closed",
            _("Choose a day from %(first)s to %(last)s.")
            % {
                "first": formats.day(start, locale()),
                "last": formats.day(end - timedelta(days=1), locale()),
            },
        )
    yield from _discount(row)
    if not (row.chance.isascii() and row.chance.isdecimal() and int(row.chance) <= 100):
        row.chance = str(LIKELY)
        yield "chance", _("A chance is a whole number from 0 to 100.")


def _discount(row: Row) -> Iterator[tuple[str, str]]:
    typed = row.discount.strip().removesuffix("%")
    digits = plain(typed, decimal=get_format("DECIMAL_SEPARATOR"), thousands=get_format("THOUSAND_SEPARATOR"))
    ppm = None if digits is None else Decimal(digits) * 10_000
    if typed and (ppm is None or not 0 <= ppm <= WHOLE_SHARE or ppm != int(ppm)):
        yield "discount", _("A discount is a number of per cent from 0 to 100, with at most 4 decimals.")
    else:
        row.deal.discount_ppm = None if ppm is None else int(ppm)


def _percent(ppm: int | None) -> str:
    return "" if ppm is None else number_format(Decimal(ppm) / 10_000)


def written(minor: int, currency: str) -> str:
    """An amount as its field shows it: grouped, without decimals that are nought."""
    major = to_major(minor, currency)
    places = 0 if major == major.to_integral_value() else exponent(currency)
    return number_format(Decimal(major), decimal_pos=places, force_grouping=True)
