"""Whether a spiff's days, its number of deals and its budget make sense, and can be shared deal by deal."""

from collections.abc import Iterator

from commissions.engine.errors import PlanError
from commissions.engine.example_checks import money_errors
from commissions.engine.schema import Component, Pays, Per, Spiff, SpiffPer, Trigger, Window
from commissions.engine.words import told


def check_spiff(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    """Errors of a component's spiff, and of what the component may not say beside it."""
    spiff = component.spiff
    if spiff is None:
        return
    yield from _itself(spiff, f"{path}.spiff", currency)
    if spiff.is_limited:
        yield from _apart(component, path)


def _itself(spiff: Spiff, path: str, currency: str | None) -> Iterator[PlanError]:
    if spiff.from_ is None and spiff.until is None and not spiff.is_limited:
        yield PlanError(path, told("It says nothing. Write `from` and `until`, and `first` or `budget`."))
    if spiff.is_limited and (spiff.from_ is None or spiff.until is None):
        key = "from" if spiff.from_ is None else "until"
        yield PlanError(
            f"{path}.{key}",
            told("The deals that share it need a first day and an end. Write both `from` and `until`."),
        )
    if spiff.from_ and spiff.until and spiff.until <= spiff.from_:
        yield PlanError(f"{path}.until", told("It ends before it begins. Write `until` as a day after `from`."))
    if spiff.per is not SpiffPer.PLAN and spiff.first is None:
        yield PlanError(f"{path}.per", told("It says whose first deals count. Add `first: 5`, say, or remove `per`."))
    if spiff.budget is not None:
        yield from money_errors(spiff.budget, f"{path}.budget", currency)
        if spiff.budget <= 0:
            yield PlanError(f"{path}.budget", told("A budget must be more than 0. Without one, leave it out."))


def _apart(component: Component, path: str) -> Iterator[PlanError]:
    """What a deal pays must not depend on other deals, nor on the payee: all are put in one order by it."""
    if component.window is not Window.DEAL:
        said = told("A first so many, or a budget, needs deals that are paid one by one. Write `window: deal`.")
        yield PlanError(f"{path}.window", said)
    if component.pays is Pays.TARGET:
        said = told("A first so many, or a budget, is of money. Remove `pays`.")
        yield PlanError(f"{path}.pays", said)
    if component.multiply is not None:
        said = told("What a deal of a spiff pays can't be multiplied afterwards. Remove `multiply`.")
        yield PlanError(f"{path}.multiply", said)
    if component.credit.trigger is not Trigger.BOOKED:
        said = told("A first so many, or a budget, goes by the days on which deals close. Remove `trigger`.")
        yield PlanError(f"{path}.credit.trigger", said)
    for name, limit in (("cap", component.cap), ("floor", component.floor)):
        if limit is not None and limit.per is not Per.DEAL:
            said = told("Beside a first so many, or a budget, it holds for each deal. Write `per: deal`.")
            yield PlanError(f"{path}.{name}.per", said)
