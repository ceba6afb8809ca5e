"""Disputes: what was disputed is kept, one stands about a thing, and they end once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ReportingLine, Role, User
from commissions import tasks
from commissions.models import Dispute, EarningLine, Statement
from commissions.selectors.disputes import deal_subject, line_subject, statement_subject
from commissions.services import dispute_mails, disputes
from commissions.services.dispute_facts import Facts, payable_with
from commissions.services.disputes import DisputeRefused, DisputeStands, Subject
from config.celery import app
from sales.models import Deal
from tests.commissions.adjusting import ask, close, decide, limit, paid, settle, wanted
from tests.commissions.facts import NOW, TODAY, calculated, period
from tests.commissions.test_pages import page, signed_in
from tests.commissions.test_plan_pages import text_of
from tests.conftest import Cast, person
from tests.world import World, paid_world

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> {{ 7 }} {% now %} =cmd()"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def disputed(world: World, by: User | None = None, **more: Any) -> Dispute:
    subject = more.pop("subject", None) or line_subject(world.line(world.cast.ana, "second"), is_own=True)
    return disputes.raise_dispute(
        statement=world.statement(world.cast.ana), subject=Subject(**subject), reason=more.get("reason", "Too little"),
        acting_user=by or world.cast.ana, now=NOW,
    )  # fmt: skip


def end(row: Dispute, by: User, outcome: str = "rejected", **more: object) -> Dispute:
    said = {"text": "As the plan says.", **more}
    return disputes.end_dispute(dispute=row, outcome=outcome, acting_user=by, now=NOW, **said)  # type: ignore[arg-type]


def write(row: Dispute, by: User, text: str = "Hello", **more: bool) -> None:
    disputes.write_message(dispute=row, text=text, acting_user=by, now=NOW, **more)
    row.refresh_from_db()


def test_what_was_disputed_is_kept_when_its_line_is_replaced(world: World, cast: Cast) -> None:
    row = disputed(world)
    kept = dict(row.snapshot)
    assert (kept["component"], kept["amount_minor"], row.payable_minor) == ("New business", 900_00, 900_00)
    assert kept["sentence"].startswith("This deal moved you from $48,000.00 to $60,000.00")
    Deal.objects.filter(external_id="second").update(amount_minor=22_000_00)
    calculated("2026-11")
    EarningLine.objects.filter(deal=world.deals["second"]).delete()
    row.refresh_from_db()
    assert row.snapshot == kept
    text = page(cast.ana, "commissions:dispute", row.pk)
    assert "This deal moved you from $48,000.00 to $60,000.00" in text
    assert "The statement has changed since it was disputed." in text


def test_it_is_due_in_five_working_days(world: World) -> None:
    assert (TODAY, disputed(world).due_on) == (date(2026, 11, 23), date(2026, 11, 30))


@pytest.mark.parametrize("kind", ["line", "deal", "statement"])
def test_a_second_one_about_the_same_thing_is_refused_and_leads_to_the_first(
    world: World, cast: Cast, kind: str
) -> None:
    subject = {
        "line": line_subject(world.line(cast.ana, "second"), is_own=True),
        "deal": deal_subject(text="D-77", customer="", claimed_minor=5_00),
        "statement": statement_subject(),
    }[kind]
    first = disputed(world, subject=subject)
    with pytest.raises(DisputeStands) as refused:
        disputed(world, by=cast.mia, subject=subject)
    assert refused.value.dispute == first
    end(first, cast.finn)
    assert disputed(world, subject=subject).pk != first.pk


def test_the_page_of_the_second_links_to_the_first(world: World, cast: Cast) -> None:
    first = disputed(world, subject=statement_subject())
    address = reverse("commissions:dispute-new", args=[world.statement(cast.ana).pk])
    answer = signed_in(cast.ana).post(address, {"reason": "Again"})
    assert answer.status_code == 422
    assert reverse("commissions:dispute", args=[first.pk]) in answer.content.decode()


def test_only_the_payee_or_her_manager_raises_one(world: World, cast: Cast) -> None:
    for who in (cast.ben, cast.finn, cast.ada, person("Pia", Role.MANAGER)):
        with pytest.raises(DisputeRefused, match="Only the payee"):
            disputed(world, by=who)
    assert disputed(world, by=cast.mia).raised_by == cast.mia


def test_an_answer_makes_it_answered_and_hers_opens_it_again(world: World, cast: Cast) -> None:
    row, statuses = disputed(world), []
    for who, is_internal in ((cast.finn, False), (cast.ana, False), (cast.mia, False), (cast.finn, True)):
        write(row, who, is_internal=is_internal)
        statuses.append(row.status)
    assert statuses == ["answered", "open", "answered", "answered"]


def test_internal_notes_never_reach_the_payee(world: World, cast: Cast) -> None:
    row = disputed(world)
    write(row, cast.finn, "She may be right", is_internal=True)
    assert "She may be right" not in page(cast.ana, "commissions:dispute", row.pk)
    assert "She may be right" in page(cast.mia, "commissions:dispute", row.pk)
    with pytest.raises(DisputeRefused, match="aren't for the payee"):
        write(row, cast.ana, is_internal=True)


def test_a_manager_of_former_days_and_another_team_see_nothing(world: World, cast: Cast) -> None:
    row = disputed(world)
    address = reverse("commissions:dispute", args=[row.pk])
    assert signed_in(cast.mia).get(address).status_code == 200
    ReportingLine.objects.filter(manager=cast.mia).delete()
    assert [signed_in(who).get(address).status_code for who in (cast.mia, cast.ben)] == [404, 404]


def test_nobody_decides_about_her_own_or_what_she_raised(world: World, cast: Cast) -> None:
    row = disputed(world, by=cast.mia)
    for who in (cast.mia, cast.ana, cast.ben):
        with pytest.raises(DisputeRefused, match="Somebody else"):
            end(row, who)


def test_a_rejection_says_why_and_changes_nothing(world: World, cast: Cast) -> None:
    with pytest.raises(DisputeRefused, match="Nothing is written"):
        end(disputed(world), cast.finn, text="  ")
    done = end(Dispute.objects.get(), cast.finn)
    assert (done.status, done.payable_before_minor, done.payable_after_minor) == ("rejected", 900_00, 900_00)


def test_corrected_facts_keep_what_it_paid_before_and_after(world: World, cast: Cast) -> None:
    row = disputed(world)
    settle()
    Deal.objects.filter(external_id="second").update(amount_minor=22_000_00)
    calculated("2026-11")
    done = end(row, cast.mia, "facts")
    assert (done.status, done.payable_before_minor, done.payable_after_minor) == ("resolved", 900_00, 1_700_00)


def test_facts_that_are_not_calculated_yet_are_waited_for(world: World, cast: Cast) -> None:
    row = disputed(world)
    limit(cast.ada, 10_00)
    ask(cast.finn, wanted(cast.ana, 1_00))
    with pytest.raises(DisputeRefused, match="being calculated"):
        end(row, cast.finn, "facts")


def test_an_adjustment_resolves_it_once_it_counts(world: World, cast: Cast) -> None:
    row = disputed(world)
    with pytest.raises(DisputeRefused, match="no adjustment"):
        end(row, cast.finn, "adjustment")
    (other,), (mine,) = ask(cast.mia, wanted(cast.ana, 1_00)), ask(cast.mia, wanted(cast.ana, 50_00, dispute=row))
    decide(other, cast.finn)
    with pytest.raises(DisputeRefused, match="no adjustment"):
        end(row, cast.finn, "adjustment", adjustment=other)
    with pytest.raises(DisputeRefused, match="doesn't count yet"):
        end(row, cast.finn, "adjustment", adjustment=mine)
    done = end(row, cast.ada, "adjustment", adjustment=decide(mine, cast.finn))
    assert (done.payable_before_minor, done.payable_after_minor, done.difference_minor) == (901_00, 951_00, 50_00)
    settle()
    assert paid(cast.ana) == (900_00, 51_00, 951_00)


def test_of_a_closed_statement_the_adjustment_counts_in_the_next(world: World, cast: Cast) -> None:
    close("2026-11")
    row = disputed(world)
    text = page(cast.finn, "commissions:dispute", row.pk)
    assert "Post an adjustment" not in text  # there is no period yet that moves
    calculated("2026-12")
    assert "Post an adjustment" in page(cast.finn, "commissions:dispute", row.pk)
    (mine,) = ask(cast.mia, wanted(cast.ana, 50_00, "2026-12", dispute=row))
    done = end(row, cast.ada, "adjustment", adjustment=decide(mine, cast.finn))
    assert (done.payable_before_minor, done.payable_after_minor) == (0, 50_00)


def test_what_other_facts_would_pay_is_shown_and_nothing_is_written(world: World, cast: Cast) -> None:
    row = disputed(world)
    before = list(Statement.objects.order_by("pk").values()), list(Deal.objects.order_by("pk").values())
    found = payable_with(dispute=row, facts=Facts(world.deals["second"], 22_000_00, None, is_hers=True), now=NOW)
    assert (found.before_minor, found.after_minor, found.difference_minor) == (900_00, 1_700_00, 800_00)
    assert (list(Statement.objects.order_by("pk").values()), list(Deal.objects.order_by("pk").values())) == before


def test_a_missing_deal_is_supposed_to_be_hers(world: World, cast: Cast) -> None:
    row = disputed(world, subject=deal_subject(text="ben", customer="", claimed_minor=None))
    assert row.deal == world.deals["ben"]
    found = payable_with(dispute=row, facts=Facts(row.deal, None, None, is_hers=True), now=NOW)
    # 12,000 of hers and 30,000 of Ben's reach 90,000 of 100,000: 2,000 at 5 % and 40,000 at 8 %
    assert (found.before_minor, found.after_minor) == (900_00, 3_300_00)
    unknown = disputed(world, subject=deal_subject(text="D-99", customer="", claimed_minor=1_000_00))
    new = payable_with(dispute=unknown, facts=Facts(None, 1_000_00, date(2026, 11, 20), is_hers=True), now=NOW)
    assert new.difference_minor == 80_00
    assert not Deal.objects.filter(owner=cast.ana, closed_on=date(2026, 11, 20)).exists()


def test_a_deal_that_she_may_not_see_is_not_shown_to_her(world: World, cast: Cast) -> None:
    row = disputed(world, subject=deal_subject(text="ben", customer="", claimed_minor=None))
    deal = reverse("sales:deal", args=[world.deals["ben"].pk])
    address = reverse("commissions:dispute", args=[row.pk])
    assert [deal in signed_in(who).get(address).content.decode() for who in (cast.ana, cast.finn)] == [False, True]


def test_hostile_text_stays_text(world: World, cast: Cast) -> None:
    row = disputed(world, subject=deal_subject(text=HOSTILE, customer=HOSTILE, claimed_minor=None), reason=HOSTILE)
    write(row, cast.finn, HOSTILE)
    for who in (cast.ana, cast.finn):
        for name, args in (("dispute", [row.pk]), ("disputes", []), ("statement", [world.statement(cast.ana).pk])):
            content = signed_in(who).get(reverse(f"commissions:{name}", args=args)).content.decode()
            assert "<script>alert" not in content
    end(row, cast.finn, text=HOSTILE)
    dispute_mails.tell_outcome(dispute_id=row.pk, now=NOW)
    assert HOSTILE in mail.outbox[0].body


def test_the_payee_is_told_the_outcome_once_in_her_language(world: World, cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(language="id")
    done = end(disputed(world), cast.finn)
    assert [dispute_mails.tell_outcome(dispute_id=done.pk, now=NOW) for _try in range(3)] == [True, False, False]
    (letter,) = mail.outbox
    assert (letter.to, "US$900,00" in letter.body, "As the plan says." in letter.body) == (
        ["ana@example.com"],
        True,
        True,
    )
    assert f"/commissions/disputes/{done.pk}/" in letter.body
    assert "Nothing changes: As the plan says." in page(cast.ana, "commissions:statement", world.statement(cast.ana).pk)


def test_ending_it_wakes_who_tells_and_the_clock_catches_what_was_lost(
    world: World, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    row = disputed(world)
    with django_capture_on_commit_callbacks() as woken:
        end(row, cast.finn)
    assert len(woken) == 1
    assert dispute_mails.untold_disputes() == [row.pk]
    tasks.tell_outcome(dispute_id=row.pk)
    assert (len(mail.outbox), dispute_mails.untold_disputes()) == (1, [])
    assert "commissions.remind_of_disputes" in app.conf.beat_schedule


def test_reminders_go_once_a_day_and_to_finance_when_it_is_overdue(world: World, cast: Cast) -> None:
    row = disputed(world)
    disputes.assign_dispute(
        dispute=row, assignee=cast.mia, due_on=TODAY + timedelta(days=2), acting_user=cast.finn, now=NOW
    )
    sent = []
    for days in (0, 1, 1, 2, 3, 3):
        mail.outbox.clear()
        dispute_mails.remind_of_disputes(now=NOW + timedelta(days=days))
        sent.append(sorted(letter.to[0].partition("@")[0] for letter in mail.outbox))
    assert sent == [[], ["mia"], [], ["mia"], ["finn", "mia"], []]
    end(row, cast.finn)
    assert dispute_mails.remind_of_disputes(now=NOW + timedelta(days=9)) == 0


def test_it_is_handed_on_only_to_who_may_see_to_it(world: World, cast: Cast) -> None:
    row = disputed(world)
    for nobody in (cast.ana, cast.ben, person("Pia", Role.MANAGER)):
        with pytest.raises(DisputeRefused, match="can't see to it"):
            disputes.assign_dispute(dispute=row, assignee=nobody, due_on=row.due_on, acting_user=cast.finn, now=NOW)


def test_the_queue_knows_mine_overdue_and_nobodys(world: World, cast: Cast) -> None:
    first = disputed(world)
    second = disputed(world, subject=statement_subject())
    disputes.assign_dispute(dispute=first, assignee=cast.finn, due_on=TODAY, acting_user=cast.finn, now=NOW)
    Dispute.objects.filter(pk=second.pk).update(due_on=TODAY - timedelta(days=1))
    finn = signed_in(cast.finn)
    shown = {
        show: [
            row.pk for row, _title, _late in finn.get(f"{reverse('commissions:disputes')}?show={show}").context["rows"]
        ]
        for show in ("", "mine", "overdue", "unassigned", "ended")
    }
    assert shown == {
        "": [second.pk, first.pk], "mine": [first.pk], "overdue": [second.pk], "unassigned": [second.pk], "ended": [],
    }  # fmt: skip
    assert "Disputes 2" in text_of(finn.get("/"))


def test_the_queue_asks_no_more_for_more_rows(world: World, cast: Cast) -> None:
    def queries() -> int:
        client = signed_in(cast.finn)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("commissions:disputes")).status_code == 200
        return len(captured)

    disputed(world)
    one = queries()
    for number in range(12):
        disputed(world, subject=deal_subject(text=f"D-{number}", customer="", claimed_minor=None))
    assert queries() == one


def test_it_is_taken_back_by_who_raised_it(world: World, cast: Cast) -> None:
    row = disputed(world)
    with pytest.raises(DisputeRefused, match="Only who raised it"):
        disputes.withdraw_dispute(dispute=row, acting_user=cast.finn, now=NOW)
    disputes.withdraw_dispute(dispute=row, acting_user=cast.ana, now=NOW)
    for act in (lambda: write(row, cast.finn), lambda: end(row, cast.finn)):
        with pytest.raises(DisputeRefused, match="Ana has ended it meanwhile: it is withdrawn"):
            act()


@pytest.mark.django_db(transaction=True)
def test_of_those_who_end_it_at_once_one_does(cast: Cast) -> None:
    row = disputed(paid_world(cast))
    people = [person(f"Fin{number}", Role.FINANCE) for number in range(6)]

    def click(number: int) -> str:
        try:
            return end(row, people[number], text=f"By {number}").outcome_text
        except DisputeRefused as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(click, range(6)))
    row.refresh_from_db()
    assert [text for text in found if text.startswith("By")] == [row.outcome_text]
    assert sum("has ended it meanwhile" in text for text in found) == 5


@pytest.mark.django_db(transaction=True)
def test_a_dispute_raised_twice_at_once_stands_once(cast: Cast) -> None:
    world = paid_world(cast)

    def click(number: int) -> int:
        try:
            return disputed(world, by=cast.ana if number % 2 else cast.mia, subject=statement_subject()).pk
        except DisputeStands as error:
            return error.dispute.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, range(6)))) == 1
    assert Dispute.objects.count() == 1
    assert period("2026-11").is_moving
