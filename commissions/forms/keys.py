"""One entry for each key of the document: its label, when it is asked for, and how its absence reads.

The kind of control and the choices come from the schema. A key without an entry is asked for all the same, by its own
name: so an entry is words, not machinery. CONTRIBUTING.md says how to add one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.functional import Promise

from commissions.engine.expressions import columns_of, parse_base, parse_by, parse_condition
from commissions.engine.expressions.build import ExpressionError
from commissions.engine.expressions.fields import CUSTOM
from commissions.engine.expressions.nodes import Kind as ValueKind
from commissions.engine.expressions.nodes import kind_of
from commissions.engine.schema import OWNER
from commissions.forms.kinds import Kind

Words: TypeAlias = "str | Promise"
Around: TypeAlias = tuple[Mapping[Any, Any], ...]  # a part as it is written, then what it is part of, up to the plan
Fits: TypeAlias = Callable[[Around], bool]


def always(_around: Around) -> bool:
    return True


def never(_around: Around) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Key:
    """What the form says of one key. A key that is written is always shown, whether it fits or not."""

    name: str
    label: Words
    help: Words = ""
    usual: Words = ""  # what an empty field means, shown in it
    kind: Kind | None = None  # where the schema's type alone doesn't say it
    fits: Fits = always
    is_rare: bool = False  # waits behind "More settings"
    is_wide: bool = False
    starts: Any = None  # what a button writes that adds the part, or a row to it; without it the part is always there
    add: Words = ""  # that button's text
    add_more: Words = ""  # and where there are some already, if it is another one
    one: Words = ""  # what each of several is called
    choices: Mapping[str, Words] = field(default_factory=dict)  # where the words of a choice differ here


def has(name: str, *values: str, usual: str = "", up: int = 0) -> Fits:
    """Where a key of the part, or of the part so many steps up, has one of these values.

    >>> has("tiers", "flat", usual="flat")(({},)), has("tiers", "marginal", up=1)(({}, {"tiers": "stepped"}))
    (True, False)
    """
    return lambda around: len(around) > up and str(around[up].get(name, usual)) in values


def has_no_table(up: int = 0) -> Fits:
    """Where neither the part nor the part so many steps up has a rate table."""
    return lambda around: len(around) <= up or "columns" not in around[up]


def has_blocks(up: int = 0) -> Fits:
    """Where the part so many steps up, or a row of its curve, pays for started blocks.

    >>> has_blocks()(({"curve": [{"from": 0, "block": 10}]},)), has_blocks(up=1)(({}, {"rate": "5%"}))
    (True, False)
    """
    return lambda around: len(around) > up and any("block" in row for row in (around[up], *_rows(around[up], "curve")))


def none_of(condition: Fits) -> Fits:
    return lambda around: not condition(around)


def all_of(*conditions: Fits) -> Fits:
    return lambda around: all(fits(around) for fits in conditions)


def any_of(*conditions: Fits) -> Fits:
    return lambda around: any(fits(around) for fits in conditions)


def is_counted(around: Around) -> bool:
    """Where a SPIFF ends with a number of deals or a budget, and so goes deal by deal.

    >>> is_counted(({"spiff": {"first": 10}},)), is_counted(({"spiff": {"from": "2026-01-01"}},))
    (True, False)
    """
    spiff = around[0].get("spiff")
    return isinstance(spiff, dict) and bool({"first", "budget"} & set(spiff))


def has_key(*names: str) -> Fits:
    """Where the part has one of these keys."""
    return lambda around: any(name in around[0] for name in names)


def says(key: str, name: str, *values: str) -> Fits:
    """Where a part of the part has a key with one of these values.

    >>> says("credit", "trigger", "paid")(({"credit": {"trigger": "paid"}},))
    True
    """
    return lambda around: isinstance(part := around[0].get(key), dict) and str(part.get(name)) in values


def reads(*columns: str) -> Fits:
    """Where a formula of the plan reads one of these facts of a deal."""
    return lambda around: bool(_read(around[-1]) & set(columns))


def of_plan(name: str) -> Fits:
    """Where the plan has this key.

    >>> of_plan("draw")(({}, {"draw": {}})), of_plan("draw")(({"draw": {}}, {}))
    (True, False)
    """
    return lambda around: name in around[-1]


def any_component(name: str, *values: str) -> Fits:
    """Where a component of the plan has a key, with one of these values if there are any."""
    return lambda around: any(
        name in part and (not values or str(part[name]) in values) for part in _components(around[-1])
    )


def any_deals(around: Around) -> bool:
    """Where a component of the plan counts deals, and not scores alone."""
    return any(str(part.get("measure", "amount")) != "score" for part in _components(around[-1]))


def any_credit(name: str, *values: str) -> Fits:
    """Where a component gives credit in one of these ways."""
    return lambda around: any(
        isinstance(part.get("credit"), dict) and str(part["credit"].get(name)) in values
        for part in _components(around[-1])
    )


def pays_roles(around: Around) -> bool:
    """Where a component pays another role than the owner's.

    >>> pays_roles(({"components": [{"credit": {"roles": ["engineer"]}}]},)), pays_roles(({"components": [{}]},))
    (True, False)
    """
    credits_ = [part["credit"] for part in _components(around[-1]) if isinstance(part.get("credit"), dict)]
    roles = [credit["roles"] for credit in credits_ if isinstance(credit.get("roles"), list)]
    return any(str(role) != OWNER for each in roles for role in each)


def reads_own(around: Around) -> bool:
    """Where a formula reads a field of the company's own."""
    return any(column.startswith(CUSTOM) for column in _read(around[-1]))


def goes_by_text(by: object) -> bool:
    """Whether a rate table's columns list texts; else they begin where a number does.

    >>> goes_by_text("product.family"), goes_by_text("deal.discount")
    (True, False)
    """
    return goes_by(by) is ValueKind.TEXT


def goes_by(by: object) -> ValueKind | None:
    """What a rate goes by; None while that isn't written to its end."""
    try:
        return kind_of(parse_by(by)) if isinstance(by, str) else None
    except ExpressionError:
        return None


def _read(plan: Mapping[Any, Any]) -> set[str]:
    found: set[str] = set()
    for part in _components(plan):
        found |= _columns(part.get("when"), parse_condition) | _columns(part.get("base"), parse_base)
        found |= _columns(part.get("by"), parse_by)
    return found


def _components(plan: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    """Those that are written as components: the text may hold anything while it is typed."""
    return _rows(plan, "components")


def _rows(part: Mapping[Any, Any], name: str) -> list[dict[Any, Any]]:
    rows = part.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _columns(text: object, parse: Callable[[str], Any]) -> set[str]:
    try:
        return set(columns_of(parse(text))) if isinstance(text, str) else set()
    except ExpressionError:
        return set()
