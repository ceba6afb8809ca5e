"""Scores pasted from a spreadsheet: every wrong cell told, nothing entered before it was looked at, nothing twice."""

import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from commissions.engine.pasted import SCORES, pasted_rows
from commissions.models import Period, PlanVersion, Score, StaleStatement
from commissions.selectors.pasted import Result
from commissions.selectors.scores_check import Check, check
from commissions.services.scores import PasteRefused, enter_pasted
from tests.commissions.facts import NOW, TODAY, assign, published
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_pages import text_of
from tests.commissions.test_scores import (
    MBO,
    Q3,
    _today,  # noqa: F401 the day of all of these
    entry,
    give,
    version,  # noqa: F401
)
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
PAGE = f"{reverse('commissions:scores-paste')}?of=2026-Q3"


def looked(text: str, by: User) -> Check:
    return check(pasted_rows(text, SCORES), Q3, user=by, today=TODAY)


def enter(text: str, by: User, seen: str | None = None) -> int:
    rows = pasted_rows(text, SCORES)
    seen = check(rows, Q3, user=by, today=TODAY).fingerprint if seen is None else seen
    return enter_pasted(rows=rows, window=Q3, fingerprint=seen, acting_user=by, now=NOW)


def held() -> dict[tuple[str, str], tuple[int | None, str]]:
    rows = Score.objects.filter(replaced_at=None).select_related("payee")
    return {(row.payee.name, row.objective): (row.score_ppm, row.note) for row in rows}


def refused(text: str, by: User) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.row.line, row.refused) for row in looked(text, by).rows if row.refused]


SHEET = "Person\tObjective\tScore\tComment\nAna\tClean CRM\t90%\tlate twice\nana@example.com\ttalks\t70,5\t\n"


