"""What changed from one plan document to another, in words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commissions.engine.diff_entries import Value, changes_of
from commissions.engine.diff_keys import AFTER_CURVE, BEFORE_CURVE, OF_CREDIT, OF_PLANS, PER_UNIT
from commissions.engine.diff_rows import BY_BLOCKS, Side
from commissions.engine.diff_tables import OF_TABLES, price_changes
from commissions.engine.document import to_json
from commissions.engine.schema import PlanDocument
from commissions.engine.words import Figure, Told, told

WORDS = {
    "deal": told("each deal by itself"),
    "month": told("a month"),
    "quarter": told("a quarter"),
    "half": told("a half-year"),
    "year": told("a year"),
    "plan": told("all the time on the plan"),
    "flat": told("one rate for everything"),
    "marginal": told("each part at the rate of its own tier"),
    "retroactive": told("everything at the rate of the tier reached"),
    "stepped": told("the amount of the row reached"),
    "interpolated": told("straight lines between points"),
    "amount": told("amounts"),
    "quota": told("shares of the quota"),
    "money": told("money"),
    "target": told("shares of the target incentive"),
    "reached": told("reached"),
    "exceeded": told("exceeded"),
    "half_up": told("half up"),
    "half_even": told("half to the even neighbour"),
}
_WHOSE = {
    "own": told("the payee's own deals"),
    "reports": told("the deals of those who report to the payee"),
    "team": told("the deals of the payee's team"),
}
FACTS_OF_PLANS = {
    "plan": told("The plan is called %(new)s, not %(old)s."),
    "currency": told("The currency is %(new)s, not %(old)s."),
    "period": told("A statement covers %(new)s, not %(old)s."),
    "rounding": told("Half a minor unit is rounded %(new)s, not %(old)s."),
}
FACTS_OF_COMPONENTS = {
    "name": told("It is called %(new)s, not %(old)s."),
    "base": told("What counts of a deal is %(new)s, not %(old)s."),
    "window": told("Credits add up over %(new)s, not %(old)s."),
    "against": told("Thresholds are %(new)s, not %(old)s."),
    "pays": told("Rates and amounts are %(new)s, not %(old)s."),
    "tiers": told("It pays %(new)s, not %(old)s."),
    "starts_when": told("A tier begins once its threshold is %(new)s, not %(old)s."),
}


@dataclass(frozen=True, slots=True)
class Change:
    component: str  # key; empty: the plan as a whole
    name: str  # of the component, as people read it; empty: the plan as a whole
    said: Told


def diff(old: PlanDocument, new: PlanDocument) -> tuple[Change, ...]:
    """What changed, in the order of the document: the plan, each component, the examples.

    >>> from commissions.engine.document import load_plan
    >>> flat = "{plan: P, currency: USD, period: month, components: [{key: all, name: All, rate: 5%}]}"
    >>> for change in diff(load_plan(flat), load_plan(flat.replace("5%", "6%"))):
    ...     print(f"{change.name}: {change.said}")
    All: The rate rises from 5% to 6%.
    """
    one, other = to_json(old), to_json(new)
    whole = (*_whole(one, other), *_order(one, other))
    return (
        *(Change("", "", said) for said in whole),
        *_components(one, other),
        *(Change("", "", said) for said in _examples(one, other)),
    )


def _whole(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Told]:
    yield from _worded(FACTS_OF_PLANS, old, new)
    yield from changes_of(OF_PLANS, Value(old, old["currency"]), Value(new, new["currency"]))
    yield from _rest(old, new, {*FACTS_OF_PLANS, *OF_PLANS, "components", "examples"})


def _order(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Told]:
    before, after = ([row["key"] for row in document["components"]] for document in (old, new))
    kept = [key for key in after if key in before]
    if kept != [key for key in before if key in after]:
        yield told("The order of the components is %(new)s.", new=", ".join(after))


def _components(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = ({row["key"]: row for row in document["components"]} for document in (old, new))
    for key, row in after.items():
        side = Side(row, new["currency"])
        said = _component(Side(before[key], old["currency"]), side) if key in before else _new_component(side)
        yield from (Change(key, row["name"], each) for each in said)
    for key, row in before.items():
        if key not in after:
            yield Change(key, row["name"], told("This component is gone."))


def _new_component(new: Side) -> Iterator[Told]:
    """What a reader asks first of a component; the rest is in the document."""
    yield told("This component is new.")
    yield from _condition(None, new.component.get("when"))
    yield from changes_of(OF_CREDIT, Value({}, ""), Value(new.component["credit"], ""))
    yield from _pay(Side({}, new.currency), new)


def _component(old: Side, new: Side) -> Iterator[Told]:
    before, after = ({"pays": "money"} | side.component for side in (old, new))
    yield from _worded(FACTS_OF_COMPONENTS, before, after)
    yield from _credit(before["credit"], after["credit"])
    yield from _condition(before.get("when"), after.get("when"))
    yield from _pay(old, new)
    said = {"key", "when", "rate", "curve", "credit", *FACTS_OF_COMPONENTS, *BEFORE_CURVE, *AFTER_CURVE}
    said |= {*OF_TABLES, *PER_UNIT, *BY_BLOCKS}
    yield from _rest(before, after, said)


def _pay(old: Side, new: Side) -> Iterator[Told]:
    """What counts, what it earns, and what is done to that."""
    before, after = (Value(side.component, side.currency) for side in (old, new))
    yield from changes_of(BEFORE_CURVE, before, after)
    yield from price_changes(old, new)
    yield from changes_of(AFTER_CURVE, before, after)


def _credit(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Told]:
    before, after = old.get("of", "own"), new.get("of", "own")
    if before != after:
        yield told("It counts %(new)s, not %(old)s.", new=_WHOSE[after], old=_WHOSE[before])
    if after == "reports" and old.get("depth") != new.get("depth"):
        levels = ", ".join(map(str, new.get("depth", ())))
        yield (
            told("Of reports, these levels count: %(levels)s.", levels=levels)
            if levels
            else told("Of reports, all levels count.")
        )
    yield from changes_of(OF_CREDIT, Value(old, ""), Value(new, ""))
    yield from _rest(old, new, {"of", "depth", *OF_CREDIT}, "credit.")


def _condition(old: str | None, new: str | None) -> Iterator[Told]:
    if old == new:
        return
    if old is None:
        yield told("Only some deals count now: %(new)s.", new=str(new))
    elif new is None:
        yield told("Every deal counts now. Before: %(old)s.", old=old)
    else:
        yield told("The condition is %(new)s. Before: %(old)s.", new=new, old=old)


def _examples(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Told]:
    before, after = ({row["name"]: row for row in document.get("examples", ())} for document in (old, new))
    for name, row in after.items():
        if name not in before:
            yield told("The example “%(name)s” is new.", name=name)
        elif row["expect"] != before[name]["expect"]:
            figures = {"name": name, "old": _shown(before[name]["expect"]), "new": _shown(row["expect"])}
            yield told("The example “%(name)s” expects %(new)s, not %(old)s.", **figures)
        elif row != before[name]:
            yield told("The facts of the example “%(name)s” change.", name=name)
    for name in before.keys() - after.keys():
        yield told("The example “%(name)s” is gone.", name=name)


def _worded(templates: dict[str, Told], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Told]:
    for key, template in templates.items():
        if old.get(key) != new.get(key):
            yield template.filled(old=_word(key, old.get(key)), new=_word(key, new.get(key)))


def _word(key: str, value: Any) -> Figure:  # noqa: ANN401 of JSON
    return str(value) if key in {"plan", "name"} else WORDS.get(str(value), _shown(value))


def _rest(old: dict[str, Any], new: dict[str, Any], said: set[str], path: str = "") -> Iterator[Told]:
    """Keys without words of their own, by the names that the document has for them: none is passed over."""
    for key in sorted((old.keys() | new.keys()) - said):
        one, other, where = old.get(key), new.get(key), f"{path}{key}"
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _rest(one, other, set(), f"{where}.")
        elif one in (None, [], {}):
            yield told("%(key)s is new: %(new)s.", key=where, new=_shown(other))
        elif other in (None, [], {}):
            yield told("%(key)s is gone. It was %(old)s.", key=where, old=_shown(one))
        else:
            yield told("%(key)s is %(new)s, not %(old)s.", key=where, old=_shown(one), new=_shown(other))


def _shown(value: Any) -> str:  # noqa: ANN401 of JSON
    """As a plan writes it, on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_inside(inner)}" for key, inner in value.items() if inner not in (None, [], {}))
    if isinstance(value, list):
        return ", ".join(map(_inside, value))
    return value if isinstance(value, str) else json.dumps(value)


def _inside(value: Any) -> str:  # noqa: ANN401 of JSON
    shown = _shown(value)
    if isinstance(value, dict):
        return f"{{{shown}}}"
    return f"[{shown}]" if isinstance(value, list) else shown
