"""Whom each published statement waits for, kept where lists and reminders read it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from commissions.engine import approval
from commissions.models import ApprovalRoute, Period, Statement
from commissions.selectors.approvals.cases import Case, cases

BATCH: Final = 500  # statements of one transaction
PUBLISHED: Final = (Period.Status.REVIEW, Period.Status.APPROVED)
_FIELDS: Final = (
    "period", "payee", "revision", "chain", "plan", "team", "state", "step", "who", "person", "taken", "mean_minor",
    "waits_since",
)  # fmt: skip


def route_changed(*, now: datetime) -> int:
    """Work out the routes of published statements that have none of their present revision: at most a batch of each
    period. Returns how many it did; call it until that is 0.
    """
    known = ApprovalRoute.objects.filter(statement=OuterRef("pk"), revision=OuterRef("revision"))
    return _route(Statement.objects.filter(~Exists(known), period__status__in=PUBLISHED), now=now)


def route_all(*, now: datetime) -> int:
    """Work out all of them again, for what no revision tells: another chain, another manager, somebody who left.

    Routes of statements that are gone or closed go. Returns how many statements are published.
    """
    published = Statement.objects.filter(period__status__in=PUBLISHED)
    ApprovalRoute.objects.filter(~Exists(published.filter(pk=OuterRef("pk")))).delete()
    done, after = 0, 0
    while batch := list(published.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        done, after = done + len(batch), batch[-1]
        _route(published.filter(pk__in=batch), now=now)
    return done


def _route(statements: QuerySet[Statement], *, now: datetime) -> int:
    """Under the lock that a decision takes, so that none is overwritten; what is being decided just now is left out."""
    with transaction.atomic():
        locked = statements.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("period")
        found = list(locked.order_by("period", "payee", "currency")[:BATCH])
        for period, group in groupby(found, key=lambda statement: statement.period):
            settle(cases=cases(period, list(group)), now=now)
    return len(found)


def settle(*, cases: Sequence[Case], now: datetime) -> None:
    """Mark the revisions whose last step was taken as approved, and write the routes. Hold the statements' locks."""
    done = [case.statement for case in cases if case.progress.is_approved and not case.is_approved]
    if done:
        Statement.objects.filter(pk__in=[row.pk for row in done]).update(approved_revision=F("revision"))
        for row in done:
            row.approved_revision = row.revision
    before = ApprovalRoute.objects.in_bulk([case.statement.pk for case in cases])
    rows = [_row(case, before.get(case.statement.pk), now) for case in cases]
    ApprovalRoute.objects.bulk_create(
        [row for row in rows if _differs(row, before.get(row.statement_id))],
        update_conflicts=True, unique_fields=["statement"], update_fields=list(_FIELDS),
    )  # fmt: skip


def _differs(row: ApprovalRoute, before: ApprovalRoute | None) -> bool:
    return before is None or _values(row) != _values(before)


def _values(row: ApprovalRoute) -> dict[str, object]:
    """Its columns; of keys the ids."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _row(case: Case, before: ApprovalRoute | None, now: datetime) -> ApprovalRoute:
    statement, found = case.statement, case.candidates
    row = ApprovalRoute(
        statement=statement, period_id=statement.period_id, payee_id=statement.payee_id, revision=statement.revision,
        chain_id=case.chain.pk, plan_id=case.plan, team_id=case.team, state=_state(case),
        step=case.progress.next_step if found else None, who=found.who.value if found else "",
        person_id=_person(found), taken=sorted(case.progress.taken), mean_minor=case.mean_minor, waits_since=now,
    )  # fmt: skip
    if before and all(_same(before, row)):
        row.waits_since = before.waits_since
    return row


def _same(before: ApprovalRoute, row: ApprovalRoute) -> Iterable[bool]:
    return (getattr(before, name) == getattr(row, name) for name in ("revision", "state", "step", "chain_id"))


def _state(case: Case) -> ApprovalRoute.State:
    if case.is_approved:
        return ApprovalRoute.State.APPROVED
    return ApprovalRoute.State.REJECTED if case.progress.rejected else ApprovalRoute.State.WAITING


def _person(found: approval.Candidates | None) -> int | None:
    """The one whom a step waits for, where it isn't for all of finance, or all administrators."""
    if found is None or found.who in (approval.Who.FINANCE, approval.Who.ADMIN):
        return None
    return min(found.people)
