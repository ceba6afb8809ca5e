"""Whose a deal was when a closed statement credited it: they keep that part of it, whoever shares the deal now.

Each event moves the credited part of a deal from one point to another. The stretch between them belongs to those who
shared the deal then: as closed statements say, and after them the present sharers. What is taken back later is taken
from those to whom the stretches belong. So who took a deal over neither earned what was credited before, nor gives it
back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from commissions.engine.events import Event, has_parts
from commissions.engine.frames import SHARES, WHOLE_SHARE
from core.money import round_half_up

Sharers = tuple[tuple[int, int], ...]  # (payee, share) of one role, by payee
Row = dict[str, Any]
_PIECES = 1000  # more than an event is ever divided into: those of one event come before those of the next


@dataclass(frozen=True, slots=True)
class Kept:
    """Events and shares where a deal with former sharers has a number for each set of sharers of a role."""

    events: pl.DataFrame
    shares: pl.DataFrame
    deals: Mapping[int, int]  # by number, which no deal has, the deal

    @property
    def takes_back(self) -> pl.Expr:
        """Whether an event takes back what a closed statement may have credited."""
        return pl.col("deal").is_in(list(self.deals)) & (pl.col("after") < pl.col("before"))

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with deals in the place of these numbers."""
        return rows.with_columns(pl.col("deal").replace(self.deals)) if self.deals else rows

    def items(self, items: pl.DataFrame | None) -> pl.DataFrame | None:
        """ITEMS, those of deals with such numbers under these as well."""
        if items is None or not self.deals:
            return items
        numbers = pl.DataFrame({"number_of": self.deals.keys(), "deal": self.deals.values()}, schema_overrides=_IDS)
        under = items.join(numbers, on="deal").with_columns(deal="number_of")
        return pl.concat([items, under.select(items.columns)])


_IDS = {"number_of": pl.Int64(), "deal": pl.Int64()}


def keep(events: pl.DataFrame, shares: pl.DataFrame, credited: pl.DataFrame | None) -> Kept:
    """The events (of `events.with_events`) and SHARES, so that each event of a deal in `credited` (CREDITED) is given
    to those to whom it belongs. An event that takes back what several had been credited with becomes several.
    """
    if credited is None or credited.is_empty():
        return Kept(events, shares, {})
    then = _then(credited.join(events.select("deal").unique(), on="deal", how="semi"))
    if not then:
        return Kept(events, shares, {})
    now = _now(shares.filter(pl.col("deal").is_in([deal for deal, _role in then])))
    numbers: dict[tuple[int, str, Sharers], int] = {}
    roles: dict[int, list[str]] = defaultdict(list)
    for deal, role in sorted({*then, *now}):
        roles[deal].append(role)
    lowest = min(
        0, *map(int, events["deal"].drop_nulls().bottom_k(1))
    )  # deals that somebody makes up have numbers below 0, too
    rows = []
    for own in _rows_by_deal(events, set(roles)):
        for role in roles[own[0]["deal"]]:
            key = (own[0]["deal"], role)
            for piece, sharers in _owned(own, _Owners(then.get(key, ()), now.get(key, ()))):
                number = numbers.setdefault((*key, sharers), lowest - 1 - len(numbers))
                rows.append(piece | {"deal": number})
    concerned = pl.col("deal").is_in(list(roles))
    parts = [(number, payee, role, share) for (_deal, role, own), number in numbers.items() for payee, share in own]
    return Kept(
        pl.concat([events.filter(~concerned), pl.DataFrame(rows, schema=events.schema)]),
        pl.concat([shares.select(list(SHARES)).filter(~concerned), pl.DataFrame(parts, schema=SHARES, orient="row")]),
        {number: deal for (deal, _role, _sharers), number in numbers.items()},
    )


@dataclass(frozen=True, slots=True, order=True)
class _Era:
    """Who shared a deal in a role in the time of a closed statement."""

    start: date
    end: date
    sharers: Sharers


