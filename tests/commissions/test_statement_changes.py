"""What a calculation changed of a statement, and which deals did; runs of a team and of one payee, and their hash."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Membership, Team
from commissions import services
from commissions.engine.causes import MOST
from commissions.models import Run, StaleStatement, StatementChange
from core.periods import parse_period
from sales.models import Deal
from tests.commissions.facts import FLAT, NOW, assign, calculated, period, published, totals, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
MAY_10 = date(2026, 5, 10)


@pytest.fixture
def company(cast: Cast) -> Cast:
    assign(published(FLAT).plan, cast.ana, cast.ben)
    return cast


def latest() -> StatementChange:
    found = StatementChange.objects.order_by("-pk").first()
    assert found
    return found


def test_the_first_statement_is_noted_as_new_without_its_lines(company: Cast) -> None:
    won(company.ana, MAY_10, 100_000)
    run = calculated("2026-05")
    rows = StatementChange.objects.order_by("payee").values_list(
        "payee", "run", "revision", "was_payable_minor", "payable_minor", "causes", "more"
    )
    assert list(rows) == [
        (company.ana.pk, run.pk, 1, None, 10_000, [], 0), (company.ben.pk, run.pk, 1, None, 0, [], 0)
    ]  # fmt: skip


def test_nothing_new_is_no_change(company: Cast) -> None:
    won(company.ana, MAY_10, 100_000)
    calculated("2026-05")
    calculated("2026-05")
    assert StatementChange.objects.count() == 2


def test_a_change_names_the_deals_that_came_went_and_changed(company: Cast) -> None:
    gone, more, same = (won(company.ana, MAY_10, amount) for amount in (100_000, 200_000, 300_000))
    calculated("2026-05")
    come = won(company.ana, date(2026, 5, 1), 50_000)  # before the others: they move along
    Deal.objects.filter(pk=gone.pk).update(status="lost")
    Deal.objects.filter(pk=more.pk).update(amount_minor=240_000)
    run = calculated("2026-05")
    change = latest()
    assert (change.run, change.revision) == (run, 2)
    assert (change.was_total_minor, change.total_minor) == (60_000, 59_000)
    assert change.causes == [
        {"deal": gone.pk, "component": "all", "was": 10_000, "now": None},
        {"deal": come.pk, "component": "all", "was": None, "now": 5_000},
        {"deal": more.pk, "component": "all", "was": 20_000, "now": 24_000},
    ]
    assert same.pk not in {cause["deal"] for cause in change.causes}


def test_a_change_of_facts_is_noted_without_a_run(company: Cast) -> None:
    services.recalculate_stale(now=NOW)
    calculated("2026-05")
    deal = won(company.ana, MAY_10, 100_000)
    services.note_facts(touched=[(company.ana.pk, MAY_10)])
    services.recalculate_stale(now=NOW)
    change = StatementChange.objects.get(period=period("2026-05"), revision=2)
    assert (change.run, change.payee, change.was_payable_minor, change.payable_minor) == (None, company.ana, 0, 10_000)
    assert change.causes == [{"deal": deal.pk, "component": "all", "was": None, "now": 10_000}]


def test_a_statement_that_goes_is_noted_with_what_it_had_been(company: Cast) -> None:
    won(company.ben, MAY_10, 100_000)
    calculated("2026-05")
    plan = company.ben.assignments.get().plan
    services.unassign(
        plan=plan, payees=[company.ben], from_date=date(2026, 1, 1), until=None, acting_user=None, now=NOW
    )
    calculated("2026-05")
    change = latest()
    assert (change.payee, change.was_payable_minor, change.payable_minor) == (company.ben, 10_000, None)
    assert [cause["now"] for cause in change.causes] == [None]


def test_many_causes_are_counted_the_largest_named(company: Cast) -> None:
    calculated("2026-05")
    for number in range(MOST + 3):
        won(company.ana, MAY_10, 1_000 * (number + 1))
    calculated("2026-05")
    change = latest()
    assert (len(change.causes), change.more) == (MOST, 3)
    assert [cause["now"] for cause in change.causes[:2]] == [100 * (MOST + 3), 100 * (MOST + 2)]
    assert change.causes[-1]["now"] == 400


def test_changes_are_only_ever_added(company: Cast) -> None:
    calculated("2026-05")
    for change in ("UPDATE {} SET more = 1", "DELETE FROM {}"):
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            connection.cursor().execute(change.format("commissions_statementchange"))


def test_a_run_says_what_it_came_to(company: Cast) -> None:
    won(company.ana, MAY_10, 100_000)
    run = calculated("2026-05")
    assert (run.scope, run.payees, run.statements) == ("all", 2, 2)
    assert run.totals == {"USD": {"total": 10_000, "payable": 10_000}}


def test_the_same_facts_have_the_same_hash_and_others_another(company: Cast) -> None:
    deal = won(company.ana, MAY_10, 100_000)
    won(company.ana, date(2026, 5, 11), 50_000)
    first, again = calculated("2026-05"), calculated("2026-05")
    assert len(first.inputs_hash) == 64
    assert first.inputs_hash == again.inputs_hash
    Deal.objects.filter(pk=deal.pk).update(amount_minor=100_001)
    assert calculated("2026-05").inputs_hash != first.inputs_hash


def run_of(whom: object) -> Run:
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=NOW, whom=whom)  # type: ignore[arg-type]
    services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def test_one_payee_is_calculated_alone(company: Cast) -> None:
    won(company.ana, MAY_10, 100_000)
    won(company.ben, MAY_10, 100_000)
    run = run_of(company.ana)
    assert (run.scope, run.payee, run.payees, run.statements) == ("payee", company.ana, 1, 1)
    assert totals("2026-05") == {("ana", "2026-05"): 10_000}


def test_a_team_is_calculated_as_it_is_on_the_last_day_with_those_below_it(company: Cast) -> None:
    inner = Team.objects.create(name="Inner", parent=company.west)
    Membership.objects.filter(user=company.ben).update(during=DateRange(date(2025, 1, 1), date(2026, 5, 31)))
    Membership.objects.create(user=company.ben, team=inner, during=DateRange(date(2026, 5, 31), None))
    run = run_of(company.west)
    assert (run.scope, run.team, run.payees) == ("team", company.west, 2)
    assert run_of(inner).payees == 1
    with pytest.raises(services.RunRefused, match="Nobody of East is paid in 2026-05"):
        run_of(company.east)


def test_a_run_gives_what_failed_another_try(company: Cast) -> None:
    StaleStatement.objects.all().delete()
    StaleStatement.objects.create(payee_id=company.ana.pk, on=MAY_10, attempts=3)
    calculated("2026-05")
    assert StaleStatement.objects.get().attempts == 0
