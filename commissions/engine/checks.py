"""What a well-formed plan may still get wrong: tiers out of order, amounts without meaning, formulas, examples."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise

from commissions.engine.decimals import DECIMALS, canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_checks import RESERVED, check_examples, known_currency, money_errors
from commissions.engine.expressions import ExpressionError, parse_base, parse_condition
from commissions.engine.schema import Against, Component, Draw, DrawKind, PlanDocument, Tiers, Window

LARGEST_RATE = 10  # 1000 %
LARGEST_ATTAINMENT = 10  # of quota: 1000 %


def check_document(document: PlanDocument) -> list[PlanError]:
    """Every error in the sense of a document whose shape is right."""
    return list(_errors_of(document))


def _errors_of(document: PlanDocument) -> Iterator[PlanError]:
    currency = known_currency(document.currency)
    if currency is None:
        yield PlanError(
            "currency", f"{document.currency} is not a currency. Write its ISO 4217 code, such as USD or IDR."
        )
    yield from _repeated_keys(document)
    for index, component in enumerate(document.components):
        yield from check_component(component, f"components[{index}]", currency)
    if document.draw is not None:
        yield from _draw(document.draw, currency)
    yield from check_examples(document, currency)


def _repeated_keys(document: PlanDocument) -> Iterator[PlanError]:
    seen = dict.fromkeys(RESERVED, -1)
    for index, component in enumerate(document.components):
        first = seen.setdefault(component.key, index)
        if first == -1:
            yield PlanError(
                f"components[{index}].key", f"{component.key} has a meaning of its own in examples. Choose another key."
            )
        elif first != index:
            yield PlanError(
                f"components[{index}].key", f"components[{first}] is called {component.key} too. Choose another key."
            )


def _draw(draw: Draw, currency: str | None) -> Iterator[PlanError]:
    for name, amount in (("amount", draw.amount), ("most_owed", draw.most_owed)):
        if amount is not None:
            yield from money_errors(amount, f"draw.{name}", currency)
            if amount <= 0:
                yield PlanError(f"draw.{name}", "It must be more than 0. Without a draw, leave `draw` out.")
    if not 0 < draw.recover_at_most <= 1:
        share = canonical(draw.recover_at_most * 100)
        yield PlanError("draw.recover_at_most", f"{share}% is no share of earnings. Write one up to 100%, such as 50%.")
    if draw.forgive_after is not None and draw.periods is None:
        yield PlanError("draw.forgive_after", "A draw without an end has nothing after it. Add `periods`.")
    if draw.kind is DrawKind.NON_RECOVERABLE:
        owing = {
            "recover_at_most": draw.recover_at_most != 1,
            "most_owed": draw.most_owed,
            "forgive_after": draw.forgive_after,
        }
        for name in (name for name, given in owing.items() if given not in (False, None)):
            yield PlanError(f"draw.{name}", "A draw that isn't recoverable leaves nothing owed. Remove this key.")


def check_component(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    """Errors of one component. Without a known currency, decimals of amounts aren't checked."""
    yield from _formula(component.when, parse_condition, f"{path}.when")
    yield from _formula(component.base, parse_base, f"{path}.base")
    yield from _flat(component, path) if component.tiers is Tiers.FLAT else _curve(component, path, currency)
    if component.against is Against.QUOTA and component.window is Window.DEAL:
        yield PlanError(
            f"{path}.window", "A quota belongs to a month or more, not to a deal. Write `window: quarter`, say."
        )
    if component.cap is not None:
        yield from money_errors(component.cap.amount, f"{path}.cap.amount", currency)
        if component.cap.amount <= 0:
            yield PlanError(f"{path}.cap.amount", "A cap must be more than 0. To pay nothing, remove the component.")


def _formula(text: str | None, parse: Callable[[str], object], path: str) -> Iterator[PlanError]:
    if text is None:
        return
    try:
        parse(text)
    except ExpressionError as error:
        yield PlanError(path, str(error))


def _flat(component: Component, path: str) -> Iterator[PlanError]:
    if component.curve:
        remedy = "Write `tiers: marginal`, `tiers: retroactive` or `tiers: interpolated`"
        yield PlanError(f"{path}.tiers", f"A curve has rows, but not how to read them. {remedy}; for one rate, `rate`.")
    elif component.rate is None:
        yield PlanError(f"{path}.rate", "It says no rate. Write `rate: 5%`, or tiers and a curve.")
    else:
        yield from _rate(component.rate, f"{path}.rate")


def _curve(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    if component.rate is not None:
        yield PlanError(f"{path}.rate", "One rate is for a flat component. Remove it, or tiers and curve.")
    if "window" not in component.model_fields_set:
        yield PlanError(
            f"{path}.window", "Tiers need a window to add up in. Write `window: quarter`, or deal, month, year."
        )
    least = 2 if component.tiers is Tiers.INTERPOLATED else 1
    if len(component.curve) < least:
        yield PlanError(f"{path}.curve", f"{component.tiers} needs {least} or more rows. Add `- {{from: 0, …}}`.")
        return
    yield from _order(component, path)
    for index, step in enumerate(component.curve):
        where = f"{path}.curve[{index}]"
        yield from _threshold(step.from_, component.against, f"{where}.from", currency)
        yield from _value(component.tiers, step.rate, step.pay, where, currency)
    first = component.curve[0]
    if component.tiers is Tiers.INTERPOLATED and first.from_ == 0 and first.pay:
        yield PlanError(f"{path}.curve[0].pay", "Nothing sold must pay nothing: a credit pays a difference. Write 0.")


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


def _threshold(value: Decimal, against: Against, path: str, currency: str | None) -> Iterator[PlanError]:
    if against is Against.AMOUNT:
        yield from money_errors(value, path, currency)
        return
    if value > LARGEST_ATTAINMENT:
        meant = canonical(value)
        most = f"{LARGEST_ATTAINMENT * 100}% is the most"
        yield PlanError(path, f"{meant} means {canonical(value * 100)}% of quota; {most}. Was {meant}% meant?")
    if decimals_of(value) > DECIMALS:
        yield PlanError(path, f"It has more than {DECIMALS - 2} decimals in percent. Round it.")


def _value(
    tiers: Tiers, rate: Decimal | None, pay: Decimal | None, path: str, currency: str | None
) -> Iterator[PlanError]:
    wanted, other = ("pay", rate) if tiers is Tiers.INTERPOLATED else ("rate", pay)
    given = pay if wanted == "pay" else rate
    if other is not None:
        yield PlanError(path, f"A row of {tiers} tiers says `{wanted}` alone. Remove the other key.")
    if given is None:
        yield PlanError(f"{path}.{wanted}", f"{wanted} is missing. Write `{{from: …, {wanted}: …}}`.")
    elif wanted == "rate":
        yield from _rate(given, f"{path}.rate")
    else:
        yield from money_errors(given, f"{path}.pay", currency)


def _rate(value: Decimal, path: str) -> Iterator[PlanError]:
    if abs(value) > LARGEST_RATE:
        meant = canonical(value)
        yield PlanError(
            path, f"{meant} means {canonical(value * 100)}%; {LARGEST_RATE * 100}% is the most. Was {meant}% meant?"
        )
    if decimals_of(value) > DECIMALS:
        yield PlanError(path, f"It has more than {DECIMALS - 2} decimals in percent. Round it.")
