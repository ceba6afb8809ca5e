"""What a component's rates, amounts and tiers may get wrong: which of them it may say, and whether rows rise."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from commissions.engine.block_checks import check_block, in_blocks
from commissions.engine.column_checks import check_columns, is_filled
from commissions.engine.decimals import DECIMALS, canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_checks import SHARE_DECIMALS, money_errors
from commissions.engine.schema import Against, Component, Measure, Pays, PlanDocument, Step, Tiers, Window
from commissions.engine.score_checks import LARGEST_SCORE, needs_target, needs_target_error
from commissions.engine.words import Share, told

LARGEST_RATE = 10  # 1000 %
LARGEST_ATTAINMENT = 10  # of quota: 1000 %
LARGEST_UNITS = 10**11  # a threshold
LARGEST_PAY_PER_UNIT = 10**12  # major units
_POINTS = (Tiers.INTERPOLATED, Tiers.STEPPED)


def check_curve(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    """Errors of a component's measure, rate and curve. Without a known currency, decimals of amounts aren't checked."""
    yield from check_columns(component, path)
    if component.by is not None:
        if is_filled(component) and not in_blocks(component) and not any(map(in_blocks, component.curve)):
            for index in range(len(component.columns)):
                yield from _in_column(check_curve(component.column(index), path, currency), index)
        return
    if component.measure is not Measure.AMOUNT:
        yield from _units(component, path)
    if needs_target(component):
        yield needs_target_error(path)
        return
    yield from _target(component, path)
    yield from (_flat if component.tiers is Tiers.FLAT else _curve)(component, path, currency)


def _in_column(errors: Iterator[PlanError], index: int) -> Iterator[PlanError]:
    """Errors of one column of a rate table, each at its own rate."""
    for error in errors:
        where, _dot, key = error.path.rpartition(".")
        yield PlanError(f"{where}.rates[{index}]", error.said) if key in ("rate", "pay_per_unit") else error


def _units(component: Component, path: str) -> Iterator[PlanError]:
    said = f"`measure: {component.measure}`"
    if component.base.strip() != "deal.amount":
        yield PlanError(
            f"{path}.base", told("A base is money, and %(said)s doesn't count money. Remove one of them.", said=said)
        )


def _target(component: Component, path: str) -> Iterator[PlanError]:
    """What a component that pays shares of a target needs, and what another may not say."""
    if component.pays is Pays.MONEY:
        if component.weight is not None:
            yield PlanError(
                f"{path}.weight",
                told("A weight is a share of a target incentive. Add `pays: target`, or remove it."),
            )
        return
    if component.window is Window.DEAL:
        yield PlanError(
            f"{path}.window",
            told("A target belongs to a month or more, not to a deal. Write `window: quarter`, say."),
        )
    by_share = component.against is Against.QUOTA or component.measure is Measure.SCORE
    if not by_share and component.tiers not in _POINTS:
        yield PlanError(
            f"{path}.against",
            told(
                "A rate pays a share of the target for each share of a quota. Add `against: quota`, or write tiers "
                "with `pay`."
            ),
        )
    if component.weight is not None:
        if not 0 < component.weight <= 1:
            yield PlanError(
                f"{path}.weight",
                told(
                    "%(share)s is no share of a target. Write one up to 100%%, such as 60%%.",
                    share=Share(component.weight),
                ),
            )
        yield from _places(component.weight, f"{path}.weight")


def check_weights(document: PlanDocument) -> Iterator[PlanError]:
    """The shares that components have of one target are the whole of it."""
    parts = [(index, part) for index, part in enumerate(document.components) if part.pays is Pays.TARGET]
    weights = [part.weight for _index, part in parts if part.weight is not None]
    if weights and len(weights) < len(parts):
        for index, part in parts:
            if part.weight is None:
                yield PlanError(
                    f"components[{index}].weight",
                    told(
                        "Other components have a weight of the target, so this one needs one too: together they make "
                        "the whole."
                    ),
                )
    elif weights and sum(weights) != 1:
        index, _part = parts[-1]
        whole = Share(Decimal(sum(weights)))
        yield PlanError(
            f"components[{index}].weight",
            told("The weights of the target add up to %(whole)s. Make it 100%%.", whole=whole),
        )


def _flat(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    if component.curve:
        yield PlanError(
            f"{path}.tiers",
            told(
                "A curve has rows, but not how to read them. Write `tiers: marginal`, `tiers: retroactive`, `tiers: "
                "interpolated` or `tiers: stepped`; for one rate, `rate`."
            ),
        )
    elif component.rate is None and component.pay_per_unit is None and not in_blocks(component):
        example = "rate: 5%" if _priced(component) == "rate" else "pay_per_unit: 25"
        yield PlanError(
            f"{path}.rate", told("It says no rate. Write `%(example)s`, or tiers and a curve.", example=example)
        )
    else:
        yield from _pays(component, component, path, currency)


def _curve(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    for key in ("rate", "pay_per_unit", "pay_per_block", "block"):
        if getattr(component, key) is not None:
            yield PlanError(f"{path}.{key}", told("One rate is for a flat component. Remove it, or tiers and curve."))
    if "window" not in component.model_fields_set:
        yield PlanError(
            f"{path}.window", told("Tiers need a window to add up in. Write `window: quarter`, or deal, month, year.")
        )
    least = 2 if component.tiers in _POINTS else 1
    if len(component.curve) < least:
        yield PlanError(
            f"{path}.curve",
            told(
                "%(tiers)s needs %(least)s or more rows. Add `- {from: 0, …}`.",
                tiers=component.tiers.value,
                least=least,
            ),
        )
        return
    yield from _order(component, path)
    for index, step in enumerate(component.curve):
        where = f"{path}.curve[{index}]"
        yield from _threshold(step.from_, component, f"{where}.from", currency)
        yield from _value(component, step, where, currency)
    first = component.curve[0]
    if first.from_ == 0 and first.pay:
        yield PlanError(
            f"{path}.curve[0].pay", told("Nothing sold must pay nothing: a credit pays a difference. Write 0.")
        )
    if first.from_ == 0 and first.bonus:
        yield PlanError(
            f"{path}.curve[0].bonus",
            told("Nothing sold must pay nothing: a credit pays a difference. Put it on a row of its own."),
        )


def _order(component: Component, path: str) -> Iterator[PlanError]:
    starts = [step.from_ for step in component.curve]
    if starts[0] != 0:
        yield PlanError(
            f"{path}.curve[0].from", told("The first row must start at 0, so that each amount has one. Add it.")
        )
    jumps = component.tiers is Tiers.INTERPOLATED  # two points at one x are a jump
    for index, (one, other) in enumerate(pairwise(starts), start=1):
        where = f"{path}.curve[{index}].from"
        if other < one:
            yield PlanError(
                where,
                told(
                    "%(later)s comes after %(earlier)s: rows must rise. Sort them.",
                    later=canonical(other),
                    earlier=canonical(one),
                ),
            )
        elif other == one and not (jumps and starts.count(one) == 2 and one > 0):
            yield PlanError(
                where,
                told("Two rows start at %(start)s, so both would apply. Remove or move one.", start=canonical(one)),
            )


def _threshold(value: Decimal, component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    if component.against is Against.QUOTA:
        yield from _share(value, path)
    elif component.measure is Measure.SCORE:
        yield from _share(value, path, of_score=True)
    elif component.measure is Measure.AMOUNT:
        yield from money_errors(value, path, currency)
    elif value >= LARGEST_UNITS or decimals_of(value) > SHARE_DECIMALS:
        yield PlanError(
            path,
            told(
                "%(value)s is no number of units or deals. Write one, less than %(most)s with at most %(places)s "
                "decimals.",
                value=canonical(value),
                most=LARGEST_UNITS,
                places=SHARE_DECIMALS,
            ),
        )


def _share(value: Decimal, path: str, *, of_score: bool = False) -> Iterator[PlanError]:
    """Of a quota, or of a score."""
    most = LARGEST_SCORE if of_score else LARGEST_ATTAINMENT
    if value > most:
        words = {"value": canonical(value), "percent": canonical(value * 100), "most": str(most * 100)}
        if of_score:
            said = told(
                "%(value)s means a score of %(percent)s%%; %(most)s%% is the most. Was %(value)s%% meant?", **words
            )
        else:
            said = told(
                "%(value)s means %(percent)s%% of quota; %(most)s%% is the most. Was %(value)s%% meant?", **words
            )
        yield PlanError(path, said)
    yield from _places(value, path)


def _places(value: Decimal, path: str) -> Iterator[PlanError]:
    if decimals_of(value) > DECIMALS:
        yield PlanError(path, told("It has more than %(places)s decimals in percent. Round it.", places=DECIMALS - 2))


def _value(component: Component, step: Step, path: str, currency: str | None) -> Iterator[PlanError]:
    tiers = component.tiers
    if tiers not in _POINTS:
        if step.pay is not None:
            yield _alone(_priced(component), tiers, path)
        if step.bonus is not None:
            yield from _amount(component, step.bonus, f"{path}.bonus", currency)
        yield from _pays(component, step, path, currency)
        return
    if in_blocks(step) or any(other is not None for other in (step.rate, step.pay_per_unit, step.bonus)):
        yield _alone("pay", tiers, path)
    if step.pay is None:
        yield _missing("pay", path)
    else:
        yield from _amount(component, step.pay, f"{path}.pay", currency)


def _amount(component: Component, value: Decimal, path: str, currency: str | None) -> Iterator[PlanError]:
    """Money, or a share of the target."""
    yield from _rate(value, path) if component.pays is Pays.TARGET else money_errors(value, path, currency)


def _alone(key: str, tiers: Tiers, path: str) -> PlanError:
    return PlanError(
        path,
        told("A row of %(tiers)s tiers says `%(key)s` alone. Remove the other key.", tiers=tiers.value, key=key),
    )


def _missing(key: str, path: str) -> PlanError:
    return PlanError(f"{path}.{key}", told("%(key)s is missing. Write `{from: …, %(key)s: …}`.", key=key))


def _priced(component: Component) -> str:
    is_share = component.measure is Measure.AMOUNT or component.pays is Pays.TARGET
    return "rate" if is_share else "pay_per_unit"


def _pays(component: Component, row: Component | Step, path: str, currency: str | None) -> Iterator[PlanError]:
    """A row, or a flat component, has a rate, or pays for each started block."""
    if not in_blocks(row):
        yield from _price(component, row.rate, row.pay_per_unit, path)
        return
    yield from check_block(component, row, path)
    if row.block is not None and row.block > 0:
        yield from _threshold(row.block, component, f"{path}.block", currency)
    if row.pay_per_block is not None:
        yield from _each(row.pay_per_block, f"{path}.pay_per_block")


def _price(component: Component, rate: Decimal | None, per_unit: Decimal | None, path: str) -> Iterator[PlanError]:
    """A component of money has a rate, one of units or deals pays for each."""
    wanted = _priced(component)
    if wanted == "rate" and per_unit is not None:
        if component.pays is Pays.TARGET:
            said = told("A target is paid in shares, not per unit. Write `rate: 1`, say.")
        else:
            said = told("Money is no unit to pay for. Add `measure: quantity` or `measure: count`, or write `rate`.")
        yield PlanError(f"{path}.pay_per_unit", said)
    elif wanted == "pay_per_unit" and rate is not None:
        yield PlanError(
            f"{path}.rate",
            told(
                "A share of `measure: %(measure)s` is no money. Write `pay_per_unit: 25`, say.",
                measure=component.measure.value,
            ),
        )
    elif rate is None and per_unit is None:
        yield _missing(wanted, path)
    if rate is not None:
        yield from _rate(rate, f"{path}.rate")
    if per_unit is not None:
        yield from _each(per_unit, f"{path}.pay_per_unit")


def _each(value: Decimal, path: str) -> Iterator[PlanError]:
    if abs(value) >= LARGEST_PAY_PER_UNIT or decimals_of(value) > DECIMALS:
        of_block = told(
            "%(value)s is no pay for a block. Write one, less than %(most)s with at most %(places)s decimals."
        )
        of_unit = told(
            "%(value)s is no pay for a unit. Write one, less than %(most)s with at most %(places)s decimals."
        )
        said = of_block if path.endswith("pay_per_block") else of_unit
        yield PlanError(path, said.filled(value=canonical(value), most=LARGEST_PAY_PER_UNIT, places=DECIMALS))


def _rate(value: Decimal, path: str) -> Iterator[PlanError]:
    if abs(value) > LARGEST_RATE:
        yield PlanError(
            path,
            told(
                "%(value)s means %(percent)s%%; %(most)s%% is the most. Was %(value)s%% meant?",
                value=canonical(value),
                percent=canonical(value * 100),
                most=str(LARGEST_RATE * 100),
            ),
        )
    yield from _places(value, path)
