"""Scores that managers give: entered, kept, paid, and shown to those who are paid by them."""

import threading
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from commissions import services
from commissions.models import EarningLine, Period, PlanVersion, Quota, Score, StaleStatement, Statement
from commissions.selectors.score_refusals import Entry
from commissions.selectors.scores import Place, sheet
from commissions.services.scores import ScoresRefused, enter_scores
from core.periods import parse_period
from tests.commissions.facts import NOW, TIERED, TODAY, assign, calculated, published, totals
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_pages import text_of
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
PAGE = reverse("commissions:scores")
Q3 = parse_period("2026-Q3")
MBO = """
plan: MBO
currency: USD
period: month
components:
  - key: mbo
    name: Objectives of the quarter
    measure: score
    objectives:
      - {key: crm, name: Clean CRM, weight: 40%}
      - {key: talks, name: Customer talks, weight: 60%}
    window: quarter
    pays: target
    tiers: interpolated
    curve: [{from: 0%, pay: 0%}, {from: 50%, pay: 0%}, {from: 100%, pay: 100%}, {from: 120%, pay: 150%}]
"""


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def version(cast: Cast) -> PlanVersion:
    found = published(MBO)
    assign(found.plan, cast.ana, cast.ben, cast.mia)
    for payee in (cast.ana, cast.ben, cast.mia):
        services.set_quota(
            plan=found.plan, payees=[payee], from_date=date(2026, 1, 1), until=None, quota_minor=10_000_00,
            per="quarter", kind=Quota.Kind.TARGET, acting_user=None, now=NOW,
        )  # fmt: skip
    return found


def place(version: PlanVersion, payee: User, objective: str = "crm") -> Place:
    return Place(payee.pk, version.plan_id, "mbo", objective)


def entry(version: PlanVersion, payee: User, ppm: int | None, objective: str = "crm", **more: Any) -> Entry:
    return Entry(**{"place": place(version, payee, objective), "score_ppm": ppm, "seen": None} | more)


def give(by: User, *entries: Entry, window: str = "2026-Q3") -> int:
    return enter_scores(entries=entries, window=parse_period(window), acting_user=by, now=NOW)


def both(version: PlanVersion, payee: User, crm: int, talks: int) -> tuple[Entry, Entry]:
    return entry(version, payee, crm), entry(version, payee, talks, "talks")


def post(client: Client, payee: User, version: PlanVersion, **sent: str) -> Any:
    """`crm`, `talks`: what is typed; `seen_crm`, `note_crm` beside it."""
    data = {"person": str(payee.pk)}
    for objective in ("crm", "talks"):
        field = ".".join(map(str, place(version, payee, objective)))
        data[field] = sent.get(objective, "")
        data[f"seen-{field}"] = sent.get(f"seen_{objective}", "")
        data[f"note-{field}"] = sent.get(f"note_{objective}", "")
    return client.post(f"{PAGE}?of=2026-Q3", data)


def test_a_managers_scores_pay_their_share_of_the_target_on_the_quarters_last_day(
    version: PlanVersion, cast: Cast
) -> None:
    assert give(cast.mia, *both(version, cast.ana, 900_000, 700_000)) == 2
    calculated("2026-08")
    calculated("2026-09")
    # 40 % of 90 and 60 % of 70 are 78 %, of which the curve pays 56 % of 10,000
    assert totals() == {
        ("ana", "2026-08"): 0, ("ana", "2026-09"): 5_600_00, ("ben", "2026-08"): 0, ("ben", "2026-09"): 0,
        ("mia", "2026-08"): 0, ("mia", "2026-09"): 0,
    }  # fmt: skip
    line = EarningLine.objects.get()
    assert (line.kind, line.deal, line.date, line.x1_minor) == ("score", None, date(2026, 9, 30), 780_000_000_000)


def test_a_score_makes_stale_exactly_its_payee_from_the_last_day_on(version: PlanVersion, cast: Cast) -> None:
    StaleStatement.objects.all().delete()
    give(cast.mia, *both(version, cast.ana, 900_000, 700_000))
    assert list(StaleStatement.objects.values_list("payee_id", "on")) == [(cast.ana.pk, date(2026, 9, 30))]


