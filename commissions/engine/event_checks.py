"""What is taken back and what comes again: rules that need one another, or that nothing here would follow."""

from collections.abc import Iterator

from commissions.engine.errors import PlanError
from commissions.engine.schema import Attainment, Clawback, ClawbackMode, Component, PlanDocument, Trigger
from commissions.engine.spiffs import is_limited
from commissions.engine.words import told

_AT_ONCE = (Trigger.BOOKED, Trigger.INVOICED)


def check_clawback(document: PlanDocument) -> Iterator[PlanError]:
    """Errors of a plan's clawback."""
    clawback = document.clawback
    if clawback is None:
        return
    if clawback.within_days is None:
        yield from _without_days(clawback, repeats=any(part.repeats for part in document.components))
    unpaid = clawback.unpaid
    if unpaid is None:
        return
    if clawback.within_days is not None and unpaid.after_days > clawback.within_days:
        said = told(
            "Nothing is taken back after %(days)s days from closing. Give the customer no longer than that, or raise "
            "`within_days`.",
            days=clawback.within_days,
        )
        yield PlanError("clawback.unpaid.after_days", said)
    if not any(part.credit.trigger in _AT_ONCE and part.repeats is None for part in document.components):
        said = told(
            "No component here credits a whole deal before it is paid, so there is nothing to take back. Remove it."
        )
        yield PlanError("clawback.unpaid", said)


def _without_days(clawback: Clawback, *, repeats: bool) -> Iterator[PlanError]:
    """What a deal was paid must be known as far back as something can be taken back of it."""
    if clawback.mode is ClawbackMode.PRORATED:
        said = told("Which part of what time? Add `within_days: 90`, say.")
        yield PlanError("clawback.within_days", said)
    elif clawback.mode is ClawbackMode.PAID or clawback.attainment is Attainment.LEAVE:
        said = told("How far back must be known what a deal was paid? Add `within_days: 365`, say.")
        yield PlanError("clawback.within_days", said)
    elif clawback.unpaid is None and not repeats:  # without it, what came again stays
        said = told("It says nothing that isn't so without it. Add `within_days: 90`, say, or remove `clawback`.")
        yield PlanError("clawback", said)


def check_repeats(component: Component, path: str) -> Iterator[PlanError]:
    """Errors of what a component credits again and again."""
    repeats = component.repeats
    if repeats is None:
        return
    if component.credit.trigger not in _AT_ONCE:
        said = told(
            "A deal that counts payment by payment has no whole that could come again. Write `trigger: booked` or "
            "`trigger: invoiced`, or remove `repeats`."
        )
        yield PlanError(f"{path}.repeats", said)
    if is_limited(component):
        said = told("Of a spiff with a budget or a number of deals each deal counts once. Remove `repeats`.")
        yield PlanError(f"{path}.repeats", said)
    if repeats.months is not None and repeats.months <= repeats.every.months:
        said = told(
            "It ends before it comes again. Write a longer time than %(months)s months, or remove `repeats`.",
            months=repeats.every.months,
        )
        yield PlanError(f"{path}.repeats.for", said)
