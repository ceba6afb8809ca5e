"""The numbers of a plan that a person may turn to see what they would cost, and the document that comes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from commissions.engine.columns import is_share
from commissions.engine.decimals import canonical, parse_decimal
from commissions.engine.document import from_json, to_json
from commissions.engine.schema import Against, Component, Measure, Pays, PlanDocument

_HUNDRED = Decimal(100)
_MONEY = ("pay", "pay_per_unit", "pay_per_block", "bonus")  # of a row; shares, where shares of a target are paid
MOST_FACTOR, LEAST_FACTOR = Decimal(1000), Decimal(1)  # per cent of everybody's quotas


@dataclass(frozen=True, slots=True)
class Knob:
    """One number. `value` and the slider's ends are in per cent where `is_share`, else in major units of money."""

    name: str  # of the field: component.what.row
    component: Component
    what: str  # rate, from, pay, pay_per_unit, pay_per_block, block, bonus, cap; of a rate table, the rate in a column
    row: int  # of the curve; 0 for a flat rate or a cap
    value: Decimal
    is_share: bool
    column: int | None = None  # of a rate table

    @property
    def high(self) -> Decimal:
        """Where the slider ends: twice the value, and never so near that it can't be moved."""
        if self.what == "rate":
            return max(2 * self.value, abs(self.value) + 5)
        return max(2 * self.value, Decimal(200)) if self.is_share else 2 * abs(self.value) or Decimal(1000)

    @property
    def low(self) -> Decimal:
        return self.step if self.what == "block" else min(Decimal(0), 2 * self.value)  # no block is as small as nothing

    @property
    def step(self) -> Decimal:
        """Of the slider: fine enough to stand on the value itself."""
        coarse = Decimal("0.1") if self.what == "rate" else Decimal(1) if self.is_share else self._round_money()
        return min(coarse, Decimal(1).scaleb(int(self.value.normalize().as_tuple().exponent)))

    def _round_money(self) -> Decimal:
        return Decimal(1).scaleb(max(0, self.high.adjusted() - 2))


def knobs(document: PlanDocument) -> list[Knob]:
    """Rates, thresholds, pays and caps, in the order of the document.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan("{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}]}")
    >>> [(knob.name, knob.value, knob.high) for knob in knobs(plan)]
    [('a.rate.0', Decimal('5'), Decimal('10'))]
    """
    return [knob for component in document.components for knob in _of(component)]


def _of(component: Component) -> Iterator[Knob]:
    by_share = _goes_by_share(component)
    for row, step in enumerate(component.steps):
        if row:  # the first tier begins at nothing
            yield _knob(component, "from", row, step.from_, is_share=by_share)
        if component.columns:
            yield from _row_of_table(component, row)
            step = step.model_copy(update={"rate": None, "pay_per_unit": None})
        if step.rate is not None:
            yield _knob(component, "rate", row, step.rate, is_share=True)
        if step.block is not None:
            yield _knob(component, "block", row, step.block, is_share=by_share)
        money = {name: getattr(step, name) for name in _MONEY}
        for what, amount in money.items():
            if amount is not None:
                yield _knob(component, what, row, amount, is_share=component.pays is Pays.TARGET)
    if component.cap:
        yield _knob(component, "cap", 0, component.cap.amount, is_share=False)


def _row_of_table(component: Component, row: int) -> Iterator[Knob]:
    rates = component.curve[row].rates if component.curve else component.rates
    for column, value in enumerate(rates):
        knob = _knob(component, component.priced_by, row, value, is_share=component.priced_by == "rate")
        yield replace(knob, name=f"{knob.name}.{column}", column=column)


def _goes_by_share(component: Component) -> bool:
    """Whether thresholds are shares: of a quota, or scores."""
    return component.against is Against.QUOTA or component.measure is Measure.SCORE


def _knob(component: Component, what: str, row: int, value: Decimal, *, is_share: bool) -> Knob:
    shown = Decimal(canonical(value * _HUNDRED if is_share else value))
    return Knob(f"{component.key}.{what}.{row}", component, what, row, shown, is_share)