def test_what_is_as_it_was_is_no_entry(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, entry(version, cast.ana, 900_000))
    StaleStatement.objects.all().delete()
    held = Score.objects.get()
    assert give(cast.mia, entry(version, cast.ana, 900_000, seen=held.pk)) == 0
    assert Score.objects.get() == held
    assert not StaleStatement.objects.exists()


def test_a_later_score_replaces_the_one_before_and_keeps_it(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, entry(version, cast.ana, 900_000, note="late twice"))
    first = Score.objects.get()
    give(cast.ada, entry(version, cast.ana, 950_000, seen=first.pk))
    first.refresh_from_db()
    holds = Score.objects.get(replaced_at=None)
    assert (first.replaced_at, first.score_ppm, first.note, first.entered_by) == (NOW, 900_000, "late twice", cast.mia)
    assert (holds.score_ppm, holds.entered_by, holds.entered_at) == (950_000, cast.ada, NOW)
    page = text_of(signed_in(cast.mia).get(f"{PAGE}?of=2026-Q3"))
    assert "1 earlier entry 90% · Mia, 23 Nov 2026, 16:00 · late twice" in page


def test_a_score_is_taken_back_by_an_empty_one(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, *both(version, cast.ana, 900_000, 700_000))
    rows = {row.objective: row.pk for row in Score.objects.all()}
    give(
        cast.mia,
        entry(version, cast.ana, None, seen=rows["crm"]),
        entry(version, cast.ana, None, "talks", seen=rows["talks"]),
    )
    calculated("2026-09")
    assert totals()["ana", "2026-09"] == 0


@pytest.mark.parametrize(
    ("by", "of", "message"),
    [
        ("mia", "mia", "nobody scores herself"),
        ("ana", "ben", "those who report to you"),
        ("pia", "ana", "those who report to you"),
        ("finn", "ana", "those who report to you"),
        ("ada", "ada", "nobody scores herself"),
    ],
    ids=["oneself", "a colleague", "another's report", "finance", "an administrator herself"],
)
def test_nobody_scores_herself_or_who_does_not_report_to_her(
    version: PlanVersion, cast: Cast, by: str, of: str, message: str
) -> None:
    people = {"pia": person("pia", Role.MANAGER)} if by == "pia" else {}
    scorer, payee = (people.get(name) or getattr(cast, name) for name in (by, of))
    with pytest.raises(ScoresRefused, match=message):
        give(scorer, entry(version, payee, 900_000))
    assert not Score.objects.exists()


def test_the_database_itself_refuses_a_score_of_oneself_and_two_that_hold(version: PlanVersion, cast: Cast) -> None:
    said = {
        "plan": version.plan, "payee": cast.ana, "component": "mbo", "objective": "crm", "window": "quarter",
        "window_start": Q3.start, "entered_at": NOW,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="commissions_score_second_person"), transaction.atomic():
        Score.objects.create(**said, score_ppm=1, entered_by=cast.ana)
    with pytest.raises(IntegrityError, match="commissions_score_range"), transaction.atomic():
        Score.objects.create(**said, score_ppm=10_000_001, entered_by=cast.mia)
    Score.objects.create(**said, score_ppm=1, entered_by=cast.mia)
    with pytest.raises(IntegrityError, match="commissions_score_one_holds"), transaction.atomic():
        Score.objects.create(**said, score_ppm=2, entered_by=cast.ada)


@pytest.mark.parametrize(
    ("status", "message"),
    [("closed", "Agree with finance on a correction"), ("paid", "stands")],
)
def test_a_window_whose_pay_stands_takes_no_score(version: PlanVersion, cast: Cast, status: str, message: str) -> None:
    calculated("2026-09")
    Period.objects.update(status=status)
    with pytest.raises(ScoresRefused, match=message):
        give(cast.mia, entry(version, cast.ana, 900_000))
    assert not Score.objects.exists()


@pytest.mark.parametrize(
    ("ppm", "objective", "window", "message"),
    [
        (10_000_001, "crm", "2026-Q3", "from 0 to 1000 percent"),
        (-1, "crm", "2026-Q3", "from 0 to 1000 percent"),
        (900_000, "books", "2026-Q3", "the plan asks for no such score"),
        (900_000, "crm", "2026-09", "the plan asks for no such score"),
        (900_000, "crm", "2027-Q1", "hasn't begun"),
    ],
    ids=["too much", "below nothing", "no objective", "another length", "to come"],
)
def test_a_score_that_cannot_be_says_why(
    version: PlanVersion, cast: Cast, ppm: int, objective: str, window: str, message: str
) -> None:
    with pytest.raises(ScoresRefused, match=message):
        give(cast.mia, entry(version, cast.ana, ppm, objective), window=window)


