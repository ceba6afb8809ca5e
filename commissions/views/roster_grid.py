"""The grid of people and plans as it is sent: which rows somebody edited, and what they ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict

from commissions.engine.pasted import PastedRow, Signs, day_of
from commissions.engine.roster import QuotaKey, QuotaWish, Refused, Wish
from commissions.engine.schema import PlanDocument
from commissions.engine.spans import Span
from commissions.engine.words import Told, told
from commissions.selectors.roster import PlanStay, RosterRow, StayQuota, Typed
from commissions.selectors.roster_check import quota_of, wish_of
from commissions.selectors.roster_state import Place, day_after, documents_of, span_of
from commissions.selectors.words import in_words

LONGEST = 100
MEANWHILE = told("Somebody else changed this after you opened the page. Look at it again.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that somebody edited."""

    name: str  # of its inputs
    place: Place
    wishes: tuple[Wish, ...] = ()
    refused: Told | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """Two inputs that belong together: days, or an amount and what it is per."""

    name: str
    typed: Typed
    seen: str
    quota: StayQuota | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A stay as the grid shows it, or as it was sent; without a stay: a plan to be chosen."""

    name: str
    stay: PlanStay | None
    days: Input
    quotas: tuple[Input, ...]
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
                if any(map(self._is_edited, _names(row, stay))):
                    yield self._asked(name_of(row, stay), Place(row.person.pk, stay.plan.pk), stay, documents)
            if plan := self._chosen(row):
                yield self._asked(name_of(row, None), Place(row.person.pk, plan), None, documents)

    def lost(self) -> bool:
        """Whether something was edited that is not there any more."""
        here = {name for row in self.rows for stay in row.stays for name in _names(row, stay)}
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
        return f"{name}-seen" in self.data and self.typed(name).seen != self.data[f"{name}-seen"]

    def typed(self, name: str) -> Typed:
        return Typed(*(self.data.get(f"{name}-{part}", "").strip()[:LONGEST] for part in ("first", "second")))

    def _asked(self, name: str, place: Place, stay: PlanStay | None, documents: Mapping[int, PlanDocument]) -> Asked:
        try:
            document = _document(documents, place.plan)
            wishes = tuple(self._edits(name, stay, document)) if stay else (self._addition(name, document),)
        except Refused as error:
            return Asked(name, place, refused=error.told)
        return Asked(name, place, wishes)

    def _addition(self, name: str, document: PlanDocument) -> Wish:
        days, quota = self.typed(name), self.typed(f"{name}-quota")
        return wish_of(_cells(days, quota, QuotaKey("", "")), document, self.signs)

    def _edits(self, name: str, stay: PlanStay, document: PlanDocument) -> Iterator[Wish]:
        """The days in place of those that were, and quotas from the chosen day until what is planned for later."""
        days = span_of(stay.during)
        if self._is_edited(name):
            self._refuse_unseen(name, stay.typed)
            days = _days(self.typed(name), self.signs)
            yield Wish(days=days, instead_of=span_of(stay.during))
        for quota in stay.quotas:
            if self._is_edited(key := quota_name(name, quota)):
                self._refuse_unseen(key, quota.typed)
                yield Wish(quota=self._quota(self.typed(key), quota.key, days, document))

    def _refuse_unseen(self, name: str, now: Typed) -> None:
        if self.data[f"{name}-seen"] != now.seen:
            raise Refused(MEANWHILE)

    def _quota(self, typed: Typed, key: QuotaKey, days: Span, document: PlanDocument) -> QuotaWish:
        span = Span(max(self.quotas_from, days.start), None)
        wish = quota_of(_cells(Typed("", ""), typed, key), document, span, self.signs)
        return replace(wish, until_next=True) if wish else QuotaWish(key, span, until_next=True)


def name_of(row: RosterRow, stay: PlanStay | None) -> str:
    """How a line's inputs begin: by what it says, since a changed assignment is another row of the database."""
    return f"a{row.person.pk}-{stay.plan.pk}-{stay.during.lower:%Y%m%d}" if stay else f"n{row.person.pk}"


def quota_name(name: str, quota: StayQuota) -> str:
    return f"{name}-{quota.key.kind}-{quota.key.component}"


def _names(row: RosterRow, stay: PlanStay) -> list[str]:
    name = name_of(row, stay)
    return [name, *(quota_name(name, quota) for quota in stay.quotas)]


def _cells(days: Typed, quota: Typed, key: QuotaKey) -> PastedRow:
    cells = {"from": days.first, "to": days.second, "quota": quota.first, "per": quota.second}
    return PastedRow(0, {**cells, "kind": key.kind, "component": key.component})


def _days(typed: Typed, signs: Signs) -> Span:
    if not typed.first:
        raise Refused(told("The first day is missing. Write from when this holds."))
    start, last = day_of(typed.first, signs), day_of(typed.second, signs) if typed.second else None
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
        quotas = tuple(_input(quota_name(name, quota), quota.typed, grid, quota) for quota in stay.quotas)
        yield Line(name, stay, _input(name, stay.typed, grid), quotas, trouble=_trouble(name, refused))
    if not row.stays:
        name = name_of(row, None)
        empty = Typed("", "")
        plan = str(grid.data.get(f"{name}-plan", "")) if grid else ""
        quotas = (_input(f"{name}-quota", empty, grid),)
        yield Line(name, None, _input(name, empty, grid), quotas, plan, _trouble(name, refused))


def _input(name: str, now: Typed, grid: Grid | None, quota: StayQuota | None = None) -> Input:
    if grid is None or f"{name}-first" not in grid.data:
        return Input(name, now, now.seen, quota)
    return Input(name, grid.typed(name), str(grid.data.get(f"{name}-seen", "")), quota)


def _trouble(name: str, refused: Mapping[str, Told]) -> str:
    return in_words(refused[name]) if name in refused else ""
