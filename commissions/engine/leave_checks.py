"""Whether what a plan says of leave can change anything."""

from collections.abc import Iterator

from commissions.engine.errors import PlanError
from commissions.engine.leave import reads_leave, withholds
from commissions.engine.quotas import quota_kind, target_kind
from commissions.engine.schema import LeaveGoals, Measure, PlanDocument
from commissions.engine.words import told


def check_leave(document: PlanDocument) -> Iterator[PlanError]:
    if document.leave is None:
        return
    if not reads_leave(document):
        said = told("It says nothing. Write `deals: not_credited` or `quotas: prorated`.")
        yield PlanError("leave", said)
    if withholds(document) and all(part.measure is Measure.SCORE for part in document.components):
        said = told("Nothing here counts deals, so leave can't keep any from counting. Remove it.")
        yield PlanError("leave.deals", said)
    if document.leave.quotas is LeaveGoals.PRORATED:
        if not any(quota_kind(part) for part in document.components if part.pool is None):
            said = told("Nothing here goes by a quota. Add `against: quota` to a component, or remove it.")
            yield PlanError("leave.quotas", said)
        yield from _day_count(document, "leave.quotas")
    if document.leave.targets is LeaveGoals.PRORATED:
        if not any(map(target_kind, document.components)):
            said = told("Nothing here pays shares of a target incentive. Add `pays: target`, or remove it.")
            yield PlanError("leave.targets", said)
        yield from _day_count(document, "leave.targets")


def _day_count(document: PlanDocument, path: str) -> Iterator[PlanError]:
    if document.quotas is None or document.quotas.prorate is None:
        said = told("How are the days counted? Add `quotas: {prorate: calendar_days}`, or working_days.")
        yield PlanError(path, said)
