"""The components of a plan as forms show them, and the text that comes of what somebody filled in."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from commissions.engine.decimals import canonical
from commissions.engine.diff import WORDS
from commissions.engine.rewrite import (
    Part,
    components_of,
    head_of,
    with_another,
    with_component,
    with_head,
    without_component,
)
from commissions.engine.schema import Against, Tiers, Window
from commissions.engine.words import Told
from commissions.selectors.words import in_words
from core.periods import PeriodKind

SPARE_ROWS = 3
MOST_ROWS = 50
MOST_FIELDS = 600  # of all cards together; a larger plan is changed as text
_PAYS = {"interpolated": "pay", "stepped": "pay"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlanHead:
    name: str
    currency: str
    periods: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class CardRow:
    number: int
    start: str
    value: str


@dataclass(frozen=True, slots=True)
class Card:
    number: int
    name: str
    when: str
    base: str
    windows: tuple[Choice, ...]
    against: tuple[Choice, ...]
    tiers: tuple[Choice, ...]
    is_flat: bool
    rate: str
    rows: tuple[CardRow, ...]  # of the curve, and empty ones to fill in
    cap: str
    cap_per: tuple[Choice, ...]
    is_only: bool


def cards(source: str) -> tuple[Card, ...]:
    """A card for each component, whether it is right yet or not; none for a text that can't be read."""
    parts = components_of(source)
    found = tuple(_card(number, part, is_only=len(parts) == 1) for number, part in enumerate(parts))
    return found if sum(9 + 2 * len(card.rows) for card in found) <= MOST_FIELDS else ()


def plan_head(source: str) -> PlanHead:
    said = head_of(source)
    periods = _choices(PeriodKind, said.get("period", ""))
    return PlanHead(said.get("plan", ""), said.get("currency", ""), periods)


def _with_head(source: str, fields: Mapping[str, str]) -> str:
    before = head_of(source)
    for key in ("plan", "currency", "period"):
        said = fields.get(f"plan-{key}", "").strip()
        if said and said != before.get(key):
            source = with_head(source, key, said)
    return source


def mark_of(source: str) -> str:
    """What cards carry of the text that they were made from: those of an older text are passed over."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def with_cards(source: str, fields: Mapping[str, str]) -> str:
    """The text as its cards say, with a component more or less where that was asked for."""
    try:
        if fields.get("cards-of") == mark_of(source):
            source = _with_head(source, fields)
            for number in range(len(cards(source))):
                source = filled_in(source, number, fields)
        if "add" in fields:
            source = with_new_component(source)
        if fields.get("remove", "") in {str(card.number) for card in cards(source) if not card.is_only}:
            source = without_component(source, int(fields["remove"]))
    except IndexError:
        pass  # another text than the cards were made from
    return source


def has_cards(source: str, fields: Mapping[str, str]) -> bool:
    """Whether the cards that sent these fields are of the kinds that the text has: then nobody's typing is replaced."""
    found = cards(source)
    return bool(found) and all(f"{card.number}-{'rate' if card.is_flat else '0-from'}" in fields for card in found)


def filled_in(source: str, number: int, fields: Mapping[str, str]) -> str:
    """The text with a component as its card says; keys that no card has stay. Raises IndexError."""
    before = components_of(source)[number]
    part = dict(before)
    for key in ("name", "when", "base"):
        _put(part, key, fields.get(f"{number}-{key}", ""))
    for key, usual in (("window", "deal"), ("against", "amount"), ("tiers", "flat")):
        said = fields.get(f"{number}-{key}", usual)
        _put(part, key, "" if said == usual and key not in part else said)
    _put_curve(part, number, fields)
    _put_cap(part, number, fields)
    return source if _in_texts(part) == _in_texts(before) else with_component(source, number, part)


def with_new_component(source: str) -> str:
    """The text with one more component, to be filled in."""
    taken = {str(part.get("key")) for part in components_of(source)}
    number = next(n for n in range(len(taken) + 1, len(taken) + 100) if f"component-{n}" not in taken)
    return with_another(source, {"key": f"component-{number}", "name": _("New component"), "rate": "5%"})


