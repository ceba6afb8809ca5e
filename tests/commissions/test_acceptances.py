"""Versions of plans, accepted by those who are paid by them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from commissions import services
from commissions.models import Acceptance, PlanVersion
from commissions.selectors.acceptances import unaccepted
from commissions.services.acceptances import AcceptanceRefused, accept_version
from tests.commissions.facts import FLAT, NOW, TIERED, TODAY, assign, published
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_pages import text_of
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
PAGE = reverse("commissions:acceptances")
NEXT = date(2027, 1, 1)
CHANGED = "Your plan has changed: read and accept"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def version(cast: Cast) -> PlanVersion:
    found = published(TIERED)
    assign(found.plan, cast.ana)
    return found


def second(version: PlanVersion) -> PlanVersion:
    """The plan's next version, in force from the new year."""
    return published(
        TIERED.replace("rate: 10%", "rate: 12%")
        .replace("payable: 100", "payable: 110")
        .replace("new-business: 100", "new-business: 110"),
        from_date=NEXT,
    )


def accept(version: PlanVersion, user: User, name: str = "") -> Acceptance:
    return accept_version(version=version, name=name or user.name, acting_user=user, now=NOW)


def post(client: Client, version: PlanVersion, name: str = "Ana") -> Any:
    return client.post(reverse("commissions:plan-accept", args=[version.pk]), {"name": name})


def test_a_rep_reads_and_accepts_her_plan(version: PlanVersion, cast: Cast) -> None:
    ana = signed_in(cast.ana)
    assert "Read your plan and accept it" in text_of(ana.get("/"))
    assert "Read your plan and accept it" in text_of(ana.get(reverse("commissions:plan", args=[version.pk])))
    done = ana.post(reverse("commissions:plan-accept", args=[version.pk]), {"name": "  ana "}, follow=True)
    assert "You accepted this version on 23 Nov 2026, 16:00 as ana." in text_of(done)
    assert "accept it" not in text_of(ana.get("/"))
    row = Acceptance.objects.get()
    assert (row.payee, row.plan_version, row.name, row.accepted_at, row.hash) == (
        cast.ana, version, "ana", NOW, version.hash,
    )  # fmt: skip


def test_what_changed_since_the_version_accepted_before_is_said(version: PlanVersion, cast: Cast) -> None:
    accept(version, cast.ana)
    later = second(version)
    ana = signed_in(cast.ana)
    assert CHANGED in text_of(ana.get("/"))
    page = text_of(ana.get(reverse("commissions:plan", args=[later.pk])))
    assert CHANGED in page
    assert "Since version 1, which you accepted" in page
    assert "example" not in page.partition("Since version 1")[2].partition("By typing your name")[0]
    assert "12%" in page.partition("Since version 1")[2].partition("By typing your name")[0]


def test_a_second_click_keeps_the_first(version: PlanVersion, cast: Cast) -> None:
    ana = signed_in(cast.ana)
    assert [post(ana, version).status_code for _click in range(3)] == [302, 302, 302]
    assert post(ana, version, "ANA").status_code == 302
    assert Acceptance.objects.get().name == "Ana"


@pytest.mark.parametrize("name", ["", "   ", "Ben", "A" * 300])
def test_another_name_is_refused(version: PlanVersion, cast: Cast, name: str) -> None:
    response = post(signed_in(cast.ana), version, name)
    assert response.status_code == 422
    assert not Acceptance.objects.exists()


def test_a_name_may_be_typed_without_its_accents(version: PlanVersion) -> None:
    chau = person("Chau", Role.REP)
    User.objects.filter(pk=chau.pk).update(name="Nguyễn Thị Minh Châu")
    chau.refresh_from_db()
    assign(version.plan, chau)
    assert accept(version, chau, "nguyen thi minh chau").name == "nguyen thi minh chau"


def test_what_she_is_not_paid_by_is_not_there_for_her(version: PlanVersion, cast: Cast) -> None:
    theirs, draft = published(FLAT), services.save_draft(source=TIERED, acting_user=None, now=NOW)
    ana = signed_in(cast.ana)
    assert [post(ana, each).status_code for each in (theirs, draft)] == [404, 404]
    assert [post(signed_in(who), version, who.name).status_code for who in (cast.ben, cast.mia, cast.ada)] == [404] * 3
    with pytest.raises(AcceptanceRefused):
        accept(theirs, cast.ana)


