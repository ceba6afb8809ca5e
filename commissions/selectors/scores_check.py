"""What pasted rows would do to the scores of a window: row by row, with every cell that can't be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final

from accounts.models import User
from commissions.engine.pasted import SURPLUS, PastedRow, percent_of
from commissions.engine.roster import Refused
from commissions.engine.words import Told, told
from commissions.models.scores import LONGEST_NOTE
from commissions.selectors.pasted import People, Result, people_called, person_called, tried
from commissions.selectors.score_refusals import Entry, refusals
from commissions.selectors.scores import Cell, Place, sheet
from commissions.selectors.words import in_words
from core.periods import Period

NOBODY: Final = told(
    "Nobody whose scores you may see has this e-mail address, external id or name. Correct it, or ask their manager."
)
_ONE_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A score that the sheet asks for, and what its component is called."""

    cell: Cell
    component: str

    @property
    def name(self) -> str:
        return self.cell.name or self.component

    @property
    def called(self) -> frozenset[str]:
        own = (self.cell.place.objective, self.cell.name) if self.cell.name else (self.cell.place.component, self.name)
        return frozenset(text.lower() for text in own)


@dataclass(frozen=True, slots=True)
class RowOutcome:
    row: PastedRow
    result: Result
    person: User | None
    asked: Asked | None
    entry: Entry | None = None  # where something would be entered
    refused: tuple[str, ...] = ()  # in the reader's words: each cell that can't be, or what speaks against the row
    warned: Told | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What all rows do together."""

    rows: tuple[RowOutcome, ...]

    def count(self, result: Result) -> int:
        return sum(row.result is result for row in self.rows)

    @property
    def entries(self) -> list[Entry]:
        return [row.entry for row in self.rows if row.entry]

    @property
    def fingerprint(self) -> str:
        """The same for the same entries on what held: what was looked at is what is entered."""
        found = sorted((entry.place, entry.score_ppm, entry.seen or 0, entry.note) for entry in self.entries)
        return sha256(repr(found).encode()).hexdigest()


def check(rows: Sequence[PastedRow], window: Period, *, user: User, today: date) -> Check:
    """Read the rows and hold each against what was given and who may give it; nothing is written.

    1. Find the people among those whom the reader may see, and what is asked of each in the window. 2. Read the cells.
    3. Refuse what the service would, and a second row for the same score.
    """
    people = people_called({row["person"].lower() for row in rows}, User.objects.visible_to(user, today))
    named = {person.pk: person for found in people.values() for person in found}
    blocks = sheet(user, list(named.values()), window, today, is_priced=False)
    asked = {
        each.person.pk: [Asked(cell, part.component.name) for part in each.parts for cell in part.cells]
        for each in blocks
    }
    read = [_read(row, people, asked) for row in rows]
    entries = [each.entry for each in read if each.entry]
    held = {row.asked.cell.place: row.asked.cell.score for row in read if row.asked and row.asked.cell.score}
    why = refusals(entries, window, held, acting_user=user, today=today) if entries else {}
    return Check(tuple(_once(read, why)))


def _read(row: PastedRow, people: People, asked: Mapping[int, Sequence[Asked]]) -> RowOutcome:
    wrong: list[Told] = [SURPLUS] if row.surplus else []
    person = tried(wrong, lambda: person_called(row["person"], people, NOBODY))
    found = tried(wrong, lambda: _asked(row, asked.get(person.pk, ()))) if person else None
    ppm = tried(wrong, lambda: percent_of(row["score"]) if row["score"] else _without(row))
    tried(wrong, lambda: _short(row["note"]))
    if wrong or person is None or found is None:
        return RowOutcome(row, Result.REFUSED, person, found, refused=tuple(map(in_words, wrong)))
    held = found.cell.score
    given = (held.score_ppm, held.note) if held else (None, "")
    note = row["note"] or given[1]
    if ppm is None or (ppm, note) == given:
        return RowOutcome(row, Result.SAME, person, found)
    entry = Entry(found.cell.place, ppm, held.pk if held else None, note)
    is_odd = 0 < ppm <= _ONE_PERCENT and not row["score"].endswith("%")
    warned = told("That is one percent or less. If a share such as 0.85 is meant, write 85.") if is_odd else None
    return RowOutcome(row, Result.CHANGED if given[0] is not None else Result.NEW, person, found, entry, warned=warned)


def _without(row: PastedRow) -> None:
    if row["note"]:
        raise Refused(told("A note needs its score. Write the score as well."))


def _short(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise Refused(told("The note has more than %(most)s characters. Shorten it.", most=str(LONGEST_NOTE)))


def _asked(row: PastedRow, of: Sequence[Asked]) -> Asked:
    """The score that the row means. Raises Refused."""
    objective, component = row["objective"].lower(), row["component"].lower()
    if not of:
        raise Refused(told("On the last day of this period no plan asks for a score of this person."))
    fitting = [
        each
        for each in of
        if (not objective or objective in each.called)
        and (not component or component in (each.component.lower(), each.cell.place.component))
    ]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(dict.fromkeys(each.name for each in of))
    if not fitting:
        raise Refused(told("Nothing of this name is scored of this person. What is: %(known)s.", known=known))
    raise Refused(
        told("Several scores fit. Name the objective, and the component where two have it: %(known)s.", known=known)
    )


def _once(read: Sequence[RowOutcome], why: Mapping[Place, str]) -> Sequence[RowOutcome]:
    """The rows, without those that the service would refuse, and without a second one for the same score."""
    lines: dict[Place, int] = {}
    found = []
    for each in read:
        place = each.asked.cell.place if each.asked and each.result is not Result.REFUSED else None
        said = why.get(place, "") if place and each.entry else ""
        if place and place in lines:
            twice = told("Line %(line)s gives the same score. Remove one of the two.", line=str(lines[place]))
            said = in_words(twice)
        elif place:
            lines[place] = each.row.line
        found.append(replace(each, result=Result.REFUSED, entry=None, refused=(said,), warned=None) if said else each)
    return found