def test_rows_name_people_and_objectives_as_people_call_them(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    assert [row.result for row in looked(SHEET, cast.mia).rows] == [Result.NEW, Result.NEW]
    assert enter(SHEET, cast.mia) == 2
    assert held() == {("Ana", "crm"): (900_000, "late twice"), ("Ana", "talks"): (705_000, "")}
    assert set(Score.objects.values_list("entered_by", flat=True)) == {cast.mia.pk}


def test_without_a_header_the_columns_stand_in_their_order(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    enter("ben;clean crm;85;;Objectives of the quarter", cast.mia)
    assert held() == {("Ben", "crm"): (850_000, "")}


def test_pasting_again_changes_nothing_and_makes_nothing_stale(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    enter(SHEET, cast.mia)
    StaleStatement.objects.all().delete()
    again = looked(SHEET, cast.mia)
    assert ([row.result for row in again.rows], again.entries) == ([Result.SAME, Result.SAME], [])
    assert enter(SHEET, cast.mia) == 0
    assert (Score.objects.count(), StaleStatement.objects.exists()) == (2, False)


def test_pasting_again_once_the_pay_stands_is_no_error(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    enter(SHEET, cast.mia)
    Period.objects.create(kind="month", start="2026-09-01", end="2026-10-01", status="closed")
    assert enter(SHEET, cast.mia) == 0
    assert refused(SHEET.replace("90%", "91%"), cast.mia)[0][1][0].startswith("The pay of September 2026 stands")


def test_a_cell_without_a_score_or_a_note_leaves_what_holds(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    enter(SHEET, cast.mia)
    assert enter("person,objective,score,note\nAna,crm,95,\nAna,talks,,\n", cast.mia) == 1
    assert held() == {("Ana", "crm"): (950_000, "late twice"), ("Ana", "talks"): (705_000, "")}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Zoe,crm,90", ["Nobody whose scores you may see has this"]),
        (",crm,90", ["The person is missing."]),
        ("Ana,sales,90", ["Nothing of this name is scored of this person. What is: Clean CRM, Customer talks."]),
        ("Ana,,90", ["Several scores fit. Name the objective, and the component where two have it"]),
        ("Ana,crm,many", ["Write a percentage such as 85 or 92.5, with at most 4 decimals."]),
        ("Ana,crm,-5", ["Write a percentage such as 85 or 92.5"]),
        ("Ana,crm,1000.0001", ["Write a score from 0 to 1000 percent."]),
        ("Ana,crm,,why", ["A note needs its score. Write the score as well."]),
        (f"Ana,crm,90,{'x' * 201}", ["The note has more than 200 characters. Shorten it."]),
        ("Ana,crm,90,,mbo,more", ["There are more cells than columns."]),
        ("Ana,crm,90,,sales", ["Nothing of this name is scored of this person."]),
        ("Zoe,crm,many,,mbo,more", ["There are more cells than columns.", "Nobody whose", "Write a percentage"]),
    ],
)
def test_every_wrong_cell_is_told(version: PlanVersion, cast: Cast, row: str, said: list[str]) -> None:  # noqa: F811
    text = f"person,objective,score,note,component\nBen,crm,80\n{row}\n"
    ((line, why),) = refused(text, cast.mia)
    assert (line, [text.startswith(start) for text, start in zip(why, said, strict=True)]) == (3, [True] * len(said))
    with pytest.raises(PasteRefused, match="Some rows are refused, so nothing was changed"):
        enter(text, cast.mia)
    assert not Score.objects.exists()


def test_the_same_score_twice_is_refused(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    text = "Ana,crm,90\nana@example.com,Clean CRM,90\n"
    assert refused(text, cast.mia) == [(2, ("Line 1 gives the same score. Remove one of the two.",))]


def test_nobody_pastes_a_score_of_herself_or_of_who_does_not_report_to_her(
    version: PlanVersion,  # noqa: F811
    cast: Cast,
) -> None:
    other = person("Pia", Role.MANAGER)
    assert refused("Mia,crm,90", cast.mia)[0][1][0].startswith("You may score those who report to you, and nobody")
    assert refused("Ana,crm,90", other)[0][1][0].startswith("Nobody whose scores you may see")
    assert refused("Ana,crm,90", cast.ada) == []
    for text, by in (("Mia,crm,90", cast.mia), ("Ana,crm,90", other)):
        with pytest.raises(PasteRefused):
            enter(text, by)


def test_of_two_with_one_name_only_those_who_may_be_seen_count(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    User.objects.filter(pk=cast.ana.pk).update(external_id="7")
    User.objects.create_user(email="other@example.com", password="x" * 12, name="Ana")
    assert refused("Ana,crm,90", cast.mia) == []
    assert refused("Ana,crm,90", cast.ada)[0][1][0].startswith("2 people are called so.")


def test_a_share_instead_of_a_percentage_is_asked_about(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    warned = [str(row.warned or "") for row in looked("Ana,crm,0.85\nBen,crm,0.85%\nBen,talks,1.01", cast.mia).rows]
    assert [text.startswith("That is one percent or less.") for text in warned] == [True, False, False]


def test_two_components_with_one_objective_are_told_apart(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    second = published(MBO.replace("plan: MBO", "plan: Second").replace("Objectives of", "Others of"))
    assign(second.plan, cast.ana)
    assert refused("Ana,crm,90", cast.mia)[0][1][0].startswith("Several scores fit.")
    enter("person,objective,score,component\nAna,crm,90,Others of the quarter\n", cast.mia)
    assert Score.objects.get().plan == second.plan


def test_what_somebody_else_entered_meanwhile_is_not_written_over(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    seen = looked(SHEET, cast.mia).fingerprint
    give(cast.ada, entry(version, cast.ana, 500_000))
    with pytest.raises(PasteRefused, match="Somebody changed these scores after you checked the rows"):
        enter(SHEET, cast.mia, seen)
    assert held() == {("Ana", "crm"): (500_000, "")}
    assert enter(SHEET, cast.mia) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_paste_at_once_the_second_is_told(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    seen = {by.pk: looked(SHEET, by).fingerprint for by in (cast.mia, cast.ada)}
    told: list[str] = []
    started = threading.Barrier(2)

    def paste(by: User) -> None:
        started.wait()
        try:
            enter(SHEET, by, seen[by.pk])
        except PasteRefused as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=paste, args=(by,)) for by in (cast.mia, cast.ada)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert told[0].startswith("Somebody changed these scores")
    assert Score.objects.count() == 2


def send(client: Client, **sent: str) -> tuple[int, str, dict[str, str]]:
    """The status, the text, and the hidden fields of the form that applies it."""
    response: Any = client.post(PAGE, sent)
    page = response.content.decode()
    hidden = dict(
        re.findall(
            r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition('name="apply"')[0].rpartition("<form")[2]
        )
    )
    return response.status_code, text_of(response), hidden


def test_a_manager_looks_first_and_enters_then(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    mia = signed_in(cast.mia)
    assert "Paste scores of Q3 2026" in text_of(mia.get(PAGE))
    give(cast.mia, entry(version, cast.ana, 500_000))
    status, text, hidden = send(mia, text=SHEET)
    assert status == 200
    assert "1 new 1 changed" in text
    assert "90%, instead of 50%.Note: late twice" in text
    assert Score.objects.count() == 1
    done: Any = mia.post(PAGE, {"text": SHEET, "apply": "1", "seen": hidden["seen"]}, follow=True)
    assert "Saved: 2 scores." in text_of(done)
    assert held() == {("Ana", "crm"): (900_000, "late twice"), ("Ana", "talks"): (705_000, "")}


def test_what_is_refused_is_said_line_by_line_and_has_no_button(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    mia = signed_in(cast.mia)
    status, text, hidden = send(mia, text=SHEET + "Ana\tcrm\tmany\n")
    assert (status, "seen" in hidden) == (200, False)
    assert "1 row refused" in text
    assert "Write a percentage such as 85 or 92.5" in text
    assert send(mia, text=SHEET, apply="1", seen="stale")[0] == 422
    assert send(mia, text=" ")[0] == 422
    assert "Paste rows with a person, an objective and a score." in send(mia, text=" ")[1]


def test_a_check_takes_as_many_queries_for_many_rows_as_for_one(version: PlanVersion, cast: Cast) -> None:  # noqa: F811
    counts = []
    for text in ("Ana,crm,90", "Ana,crm,91\nAna,talks,92\nBen,crm,93\nBen,talks,94"):
        looked(text, cast.mia)
        with CaptureQueriesContext(connection) as queries:
            looked(text, cast.mia)
        counts.append(len(queries))
    assert counts[0] == counts[1]