def test_only_what_pays_from_today_on_is_asked_for(version: PlanVersion, cast: Cast) -> None:
    later = second(version)
    assert unaccepted(cast.ana, TODAY) == (version, later)
    services.unassign(plan=version.plan, payees=[cast.ana], from_date=NEXT, until=None, acting_user=None, now=NOW)
    assert unaccepted(cast.ana, TODAY) == (version,)
    assert unaccepted(cast.ana, NEXT) == ()


def test_the_database_keeps_an_acceptance_as_it_is(version: PlanVersion, cast: Cast) -> None:
    row = accept(version, cast.ana)
    changes: list[Callable[[], object]] = [
        lambda: Acceptance.objects.filter(pk=row.pk).update(name="Ben"),
        lambda: Acceptance.objects.filter(pk=row.pk).delete(),
        lambda: Acceptance.objects.create(
            payee=cast.ana, plan_version=version, name="x", accepted_at=NOW, hash=version.hash
        ),
        lambda: Acceptance.objects.create(
            payee=cast.ben, plan_version=version, name="x", accepted_at=NOW, hash="other"
        ),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="cannot be deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL juara.may_truncate = 'off'")
        cursor.execute("TRUNCATE commissions_acceptance")
    row.refresh_from_db()
    assert (row.name, row.hash) == ("Ana", version.hash)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_acceptance(version: PlanVersion, cast: Cast) -> None:
    def click(_number: int) -> int:
        try:
            return accept(version, cast.ana).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    assert Acceptance.objects.count() == 1


def rows(client: Client, **query: str) -> list[tuple[str, int, bool]]:
    found = client.get(PAGE, query).context["rows"]
    return [(row.payee.name, row.version.number, row.acceptance is not None) for row in found]


def test_finance_sees_who_has_accepted_and_who_has_not(version: PlanVersion, cast: Cast) -> None:
    assign(version.plan, cast.ben)
    accept(version, cast.ben)
    second(version)
    finn = signed_in(cast.finn)
    assert rows(finn) == [("Ana", 1, False), ("Ana", 2, False), ("Ben", 1, True), ("Ben", 2, False)]
    assert rows(finn, show="accepted") == [("Ben", 1, True)]
    assert rows(finn, show="missing", q="ben") == [("Ben", 2, False)]
    assert rows(finn, plan=str(published(FLAT).plan_id)) == []
    page = text_of(finn.get(PAGE))
    assert "Accepted 1 of 4 Not accepted yet 3" in page
    assert "23 Nov 2026, 16:00" in page


def test_days_apart_on_a_plan_are_asked_about_once(version: PlanVersion, cast: Cast) -> None:
    services.unassign(
        plan=version.plan, payees=[cast.ana], from_date=date(2026, 12, 1), until=NEXT, acting_user=None, now=NOW
    )
    assert rows(signed_in(cast.finn)) == [("Ana", 1, False)]


def test_a_manager_sees_her_reports_alone(version: PlanVersion, cast: Cast) -> None:
    eve = person("Eve", Role.REP)
    assign(version.plan, eve, cast.ben)
    assert rows(signed_in(cast.mia)) == [("Ana", 1, False), ("Ben", 1, False)]
    assert rows(signed_in(person("Pia", Role.MANAGER))) == []
    assert signed_in(cast.ana).get(PAGE).status_code == 403


def test_finance_reads_a_persons_acceptances_in_her_history(version: PlanVersion, cast: Cast) -> None:
    accept(version, cast.ana)
    page = text_of(signed_in(cast.finn).get(reverse("commissions:roster-person", args=[cast.ana.pk])))
    assert f"Account Executive v1Ana {version.hash[:12]}" in page


def test_the_number_of_queries_does_not_grow_with_people(version: PlanVersion, cast: Cast) -> None:
    finn, counts = signed_in(cast.finn), []
    for start in (0, 40):
        people = [User(name=f"Rep {n}", email=f"r{n}@example.com") for n in range(start, start + 30)]
        assign(version.plan, *User.objects.bulk_create(people))
        accept(version, people[0])
        with CaptureQueriesContext(connection) as queries:
            finn.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