def _in_texts(value: Any) -> Any:  # noqa: ANN401 whatever a component holds
    """What a form shows of it: nothing else has changed, so the text keeps its comments."""
    if isinstance(value, dict):
        return {key: _in_texts(inner) for key, inner in value.items()}
    return [_in_texts(inner) for inner in value] if isinstance(value, list) else _shown(value)


def _card(number: int, part: Part, *, is_only: bool) -> Card:
    tiers, cap = str(part.get("tiers", "flat")), part.get("cap")
    cap = cap if isinstance(cap, dict) else {}
    return Card(
        number=number,
        name=_shown(part.get("name")),
        when=_shown(part.get("when")),
        base=_shown(part.get("base")),
        windows=_choices(Window, part.get("window", "deal")),
        against=_choices(Against, part.get("against", "amount")),
        tiers=_choices(Tiers, tiers),
        is_flat=tiers == "flat",
        rate=_shown(part.get("rate")),
        rows=tuple(_rows(part, tiers)),
        cap=_shown(cap.get("amount")),
        cap_per=_choices(Window, cap.get("per", "quarter")),
        is_only=is_only,
    )


def _rows(part: Part, tiers: str) -> Iterator[CardRow]:
    curve = part.get("curve")
    written = [row for row in curve if isinstance(row, dict)] if isinstance(curve, list) else []
    for number, row in enumerate([*written, *({} for _spare in range(SPARE_ROWS))]):
        yield CardRow(number, _shown(row.get("from")), _shown(row.get(_pays(row, tiers))))


def _pays(row: Part, tiers: str) -> str:
    """Which key of a row says what it pays."""
    return "pay_per_unit" if "pay_per_unit" in row else _PAYS.get(tiers, "rate")


def _choices(kind: type[StrEnum], chosen: object) -> tuple[Choice, ...]:
    return tuple(
        Choice(one.value, in_words(WORDS.get(one.value) or Told(one.value)), one.value == str(chosen)) for one in kind
    )


def _shown(value: object) -> str:
    return "" if value is None else canonical(value) if isinstance(value, Decimal) else str(value)


def _put(part: Part, key: str, said: str) -> None:
    if said.strip():
        part[key] = said.strip()
    else:
        part.pop(key, None)


def _put_curve(part: Part, number: int, fields: Mapping[str, str]) -> None:
    """A flat component has one rate, another a curve. What the other kind had is dropped."""
    tiers = str(part.get("tiers", "flat"))
    if tiers == "flat":
        rows = part.pop("curve", None) or [{}]
        first = _shown(rows[0].get("rate")) if isinstance(rows[0], dict) else ""
        _put(part, "rate", fields.get(f"{number}-rate", first))
        return
    rate = _shown(part.pop("rate", None)) or "5%"
    part.setdefault("window", "deal")
    before = part.get("curve")
    rows = list(_filled_rows(before if isinstance(before, list) else [], tiers, number, fields))
    part["curve"] = rows or [{"from": "0", _pays({}, tiers): "0" if tiers in _PAYS else rate}]


def _filled_rows(before: list[Any], tiers: str, number: int, fields: Mapping[str, str]) -> Iterator[Part]:
    for index in range(MOST_ROWS):
        start, value = (fields.get(f"{number}-{index}-{what}", "").strip() for what in ("from", "value"))
        row = dict(before[index]) if index < len(before) and isinstance(before[index], dict) else {}
        if not start and not value:
            continue
        pays = _pays(row, tiers)
        for other in {"rate", "pay"} - {pays}:
            row.pop(other, None)
        _put(row, "from", start)
        _put(row, pays, value)
        yield row


def _put_cap(part: Part, number: int, fields: Mapping[str, str]) -> None:
    amount = fields.get(f"{number}-cap", "").strip()
    if not amount:
        part.pop("cap", None)
        return
    before = part.get("cap")
    kept = before if isinstance(before, dict) else {}
    part["cap"] = {**kept, "per": fields.get(f"{number}-cap-per", "quarter"), "amount": amount}
