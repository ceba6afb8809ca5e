"""A run: a period calculated for everybody in chunks."""

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.utils import IntegrityError

from commissions import selectors, services, signals
from commissions.models import EarningLine, Period, Run, RunChunk, Statement
from core.periods import parse_period
from sales.models import LARGEST_MINOR, Deal
from tests.commissions.facts import FLAT, NOW, assign, calculated, lines, period, published, totals, won
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(cast: Cast) -> Cast:
    """Ana and Ben on tiers over a quarter's quota of 1,000, with deals from January to June."""
    assign(published().plan, cast.ana, cast.ben, quota_minor=100_000)
    won(cast.ana, date(2026, 4, 10), 60_000)
    won(cast.ana, date(2026, 5, 10), 60_000)
    won(cast.ana, date(2026, 5, 11), 10_001, shares=[(cast.ana, 500_000), (cast.ben, 500_000)])
    won(cast.ben, date(2026, 3, 31), 500_000)
    won(cast.ben, date(2026, 6, 1), 20_000)
    return cast


def test_a_statement_is_the_sum_of_its_lines_and_starts_where_the_window_left_off(company: Cast) -> None:
    run = calculated("2026-05")
    assert run.status == "done"
    assert totals() == {("ana", "2026-05"): 4_000 + 500, ("ben", "2026-05"): 250}
    ana = Statement.objects.get(payee=company.ana)
    assert list(ana.lines.order_by("seq").values_list("x0_minor", "x1_minor", "amount_minor")) == [
        (60_000, 120_000, 4_000),
        (120_000, 125_001, 500),
    ]


def test_who_is_on_a_plan_and_sold_nothing_has_a_statement_of_zero(company: Cast) -> None:
    calculated("2026-07")
    assert totals() == {("ana", "2026-07"): 0, ("ben", "2026-07"): 0}


def test_the_number_of_chunks_changes_nothing(company: Cast) -> None:
    for number in range(9):
        rep = person(f"Rep{number}")
        assign(published(FLAT.replace("Flat", f"Flat {number}")).plan, rep)
        won(rep, date(2026, 5, number + 1), 333 + number, shares=[(rep, 333_333), (company.ana, 666_667)])
    seen = []
    for chunks in (1, 3, 100):
        EarningLine.objects.all().delete()
        Statement.objects.all().delete()
        run = calculated("2026-05", chunks=chunks)
        seen.append((lines(), totals(), sorted(Statement.objects.values_list("payee", "notices", "payable_minor"))))
        assert (run.status, run.chunks.count()) == ("done", min(chunks, 11))
    assert seen[0] == seen[1] == seen[2]


def test_a_run_again_changes_nothing_and_keeps_the_ids(company: Cast) -> None:
    calculated("2026-05")
    before = (sorted(Statement.objects.values_list("pk", "total_minor")), lines(), ids())
    told = announced(lambda: calculated("2026-05"))
    assert (sorted(Statement.objects.values_list("pk", "total_minor")), lines(), ids()) == before
    assert told == []


def ids() -> list[int]:
    return sorted(EarningLine.objects.values_list("pk", flat=True))


def announced(call: Any) -> list[frozenset[int]]:
    told: list[frozenset[int]] = []

    def hear(*, payee_ids: frozenset[int], **_: object) -> None:
        told.append(payee_ids)

    signals.statements_changed.connect(hear)
    try:
        call()
    finally:
        signals.statements_changed.disconnect(hear)
    return told


def test_only_what_changed_is_written_and_announced(company: Cast) -> None:
    calculated("2026-05")
    before = set(ids())
    won(company.ana, date(2026, 5, 30), 1_000)
    told = announced(lambda: calculated("2026-05"))
    assert told == [frozenset({company.ana.pk})]
    assert before < set(ids())
    assert len(set(ids()) - before) == 1


