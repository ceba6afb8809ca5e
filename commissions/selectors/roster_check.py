"""What pasted rows would do to who is on which plan: row by row, and in the end for each person and plan."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Final

from django.db.models.functions import Lower

from accounts.models import User
from commissions.engine.decimals import parse_decimal, scaled
from commissions.engine.frames import QuotaKind
from commissions.engine.pasted import SURPLUS, PastedRow, Signs, amount_of, day_of, kind_of, per_of
from commissions.engine.roster import Held, QuotaKey, QuotaWish, Refused, Wish, placed
from commissions.engine.schema import PlanDocument
from commissions.engine.spans import Span
from commissions.engine.words import Told, told
from commissions.models import Plan
from commissions.selectors.pasted import People, Result, people_called, person_called, tried
from commissions.selectors.roster_state import (
    Place,
    components_of,
    day_after,
    documents_of,
    held_by,
    kinds_read,
    usual_kind,
    usual_per,
)
from core.money import LARGEST_MINOR, MoneyError, to_minor

MOST_OF_ONE = 100
EVER = date(1, 1, 1)
NOBODY: Final = told(
    "Nobody has this e-mail address, external id or name. Correct it, or add the person on the people page."
)
UNREAD: Final = {
    "amount": told("Nothing in this plan is measured against a quota: it is kept, but changes no pay."),
    "units": told("Nothing in this plan is measured against a quota in units: it is kept, but changes no pay."),
    "target": told("Nothing in this plan pays shares of a target incentive: it is kept, but changes no pay."),
}
MISSING: Final = {
    "amount": told("This plan pays against a quota, and none is set."),
    "units": told("This plan pays against a quota in units, and none is set."),
    "target": told("This plan pays shares of a target incentive, and none is set."),
}


@dataclass(frozen=True, slots=True)
class RowOutcome:
    row: PastedRow
    result: Result
    person: User | None
    plan: Plan | None
    currency: str
    before: Held
    after: Held
    refused: tuple[Told, ...] = ()  # each cell that can't be read, or what speaks against the row
    warned: Told | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What all rows do together."""

    rows: tuple[RowOutcome, ...]
    changes: Mapping[Place, tuple[Held, Held]]  # before, after: of those that change

    def count(self, result: Result) -> int:
        return sum(row.result is result for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """The same for the same changes: what was looked at is what is applied."""
        return sha256(repr(sorted(self.changes.items())).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Named:
    """Whom and what the cells of all rows name."""

    people: People
    plans: Mapping[str, Plan]
    documents: Mapping[int, PlanDocument]
    components: Mapping[int, frozenset[str]]  # of any version of a plan


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that names somebody and something that exist."""

    row: PastedRow
    person: User
    plan: Plan
    document: PlanDocument
    wish: Wish

    @property
    def place(self) -> Place:
        return Place(self.person.pk, self.plan.pk)


@dataclass(slots=True)
class _Board:
    """What is held while row after row is placed."""

    held: dict[Place, Held]
    wishes: dict[Place, list[_Read]] = field(default_factory=dict)


def check(
    rows: Sequence[PastedRow],
    signs: Signs,
    holding: Callable[[set[Place]], Mapping[Place, Held]] = held_by,
) -> Check:
    """Place the rows one after the other on what `holding` says is held; nothing is written."""
    named = _named(rows)
    read = [_read(row, named, signs) for row in rows]
    places = {each.place for each in read if isinstance(each, _Read)}
    before = dict(holding(places))
    board = _Board(dict(before))
    outcomes = tuple(_placed(each, board) if isinstance(each, _Read) else each for each in read)
    changes = {
        place: (before.get(place, Held()), held)
        for place, held in board.held.items()
        if place in places and held != before.get(place, Held())
    }
    return Check(outcomes, changes)


def _named(rows: Sequence[PastedRow]) -> Named:
    """People and plans by what the rows call them: three queries, however many rows."""
    people = people_called({row["person"].lower() for row in rows}, User.objects.all())
    names = {row["plan"].lower() for row in rows} - {""}
    plans = {plan.name.lower(): plan for plan in Plan.objects.annotate(low=Lower("name")).filter(low__in=names)}
    keys = [plan.pk for plan in plans.values()]
    components = components_of(keys) if any(row["component"] for row in rows) else {}
    return Named(people, plans, documents_of(keys), components)


def _read(row: PastedRow, named: Named, signs: Signs) -> _Read | RowOutcome:
    wrong: list[Told] = []
    person = tried(wrong, lambda: person_called(row["person"], named.people, NOBODY))
    plan = tried(wrong, lambda: _plan(row["plan"], named))
    wish = _wish(row, plan, named, signs, wrong) if plan else None
    if wrong or person is None or plan is None or wish is None:
        return RowOutcome(row, Result.REFUSED, person, plan, "", Held(), Held(), refused=tuple(wrong))
    return _Read(row, person, plan, named.documents[plan.pk], wish)


def _wish(row: PastedRow, plan: Plan, named: Named, signs: Signs, wrong: list[Told]) -> Wish | None:
    """None where it is refused: `wrong` says what of each cell, so that a row is mended at once."""
    document = tried(wrong, lambda: _document(plan, named))
    if document is None or row.surplus:  # then cells may stand in columns of others
        wrong += [SURPLUS] if row.surplus else []
        return None
    known, days = named.components.get(plan.pk, frozenset()), Span(EVER, None)
    refused: list[Told] = []
    tried(refused, lambda: refuse_unknown_component(row["component"], known))
    for cell in filter(None, (row["from"], row["to"])):
        tried(refused, partial(day_of, cell, signs))
    tried(refused, lambda: quota_of(row, document, days, signs))
    wish = tried(refused, lambda: wish_of(row, document, signs))
    wrong += {str(each): each for each in refused}.values()
    return None if refused else wish


def _plan(text: str, named: Named) -> Plan:
    if not text:
        raise Refused(told("The plan is missing. Write its name."))
    try:
        return named.plans[text.lower()]
    except KeyError:
        raise Refused(told("There is no plan of this name. The page of plans has all names.")) from None


def _document(plan: Plan, named: Named) -> PlanDocument:
    try:
        return named.documents[plan.pk]
    except KeyError:
        raise Refused(told("This plan has no document yet. Publish one first.")) from None


def refuse_unknown_component(key: str, known: Collection[str]) -> None:
    """Raises Refused for the key of a component that no version of the plan has."""
    if key and key not in known:
        raise Refused(
            told(
                "The plan has no component %(key)s. Its components are %(known)s.",
                key=repr(key[:40]),
                known=", ".join(sorted(known)),
            )
        )


def wish_of(row: PastedRow, document: PlanDocument, signs: Signs) -> Wish:
    """What the days and the quota of a row ask for on a plan. Raises Refused."""
    if row.surplus:
        raise Refused(SURPLUS)
    start = day_of(row["from"], signs) if row["from"] else None
    last = day_of(row["to"], signs) if row["to"] else None
    if start is None:
        return _ending(row, last)
    if last is not None and last < start:
        raise Refused(told("The last day comes before the first. Exchange them, or correct one."))
    days = Span(start, day_after(last) if last else None)
    return Wish(days=days, quota=quota_of(row, document, days, signs))


def _ending(row: PastedRow, last: date | None) -> Wish:
    if last is None or row["quota"]:
        raise Refused(told("The first day is missing. Write from when this holds."))
    return Wish(ends_after=last)


def quota_of(row: PastedRow, document: PlanDocument, days: Span, signs: Signs) -> QuotaWish | None:
    """A quota in money or units, or a target incentive, for some days. Raises Refused."""
    if not row["quota"]:
        return None
    key = QuotaKey(kind_of(row["kind"]) if row["kind"] else usual_kind(document), row["component"])
    amount = _quota_amount(amount_of(row["quota"], signs), key.kind, document.currency)
    per = per_of(row["per"]) if row["per"] else usual_per(document, key.component)
    if per is None:
        raise Refused(told("Write what the quota is for: month, quarter or year."))
    return QuotaWish(key, days, per, amount)


def _quota_amount(text: str, kind: str, currency: str) -> int:
    """Minor units, or millionths of a unit or deal. Raises Refused."""
    try:
        amount = _millionths(text) if kind == QuotaKind.UNITS else to_minor(text, currency)
    except MoneyError:
        raise Refused(
            told("%(text)s is no amount of %(currency)s, or too large a one.", text=text[:40], currency=currency)
        ) from None
    if amount <= 0:
        raise Refused(told("A quota must be more than 0. Leave it out for a plan without a quota."))
    return amount


def _millionths(text: str) -> int:
    try:
        amount = scaled(parse_decimal(text), 6)
    except ValueError:
        amount = LARGEST_MINOR
    if amount >= LARGEST_MINOR:
        raise Refused(told("%(text)s is no number of units or deals, or too large a one.", text=text[:40]))
    return amount


def _placed(read: _Read, board: _Board) -> RowOutcome:
    before = board.held.get(read.place, Held())
    try:
        _refuse_twice(read, board.wishes.get(read.place, ()))
        after = placed(before, read.wish)
    except Refused as error:
        return _outcome(read, Result.REFUSED, before, before, (error.told,))
    board.held[read.place] = after
    board.wishes.setdefault(read.place, []).append(read)
    result = Result.SAME if after == before else Result.CHANGED if before.spans else Result.NEW
    return _outcome(read, result, before, after, ())


def _refuse_twice(read: _Read, others: Sequence[_Read]) -> None:
    """Rows must not depend on which of them comes first."""
    if len(others) == MOST_OF_ONE:
        raise Refused(told("There are more than %(most)s rows of this person on this plan.", most=str(MOST_OF_ONE)))
    for other in others:
        if _clash(read.wish, other.wish):
            raise Refused(
                told(
                    "Line %(line)s speaks of the same days of this person on this plan. Remove one of the two.",
                    line=str(other.row.line),
                )
            )


def _clash(one: Wish, other: Wish) -> bool:
    if one.days is None or other.days is None:
        return True
    keys = {wish.quota and wish.quota.key for wish in (one, other)}
    return len(keys) == 1 and one.days.overlaps(other.days)


def _outcome(read: _Read, result: Result, before: Held, after: Held, refused: tuple[Told, ...]) -> RowOutcome:
    warned = None if refused else next(_warnings(read, after), None)
    currency = read.document.currency
    return RowOutcome(read.row, result, read.person, read.plan, currency, before, after, refused, warned)


def _warnings(read: _Read, after: Held) -> Iterator[Told]:
    if not read.person.is_active:
        yield told("This person is inactive.")
    kinds = kinds_read(read.document)
    if (quota := read.wish.quota) and quota.key.kind not in kinds:
        yield UNREAD[quota.key.kind]
    for kind in kinds if read.wish.days else ():
        if not any(quota.key.kind == kind for quota in after.quotas):
            yield MISSING[kind]