def test_who_saves_over_what_she_never_saw_is_told_of_it(version: PlanVersion, cast: Cast) -> None:
    mia = signed_in(cast.mia)
    give(cast.ada, entry(version, cast.ana, 800_000))
    refused = post(mia, cast.ana, version, crm="90")
    assert refused.status_code == 422
    assert "Ada entered 80% on 23 Nov 2026, 16:00, after you opened the page." in text_of(refused)
    assert 'value="90"' in refused.content.decode()
    assert Score.objects.get().score_ppm == 800_000
    held = str(Score.objects.get().pk)
    assert f'value="{held}"' in refused.content.decode()
    assert post(mia, cast.ana, version, crm="90", seen_crm=held).status_code == 302
    assert Score.objects.get(replaced_at=None).score_ppm == 900_000


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_the_second_is_told(version: PlanVersion, cast: Cast) -> None:
    """Both loaded the page when there was no score."""
    told: list[str] = []
    started = threading.Barrier(2)

    def save(by: User, ppm: int) -> None:
        started.wait()
        try:
            give(by, entry(version, cast.ana, ppm))
        except ScoresRefused as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in ((cast.mia, 800_000), (cast.ada, 900_000))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert "after you opened the page" in told[0]
    assert Score.objects.count() == 1


def test_a_manager_types_scores_and_sees_what_each_pays(version: PlanVersion, cast: Cast) -> None:
    mia = signed_in(cast.mia)
    page = text_of(mia.get(PAGE))
    assert "Q3 2026" in page
    assert "Nobody scores herself or himself" not in page  # a manager's own scores aren't hers to see here
    assert "Ana Objectives of the quarter" in page
    done = mia.post(f"{PAGE}?of=2026-Q3", _typed(version, cast.ana, crm="90", talks="70,5 %"), follow=True)
    assert done.redirect_chain[-1][0] == f"{PAGE}?of=2026-Q3&page=1"
    assert "Saved: 2 scores." in text_of(done)
    # 36 and 42.3 are 78.3 %: 56.6 % of 10,000
    assert "A score of 78.3% pays $5,660.00." in text_of(done)


def _typed(version: PlanVersion, payee: User, **typed: str) -> dict[str, str]:
    fields = {".".join(map(str, place(version, payee, name))): value for name, value in typed.items()}
    return {"person": str(payee.pk)} | fields


def test_what_is_no_percentage_comes_back_with_the_form(version: PlanVersion, cast: Cast) -> None:
    refused = post(signed_in(cast.mia), cast.ana, version, crm="ninety", talks="80")
    assert refused.status_code == 422
    assert "Nothing was saved" in text_of(refused)
    assert "Write a percentage such as 85 or 92.5" in text_of(refused)
    assert 'value="ninety"' in refused.content.decode()
    assert not Score.objects.exists()


def test_a_score_somebody_else_gave_meanwhile_stays_where_nothing_was_typed(version: PlanVersion, cast: Cast) -> None:
    give(cast.ada, entry(version, cast.ana, 800_000))
    assert post(signed_in(cast.mia), cast.ana, version, talks="70").status_code == 302
    found = {row.objective: row.score_ppm for row in Score.objects.filter(replaced_at=None)}
    assert found == {"crm": 800_000, "talks": 700_000}


def test_finance_reads_the_scores_and_may_not_give_any(version: PlanVersion, cast: Cast) -> None:
    finn = signed_in(cast.finn)
    give(cast.mia, *both(version, cast.ana, 900_000, 700_000))
    page = finn.get(f"{PAGE}?of=2026-Q3")
    assert "90%" in text_of(page)
    assert "Save scores" not in text_of(page)
    assert post(finn, cast.ana, version, crm="10").status_code == 403


def test_the_statement_says_why_nothing_is_paid_yet(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, entry(version, cast.ben, 1_000_000))
    calculated("2026-09")
    ana = signed_in(cast.ana).get(_statement(cast.ana))
    assert (
        "Nothing is paid for Objectives of the quarter yet: no score was entered for Q3 2026. Whoever the payee "
        "reports to enters it under Scores."
    ) in text_of(ana)
    ben = signed_in(cast.ben).get(_statement(cast.ben))
    assert (
        "A part of Objectives of the quarter is not paid yet: no score was entered for Q3 2026 of Customer talks."
        in (text_of(ben))
    )


