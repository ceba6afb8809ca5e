"""What a component's rates, amounts and tiers may get wrong: which of them it may say, and whether rows rise."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from commissions.engine.decimals import DECIMALS, canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_checks import SHARE_DECIMALS, money_errors
from commissions.engine.schema import Against, Component, Measure, Step, Tiers

LARGEST_RATE = 10  # 1000 %
LARGEST_ATTAINMENT = 10  # of quota: 1000 %
LARGEST_UNITS = 10**11  # a threshold
LARGEST_PAY_PER_UNIT = 10**12  # major units
_POINTS = (Tiers.INTERPOLATED, Tiers.STEPPED)
_REMEDY = "Write `tiers: marginal`, `tiers: retroactive`, `tiers: interpolated` or `tiers: stepped`"


def check_curve(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    """Errors of a component's measure, rate and curve. Without a known currency, decimals of amounts aren't checked."""
    if component.measure is not Measure.AMOUNT:
        yield from _units(component, path)
    yield from _flat(component, path) if component.tiers is Tiers.FLAT else _curve(component, path, currency)


def _units(component: Component, path: str) -> Iterator[PlanError]:
    said = f"`measure: {component.measure}`"
    if component.base.strip() != "deal.amount":
        yield PlanError(f"{path}.base", f"A base is money, and {said} doesn't count money. Remove one of them.")
    if component.against is Against.QUOTA:
        yield PlanError(
            f"{path}.against", f"A quota is money, and {said} doesn't count money. Write thresholds as numbers."
        )


def _flat(component: Component, path: str) -> Iterator[PlanError]:
    if component.curve:
        yield PlanError(
            f"{path}.tiers", f"A curve has rows, but not how to read them. {_REMEDY}; for one rate, `rate`."
        )
    elif component.rate is None and component.pay_per_unit is None:
        example = "rate: 5%" if component.measure is Measure.AMOUNT else "pay_per_unit: 25"
        yield PlanError(f"{path}.rate", f"It says no rate. Write `{example}`, or tiers and a curve.")
    else:
        yield from _price(component, component.rate, component.pay_per_unit, path)


def _curve(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    for key in ("rate", "pay_per_unit"):
        if getattr(component, key) is not None:
            yield PlanError(f"{path}.{key}", "One rate is for a flat component. Remove it, or tiers and curve.")
    if "window" not in component.model_fields_set:
        yield PlanError(
            f"{path}.window", "Tiers need a window to add up in. Write `window: quarter`, or deal, month, year."
        )
    least = 2 if component.tiers in _POINTS else 1
    if len(component.curve) < least:
        yield PlanError(f"{path}.curve", f"{component.tiers} needs {least} or more rows. Add `- {{from: 0, …}}`.")
        return
    yield from _order(component, path)
    for index, step in enumerate(component.curve):
        where = f"{path}.curve[{index}]"
        yield from _threshold(step.from_, component, f"{where}.from", currency)
        yield from _value(component, step, where, currency)
    first = component.curve[0]
    for key, remedy in (("pay", "Write 0."), ("bonus", "Put it on a row of its own.")):
        if first.from_ == 0 and getattr(first, key):
            why = "Nothing sold must pay nothing: a credit pays a difference."
            yield PlanError(f"{path}.curve[0].{key}", f"{why} {remedy}")


def _order(component: Component, path: str) -> Iterator[PlanError]:
    starts = [step.from_ for step in component.curve]
    if starts[0] != 0:
        yield PlanError(f"{path}.curve[0].from", "The first row must start at 0, so that each amount has one. Add it.")
    jumps = component.tiers is Tiers.INTERPOLATED  # two points at one x are a jump
    for index, (one, other) in enumerate(pairwise(starts), start=1):
        where = f"{path}.curve[{index}].from"
        if other < one:
            yield PlanError(where, f"{canonical(other)} comes after {canonical(one)}: rows must rise. Sort them.")
        elif other == one and not (jumps and starts.count(one) == 2 and one > 0):
            yield PlanError(where, f"Two rows start at {canonical(one)}, so both would apply. Remove or move one.")


def _threshold(value: Decimal, component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    if component.against is Against.QUOTA:
        yield from _share_of_quota(value, path)
    elif component.measure is Measure.AMOUNT:
        yield from money_errors(value, path, currency)
    elif value >= LARGEST_UNITS or decimals_of(value) > SHARE_DECIMALS:
        most = f"less than {LARGEST_UNITS:,} with at most {SHARE_DECIMALS} decimals"
        yield PlanError(path, f"{canonical(value)} is no number of units or deals. Write one, {most}.")


def _share_of_quota(value: Decimal, path: str) -> Iterator[PlanError]:
    if value > LARGEST_ATTAINMENT:
        meant = canonical(value)
        most = f"{LARGEST_ATTAINMENT * 100}% is the most"
        yield PlanError(path, f"{meant} means {canonical(value * 100)}% of quota; {most}. Was {meant}% meant?")
    if decimals_of(value) > DECIMALS:
        yield PlanError(path, f"It has more than {DECIMALS - 2} decimals in percent. Round it.")


def _value(component: Component, step: Step, path: str, currency: str | None) -> Iterator[PlanError]:
    tiers = component.tiers
    if tiers not in _POINTS:
        if step.pay is not None:
            yield PlanError(path, f"A row of {tiers} tiers says `{_priced(component)}` alone. Remove the other key.")
        if step.bonus is not None:
            yield from money_errors(step.bonus, f"{path}.bonus", currency)
        yield from _price(component, step.rate, step.pay_per_unit, path)
        return
    if any(other is not None for other in (step.rate, step.pay_per_unit, step.bonus)):
        yield PlanError(path, f"A row of {tiers} tiers says `pay` alone. Remove the other key.")
    if step.pay is None:
        yield PlanError(f"{path}.pay", "pay is missing. Write `{from: …, pay: …}`.")
    else:
        yield from money_errors(step.pay, f"{path}.pay", currency)


def _priced(component: Component) -> str:
    return "rate" if component.measure is Measure.AMOUNT else "pay_per_unit"


def _price(component: Component, rate: Decimal | None, per_unit: Decimal | None, path: str) -> Iterator[PlanError]:
    """A component of money has a rate, one of units or deals pays for each."""
    wanted = _priced(component)
    if wanted == "rate" and per_unit is not None:
        remedy = "Add `measure: quantity` or `measure: count`, or write `rate`"
        yield PlanError(f"{path}.pay_per_unit", f"Money is no unit to pay for. {remedy}.")
    elif wanted == "pay_per_unit" and rate is not None:
        remedy = "Write `pay_per_unit: 25`, say"
        yield PlanError(f"{path}.rate", f"A share of `measure: {component.measure}` is no money. {remedy}.")
    elif rate is None and per_unit is None:
        yield PlanError(f"{path}.{wanted}", f"{wanted} is missing. Write `{{from: …, {wanted}: …}}`.")
    if rate is not None:
        yield from _rate(rate, f"{path}.rate")
    if per_unit is not None and (abs(per_unit) >= LARGEST_PAY_PER_UNIT or decimals_of(per_unit) > DECIMALS):
        most = f"less than {LARGEST_PAY_PER_UNIT:,} with at most {DECIMALS} decimals"
        yield PlanError(f"{path}.pay_per_unit", f"{canonical(per_unit)} is no pay for a unit. Write one, {most}.")


def _rate(value: Decimal, path: str) -> Iterator[PlanError]:
    if abs(value) > LARGEST_RATE:
        meant = canonical(value)
        yield PlanError(
            path, f"{meant} means {canonical(value * 100)}%; {LARGEST_RATE * 100}% is the most. Was {meant}% meant?"
        )
    if decimals_of(value) > DECIMALS:
        yield PlanError(path, f"It has more than {DECIMALS - 2} decimals in percent. Round it.")
