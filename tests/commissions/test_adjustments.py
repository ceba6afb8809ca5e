"""Adjustments: who may ask and who decides, what they add to statements, and that nothing drops or doubles one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from accounts.models import Role, User
from commissions import services
from commissions.models import Adjustment, Evidence, Period, StaleStatement, Statement
from commissions.selectors.obstacles import in_the_way_of_closing
from commissions.services.adjustments import AdjustmentRefused, File, Source
from tests.commissions.adjusting import ask, close, decide, limit, paid, settle, wanted, withdraw
from tests.commissions.facts import NOW, calculated, period
from tests.conftest import Cast, person
from tests.world import World, paid_world

pytestmark = pytest.mark.django_db
EARNED = 900_00  # by Ana in November


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


@pytest.fixture
def fay(cast: Cast) -> User:
    return person("Fay", Role.FINANCE)


def test_finance_adjusts_alone_up_to_the_limit_and_the_statement_shows_it(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.finn, wanted(cast.ana, 500_00))
    assert (row.status, row.decided_by, row.payable_before_minor, row.payable_after_minor) == (
        "approved", None, EARNED, EARNED + 500_00,
    )  # fmt: skip
    settle()
    assert paid(cast.ana) == (EARNED, 500_00, EARNED + 500_00)


def test_above_the_limit_a_second_person_approves(world: World, cast: Cast, fay: User) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.finn, wanted(cast.ana, -500_01))
    settle()
    assert (row.status, paid(cast.ana)) == ("proposed", (EARNED, 0, EARNED))
    decide(row, fay)
    settle()
    assert paid(cast.ana) == (EARNED, -500_01, EARNED - 500_01)


def test_without_a_limit_every_adjustment_needs_a_second_person(world: World, cast: Cast) -> None:
    (row,) = ask(cast.finn, wanted(cast.ana, 1))
    assert row.status == "proposed"


def test_an_amount_in_two_halves_needs_a_second_person_as_the_whole_does(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    first, second = ask(cast.finn, wanted(cast.ana, 300_00), wanted(cast.ana, -300_00))
    (third,) = ask(cast.finn, wanted(cast.ana, 200_01))
    (fourth,) = ask(cast.finn, wanted(cast.ana, 200_00))
    statuses = [row.status for row in (first, second, third, fourth)]
    assert statuses == ["approved", "proposed", "proposed", "approved"]


def test_a_manager_asks_for_her_reports_and_finance_decides(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.mia, wanted(cast.ana, 1_00))
    assert row.status == "proposed"
    with pytest.raises(AdjustmentRefused, match="Only finance"):
        decide(row, cast.mia)
    assert decide(row, cast.finn).status == "approved"
    with pytest.raises(AdjustmentRefused, match="doesn't report to you"):
        ask(person("Pia", Role.MANAGER), wanted(cast.ana, 1_00))
    with pytest.raises(AdjustmentRefused, match="doesn't report to you"):
        ask(cast.ben, wanted(cast.ana, 1_00))


def test_nobody_adjusts_her_own_pay_nor_decides_what_is_hers(world: World, cast: Cast, fay: User) -> None:
    with pytest.raises(AdjustmentRefused, match="own pay"):
        ask(cast.finn, wanted(cast.finn, 1_00))
    (about_finn,) = ask(fay, wanted(cast.finn, 1_00))
    (by_finn,) = ask(cast.finn, wanted(cast.ana, 1_00))
    with pytest.raises(AdjustmentRefused, match="about your own pay"):
        decide(about_finn, cast.finn)
    with pytest.raises(AdjustmentRefused, match="asked for it yourself"):
        decide(by_finn, cast.finn)
    with pytest.raises(AdjustmentRefused, match="about your own pay"):
        withdraw(about_finn, cast.finn)


def test_a_rejection_needs_a_reason_and_changes_nothing(world: World, cast: Cast, fay: User) -> None:
    (row,) = ask(cast.finn, wanted(cast.ana, 1_00))
    with pytest.raises(AdjustmentRefused, match="why you reject"):
        decide(row, fay, approve=False, note="  ")
    assert decide(row, fay, approve=False, note="No").status == "rejected"
    with pytest.raises(AdjustmentRefused, match="Fay was faster: it is rejected"):
        decide(row, cast.ada)
    assert paid(cast.ana) == (EARNED, 0, EARNED)


def test_a_payee_without_any_plan_has_a_statement_of_her_adjustments_alone(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.finn, wanted(cast.mia, 250_00))
    settle()
    assert paid(cast.mia) == (0, 250_00, 250_00)
    calculated("2026-11")
    assert paid(cast.mia) == (0, 250_00, 250_00)
    withdraw(row, cast.finn)
    settle()
    assert paid(cast.mia) is None


def test_a_run_reaches_who_has_nothing_but_an_adjustment(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    ask(cast.finn, wanted(cast.mia, 250_00))
    StaleStatement.objects.all().delete()
    calculated("2026-11")
    assert paid(cast.mia) == (0, 250_00, 250_00)


def test_a_period_does_not_close_before_its_statements_show_what_was_approved(world: World, cast: Cast) -> None:
    settle()
    limit(cast.ada, 500_00)
    before = list(in_the_way_of_closing(period("2026-11"), NOW.date()))
    ask(cast.finn, wanted(cast.mia, 250_00))
    waiting = list(in_the_way_of_closing(period("2026-11"), NOW.date()))
    settle()
    assert len(waiting) == len(before) + 1
    assert len(list(in_the_way_of_closing(period("2026-11"), NOW.date()))) == len(before)


def test_in_another_currency_it_is_a_statement_of_its_own(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00, "EUR")
    ask(cast.finn, wanted(cast.ana, -20_00, currency="EUR"))
    settle()
    assert (paid(cast.ana), paid(cast.ana, currency="EUR")) == ((EARNED, 0, EARNED), (0, -20_00, -20_00))


def test_every_recalculation_keeps_it(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    ask(cast.finn, wanted(cast.ana, 100_00))
    ask(cast.finn, wanted(cast.ana, 50_00))
    settle()
    found = [(EARNED, 150_00, EARNED + 150_00)]
    calculated("2026-11")
    found.append(paid(cast.ana))  # type: ignore[arg-type]
    services.note_payees(payee_ids=[cast.ana.pk], start=period("2026-11").start, until=None, now=NOW)
    settle()
    Statement.objects.filter(payee=cast.ana, period=period("2026-11")).update(payable_minor=0, adjusted_minor=0)
    calculated("2026-11")
    found.append(paid(cast.ana))  # type: ignore[arg-type]
    assert found == [(EARNED, 150_00, EARNED + 150_00)] * 3


def test_approving_is_another_revision_at_once_and_a_run_that_changes_nothing_is_none(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    before = world.statement(cast.ana).revision
    ask(cast.finn, wanted(cast.ana, 100_00))
    at_once = world.statement(cast.ana).revision
    settle()
    after = world.statement(cast.ana).revision
    calculated("2026-11")
    assert (at_once, after, world.statement(cast.ana).revision) == (before + 1, before + 2, before + 2)


def test_only_the_payee_is_noted(world: World, cast: Cast) -> None:
    settle()
    limit(cast.ada, 500_00)
    ask(cast.finn, wanted(cast.ana, 100_00))
    assert list(StaleStatement.objects.values_list("payee_id", "on")) == [(cast.ana.pk, period("2026-11").start)]


def test_a_split_moves_an_amount_and_is_decided_as_one(world: World, cast: Cast, fay: User) -> None:
    limit(cast.ada, 500_00)
    parts = (wanted(cast.ana, -600_00), wanted(cast.ben, 400_00), wanted(cast.mia, 200_00))
    rows = ask(cast.finn, *parts, kind="split")
    assert {row.status for row in rows} == {"proposed"}  # one of them is above the limit
    decide(rows[1], fay)
    settle()
    assert [paid(who) for who in (cast.ana, cast.ben, cast.mia)] == [
        (EARNED, -600_00, EARNED - 600_00), (1_500_00, 400_00, 1_900_00), (0, 200_00, 200_00),
    ]  # fmt: skip
    withdraw(rows[2], cast.ada)
    assert set(Adjustment.objects.values_list("status", flat=True)) == {"withdrawn"}
    settle()
    assert [paid(who) for who in (cast.ana, cast.ben, cast.mia)] == [
        (EARNED, 0, EARNED), (1_500_00, 0, 1_500_00), None,
    ]  # fmt: skip


def test_a_split_that_does_not_add_up_to_zero_is_refused(world: World, cast: Cast) -> None:
    with pytest.raises(AdjustmentRefused, match="don't add up"):
        ask(cast.finn, wanted(cast.ana, -600_00), wanted(cast.ben, 400_00), kind="split")
    assert not Adjustment.objects.exists()


def test_a_closed_period_takes_none_and_one_that_waits_goes_to_the_first_that_moves(
    world: World, cast: Cast, fay: User
) -> None:
    (row,) = ask(cast.finn, wanted(cast.ana, 100_00, "2026-10"))
    close("2026-10")
    with pytest.raises(AdjustmentRefused, match="2026-10"):
        ask(cast.finn, wanted(cast.ana, 100_00, "2026-10"))
    done = decide(row, fay)
    settle()
    assert (done.period, done.asked_period) == (period("2026-11"), period("2026-10"))
    assert done.payable_before_minor == EARNED
    assert paid(cast.ana) == (EARNED, 100_00, EARNED + 100_00)


def test_where_all_periods_are_closed_the_next_one_begins(world: World, cast: Cast, fay: User) -> None:
    (row,) = ask(cast.finn, wanted(cast.ana, 100_00))
    close("2026-11")
    assert decide(row, fay).period.label == "2026-12"


def test_one_of_a_closed_period_is_not_withdrawn(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.finn, wanted(cast.ana, 100_00))
    settle()
    close("2026-11")
    with pytest.raises(AdjustmentRefused, match="closed"):
        withdraw(row, cast.finn)


def test_who_asked_withdraws_before_the_decision_and_only_finance_after(world: World, cast: Cast) -> None:
    first, second = ask(cast.mia, wanted(cast.ana, 1_00)), ask(cast.mia, wanted(cast.ana, 2_00))
    withdraw(first[0], cast.mia, note="")
    decide(second[0], cast.finn)
    with pytest.raises(AdjustmentRefused, match="Only finance withdraws"):
        withdraw(second[0], cast.mia)
    with pytest.raises(AdjustmentRefused, match="Write why"):
        withdraw(second[0], cast.finn, note="")
    withdraw(second[0], cast.finn)
    assert list(Adjustment.objects.order_by("pk").values_list("status", "withdrawn_after")) == [
        ("withdrawn", False), ("withdrawn", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda row: Adjustment.objects.filter(pk=row.pk).update(amount_minor=1), "never changes"),
        (lambda row: Adjustment.objects.filter(pk=row.pk).update(reason="Other"), "never changes"),
        (lambda row: Adjustment.objects.filter(pk=row.pk).update(status="proposed"), "is decided"),
        (lambda row: Adjustment.objects.filter(pk=row.pk).delete(), "never deleted"),
    ],
    ids=["amount", "reason", "undecided", "deleted"],
)
def test_the_database_keeps_an_adjustment_as_it_is(
    world: World, cast: Cast, change: Callable[[Adjustment], object], why: str
) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.finn, wanted(cast.ana, 100_00))
    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        change(row)


def test_the_database_keeps_those_of_a_frozen_period_and_lets_none_in(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    (row,) = ask(cast.finn, wanted(cast.ana, 100_00))
    (waits,) = ask(cast.mia, wanted(cast.ana, 1_00))
    close("2026-11")
    approved = Adjustment.objects.filter(pk=waits.pk)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        approved.update(status="approved", decided_by=cast.finn, decided_at=NOW)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        Adjustment.objects.filter(pk=row.pk).update(status="withdrawn", withdrawn_by=cast.finn, withdrawn_at=NOW)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        Period.objects.update(status="open")
        approved.update(status="approved", decided_by=cast.mia, decided_at=NOW)


def test_the_same_token_posts_once(world: World, cast: Cast) -> None:
    source = Source("pressed-twice")
    first, second = (ask(cast.finn, wanted(cast.ana, 100_00), source=source) for _click in range(2))
    assert first == second
    assert Adjustment.objects.count() == 1


def test_what_was_shown_must_still_hold(world: World, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    seen = [EARNED + 100_00]
    ask(cast.finn, wanted(cast.ana, 50_00))
    with pytest.raises(AdjustmentRefused, match="has changed since you looked"):
        ask(cast.finn, wanted(cast.ana, 100_00), seen=seen)


def test_the_file_is_kept_byte_for_byte(world: World, cast: Cast) -> None:
    file = File("mail.pdf", "application/pdf", b"%PDF-1.7\x00\xff")
    (row,) = ask(cast.finn, wanted(cast.ana, 100_00), evidence=file)
    assert row.evidence
    assert (row.evidence.name, bytes(row.evidence.content)) == ("mail.pdf", file.content)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Evidence.objects.update(content=b"other")


def test_it_never_touches_what_is_owed_of_a_draw_and_payable_may_be_below_zero(world: World, cast: Cast) -> None:
    limit(cast.ada, 5_000_00)
    ask(cast.finn, wanted(cast.ana, -1_000_00, kind="clawback"))
    settle()
    assert paid(cast.ana) == (EARNED, -1_000_00, -100_00)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_decide_at_the_same_moment_one_wins(cast: Cast) -> None:
    paid_world(cast)
    (row,) = ask(cast.mia, wanted(cast.ana, 100_00))
    people = [person(f"Fin{number}", Role.FINANCE) for number in range(6)]

    def click(number: int) -> str:
        try:
            return decide(row, people[number], approve=number % 2 == 0, note="No").status
        except AdjustmentRefused as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(click, range(6)))
    row.refresh_from_db()
    assert [text for text in found if text in ("approved", "rejected")] == [row.status]
    assert sum("was faster" in text for text in found) == 5
    settle()
    assert paid(cast.ana) == (EARNED, 100_00 * (row.status == "approved"), EARNED + 100_00 * (row.status == "approved"))


@pytest.mark.django_db(transaction=True)
def test_a_doubled_submit_at_the_same_moment_posts_once(cast: Cast) -> None:
    paid_world(cast)
    asked = wanted(cast.ana, 100_00)

    def click(_number: int) -> int:
        try:
            return ask(cast.finn, asked, source=Source("twice"))[0].pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, range(6)))) == 1
    assert Adjustment.objects.count() == 1