def turned(document: PlanDocument, values: Mapping[str, str]) -> PlanDocument:
    """The document with these numbers, by the names of its knobs; others are left as they are. Raises PlanInvalid."""
    said = to_json(document)
    parts = {component["key"]: component for component in said["components"]}
    for knob in knobs(document):
        written = values.get(knob.name, "").strip()
        if written:
            _turn(parts[knob.component.key], knob, f"{written}%" if knob.is_share else written)
    return from_json(said)


def _turn(part: dict[str, Any], knob: Knob, written: str) -> None:
    if knob.what == "cap":
        part["cap"]["amount"] = written
    elif knob.column is not None:
        (part["curve"][knob.row] if part.get("curve") else part)["rates"][knob.column] = written
    elif part.get("curve"):
        part["curve"][knob.row][knob.what] = written
    else:
        part[knob.what] = written


def quota_factor(written: str) -> Decimal:
    """Per cent of everybody's quotas, such as 110. Raises ValueError.

    >>> quota_factor("110"), quota_factor("")
    (Decimal('110'), Decimal('100'))
    """
    if not written.strip():
        return _HUNDRED
    try:
        factor = parse_decimal(written.strip().removesuffix("%"))
    except (ValueError, InvalidOperation):
        factor = Decimal(0)
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        raise ValueError(f"{written[:20]!r} is no factor for quotas. Write per cent from 1 to 1000, such as 110.")
    return factor


def as_yaml(document: PlanDocument) -> str:
    """The document as a person would write it: shares in per cent, and nothing that goes without saying."""
    said = document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    for part, component in zip(said["components"], document.components, strict=True):
        part["window"] = component.window.value  # tiers must say over what they add up
        _write_numbers(part, component)
    said["examples"] = [_example(example) for example in said.get("examples", ())]
    if not said["examples"]:
        del said["examples"]
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)


def _write_numbers(part: dict[str, Any], component: Component) -> None:
    by_share, pays_target = _goes_by_share(component), component.pays is Pays.TARGET
    for weighed in (part, *part.get("objectives", ())):
        if "weight" in weighed:
            weighed["weight"] = _percent(weighed["weight"])
    for row in (part, *part.get("curve", ())):
        if "rate" in row:
            row["rate"] = _percent(row["rate"])
        if "rates" in row:
            row["rates"] = [_percent(rate) if component.priced_by == "rate" else _plain(rate) for rate in row["rates"]]
        for key in {"from", "block"} & row.keys():
            row[key] = _percent(row[key]) if by_share else _plain(row[key])
        for key in set(_MONEY) & row.keys():
            row[key] = _percent(row[key]) if pays_target else _plain(row[key])
    _write_columns(part)
    if "cap" in part:
        part["cap"]["amount"] = _plain(part["cap"]["amount"])


def _write_columns(part: dict[str, Any]) -> None:
    for column in part.get("columns", ()):
        if "from" in column:
            column["from"] = (_percent if is_share(part["by"]) else _plain)(column["from"])
        if len(column.get("is", ())) == 1:
            column["is"] = column["is"][0]


def _percent(text: str) -> str:
    return canonical(Decimal(text) * _HUNDRED) + "%"


def _plain(text: str) -> int | str:
    """A whole number without quotes; YAML's other numbers are binary, so those stay texts."""
    return int(text) if text.lstrip("-").isdigit() else text


_TEXTS = {"id", "name", "source", "type", "owner"}


def _example(said: Any, key: str = "") -> Any:  # noqa: ANN401 whatever an example holds
    """An example with its numbers and days as YAML has them."""
    if isinstance(said, dict):
        return {name: _example(value, name) for name, value in said.items()}
    if isinstance(said, list):
        return [_example(value) for value in said]
    if key in {"closed", "opened", "starts"}:
        return date.fromisoformat(said)
    return said if key in _TEXTS or not isinstance(said, str) else _plain(said)
