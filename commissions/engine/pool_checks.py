"""Whether a team's pool can be one: a sum of the team, which no member's own figures decide about."""

from collections.abc import Iterator

from commissions.engine.errors import PlanError
from commissions.engine.schema import (
    Attainment,
    ClawbackMode,
    Component,
    Excess,
    Measure,
    Of,
    Pays,
    PlanDocument,
    Window,
)
from commissions.engine.words import told

_NO_WINDOWS = {
    Window.DEAL: told("A pool adds up before it is divided. Write `window: month`, or quarter, half, year."),
    Window.PLAN: told("The time on a plan is of one payee, and a pool of many. Write `window: year`, say."),
}


def check_pools(document: PlanDocument) -> Iterator[PlanError]:
    """What the plan may not say beside a pool: of each deal a pool knows what the team earned, not what it was paid."""
    clawback = document.clawback
    if clawback is None or not any(component.pool for component in document.components):
        return
    if clawback.mode is ClawbackMode.PAID:
        said = told("A pool takes back what the team earned, not what was paid. Write `mode: full` or `prorated`.")
        yield PlanError("clawback.mode", said)
    if clawback.attainment is Attainment.LEAVE:
        said = told("What a pool takes back goes back on its curve. Remove `attainment`.")
        yield PlanError("clawback.attainment", said)
    if clawback.unpaid is not None:
        said = told("A pool doesn't take back what customers owe. Remove `unpaid`, or use `trigger: paid`.")
        yield PlanError("clawback.unpaid", said)


def check_pool(component: Component, path: str) -> Iterator[PlanError]:
    """What a component with a pool must say, and may not say."""
    if component.pool is None:
        return
    if component.credit.of is not Of.TEAM:
        said = told("A pool is of what a team sells. Write `credit: {of: team}`.")
        yield PlanError(f"{path}.credit.of", said)
    if component.window in _NO_WINDOWS:
        yield PlanError(f"{path}.window", _NO_WINDOWS[component.window])
    if component.pays is Pays.TARGET:
        said = told("A target is of one payee, and a pool of many. Remove `pays`.")
        yield PlanError(f"{path}.pays", said)
    if component.measure is Measure.SCORE:
        yield PlanError(f"{path}.measure", told("A pool is of what a team sells, not of scores. Remove `pool`."))
    if component.repeats is not None:
        said = told("A pool is of deals that count once. Remove `repeats`.")
        yield PlanError(f"{path}.repeats", said)
    if component.multiply is not None:
        said = told("What multiplies is of one payee, and a pool of many. Remove `multiply`.")
        yield PlanError(f"{path}.multiply", said)
    if component.cap is not None and component.cap.excess is Excess.CARRY:
        said = told("What goes beyond the cap of a pool can't be carried. Remove `excess`.")
        yield PlanError(f"{path}.cap.excess", said)
