"""From open to paid: who may go where, what refuses, and that of many at once one moves the period."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import User
from commissions import services
from commissions.models import (
    Adjustment,
    AdjustmentGroup,
    ApprovalException,
    ChecklistTick,
    Period,
    PeriodMove,
    Run,
    StaleStatement,
    Statement,
)
from commissions.selectors.checklist import checklist
from commissions.services import MovedAlready, MoveRefused
from commissions.services.closing import close_period
from tests.commissions.facts import FLAT, assign, calculated, period, published, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 18, 4, tzinfo=UTC)  # 4 June, 01:04 in Jakarta
VERBS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "start_review": ("open", "review", services.start_review),
    "approve_period": ("review", "approved", services.approve_period),
    "close_period": ("approved", "closed", close_period),
    "mark_paid": ("closed", "paid", services.mark_paid),
}
BACK = {"review": "open", "approved": "review"}


@pytest.fixture
def may(cast: Cast) -> Period:
    """May of Ana and Ben: calculated, nothing waiting, nothing to object to."""
    assign(published(FLAT).plan, cast.ana, cast.ben)
    won(cast.ana, date(2026, 5, 10), 100_000)
    won(cast.ben, date(2026, 5, 11), 50_000)
    services.recalculate_stale(now=NOW)
    calculated("2026-05")
    return period("2026-05")


def put(found: Period, status: str) -> Period:
    Period.objects.filter(pk=found.pk).update(status=status)
    found.status = status
    return found


def ready(found: Period, by: User | None = None) -> Period:
    """Everything approved and ticked off."""
    Statement.objects.filter(period=found).update(approved_revision=F("revision"))
    items = checklist(found).items
    services.tick_off(
        period=found,
        keys=[item.key for item in items],
        figures=[item.figure for item in items],
        acting_user=by,
        now=NOW,
    )
    return found


@pytest.mark.parametrize("status", Period.Status.values)
@pytest.mark.parametrize("verb", VERBS)
def test_each_step_leads_from_one_status_to_one_other(may: Period, cast: Cast, verb: str, status: str) -> None:
    before, after, call = VERBS[verb]
    put(ready(may), status)
    if status == before:
        move = call(period=may, acting_user=cast.finn, now=NOW)
        assert (move.before, move.after, move.by, move.at) == (before, after, cast.finn, NOW)
        assert period("2026-05").status == after
    else:
        with pytest.raises(MoveRefused, match="2026-05 is"):
            call(period=may, acting_user=cast.finn, now=NOW)
        assert (period("2026-05").status, PeriodMove.objects.count()) == (status, 0)


@pytest.mark.parametrize("status", Period.Status.values)
def test_back_goes_one_step_with_a_reason_and_never_from_closed(may: Period, cast: Cast, status: str) -> None:
    put(may, status)
    if status not in BACK:
        with pytest.raises(MoveRefused, match="2026-05 is"):
            services.reopen(period=may, note="why", acting_user=cast.finn, now=NOW)
        return
    with pytest.raises(MoveRefused, match="Say why"):
        services.reopen(period=may, note="  ", acting_user=cast.finn, now=NOW)
    services.reopen(period=may, note=" Ben's deal was wrong ", acting_user=cast.finn, now=NOW)
    move = PeriodMove.objects.get()
    assert (move.before, move.after, move.note) == (status, BACK[status], "Ben's deal was wrong")
    assert period("2026-05").status == BACK[status]


def test_whoever_comes_second_is_told_who_was_first(may: Period, cast: Cast) -> None:
    put(ready(may), "approved")
    close_period(period=may, acting_user=cast.finn, now=NOW)
    with pytest.raises(MovedAlready) as told:
        close_period(period=may, acting_user=cast.ada, now=NOW + timedelta(minutes=1))
    assert str(told.value) == "Finn closed 2026-05 a moment ago (01:04)."
    with pytest.raises(MovedAlready, match=r"Finn closed 2026-05 on 4 Jun 2026, 01:04\.$"):
        close_period(period=may, acting_user=cast.ada, now=NOW + timedelta(hours=1))


def test_a_page_that_is_old_is_told_what_happened_and_what_is_next(may: Period, cast: Cast) -> None:
    put(ready(may), "open")
    services.start_review(period=may, acting_user=cast.finn, now=NOW)
    with pytest.raises(MovedAlready) as told:
        close_period(period=may, acting_user=cast.ada, now=NOW)
    assert told.value.reasons == (
        "Finn opened 2026-05 for review a moment ago (01:04).",
        "2026-05 is in review: approve it next, or take it back to open.",
    )


def refused(call: Callable[..., Any], found: Period, now: datetime = NOW) -> str:
    with pytest.raises(MoveRefused) as reason:
        call(period=found, acting_user=None, now=now)
    assert PeriodMove.objects.count() == 0
    return str(reason.value)


def closing(found: Period, now: datetime = NOW) -> str:
    return refused(close_period, put(found, "approved"), now)


@pytest.mark.parametrize("verb", ["start_review", "approve_period", "close_period"])
def test_without_statements_there_is_nothing_to_do(cast: Cast, verb: str) -> None:
    before, _after, call = VERBS[verb]
    empty = Period.objects.create(kind="month", start=date(2026, 5, 1), end=date(2026, 6, 1), status=before)
    assert "2026-05 has no statements" in refused(call, empty)


def test_a_period_that_goes_on_is_not_closed(may: Period) -> None:
    ready(may)
    last_minute = datetime(2026, 5, 31, 16, 59, tzinfo=UTC)
    assert closing(may, last_minute) == (
        "2026-05 goes on until 31 May 2026: deals may still come in. Close it from 1 Jun 2026 on."
    )
    close_period(period=may, acting_user=None, now=last_minute + timedelta(minutes=1))


def test_a_period_under_calculation_is_not_closed(may: Period) -> None:
    ready(may)
    Run.objects.create(period=may, started_at=NOW)
    assert closing(may).startswith("2026-05 is being calculated just now")


def test_a_change_that_waits_holds_the_period_up(may: Period, cast: Cast) -> None:
    ready(may)
    StaleStatement.objects.create(payee_id=cast.ana.pk, on=date(2026, 5, 20))
    assert closing(may).startswith("A change that concerns 1 payee waits to be calculated.")
    StaleStatement.objects.update(attempts=3)
    assert closing(may).startswith("The calculation of Ana failed three times")
    StaleStatement.objects.update(on=date(2026, 6, 1))  # after its end
    close_period(period=may, acting_user=None, now=NOW)


def test_an_earlier_period_with_statements_closes_first(may: Period, cast: Cast) -> None:
    april = Period.objects.create(kind="month", start=date(2026, 4, 1), end=date(2026, 5, 1))
    ready(may)
    row = Statement.objects.create(
        payee=cast.ana, period=april, currency="USD", total_minor=0, payable_minor=0, computed_at=NOW
    )
    for status in Period.MOVING:
        put(april, status)
        assert closing(may).startswith("2026-04 is not closed yet")
    row.delete()
    close_period(period=may, acting_user=None, now=NOW)


def test_another_kind_of_period_holds_nothing_up(may: Period, cast: Cast) -> None:
    quarter = Period.objects.create(kind="quarter", start=date(2026, 1, 1), end=date(2026, 4, 1))
    Statement.objects.create(
        payee=cast.ana, period=quarter, currency="USD", total_minor=0, payable_minor=0, computed_at=NOW
    )
    close_period(period=put(ready(may), "approved"), acting_user=None, now=NOW)


@pytest.mark.parametrize("verb", ["approve_period", "close_period"])
def test_a_statement_that_changed_since_its_approval_is_named(may: Period, cast: Cast, verb: str) -> None:
    before, _after, call = VERBS[verb]
    ready(may)
    Statement.objects.filter(payee=cast.ben).update(revision=F("revision") + 1)
    ticked = [item for item in checklist(may).items if item.key == "approved"]
    services.tick_off(period=may, keys=["approved"], figures=[ticked[0].figure], acting_user=None, now=NOW)
    assert refused(call, put(may, before)) == (
        "Not approved as they are now: the statements of Ben. Have them approved, or except each by name with a reason."
    )


def excepted(found: Period, payee: User, by: User, reason: str = "on leave") -> int:
    mine = found.statements.filter(payee=payee).values_list("pk", flat=True)
    return services.except_statements(period=found, statements=list(mine), reason=reason, acting_user=by, now=NOW)


def test_who_is_excepted_by_name_needs_no_approval(may: Period, cast: Cast) -> None:
    with pytest.raises(MoveRefused, match="Say why"):
        excepted(may, cast.ben, cast.finn, reason=" ")
    assert [excepted(may, cast.ben, cast.finn), excepted(may, cast.ben, cast.ada)] == [1, 0]
    Statement.objects.filter(payee=cast.ana).update(approved_revision=F("revision"))
    close_period(period=put(may, "approved"), acting_user=None, now=NOW)
    with pytest.raises(MoveRefused, match="2026-05 is closed"):
        services.withdraw_exception(period=may, pk=ApprovalException.objects.get(by=cast.finn).pk)
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        ApprovalException.objects.all().delete()


def test_an_exception_that_was_withdrawn_no_longer_counts(may: Period, cast: Cast) -> None:
    ready(may)
    Statement.objects.filter(payee=cast.ben).update(approved_revision=None)
    excepted(may, cast.ben, cast.finn)
    services.withdraw_exception(period=may, pk=ApprovalException.objects.get().pk)
    assert "the statements of Ben" in closing(may)


def test_nobody_excepts_her_own_pay(may: Period, cast: Cast) -> None:
    with pytest.raises(MoveRefused, match="own pay"):
        excepted(may, cast.ana, by=cast.ana)


def test_approving_needs_every_item_ticked_as_it_is_now(may: Period, cast: Cast) -> None:
    Statement.objects.update(approved_revision=F("revision"))
    put(may, "review")
    assert "Not everything of the checklist is ticked off as it is now: Data until, Calculated" in refused(
        services.approve_period, may
    )
    ready(may)
    won(None, date(2026, 5, 30), 1_000)
    assert "as it is now: Data until, Deals without owner." in refused(services.approve_period, may)


def test_many_names_are_counted(may: Period, cast: Cast) -> None:
    for user in (cast.mia, cast.finn, cast.ada):
        Statement.objects.create(
            payee=user, period=may, currency="USD", total_minor=0, payable_minor=0, computed_at=NOW
        )
    assert "the statements of Ada, Ana, Ben and 2 more." in closing(may)


@pytest.mark.parametrize("table", ["periodmove", "checklisttick"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_done_stays_on_record(may: Period, table: str, change: str) -> None:
    services.start_review(period=ready(may), acting_user=None, now=NOW)
    assert ChecklistTick.objects.count() == len(checklist(may).items)
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL juara.may_truncate = 'off'")
        cursor.execute(change.format(f"commissions_{table}"))


def test_an_adjustment_that_nobody_decided_holds_the_period_up(may: Period, cast: Cast) -> None:
    ready(may)
    proposed(may, cast)
    assert closing(may).startswith("1 adjustment of this period waits for a decision.")
    assert next(item for item in checklist(may).items if item.key == "adjustments").figure == "1"


def proposed(found: Period, cast: Cast) -> Adjustment:
    group = AdjustmentGroup.objects.create(kind="one", token="t", created_by=cast.finn, created_at=NOW)
    return Adjustment.objects.create(
        group=group, payee=cast.ana, period=found, currency="USD", kind="bonus", amount_minor=5_00, reason="Fair",
        status="proposed", payable_before_minor=0, proposed_by=cast.finn, proposed_at=NOW,
    )  # fmt: skip
