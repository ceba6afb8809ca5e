"""What the rows of a list would do: each valid, there already, or refused with every reason. Nothing is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final

from accounts.models import User
from commissions.engine.pasted import SURPLUS, PastedRow, Signs, adjustment_of, amount_of
from commissions.engine.roster import Refused
from commissions.engine.words import Told, told
from commissions.models import Adjustment, AdjustmentGroup, Period
from commissions.selectors.adjusting import Effect, Wanted, effects, needing_another, refusals
from commissions.selectors.pasted import People, Result, people_called, person_called, tried
from commissions.selectors.words import in_words
from core.money import MoneyError, TooManyDecimalsError, exponent, to_minor
from core.periods import PeriodError, parse_period
from sales.models import Deal

MOST_ROWS = 10_000
NOBODY: Final = told(
    "Nobody whose pay you may see has this e-mail address, external id or name. Correct it, or ask finance."
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a row is in where it doesn't say it, and how it is written."""

    period: Period
    currency: str
    signs: Signs


@dataclass(frozen=True, slots=True)
class RowOutcome:
    row: PastedRow
    result: Result
    wanted: Wanted | None = None
    person: User | None = None
    refused: tuple[str, ...] = ()
    effect: Effect | None = None
    waits: bool = False  # for a second person
    there: int | None = None  # the adjustment that says the same already