def test_a_payee_taken_off_every_plan_loses_the_statement(company: Cast) -> None:
    calculated("2026-05")
    plan = Statement.objects.get(payee=company.ben).lines.get().plan_version.plan
    services.unassign(
        plan=plan, payees=[company.ben], from_date=date(2026, 1, 1), until=None, acting_user=None, now=NOW
    )
    assert announced(lambda: calculated("2026-05")) == [frozenset({company.ben.pk})]
    assert totals() == {("ana", "2026-05"): 4_500}


def test_one_run_of_a_period_at_a_time(company: Cast) -> None:
    services.start_run(calendar=parse_period("2026-05"), acting_user=company.finn, now=NOW)
    with pytest.raises(services.RunRefused, match="being calculated already"):
        services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW)


@pytest.mark.parametrize("status", ["review", "approved"])
def test_a_period_that_is_being_checked_still_takes_in_what_changes(company: Cast, status: str) -> None:
    calculated("2026-05")
    Period.objects.update(status=status)
    Deal.objects.filter(owner=company.ana, closed_on=date(2026, 5, 10)).update(amount_minor=F("amount_minor") + 100_00)
    assert announced(lambda: calculated("2026-05")) == [frozenset({company.ana.pk})]


def test_a_revision_counts_what_changed_of_a_statement(company: Cast) -> None:
    calculated("2026-05")
    calculated("2026-05")
    assert set(Statement.objects.values_list("revision", flat=True)) == {1}
    Deal.objects.filter(owner=company.ana, closed_on=date(2026, 5, 10)).update(amount_minor=F("amount_minor") + 100_00)
    calculated("2026-05")
    calculated("2026-05")
    assert dict(Statement.objects.values_list("payee__name", "revision")) == {"Ana": 2, "Ben": 1}


@pytest.mark.parametrize("status", ["closed", "paid"])
def test_a_closed_period_is_not_calculated(company: Cast, status: str) -> None:
    calculated("2026-05")
    Period.objects.update(status=status)
    with pytest.raises(services.PeriodFrozen, match="2026-05 is"):
        calculated("2026-05")


def test_a_period_closed_while_it_is_calculated_stops_the_run(company: Cast) -> None:
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW)
    Period.objects.update(status="closed")
    services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.status, Statement.objects.count()) == ("failed", 0)
    assert "comes as a true-up" in run.error


def test_nobody_to_calculate_says_which_periods_to_calculate_instead(company: Cast) -> None:
    with pytest.raises(services.RunRefused) as refused:
        calculated("2026-Q2")
    assert str(refused.value) == (
        "Nobody is on a plan with a statement per quarter in 2026-Q2. "
        "The plans of that time pay per month: calculate 2026-04, 2026-05, 2026-06."
    )
    assert not Period.objects.filter(kind="quarter").exists()


def test_nobody_to_calculate_says_whether_a_plan_or_the_people_are_missing(cast: Cast) -> None:
    with pytest.raises(services.RunRefused, match="No plan is published"):
        calculated("2026-05")
    published()
    with pytest.raises(services.RunRefused, match="assign --plan NAME --all --from 2026-05-01"):
        calculated("2026-05")


def test_progress_is_chunks_done_of_all(company: Cast) -> None:
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=company.finn, now=NOW, chunks=2)
    RunChunk.objects.filter(pk=run.chunks.earliest("pk").pk).update(done_at=NOW)
    progress = selectors.period_overview(period("2026-05")).run
    assert progress is not None
    assert (progress.done, progress.total, progress.percent, progress.started_by) == (1, 2, 50, "Finn")


def test_a_payee_whose_calculation_raises_is_tried_three_times_and_named(company: Cast) -> None:
    for _deal in range(50):  # together more than the engine counts to
        won(company.ana, date(2026, 5, 1), LARGEST_MINOR - 1)
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW, chunks=1)
    for _attempt in range(3):
        assert Run.objects.get().status == "running"
        services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert run.status == "failed"
    assert run.error.startswith("The calculation of Ana failed 3 times: A payee's total in a window exceeds")
    assert totals() == {("ben", "2026-05"): 250}
    assert services.unfinished_runs() == []