@dataclass(frozen=True, slots=True)
class _Owners:
    then: Sequence[_Era]  # by their days
    now: Sharers

    def on(self, day: date) -> Sharers:
        """To whom a credit of that day belongs: those of the closed statements of that time; where none credited the
        deal then, but a later one did, its; else the present ones.
        """
        reached = [era for era in self.then if day < era.end]
        if not reached:
            return self.now
        first = min(era.start for era in reached)
        return _together(era for era in reached if era.start <= max(day, first))


def _together(eras: Iterator[_Era]) -> Sharers:
    """Those of statements that cover different lengths of time; never more than the whole."""
    found: dict[int, int] = {}
    for era in eras:
        new = {payee: share for payee, share in era.sharers if payee not in found}
        if sum(found.values()) + sum(new.values()) <= WHOLE_SHARE:
            found |= new
    return tuple(sorted(found.items()))


def _then(credited: pl.DataFrame) -> dict[tuple[int, str], list[_Era]]:
    eras: dict[tuple[int, str], dict[tuple[date, date], dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in credited.iter_rows(named=True):
        eras[row["deal"], row["role"]][row["start"], row["end"]][row["payee"]] = row["share"]
    return {
        key: sorted(_Era(*days, tuple(sorted(sharers.items()))) for days, sharers in of_key.items())
        for key, of_key in eras.items()
    }


def _now(shares: pl.DataFrame) -> dict[tuple[int, str], Sharers]:
    found: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for deal, payee, role, share in shares.select(list(SHARES)).iter_rows():
        found[deal, role].append((payee, share))
    return {key: tuple(sorted(sharers)) for key, sharers in found.items()}


def _rows_by_deal(events: pl.DataFrame, deals: set[int]) -> Iterator[list[Row]]:
    """The events of one deal under one rule, in their order."""
    mine = events.filter(pl.col("deal").is_in(sorted(deals)))
    if not has_parts(events):
        yield from ([row] for row in mine.iter_rows(named=True))
        return
    for _key, rows in mine.sort("deal", "rule", "turn").group_by("deal", "rule", maintain_order=True):
        yield list(rows.iter_rows(named=True))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Of what is credited of a deal, whole deals: from where to where it belongs to whom."""

    bottom: Fraction
    top: Fraction
    sharers: Sharers


@dataclass(slots=True)
class _Standing:
    """What is credited of a deal so far, from the bottom up; and what stood before it was last taken back."""

    stretches: list[_Stretch] = field(default_factory=list)
    before: list[_Stretch] = field(default_factory=list)

    def give(self, before: Fraction, after: Fraction, sharers: Sharers) -> Iterator[tuple[_Stretch, _Stretch]]:
        """The stretch as it was, and as it is; so for all that follow."""
        last = self.stretches[-1] if self.stretches else None
        if last and (last.sharers, last.top) == (sharers, before):
            self.stretches[-1] = replace(last, top=after)
            yield last, self.stretches[-1]
        else:
            self.stretches.append(_Stretch(before, after, sharers))
            yield replace(self.stretches[-1], top=before), self.stretches[-1]

    def pay_back(self, much: Fraction) -> Iterator[tuple[_Stretch, _Stretch]]:
        """What came last goes first."""
        for place in reversed(range(len(self.stretches))):
            stretch = self.stretches[place]
            less = replace(stretch, top=max(stretch.bottom, stretch.top - much))
            much -= stretch.top - less.top
            self.stretches[place] = less
            if less != stretch:
                yield stretch, less
        self.stretches = [each for each in self.stretches if each.top > each.bottom]

    def take(self, kept: Fraction, whole: int) -> Iterator[tuple[_Stretch, _Stretch]]:
        """Of each stretch the same part stays, rounded to one of `whole`."""
        self.before, self.stretches = self.stretches, [_part_of(each, kept, whole) for each in self.stretches]
        yield from zip(reversed(self.before), reversed(self.stretches), strict=True)

    def give_again(self) -> Iterator[tuple[_Stretch, _Stretch]]:
        """What was last taken back."""
        yield from zip(self.stretches, self.before, strict=True)
        self.stretches = self.before


def _part_of(stretch: _Stretch, kept: Fraction, whole: int) -> _Stretch:
    stays = (stretch.top - stretch.bottom) * kept * whole
    return replace(stretch, top=stretch.bottom + Fraction(round_half_up(stays.numerator, stays.denominator), whole))


def _owned(rows: list[Row], owners: _Owners) -> Iterator[tuple[Row, Sharers]]:
    """The events of a deal under one rule, each with those to whom it belongs; divided where it belongs to several."""
    if "whole" not in rows[0]:
        yield from ((row, owners.on(row["date"])) for row in rows)
        return
    standing, last = _Standing(), ""
    for row in rows:
        pieces = [(old, new) for old, new in _moves(row, standing, owners, last) if old != new]
        for index, (old, new) in enumerate(pieces):
            yield _piece(row, index, old, new), old.sharers
        last = row["event"]


def _moves(row: Row, standing: _Standing, owners: _Owners, last: str) -> Iterator[tuple[_Stretch, _Stretch]]:
    before, after = (Fraction(row[name], row["whole"]) for name in ("before", "after"))
    if before < after:
        again = last == Event.UNPAID and bool(standing.before)
        yield from standing.give_again() if again else standing.give(before, after, owners.on(row["date"]))
    elif row["event"] == Event.PAID:
        yield from standing.pay_back(before - after)
    else:
        yield from standing.take(after / before, row["whole"])


def _piece(row: Row, index: int, old: _Stretch, new: _Stretch) -> Row:
    """The part of an event that moves one stretch; its figures are whole numbers out of `whole`, for the points of
    the events before are."""
    points = {"bottom": old.bottom, "before": old.top, "after": new.top}
    counted = {name: int(point * row["whole"]) for name, point in points.items()}
    return row | counted | {"turn": row["turn"] * _PIECES + index}


def gone(history: pl.DataFrame) -> pl.DataFrame:
    """The times in which payees are on no plan any more, or not yet again, as assignments to the version that each was
    last on. `history` has the columns payee, plan, plan_version, start and end.
    """
    left = history.filter(pl.col("end").is_not_null())["payee"].unique()
    rows = []
    for _payee, own in history.filter(pl.col("payee").is_in(left.implode())).group_by("payee"):
        rows += list(_gone(list(own.iter_rows(named=True))))
    return pl.DataFrame(rows, schema=history.schema)


def _gone(spans: list[Row]) -> Iterator[Row]:
    for span in spans:
        end = span["end"]
        if end is not None and not any(each["start"] <= end and _lasts(each["end"], end) for each in spans):
            again = min((each["start"] for each in spans if each["start"] > end), default=None)
            yield span | {"start": end, "end": again}


def _lasts(end: date | None, day: date) -> bool:
    return end is None or day < end


def with_gone(
    assignments: pl.DataFrame, kept: Kept, history: pl.DataFrame, versions: list[int]
) -> tuple[pl.DataFrame, pl.Expr | None]:
    """The assignments, and marked those of who has left: she gives back all the same what closed statements credited
    her with, on the plan that she was last on, if it is one of these versions; and which events that are.
    """
    if not kept.deals or not has_parts(kept.events):
        return assignments, None
    left = gone(history).filter(pl.col("plan_version").is_in(versions))
    marked = [assignments.with_columns(gone=pl.lit(value=False)), left.with_columns(gone=pl.lit(value=True))]
    return pl.concat([each.select(marked[0].columns) for each in marked]), kept.takes_back


def with_those_gone(assignments: pl.DataFrame, lines: pl.DataFrame, credited: pl.DataFrame | None) -> pl.DataFrame:
    """The assignments, and of who has a line without being on that plan any more one without days."""
    if credited is None or credited.is_empty():
        return assignments
    own = lines.select("payee", "plan", "plan_version").unique()
    return pl.concat([assignments, own.join(assignments, on=own.columns, how="anti")], how="diagonal")