@dataclass(frozen=True, slots=True)
class Check:
    rows: tuple[RowOutcome, ...]
    content_hash: str
    applied_before: AdjustmentGroup | None  # the same list, as it was handed in before

    @property
    def wanted(self) -> list[Wanted]:
        return [row.wanted for row in self.rows if row.wanted and row.result is Result.NEW]

    @property
    def is_refused(self) -> bool:
        return any(row.result is Result.REFUSED for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """The same for the same adjustments on statements that pay the same: what was looked at is what is asked."""
        found = [(row.wanted.row_hash, row.effect.before_minor) for row in self.rows if row.wanted and row.effect]
        return sha256(repr(found).encode()).hexdigest()


def check(rows: Sequence[PastedRow], given: Given, *, user: User, today: date) -> Check:
    """A fixed number of queries, however many rows.

    1. Find people, periods and deals. 2. Read the cells. 3. Refuse what the service would, and rows that say the same.
    4. Know those that were asked for before. 5. Tell what the rest does, in the order of the rows.
    """
    if len(rows) > MOST_ROWS:
        raise Refused(told("There are more than %(most)s rows. Nothing was read: split the list.", most="10,000"))
    found = _Found.of(rows, user, today)
    read = _once([_read(row, given, found) for row in rows])
    read = _allowed(read, user, today)
    read = _told(_known(read), user)
    content = sha256(json.dumps([row.cells for row in rows], sort_keys=True).encode()).hexdigest()
    groups = AdjustmentGroup.objects.select_related("created_by").filter(content_hash=content)
    return Check(tuple(read), content, groups.order_by("-created_at").first())


@dataclass(frozen=True, slots=True)
class _Found:
    people: People
    periods: Mapping[tuple[str, int, date], Period]
    deals: Mapping[str, Deal]

    @classmethod
    def of(cls, rows: Sequence[PastedRow], user: User, today: date) -> "_Found":
        people = people_called({row["person"].lower() for row in rows}, User.objects.visible_to(user, today))
        deals = Deal.objects.visible_to(user, today).filter(external_id__in={row["deal"] for row in rows} - {""})
        periods = {(row.kind, row.first_month, row.start): row for row in Period.objects.all()}
        return cls(people, periods, {deal.external_id: deal for deal in deals})


def _read(row: PastedRow, given: Given, found: _Found) -> RowOutcome:
    wrong: list[Told] = [SURPLUS] if row.surplus else []
    person = tried(wrong, lambda: person_called(row["person"], found.people, NOBODY))
    period = tried(wrong, lambda: _period(row["period"], given, found))
    kind = tried(wrong, lambda: adjustment_of(row["kind"]) if row["kind"] else "correction")
    currency = tried(wrong, lambda: _currency(row["currency"] or given.currency))
    amount = tried(wrong, lambda: _amount(row["amount"], currency, given.signs)) if currency else None
    deal = tried(wrong, lambda: _deal(row["deal"], found))
    if wrong or person is None or period is None or kind is None or currency is None or amount is None:
        return RowOutcome(row, Result.REFUSED, person=person, refused=tuple(map(in_words, wrong)))
    wanted = Wanted(
        payee=person, period=period, currency=currency, kind=kind, amount_minor=amount, reason=row["reason"],
        internal_note=row["note"], deal=deal, line=row.line,
    )  # fmt: skip
    said = replace(wanted, row_hash=_hash(wanted, row["reference"]))
    return RowOutcome(row, Result.NEW, said, person)


def _hash(wanted: Wanted, reference: str) -> str:
    deal = wanted.deal.external_id if wanted.deal else ""
    said = [*wanted.place, wanted.kind, wanted.amount_minor, wanted.reason, deal, reference]
    return sha256(json.dumps(said).encode()).hexdigest()


def _period(text: str, given: Given, found: _Found) -> Period:
    if not text:
        return given.period
    try:
        asked = parse_period(text)
    except PeriodError:
        raise Refused(told("%(text)s is no period. Write one as 2026-06 or 2026-Q2.", text=repr(text[:40]))) from None
    row = found.periods.get((asked.kind.value, asked.first_month, asked.start))
    if row is None:
        raise Refused(told("%(text)s has not been calculated yet. Ask finance to calculate it first.", text=text))
    return row


def _currency(text: str) -> str:
    code = text.upper()
    try:
        exponent(code)
    except MoneyError:
        raise Refused(told("%(text)s is no currency. Write its ISO 4217 code.", text=repr(text[:10]))) from None
    return code


def _amount(text: str, currency: str, signs: Signs) -> int:
    if not text:
        raise Refused(told("The amount is missing. Write digits, with a minus sign where it takes pay away."))
    try:
        return to_minor(amount_of(text.replace("\N{MINUS SIGN}", "-"), signs), currency)
    except TooManyDecimalsError:
        raise Refused(
            told("%(text)s has more decimals than %(currency)s. Round it.", text=text[:40], currency=currency)
        ) from None
    except MoneyError:
        raise Refused(told("This amount is too large. Check its decimal point.")) from None


def _deal(text: str, found: _Found) -> Deal | None:
    if text and text not in found.deals:
        raise Refused(
            told("No deal that you may see has the id %(text)s. Copy it from its page.", text=repr(text[:60]))
        )
    return found.deals.get(text)


def _once(read: Sequence[RowOutcome]) -> list[RowOutcome]:
    lines: dict[str, int] = {}
    found = []
    for each in read:
        first = lines.setdefault(each.wanted.row_hash, each.row.line) if each.wanted else each.row.line
        if first != each.row.line:
            twice = told(
                "Line %(line)s says the same. Remove one of the two, or give each a reference.", line=str(first)
            )
            each = _refused(each, twice)
        found.append(each)
    return found


def _refused(each: RowOutcome, why: Told) -> RowOutcome:
    return replace(each, result=Result.REFUSED, wanted=None, refused=(in_words(why),))


def _allowed(read: Sequence[RowOutcome], user: User, today: date) -> list[RowOutcome]:
    asked = [each for each in read if each.wanted]
    why = refusals([each.wanted for each in asked if each.wanted], user=user, today=today)
    refused = {asked[number].row.line: said for number, said in why.items()}
    return [_refused(each, refused[each.row.line]) if each.row.line in refused else each for each in read]


def _known(read: Sequence[RowOutcome]) -> list[RowOutcome]:
    """Rows that were asked for before, by whatever list: they are not asked for again."""
    hashes = [each.wanted.row_hash for each in read if each.wanted]
    standing = Adjustment.objects.filter(row_hash__in=hashes, status__in=["proposed", "approved"])
    there = dict(standing.values_list("row_hash", "pk"))
    return [
        replace(each, result=Result.SAME, there=there[each.wanted.row_hash])
        if each.wanted and each.wanted.row_hash in there
        else each
        for each in read
    ]


def _told(read: Sequence[RowOutcome], user: User) -> list[RowOutcome]:
    new = [each for each in read if each.wanted and each.result is Result.NEW]
    wanted = [each.wanted for each in new if each.wanted]
    waiting = needing_another(wanted, user=user)
    done = {
        each.row.line: (effect, number) for number, (each, effect) in enumerate(zip(new, effects(wanted), strict=True))
    }
    return [
        replace(each, effect=done[each.row.line][0], waits=done[each.row.line][1] in waiting)
        if each.row.line in done
        else each
        for each in read
    ]
