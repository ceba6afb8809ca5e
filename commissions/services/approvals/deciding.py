"""Approving, rejecting, and withdrawing a rejection: one row a step of a revision, whoever clicks how often."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine import approval
from commissions.models import Approval, Period, Statement
from commissions.selectors.approvals.cases import Case, cases, delegates_on
from commissions.selectors.approvals.refusals import Seen, why_not
from commissions.services.approvals.routes import BATCH, settle

Verdict = Approval.Verdict
_HOLD: Final = "SELECT 1 FROM commissions_period WHERE id = %s FOR SHARE"


class ApprovalRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was decided. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NotDone:
    statement: Statement | None  # with its payee and period; none: it is gone
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    done: tuple[Case, ...]  # as they are now
    not_done: tuple[NotDone, ...]


def approve(*, seen: Seen, comment: str = "", acting_user: User, now: datetime) -> Case:
    """Take the step that was seen, of the revision that was seen. Raises ApprovalRefused."""
    return _one(Verdict.APPROVED, seen, comment, acting_user, now)


def reject(*, seen: Seen, comment: str, acting_user: User, now: datetime) -> Case:
    """Send a statement back, until something of it changes or somebody withdraws this. Raises ApprovalRefused."""
    return _one(Verdict.REJECTED, seen, comment, acting_user, now)


def withdraw(*, seen: Seen, comment: str, acting_user: User, now: datetime) -> Case:
    """Take a rejection back: its step is asked for again. Raises ApprovalRefused."""
    return _one(Verdict.WITHDRAWN, seen, comment, acting_user, now)


def approve_many(*, seen: Iterable[Seen], comment: str = "", acting_user: User, now: datetime) -> Outcome:
    """Take the step of each that was seen. A transaction for each batch of 500 of one period, of a fixed number of
    queries; the batches before stay done when one fails.
    """
    return _many(Verdict.APPROVED, seen, comment, acting_user, now)


def _one(verdict: Approval.Verdict, seen: Seen, comment: str, user: User, now: datetime) -> Case:
    if verdict != Verdict.APPROVED and not comment.strip():
        raise ApprovalRefused(_("Say why: whoever reads it next has to know what to do."))
    outcome = _many(verdict, [seen], comment, user, now)
    if outcome.not_done:
        raise ApprovalRefused(outcome.not_done[0].why)
    return outcome.done[0]


def _many(verdict: Approval.Verdict, seen: Iterable[Seen], comment: str, user: User, now: datetime) -> Outcome:
    by_pk = {each.statement: each for each in seen}
    periods = dict(Statement.objects.filter(pk__in=by_pk).order_by("period", "payee").values_list("pk", "period"))
    groups: dict[int, list[Seen]] = defaultdict(list)
    for pk, period in periods.items():
        groups[period].append(by_pk[pk])
    done, not_done = list[Case](), [_gone() for pk in by_pk if pk not in periods]
    for period, rows in groups.items():
        for start in range(0, len(rows), BATCH):
            outcome = _batch(period, verdict, rows[start : start + BATCH], comment, user, now)
            done += outcome.done
            not_done += outcome.not_done
    return Outcome(tuple(done), tuple(not_done))


def _gone() -> NotDone:
    return NotDone(None, _("This statement is gone: its payee is on no plan of that period any more."))


@transaction.atomic
def _batch(
    period_pk: int, verdict: Approval.Verdict, seen: Sequence[Seen], comment: str, user: User, now: datetime
) -> Outcome:
    """1. Hold the period's status, and lock the statements in the order in which a calculation writes them. 2. Work out
    where each stands. 3. Write what may be decided, and where each stands then.
    """
    by_pk = {each.statement: each for each in seen}
    found = _locked(period_pk, by_pk)
    refused = [_gone() for _each in range(len(by_pk) - len(found))]
    delegates = delegates_on(timezone.localdate(now))
    rows, decided = list[Approval](), list[Case]()
    for case in found:
        each = by_pk[case.statement.pk]
        right = why_not(case, each, verdict, user, delegates)
        if isinstance(right, str):
            refused.append(NotDone(case.statement, right))
            continue
        row = _row(case, each, verdict, right)
        row.by, row.at, row.comment = user, now, comment.strip()
        rows.append(row)
        decided.append(case.after(row))
    Approval.objects.bulk_create(rows)
    settle(cases=decided, now=now)
    return Outcome(tuple(decided), tuple(refused))


def _locked(period_pk: int, statements: Iterable[int]) -> list[Case]:
    """Their cases, with payees and period, under locks that last until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [period_pk])
    period = Period.objects.get(pk=period_pk)
    locked = Statement.objects.filter(pk__in=list(statements)).order_by("payee", "currency")
    rows = list(locked.select_for_update(no_key=True))
    people = User.objects.in_bulk({row.payee_id for row in rows})
    for row in rows:
        row.period, row.payee = period, people[row.payee_id]
    return cases(period, rows)


def _row(case: Case, seen: Seen, verdict: Approval.Verdict, right: approval.Authority) -> Approval:
    statement = case.statement
    step = case.progress.rejected.step if verdict == Verdict.WITHDRAWN and case.progress.rejected else seen.step
    return Approval(
        statement=statement, period=statement.period, payee=statement.payee, currency=statement.currency,
        revision=statement.revision, payable_minor=statement.payable_minor, chain_id=case.chain.pk, step=step,
        round=case.round, verdict=verdict, on_behalf_of_id=right.on_behalf_of,
    )  # fmt: skip
