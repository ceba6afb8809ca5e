"""How a key of a plan document says that it changed. `diff_keys` has an entry for each key; values are JSON's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from commissions.engine.words import Amount, Figure, Told, told

PER = {
    "deal": told("per deal"),
    "month": told("per month"),
    "quarter": told("per quarter"),
    "half": told("per half-year"),
    "year": told("per year"),
}


class Value(NamedTuple):
    """What a document has under a key, and the currency of its amounts."""

    json: Any  # None: nothing
    currency: str

    def inside(self, key: str) -> "Value":
        return Value((self.json or {}).get(key), self.currency)


class Entry(Protocol):
    """What one key says: nothing where both values mean the same."""

    def changes(self, old: Value, new: Value) -> Iterator[Told]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values: a sentence for each, whatever it was before."""

    says: Mapping[str, Told]
    absent: str = ""  # what a document without the key means; empty: nothing that could be said

    def changes(self, old: Value, new: Value) -> Iterator[Told]:
        before, after = (value.json or self.absent for value in (old, new))
        if before != after and after:
            yield self.says[after]


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that stands in the sentence: %(new)s where it comes, %(old)s where it goes, both where it changes."""

    figure: Callable[[Any, str], Figure]  # of the value and the currency
    comes: Told
    changed: Told
    goes: Told | None = None
    absent: Any = None

    def changes(self, old: Value, new: Value) -> Iterator[Told]:
        before, after = (self.absent if value.json in (None, []) else value.json for value in (old, new))
        if before == after:
            return
        said = self.comes if before is None else self.goes if after is None else self.changed
        figures = {
            name: self.figure(json, value.currency)
            for name, json, value in (("old", before, old), ("new", after, new))
            if json is not None
        }
        if said is not None:
            yield said.filled(**figures)


@dataclass(frozen=True, slots=True)
class Part:
    """Keys inside a key. Without a sentence for its end each of them says what its own absence means."""

    keys: Mapping[str, Entry]
    goes: Told | None = None

    def changes(self, old: Value, new: Value) -> Iterator[Told]:
        if old.json is not None and new.json is None and self.goes is not None:
            yield self.goes
            return
        yield from changes_of(self.keys, old, new)


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount per deal or window: a cap, a floor."""

    comes: Told  # %(amount)s %(per)s
    goes: Told
    rises: Told
    falls: Told
    holds: Told  # per another window
    keys: Mapping[str, Entry] = field(default_factory=dict)  # besides

    def changes(self, old: Value, new: Value) -> Iterator[Told]:
        if new.json is None:
            if old.json is not None:
                yield self.goes.filled(**_limit(old))
            return
        if old.json is None:
            yield self.comes.filled(**_limit(new))
        else:
            yield from self._other(old, new)
        yield from changes_of(self.keys, old, new)

    def _other(self, old: Value, new: Value) -> Iterator[Told]:
        before, after = _limit(old), _limit(new)
        less, more = Decimal(old.json["amount"]), Decimal(new.json["amount"])
        if less != more:
            yield (self.rises if less < more else self.falls).filled(old=before["amount"], new=after["amount"])
        if before["per"] != after["per"]:
            yield self.holds.filled(old=before["per"], new=after["per"])


def changes_of(keys: Mapping[str, Entry], old: Value, new: Value) -> Iterator[Told]:
    """What all of these keys say, in their order."""
    for key, entry in keys.items():
        yield from entry.changes(old.inside(key), new.inside(key))


def _limit(value: Value) -> dict[str, Figure]:
    return {"amount": Amount(Decimal(value.json["amount"]), value.currency), "per": PER[value.json["per"]]}
