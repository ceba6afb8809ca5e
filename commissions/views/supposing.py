"""What an estimate's address says of each deal: the whole state of the page, so that it can be reloaded and sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from commissions.engine.reads import Reads
from commissions.forms.supposed import (
    FactField,
    NotAFact,
    Terms,
    amount_read,
    amount_written,
    columns_given,
    day_read,
    facts_told,
)
from commissions.selectors.asked import reach
from commissions.selectors.estimate import Supposed
from commissions.selectors.inputs import facts_of
from commissions.selectors.pipeline import MOST
from sales.models import Deal

LIKELY = 50  # per cent, until somebody says otherwise
FEW = 3  # inputs that stand beside amount and day
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
    name: str = ""  # of a deal made up
    fields: list[FactField] = field(default_factory=list)  # for what else the plans read
    facts: dict[str, Any] = field(default_factory=dict)  # which these say, by column
    is_included: bool = True
    changes: dict[str, str] = field(
        default_factory=dict
    )  # what was typed that isn't known anyway, by name of the input
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_made_up(self) -> bool:
        return self.key.startswith("m")

    @property
    def folds(self) -> bool:
        """Whether the inputs for what the plans read wait behind a heading: many, and none of them typed in."""
        return len(self.fields) > FEW and not self.is_made_up

    @property
    def is_unfolded(self) -> bool:
        return any(each.is_changed for each in self.fields)

    @property
    def is_counted(self) -> bool:
        return self.is_included and not self.errors

    @property
    def supposed(self) -> Supposed:
        return Supposed(self.deal, int(self.chance), self.facts)


def rows_of(
    query: Mapping[str, str], deals: list[Deal], *, reads: Mapping[str, Reads], currency: str, today: date
) -> list[Row]:
    """The open deals and those made up, in the order in which they close. Raises TooManyDeals."""
    keys = _made_up_keys(query)
    if len(deals) + len(keys) > MOST:
        raise TooManyDeals(
            _("An estimate takes up to %(most)s deals, and this one has %(count)s. Remove some that you made up.")
            % {"most": MOST, "count": len(deals) + len(keys)}
        )
    known = _known(deals, columns_given(reads))
    rows = [_read(query, str(deal.pk), deal, today, reads, known[deal.pk]) for deal in deals]
    rows += [_imagined(query, key, currency, today, reads) for key in keys]
    return sorted(rows, key=lambda row: (row.deal.closed_on or today, row.deal.external_id))


def _known(deals: list[Deal], columns: list[str]) -> dict[int, dict[str, Any]]:
    """What the deals say in these columns."""
    if not deals or not columns:
        return {deal.pk: {} for deal in deals}
    found = facts_of([deal.pk for deal in deals], ["deal", *columns])
    return {row["deal"]: row for row in found.iter_rows(named=True)}


def _made_up_keys(query: Mapping[str, str]) -> list[str]:
    """Of the deals made up, in the order of their numbers; one more where that is asked for, one less where dropped."""
    found = {match[1] for name in query if (match := _MADE_UP.fullmatch(name))} - {query.get("drop")}
    numbers = sorted(int(key[1:]) for key in found)
    if "add" in query:
        free = next(number for number in range(1, 101) if number not in numbers)
        numbers.append(free)
    return [f"m{number}" for number in sorted(numbers)]


def _imagined(query: Mapping[str, str], key: str, currency: str, today: date, reads: Mapping[str, Reads]) -> Row:
    number, name = int(key[1:]), query.get(f"name-{key}", "")[:100]
    deal = Deal(
        pk=-number,
        external_id=f"~{number:02}",
        name=name or _("Deal %(number)s") % {"number": number},
        currency=currency,
        opened_on=today,
        closed_on=today,
    )
    row = _read(query, key, deal, today, reads, {"opened": today, "quantity": deal.quantity})
    row.name = name
    return row


def address(rows: list[Row], *, weigh: bool) -> str:
    """The shortest query that says the same: what is known of a deal isn't in it, so that fifty deals fit into one."""
    said = {"weigh": "on"} if weigh else {}
    for row in rows:
        left_out = {} if row.is_included else {"out": "1"}
        made_up = {"amount": row.amount, **({"name": row.name} if row.name else {})} if row.is_made_up else {}
        said |= {f"{name}-{row.key}": value for name, value in {**left_out, **made_up, **row.changes}.items()}
    return urlencode(said)


def _is_included(query: Mapping[str, str], key: str) -> bool:
    """The form sends ticks, which are missing where there is none; the address names what is left out."""
    unticked = "sent" in query and f"amount-{key}" in query and f"in-{key}" not in query
    return not unticked and f"out-{key}" not in query


def _read(
    query: Mapping[str, str], key: str, deal: Deal, today: date, reads: Mapping[str, Reads], known: Mapping[str, Any]
) -> Row:
    terms = Terms(deal.currency, *reach(today))
    told = facts_told(query, key, reads=reads, known=known, terms=terms)
    written = amount_written(deal.amount_minor, deal.currency)
    usual = {"amount": written, "closed": str(deal.closed_on), "chance": str(LIKELY)}
    typed = {name: query.get(f"{name}-{key}", text)[:40] for name, text in usual.items()}
    row = Row(
        key=key,
        deal=deal,
        amount=typed["amount"],
        closed=typed["closed"],
        chance=typed["chance"],
        fields=told.fields,
        facts=told.facts,
        is_included=_is_included(query, key),
        changes={name: text for name, text in typed.items() if text != usual[name]}
        | {each.name: each.value for each in told.fields if each.is_changed},
    )
    row.errors = dict(_problems(row, terms)) | told.errors
    return row


def _problems(row: Row, terms: Terms) -> Iterator[tuple[str, str]]:
    """Take over what was typed, and say what can't be."""
    try:
        row.deal.amount_minor = amount_read(row.amount, terms.currency)
    except NotAFact as error:
        yield "amount", str(error)
    try:
        row.deal.closed_on = day_read(row.closed, terms)
    except NotAFact as error:
        yield "closed", str(error)
    if not (row.chance.isascii() and row.chance.isdecimal() and int(row.chance) <= 100):
        row.chance = str(LIKELY)
        yield "chance", _("A chance is a whole number from 0 to 100.")
