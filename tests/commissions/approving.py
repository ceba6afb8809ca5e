"""A published period and people who approve it, for the tests of approvals."""

from datetime import date
from typing import Any

from accounts.models import User
from commissions.models import Period, Statement
from commissions.selectors.approvals.cases import Case, cases
from commissions.selectors.approvals.refusals import Seen
from commissions.services import approvals
from tests.commissions.facts import NOW, calculated, period, won

MAY = "2026-05"


def publish(label: str = MAY) -> Period:
    """Calculate a period and publish its statements."""
    calculated(label)
    found = period(label)
    Period.objects.filter(pk=found.pk).update(status=Period.Status.REVIEW)
    approvals.route_changed(now=NOW)
    return period(label)


def statement(payee: User, label: str = MAY) -> Statement:
    return Statement.objects.select_related("period", "payee").get(payee=payee, period=period(label))


def case_of(payee: User, label: str = MAY) -> Case:
    found = statement(payee, label)
    return cases(found.period, [found])[0]


def seen(payee: User, step: int | None = None, label: str = MAY) -> Seen:
    """As somebody sees it now."""
    case = case_of(payee, label)
    row = case.statement
    return Seen(row.pk, row.revision, case.progress.next_step or 0 if step is None else step, row.payable_minor)


def approve(payee: User, by: User, **more: Any) -> Case:
    return approvals.approve(seen=seen(payee), acting_user=by, now=NOW, **more)


def chain(*steps: dict[str, Any], plan: Any = None, team: Any = None, **more: Any) -> None:
    approvals.set_chain(plan=plan, team=team, document={"steps": list(steps)} | more, acting_user=None, now=NOW)  # type: ignore[arg-type]


def sells_more(payee: User, minor: int = 1_000) -> None:
    """One more deal of May, calculated: the statement's next revision."""
    won(payee, date(2026, 5, 30), minor)
    calculated(MAY)
