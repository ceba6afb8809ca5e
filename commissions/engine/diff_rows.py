"""What changed in the rates and tiers of one component, in words. Reads documents as `to_json` makes them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from commissions.engine.words import Amount, Figure, Share, Told, canonical, told

Row = dict[str, Any]
Key = tuple[Decimal, int]  # where a row starts, and which of several rows there it is: two make a jump


@dataclass(frozen=True, slots=True)
class RowWords:
    """What is said of rows that pay in one way; %(start)s is where a row begins, %(value)s what it pays."""

    comes: Told
    goes: Told
    rises: Told
    falls: Told
    moves: Told  # the same pay, from another place on


MOVES = {
    1: told("The rate rises from %(old)s to %(new)s."),
    -1: told("The rate falls from %(old)s to %(new)s."),
}
ROWS = {
    "rate": RowWords(
        comes=told("A tier from %(start)s is new; its rate is %(value)s."),
        goes=told("The tier from %(start)s is gone; its rate was %(value)s."),
        rises=told("The rate from %(start)s rises from %(old)s to %(new)s."),
        falls=told("The rate from %(start)s falls from %(old)s to %(new)s."),
        moves=told("The rate of %(value)s begins at %(new)s, not at %(old)s."),
    ),
    "pay_per_unit": RowWords(
        comes=told("A tier from %(start)s is new; there each one earns %(value)s."),
        goes=told("The tier from %(start)s is gone; there each one earned %(value)s."),
        rises=told("What each one earns from %(start)s rises from %(old)s to %(new)s."),
        falls=told("What each one earns from %(start)s falls from %(old)s to %(new)s."),
        moves=told("Each one earns %(value)s from %(new)s, not from %(old)s."),
    ),
    "pay_per_block": RowWords(
        comes=told("A tier from %(start)s is new; there it pays %(value)s."),
        goes=told("The tier from %(start)s is gone; there it paid %(value)s."),
        rises=told("The pay from %(start)s rises: it is %(new)s, not %(old)s."),
        falls=told("The pay from %(start)s falls: it is %(new)s, not %(old)s."),
        moves=told("The pay of %(value)s begins at %(new)s, not at %(old)s."),
    ),
    "pay": RowWords(
        comes=told("A point at %(start)s is new; it pays %(value)s."),
        goes=told("The point at %(start)s is gone; it paid %(value)s."),
        rises=told("The pay at %(start)s rises from %(old)s to %(new)s."),
        falls=told("The pay at %(start)s falls from %(old)s to %(new)s."),
        moves=told("The pay of %(value)s is reached at %(new)s, not at %(old)s."),
    ),
}
BONUSES = {
    1: told("The bonus for reaching %(start)s rises from %(old)s to %(new)s."),
    -1: told("The bonus for reaching %(start)s falls from %(old)s to %(new)s."),
}
BY_BLOCKS = {"pay_per_block", "block"}  # of a flat component
COUNTED = {
    "quantity": (told("one unit"), told("%(number)s units")),
    "count": (told("one deal"), told("%(number)s deals")),
}


@dataclass(frozen=True, slots=True)
class Side:
    """A component before or after, and the currency of its amounts."""

    component: dict[str, Any]
    currency: str

    def start(self, row: Row) -> Figure:
        return self.size(Decimal(row["from"]))

    def size(self, value: Decimal) -> Figure:
        """A place on the curve, or a part of it."""
        if self.component.get("against") == "quota" or self.component.get("measure") == "score":
            return Share(value)
        if "measure" not in self.component:
            return Amount(value, self.currency)
        one, several = COUNTED[self.component["measure"]]
        return one if value == 1 else several.filled(number=_number(value))

    def value(self, row: Row) -> Figure:
        kind, value, block = _worth(row)
        if kind == "pay_per_block":
            pay = Amount(value, self.currency)
            return told("%(pay)s per started block of %(block)s", pay=pay, block=self.size(block))
        return Share(value) if kind == "rate" else self.pay(value)

    def pay(self, value: Decimal) -> Figure:
        """Of a bonus or of all that a row pays."""
        return Share(value) if self.component.get("pays") == "target" else Amount(value, self.currency)

    def rows(self) -> dict[Key, Row]:
        seen: Counter[Decimal] = Counter()
        found = {}
        for row in self.component.get("curve", ()):
            start = Decimal(row["from"])
            found[start, seen[start]] = row
            seen[start] += 1
        return found


def rate_changes(old: Side, new: Side) -> Iterator[Told]:
    """The one rate of a flat component."""
    before, after = old.component.get("rate"), new.component.get("rate")
    if before is None and after is not None:
        yield told("Everything now earns one rate: %(new)s.", new=Share(Decimal(after)))
    elif before is not None and after is None:
        yield told("The one rate of %(old)s no longer holds.", old=Share(Decimal(before)))
    elif before is not None and after is not None and before != after:
        one, other = Decimal(before), Decimal(after)
        yield MOVES[_direction(one, other)].filled(old=Share(one), new=Share(other))


def block_changes(old: Side, new: Side) -> Iterator[Told]:
    """What a flat component pays for each started block."""
    is_old, is_new = ("pay_per_block" in side.component for side in (old, new))
    if is_new and not is_old:
        yield told("Everything now earns %(new)s.", new=new.value(new.component))
    elif is_old and not is_new:
        yield told("It no longer earns %(old)s.", old=old.value(old.component))
    elif is_old and _worth(old.component) != _worth(new.component):
        yield told("It earns %(new)s, not %(old)s.", old=old.value(old.component), new=new.value(new.component))


def row_changes(old: Side, new: Side) -> Iterator[Told]:
    """Rows of the curve: those that start where they did, then those that moved, came or went; each with its bonus."""
    before, after = old.rows(), new.rows()
    kept = {key for key in before.keys() & after.keys() if _worth(before[key])[0] == _worth(after[key])[0]}
    for key in sorted(kept):
        if _worth(before[key]) != _worth(after[key]):
            yield _changed(old, before[key], new, after[key])
        yield from _bonus(old, before[key], new, after[key])
    gone = [before[key] for key in sorted(before.keys() - kept)]
    come = [after[key] for key in sorted(after.keys() - kept)]
    yield from _moved(old, gone, new, come)
    for row in gone:
        yield _words(row).goes.filled(start=old.start(row), value=old.value(row))
        yield from _bonus(old, row, new, {"from": row["from"]})
    for row in come:
        yield _words(row).comes.filled(start=new.start(row), value=new.value(row))
        yield from _bonus(old, {"from": row["from"]}, new, row)


def _changed(old: Side, before: Row, new: Side, after: Row) -> Told:
    rises = _direction(*(value / (block or 1) for _kind, value, block in (_worth(before), _worth(after)))) == 1
    moved = _words(after).rises if rises else _words(after).falls
    return moved.filled(start=new.start(after), old=old.value(before), new=new.value(after))


def _bonus(old: Side, before: Row, new: Side, after: Row) -> Iterator[Told]:
    """What is paid once when the row is reached."""
    one, other = (Decimal(row.get("bonus") or 0) for row in (before, after))
    if one == other:
        return
    figures = {"start": new.start(after), "old": old.pay(one), "new": new.pay(other)}
    if not one:
        yield told("Reaching %(start)s now pays a bonus, once: %(new)s.").filled(**figures)
    elif not other:
        yield told("The bonus for reaching %(start)s is gone; it was %(old)s.").filled(**figures)
    else:
        yield BONUSES[_direction(one, other)].filled(**figures)


def _moved(old: Side, gone: list[Row], new: Side, come: list[Row]) -> Iterator[Told]:
    """Rows that pay the same from another place on. Takes them out of both lists."""
    for row in list(gone):
        same = next((other for other in come if _worth(other) == _worth(row)), None)
        if same is not None:
            gone.remove(row)
            come.remove(same)
            yield _words(row).moves.filled(value=new.value(same), old=old.start(row), new=new.start(same))
            yield from _bonus(old, row, new, same)


def _worth(row: Row) -> tuple[str, Decimal, Decimal]:
    """How it pays, how much, and for how large a block."""
    kind = next((kind for kind in ROWS if row.get(kind) is not None), "pay")
    return kind, Decimal(row.get(kind) or 0), Decimal(row.get("block") or 0)


def _words(row: Row) -> RowWords:
    return ROWS[_worth(row)[0]]


def _number(value: Decimal) -> int | str:
    return canonical(value) if value % 1 else int(value)


def _direction(old: Decimal, new: Decimal) -> int:
    return 1 if new >= old else -1
