"""The grid of people and plans as it is sent: which rows somebody edited, and what they ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from commissions.engine.pasted import PastedRow, Signs, day_of
from commissions.engine.roster import QUOTA, QuotaWish, Refused, Wish
from commissions.engine.schema import PlanDocument
from commissions.engine.spans import Span
from commissions.engine.words import Told, told
from commissions.selectors.roster import Fields, PlanStay, RosterRow
from commissions.selectors.roster_check import quota_of, wish_of
from commissions.selectors.roster_state import Place, day_after, documents_of, span_of
from commissions.selectors.words import in_words

LONGEST = 100
PARTS = ("since", "last", "quota", "per")
MEANWHILE = told("Somebody else changed this after you opened the page. Look at it again.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that somebody edited."""

    name: str  # of its inputs
    place: Place
    wishes: tuple[Wish, ...] = ()
    refused: Told | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A stay as the grid shows it, or as it was sent; without a stay: a plan to be chosen."""

    name: str
    stay: PlanStay | None
    fields: Fields
    seen: str
    plan: str = ""  # that is chosen
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """What was sent about the people of a page; their rows were loaded again since."""

    data: QueryDict
    rows: Sequence[RosterRow]
    signs: Signs
    quotas_from: date

    def asked(self) -> Iterator[Asked]:
        documents = documents_of([*self._stays_plans(), *self._chosen_plans()])
        for row in self.rows:
            for stay in row.stays:
                if self._is_edited(name := name_of(row, stay)):
                    yield self._asked(name, Place(row.person.pk, stay.plan.pk), stay, documents)
            if plan := self._chosen(row):
                yield self._asked(name_of(row, None), Place(row.person.pk, plan), None, documents)

    def lost(self) -> bool:
        """Whether a row was edited that is not there any more."""
        here = {name_of(row, stay) for row in self.rows for stay in row.stays}
        names = (key.removesuffix("-seen") for key in self.data if key.endswith("-seen"))
        return any(name not in here and self._is_edited(name) for name in names)

    def _stays_plans(self) -> Iterator[int]:
        return (stay.plan.pk for row in self.rows for stay in row.stays)

    def _chosen_plans(self) -> Iterator[int]:
        return (plan for row in self.rows if (plan := self._chosen(row)))

    def _chosen(self, row: RosterRow) -> int:
        key = self.data.get(f"{name_of(row, None)}-plan", "")
        return int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0

    def _is_edited(self, name: str) -> bool:
        return f"{name}-seen" in self.data and self.fields(name).seen != self.data[f"{name}-seen"]

    def fields(self, name: str) -> Fields:
        return Fields(*(self.data.get(f"{name}-{part}", "").strip()[:LONGEST] for part in PARTS))

    def _asked(self, name: str, place: Place, stay: PlanStay | None, documents: Mapping[int, PlanDocument]) -> Asked:
        try:
            document = _document(documents, place.plan)
            wishes = self._edit(name, stay, document) if stay else (self._addition(name, document),)
        except Refused as error:
            return Asked(name, place, refused=error.told)
        return Asked(name, place, wishes)

    def _addition(self, name: str, document: PlanDocument) -> Wish:
        return wish_of(_cells(self.fields(name)), document, self.signs)

    def _edit(self, name: str, stay: PlanStay, document: PlanDocument) -> tuple[Wish, ...]:
        """The days in place of those that were, and the quota from the chosen day until what is planned for later."""
        fields = self.fields(name)
        if self.data[f"{name}-seen"] != stay.fields.seen:
            raise Refused(MEANWHILE)
        days = _days(fields, self.signs)
        wishes = []
        if days != span_of(stay.during):
            wishes.append(Wish(days=days, instead_of=span_of(stay.during)))
        if (fields.quota, fields.per) != (stay.fields.quota, stay.fields.per):
            wishes.append(Wish(quota=self._quota(fields, days, document)))
        return tuple(wishes)

    def _quota(self, fields: Fields, days: Span, document: PlanDocument) -> QuotaWish:
        first = max(self.quotas_from, days.start)
        if not fields.quota:
            return QuotaWish(QUOTA, Span(first, None), until_next=True)
        wish = quota_of(_cells(fields), document, Span(first, None), self.signs)
        if wish is None:
            raise Refused(MEANWHILE)
        return QuotaWish(wish.key, wish.span, wish.per, wish.amount, until_next=True)


def name_of(row: RosterRow, stay: PlanStay | None) -> str:
    """How a line's inputs begin: by what it says, since a changed assignment is another row of the database."""
    return f"a{row.person.pk}-{stay.plan.pk}-{stay.during.lower:%Y%m%d}" if stay else f"n{row.person.pk}"


def _cells(fields: Fields) -> PastedRow:
    return PastedRow(0, {"from": fields.since, "to": fields.last, "quota": fields.quota, "per": fields.per})


def _days(fields: Fields, signs: Signs) -> Span:
    if not fields.since:
        raise Refused(told("The first day is missing. Write from when this holds."))
    start, last = day_of(fields.since, signs), day_of(fields.last, signs) if fields.last else None
    if last is not None and last < start:
        raise Refused(told("The last day comes before the first. Exchange them, or correct one."))
    return Span(start, day_after(last) if last else None)


def _document(documents: Mapping[int, PlanDocument], plan: int) -> PlanDocument:
    try:
        return documents[plan]
    except KeyError:
        raise Refused(told("This plan has no document yet. Publish one first.")) from None


def lines_of(row: RosterRow, grid: Grid | None, refused: Mapping[str, Told]) -> Iterator[Line]:
    """The lines of a person: a stay each, or one for a plan to come. With a grid, as it was sent."""
    for stay in row.stays:
        name = name_of(row, stay)
        is_sent = grid is not None and f"{name}-seen" in grid.data
        fields = grid.fields(name) if grid and is_sent else stay.fields
        seen = str(grid.data[f"{name}-seen"]) if grid and is_sent else stay.fields.seen
        yield Line(name, stay, fields, seen, trouble=_trouble(name, refused))
    if not row.stays:
        name = name_of(row, None)
        fields = grid.fields(name) if grid else Fields("", "", "", "")
        plan = str(grid.data.get(f"{name}-plan", "")) if grid else ""
        yield Line(name, None, fields, "", plan, _trouble(name, refused))


def _trouble(name: str, refused: Mapping[str, Told]) -> str:
    return in_words(refused[name]) if name in refused else ""
