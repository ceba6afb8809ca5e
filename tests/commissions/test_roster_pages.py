"""The grid of people and plans, pasting into it, and a person's history, by page."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Role, User
from commissions import services
from commissions.models import Assignment, Plan, Quota
from tests.commissions.facts import FLAT, JANUARY, NOW, TIERED, assign, published, won
from tests.commissions.test_assignments import quotas, ranges
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_pages import text_of
from tests.commissions.test_roster import UNITS
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
ROSTER, PASTE, SAVE = (reverse(f"commissions:roster{which}") for which in ("", "-paste", "-save"))
OCTOBER = date(2026, 10, 1)
ROW = "ana@example.com\tAccount Executive\t2026-01-01\t\t100000\tquarter"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan() -> Plan:
    return published(TIERED).plan


@pytest.fixture
def ada(cast: Cast) -> Client:
    return signed_in(cast.ada)


def names(client: Client, **query: str) -> list[str]:
    return [row.person.name for row, _lines in client.get(ROSTER, query).context["rows"]]


def test_the_grid_shows_who_sells_or_is_on_a_plan(ada: Client, plan: Plan, cast: Cast) -> None:
    nora = person("Nora")
    assign(plan, nora)
    assert names(ada) == ["Ana", "Ben", "Nora"]
    assert names(ada, q="ana") == ["Ana"]
    assert names(ada, plan=str(plan.pk)) == ["Nora"]
    assert names(ada, team=str(cast.east.pk)) == ["Ben"]


def test_without_a_plan_are_reps_and_sellers_alone(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana)
    won(cast.mia, date(2026, 5, 1), 1_00)
    won(cast.finn, date(2024, 5, 1), 1_00)
    assert names(ada, show="without") == ["Ben", "Mia"]
    assert "no plan today" in text_of(ada.get(ROSTER, {"q": "Ben"}))
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert names(ada, show="without") == ["Mia"]


def test_plans_that_share_a_day_are_shown_others_not(ada: Client, plan: Plan, cast: Cast) -> None:
    flat = published(FLAT).plan
    assign(plan, cast.ana, until=date(2027, 1, 1))
    assign(flat, cast.ana, from_date=date(2026, 12, 1))
    assign(plan, cast.ben, until=date(2026, 12, 1))
    assign(flat, cast.ben, from_date=date(2026, 12, 1))
    assert names(ada, show="several") == ["Ana"]
    page = text_of(ada.get(ROSTER, {"show": "several"}))
    assert "2 plans at once" in page
    assert "the same deal earns under both" in page


def fields(client: Client, **query: str) -> dict[str, Any]:
    """What the form of the grid would send unchanged."""
    context = client.get(ROSTER, query).context
    data: dict[str, Any] = {"person": [], "quotas_from": "2026-10-01"}
    for row, lines in context["rows"]:
        data["person"].append(row.person.pk)
        for line in lines:
            for each in (line.days, *line.quotas):
                data |= {f"{each.name}-first": each.typed.first, f"{each.name}-second": each.typed.second}
                data |= {f"{each.name}-seen": each.seen} if line.stay else {}
            data |= {} if line.stay else {f"{line.name}-plan": ""}
    return data


def stay(user: User) -> str:
    row = Assignment.objects.get(payee=user)
    return f"a{user.pk}-{row.plan_id}-{row.during.lower:%Y%m%d}"


def test_rows_are_edited_where_they_stand(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100_000_00)
    data = fields(ada)
    data |= {f"{stay(cast.ana)}-amount--first": "120,000", f"{stay(cast.ana)}-second": "2026-12-31"}
    data |= {f"n{cast.ben.pk}-plan": plan.pk, f"n{cast.ben.pk}-first": "2026-11-01"}
    response = ada.post(f"{SAVE}?q=", data, follow=True)
    assert "Saved: the plans of 2 people changed." in text_of(response)
    assert ranges(cast.ana) == [(JANUARY, date(2027, 1, 1))]
    assert quotas(cast.ana) == [(JANUARY, OCTOBER, "quarter", 100_000_00), (OCTOBER, None, "quarter", 120_000_00)]
    assert ranges(cast.ben) == [(date(2026, 11, 1), None)]


def test_an_unchanged_grid_changes_nothing(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100_000_50)
    response = ada.post(SAVE, fields(ada), follow=True)
    assert "Nothing was different, so nothing was changed." in text_of(response)


def test_a_quota_that_is_cleared_ends_and_one_that_is_planned_stays(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100_00)
    assign(plan, cast.ana, from_date=date(2027, 1, 1), quota_minor=200_00)
    ada.post(SAVE, {**fields(ada), f"{stay(cast.ana)}-amount--first": "", f"{stay(cast.ana)}-amount--second": ""})
    assert quotas(cast.ana) == [(JANUARY, OCTOBER, "quarter", 100_00), (date(2027, 1, 1), None, "quarter", 200_00)]


def test_quotas_of_every_kind_that_a_plan_reads_are_edited_side_by_side(ada: Client, cast: Cast) -> None:
    plan = published(UNITS).plan
    assign(plan, cast.ana)
    key = stay(cast.ana)
    edits = {f"{key}-units--first": "40", f"{key}-units--second": "month"}
    assert ada.post(SAVE, {**fields(ada), **edits}).status_code == 302
    services.set_quota(
        plan=plan, payees=[cast.ana], from_date=JANUARY, until=None, quota_minor=12_000_00, per="year",
        kind="target", component="meetings", acting_user=None, now=NOW,
    )  # fmt: skip
    data = {**fields(ada), f"{key}-target-meetings-first": "13,000", f"{key}-target-meetings-second": "year"}
    assert ada.post(SAVE, data).status_code == 302
    rows = Quota.objects.order_by("kind", "during").values_list("kind", "component", "per", "amount_minor")
    assert list(rows) == [
        ("target", "meetings", "year", 12_000_00), ("target", "meetings", "year", 13_000_00),
        ("units", "", "month", 40_000_000),
    ]  # fmt: skip
    assert "Target incentive meetings $13,000.00 per year" in text_of(signed_in(cast.finn).get(ROSTER))


def test_one_wrong_row_saves_none_and_keeps_what_was_typed(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, cast.ben, quota_minor=100_00)
    data = {**fields(ada), f"{stay(cast.ana)}-amount--first": "200", f"{stay(cast.ben)}-amount--first": "lots & lots"}
    response = ada.post(SAVE, data)
    assert response.status_code == 422
    assert "&#x27;lots &amp; lots&#x27; is no amount" in response.content.decode()
    assert 'value="lots &amp; lots"' in response.content.decode()
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 100_00)]


def test_nobody_saves_over_what_somebody_else_changed(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100_00)
    data = {**fields(ada), f"{stay(cast.ana)}-amount--first": "200"}
    assign(plan, cast.ana, quota_minor=300_00)
    response = ada.post(SAVE, data)
    assert response.status_code == 422
    assert "Somebody else changed this after you opened the page." in text_of(response)
    Assignment.objects.filter(payee=cast.ana).delete()
    assert ada.post(SAVE, data).status_code == 422
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 300_00)]


def test_finance_reads_the_grid_and_edits_nothing(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100_000_00)
    page = signed_in(cast.finn).get(ROSTER).content.decode()
    assert "quotas_from" not in page
    assert "Save changes" not in page


def look(client: Client, text: str, **more: Any) -> Any:
    return client.post(PASTE, {"text": text, "decimal": ".", "dates": "ymd", **more})


def test_pasted_rows_are_looked_at_first_and_applied_then(ada: Client, plan: Plan, cast: Cast) -> None:
    looked = look(ada, ROW)
    assert "1 new" in text_of(looked)
    assert "Quota $100,000.00 per quarter, since 1 Jan 2026." in text_of(looked)
    assert not Assignment.objects.exists()
    seen = looked.context["check"].fingerprint
    done = ada.post(PASTE, {"text": ROW, "decimal": ".", "dates": "ymd", "seen": seen, "apply": "1"}, follow=True)
    assert "Saved: 1 person" in text_of(done)
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 100_000_00)]
    assert "All of it holds already" in text_of(look(ada, ROW))


def test_what_changed_since_the_look_is_looked_at_again(ada: Client, plan: Plan, cast: Cast) -> None:
    seen = look(ada, ROW).context["check"].fingerprint
    assign(plan, cast.ana, quota_minor=5_00)
    response = look(ada, ROW, seen=seen, apply="1")
    assert response.status_code == 422
    assert "Somebody changed these plans after you checked the rows" in text_of(response)
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 5_00)]


def test_a_file_goes_the_same_way(ada: Client, plan: Plan, cast: Cast) -> None:
    file = SimpleUploadedFile("plans.csv", b"plan;person;from\r\nAccount Executive;ben;2026-02-01\r\n")
    assert "On the plan since 1 Feb 2026." in text_of(look(ada, "", file=file))
    broken = look(ada, "", file=SimpleUploadedFile("plans.csv", b"\xff\x00\x81"))
    assert broken.status_code == 422
    assert "This is not UTF-8 text." in text_of(broken)


@pytest.mark.parametrize("text", ["", "x\n" * 100_000, "<script>alert(1)</script>\tAE\t2026", '"\n' * 3, "\0\t\0\0"])
def test_hostile_text_is_refused_in_words(ada: Client, plan: Plan, text: str) -> None:
    response = look(ada, text)
    assert response.status_code in {200, 422}
    assert "<script>alert" not in response.content.decode()
    assert not Assignment.objects.exists()


def test_a_persons_history_has_what_was_and_what_is_to_come(ada: Client, plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, from_date=date(2025, 1, 1), until=date(2025, 7, 1), quota_minor=50_00)
    assign(plan, cast.ana, from_date=OCTOBER, quota_minor=100_00)
    assign(published(FLAT).plan, cast.ana, from_date=date(2027, 1, 1))
    page = text_of(ada.get(reverse("commissions:roster-person", args=[cast.ana.pk])))
    for part in (
        "1 Jan – 30 Jun 2025over",
        "since 1 Oct 2026today",
        "since 1 Jan 2027to come",
        "$50.00 per quarter",
    ):
        assert part in page


def test_an_admin_adds_to_a_history_and_ends_a_plan(ada: Client, plan: Plan, cast: Cast) -> None:
    address = reverse("commissions:roster-person", args=[cast.ana.pk])
    ada.post(address, {"plan": plan.pk, "since": "2026-01-01", "quota": "1000", "per": "month"})
    assert quotas(cast.ana) == [(JANUARY, None, "month", 1000_00)]
    ada.post(address, {"plan": plan.pk, "last": "2026-06-30"})
    assert ranges(cast.ana) == [(JANUARY, date(2026, 7, 1))]
    refused = ada.post(address, {"plan": plan.pk, "quota": "5"})
    assert refused.status_code == 422
    assert "The first day is missing." in text_of(refused)
    assert signed_in(cast.finn).post(address, {"plan": plan.pk, "last": "2026-05-30"}).status_code == 403


def test_a_name_is_shown_as_it_is_written(ada: Client, plan: Plan) -> None:
    eve = person("Eve", Role.REP)
    User.objects.filter(pk=eve.pk).update(name="<b>Eve</b>")
    assert escape("<b>Eve</b>") in ada.get(ROSTER).content.decode()


def crowd(plan: Plan, start: int, count: int) -> None:
    rows = [User(name=f"Rep {n:05}", email=f"r{n}@example.com", roles=["rep"]) for n in range(start, start + count)]
    assign(plan, *User.objects.bulk_create(rows), quota_minor=100_00)


def test_the_number_of_queries_does_not_grow_with_people(
    ada: Client, plan: Plan, cast: Cast, django_assert_num_queries: Any
) -> None:
    crowd(plan, 0, 3)
    for query in ({}, {"show": "without"}, {"show": "several"}, {"q": "Rep"}):
        with CaptureQueriesContext(connection) as few:
            ada.get(ROSTER, query)
        crowd(plan, 100 * User.objects.count(), 30)
        with django_assert_num_queries(len(few)):
            ada.get(ROSTER, query)