def test_a_stopped_run_is_over(company: Cast) -> None:
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW)
    services.stop_run(run=run, acting_user=company.finn, now=NOW)
    assert services.work_on_run(run_id=run.pk, clock=lambda: NOW) == 0
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "Stopped by Finn.")


def test_a_credit_that_does_not_count_says_why(company: Cast) -> None:
    deal = won(company.ana, date(2026, 5, 20), 5_000, currency="EUR")
    calculated("2026-05")
    view = selectors.statement_view(Statement.objects.select_related("payee", "period").get(payee=company.ana))
    assert [(notice.code, notice.deal_pk, notice.deal) for notice in view.notices] == [
        ("currency_differs", deal.pk, deal.external_id)
    ]
    assert view.notices[0].text.startswith("Not counted: the deal is in EUR, the plan pays in USD")


def test_every_line_is_explained_by_its_own_arithmetic(company: Cast) -> None:
    calculated("2026-05")
    found = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer"
    )
    for line in found:
        why = selectors.line_explanation(line)
        assert sum(step.pay for step in why.steps) == why.exact1 - why.exact0
        assert why.y1_minor - why.y0_minor - why.capped_away_minor == line.amount_minor
    first = selectors.line_explanation(found.get(statement__payee=company.ana, seq=0))
    assert [(str(step.start), str(step.end), str(step.rate), str(step.pay)) for step in first.steps] == [
        ("600", "1000", "0.05", "20"),
        ("1000", "1200", "0.1", "20"),
    ]


@pytest.mark.parametrize("status", ["closed", "paid"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE commissions_statement SET total_minor = 1",
        "DELETE FROM commissions_earningline",
        "UPDATE commissions_earningline SET amount_minor = 1",
        (
            "INSERT INTO commissions_statement (period_id, payee_id, currency, total_minor, payable_minor, notices, "
            "computed_at) SELECT period_id, payee_id, 'EUR', 1, 1, '[]', now() FROM commissions_statement"
        ),
        "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL juara.may_truncate = 'off'; TRUNCATE commissions_earningline",
        "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL juara.may_truncate = 'off'; TRUNCATE commissions_statement CASCADE",
    ],
)
def test_the_database_refuses_to_change_what_is_closed(company: Cast, status: str, change: str) -> None:
    calculated("2026-05")
    Period.objects.update(status=status)
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_line_cannot_refer_to_nothing(company: Cast) -> None:
    calculated("2026-05")
    with (
        pytest.raises(IntegrityError, match="must refer to a statement"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE commissions_earningline SET statement_id = 0 WHERE seq = 1")


@pytest.mark.parametrize("table", ["sales_deal", "commissions_statement"])
def test_what_a_line_refers_to_cannot_be_deleted(company: Cast, table: str) -> None:
    calculated("2026-05")
    with (
        pytest.raises(IntegrityError, match="Lines of statements"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM sales_dealshare")
        cursor.execute(f"DELETE FROM {table}")


def test_queries_do_not_grow_with_payees(company: Cast, django_assert_num_queries: Any) -> None:
    calculated("2026-05")
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW, chunks=1)
    with django_assert_num_queries(25):
        services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    plan = published(FLAT).plan
    for number in range(20):
        rep = person(f"Rep{number}")
        assign(plan, rep)
        won(rep, date(2026, 5, 1), 333 + number)
    calculated("2026-05")
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW, chunks=1)
    with django_assert_num_queries(25):
        services.work_on_run(run_id=run.pk, clock=lambda: NOW)


def test_a_statement_shows_components_in_the_order_of_the_plan(cast: Cast) -> None:
    two = FLAT.replace("components: [", "components: [{key: zeal, name: First, rate: 1%}, ")
    assign(published(two).plan, cast.ana)
    won(cast.ana, date(2026, 5, 1), 1_000)
    calculated("2026-05")
    view = selectors.statement_view(Statement.objects.select_related("payee", "period").get())
    assert [(group.name, group.amount_minor) for group in view.components] == [("First", 10), ("Everything", 100)]