def _statement(payee: User) -> str:
    return reverse("commissions:statement", args=[Statement.objects.get(payee=payee).pk])


def test_a_rep_reads_her_scores_and_what_they_came_to(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, *both(version, cast.ana, 900_000, 700_000))
    first = Score.objects.get(objective="talks")
    give(cast.ada, entry(version, cast.ana, 800_000, "talks", seen=first.pk, note="two more were found"))
    calculated("2026-09")
    ana = signed_in(cast.ana)
    statement = text_of(ana.get(_statement(cast.ana)))
    assert "84%" in statement
    page = text_of(ana.get(reverse("commissions:line", args=[EarningLine.objects.get().pk])))
    assert "Your score for Q3 2026 is 84%: the curve earns 68% of the target of $10,000.00 there." in page
    assert "Clean CRM: 90% × 40% = 36%. Mia entered 90% on 23 Nov 2026, 16:00." in page  # noqa: RUF001
    assert "Customer talks: 80% × 60% = 48%. Ada entered 80% on 23 Nov 2026, 16:00: “two more were found”" in page  # noqa: RUF001
    assert "Before: Mia entered 70% on 23 Nov 2026, 16:00." in page


def test_the_sheet_takes_as_many_queries_for_three_as_for_one(version: PlanVersion, cast: Cast) -> None:
    sheet(cast.ada, [cast.ana], Q3, TODAY)  # documents are read once
    counts = []
    for people in ([cast.ana], [cast.ana, cast.ben, cast.mia]):
        with CaptureQueriesContext(connection) as queries:
            sheet(cast.ada, people, Q3, TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_left_before_the_last_day_is_on_no_sheet(version: PlanVersion, cast: Cast) -> None:
    services.unassign(
        plan=version.plan, payees=[cast.ana], from_date=date(2026, 9, 30), until=None, acting_user=None, now=NOW
    )
    page = text_of(signed_in(cast.mia).get(f"{PAGE}?of=2026-Q3"))
    assert "Ben Objectives" in page
    assert "Ana Objectives" not in page


def test_a_plan_without_a_score_has_nobody_to_score(cast: Cast) -> None:
    assign(published(TIERED).plan, cast.ana)
    assert "Nobody to score here" in text_of(signed_in(cast.mia).get(PAGE))


def test_the_plans_page_says_what_is_scored(version: PlanVersion, cast: Cast) -> None:
    page = text_of(signed_in(cast.ana).get(reverse("commissions:plan", args=[version.pk])))
    for text in (
        "It counts no deals, but a score in percent that whoever the payee reports to gives.",
        "Each quarter has a score of its own, which counts on its last day.",
        "each scored apart and counted by its weight: Clean CRM 40%, Customer talks 60%.",
    ):
        assert text in page


def test_a_score_is_in_the_statement_of_the_open_period_as_soon_as_its_note_is_taken_up(
    version: PlanVersion, cast: Cast
) -> None:
    """The stale note reaches the open period of the window's last day, and those after it."""
    calculated("2026-09")
    give(cast.mia, *both(version, cast.ana, 1_000_000, 1_000_000))
    assert services.recalculate_stale(now=NOW)
    assert totals()["ana", "2026-09"] == 10_000_00


def test_the_command_explains_a_score(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, *both(version, cast.ana, 900_000, 700_000))
    calculated("2026-09")
    out = StringIO()
    call_command("explain", payee="ana", period="2026-09", stdout=out)
    assert "2026-09-30 Score  5,600.00" in out.getvalue()
    assert "Customer talks: 70% × 60% = 42%. Mia entered 70%" in out.getvalue()  # noqa: RUF001


def test_an_indonesian_reader_reads_it_in_indonesian(version: PlanVersion, cast: Cast) -> None:
    give(cast.mia, entry(version, cast.ana, 825_000))
    calculated("2026-09")
    ana = signed_in(cast.ana)
    ana.cookies["django_language"] = "id"
    page = text_of(ana.get(reverse("commissions:line", args=[EarningLine.objects.get().pk])))
    assert "Skor Anda untuk K3 2026 adalah 33%" in page
    assert "Mia mengisi 82,5%" in page
