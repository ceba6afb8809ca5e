"""What changed in the rates, tiers and caps of one component, in words. Reads documents as `to_json` makes them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from commissions.engine.words import Amount, Figure, Share, Told, told

Row = dict[str, Any]
Key = tuple[Decimal, int]  # where a row starts, and which of several rows there it is: two make a jump

ROW_KEYS = {"from", "rate", "pay"}
MOVES = {
    1: told("The rate rises from %(old)s to %(new)s."),
    -1: told("The rate falls from %(old)s to %(new)s."),
}
RATE_MOVES = {
    1: told("The rate from %(start)s rises from %(old)s to %(new)s."),
    -1: told("The rate from %(start)s falls from %(old)s to %(new)s."),
}
PAY_MOVES = {
    1: told("The pay at %(start)s rises from %(old)s to %(new)s."),
    -1: told("The pay at %(start)s falls from %(old)s to %(new)s."),
}
CAP_MOVES = {
    1: told("The cap rises from %(old)s to %(new)s."),
    -1: told("The cap falls from %(old)s to %(new)s."),
}


@dataclass(frozen=True, slots=True)
class Side:
    """A component before or after, and the currency of its amounts."""

    component: dict[str, Any]
    currency: str

    def start(self, row: Row) -> Figure:
        value = Decimal(row["from"])
        return Share(value) if self.component.get("against") == "quota" else Amount(value, self.currency)

    def value(self, row: Row) -> Figure:
        if row.get("rate") is not None:
            return Share(Decimal(row["rate"]))
        pay = Decimal(row.get("pay") or 0)
        return Share(pay) if self.component.get("pays") == "target" else Amount(pay, self.currency)

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


def weight_changes(old: str | None, new: str | None) -> Iterator[Told]:
    """Which share of the plan's target incentive is the component's."""
    if old == new:
        return
    if old is None and new is not None:
        yield told("Its share of the target incentive is now %(new)s.", new=Share(Decimal(new)))
    elif old is not None and new is None:
        yield told("It no longer has a share of the plan's target incentive; it was %(old)s.", old=Share(Decimal(old)))
    elif old is not None and new is not None:
        figures = {"old": Share(Decimal(old)), "new": Share(Decimal(new))}
        yield told("Its share of the target incentive is %(new)s, not %(old)s.", **figures)


def row_changes(old: Side, new: Side) -> Iterator[Told]:
    """Rows of the curve: those that start where they did, then those that moved, came or went."""
    before, after = old.rows(), new.rows()
    kept = {key for key in before.keys() & after.keys() if _worth(before[key])[0] == _worth(after[key])[0]}
    for key in sorted(kept):
        if _worth(before[key]) != _worth(after[key]):
            yield _changed(old, before[key], new, after[key])
    gone = [before[key] for key in sorted(before.keys() - kept)]
    come = [after[key] for key in sorted(after.keys() - kept)]
    yield from _moved(old, gone, new, come)
    yield from (_went(old, row) for row in gone)
    yield from (_came(new, row) for row in come)


def cap_changes(old: Side, new: Side, per: dict[str, Told]) -> Iterator[Told]:
    """The cap, when both sides say it as an amount per window; `per` are the words for windows."""
    before, after = old.component.get("cap"), new.component.get("cap")
    if before is None and after is not None:
        amount = Amount(Decimal(after["amount"]), new.currency)
        yield told("A cap is new: at most %(amount)s %(per)s.", amount=amount, per=per[after["per"]])
    elif before is not None and after is None:
        amount = Amount(Decimal(before["amount"]), old.currency)
        yield told("The cap of %(amount)s %(per)s is gone.", amount=amount, per=per[before["per"]])
    elif before is not None and after is not None:
        one, other = Decimal(before["amount"]), Decimal(after["amount"])
        if one != other:
            moves = CAP_MOVES[_direction(one, other)]
            yield moves.filled(old=Amount(one, old.currency), new=Amount(other, new.currency))
        if before["per"] != after["per"]:
            yield told("The cap holds %(new)s, not %(old)s.", new=per[after["per"]], old=per[before["per"]])


def _changed(old: Side, before: Row, new: Side, after: Row) -> Told:
    moves = RATE_MOVES if after.get("rate") is not None else PAY_MOVES
    return moves[_direction(_worth(before)[1], _worth(after)[1])].filled(
        start=new.start(after), old=old.value(before), new=new.value(after)
    )


def _moved(old: Side, gone: list[Row], new: Side, come: list[Row]) -> Iterator[Told]:
    """Rows that pay the same from another place on. Takes them out of both lists."""
    for row in list(gone):
        same = next((other for other in come if _worth(other) == _worth(row)), None)
        if same is not None:
            gone.remove(row)
            come.remove(same)
            figures = {"value": new.value(same), "old": old.start(row), "new": new.start(same)}
            if row.get("rate") is not None:
                yield told("The rate of %(value)s begins at %(new)s, not at %(old)s.", **figures)
            else:
                yield told("The pay of %(value)s is reached at %(new)s, not at %(old)s.", **figures)


def _went(side: Side, row: Row) -> Told:
    figures = {"start": side.start(row), "value": side.value(row)}
    if row.get("rate") is not None:
        return told("The tier from %(start)s is gone; its rate was %(value)s.", **figures)
    return told("The point at %(start)s is gone; it paid %(value)s.", **figures)


def _came(side: Side, row: Row) -> Told:
    figures = {"start": side.start(row), "value": side.value(row)}
    if row.get("rate") is not None:
        return told("A tier from %(start)s is new; its rate is %(value)s.", **figures)
    return told("A point at %(start)s is new; it pays %(value)s.", **figures)


def _worth(row: Row) -> tuple[str, Decimal]:
    kind = "rate" if row.get("rate") is not None else "pay"
    return kind, Decimal(row.get(kind) or 0)


def _direction(old: Decimal, new: Decimal) -> int:
    return 1 if new >= old else -1
