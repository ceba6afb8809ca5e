"""The API: who gets what, in which words it refuses, and that an act is done once."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.throttling import UserRateThrottle

from accounts.models import ApiToken, IdempotentRequest, Role, User
from accounts.services import TokenRefused, create_token
from accounts.tasks import forget_old_answers
from commissions.models import EarningLine, Period, Run
from config.celery import app
from core.money import Money
from tests.commissions.api.conftest import client_of
from tests.conftest import person
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
ACCESS = """
                                             Ana  Ben  Mia  Pia  Finn Ada  Nora
GET  /periods/                               403  403  403  403  200  200  403
GET  /periods/2026-11/                       403  403  403  403  200  200  403
GET  /periods/2031-01/                       403  403  403  403  404  404  403
GET  /periods/NONSENSE/                      403  403  403  403  404  404  403
POST /periods/2026-11/calculate/             403  403  403  403  202  202  403
POST /periods/2026-11/start-review/          403  403  403  403  200  200  403
POST /periods/2026-11/approve/               403  403  403  403  409  409  403
POST /periods/2026-11/close/                 403  403  403  403  409  409  403
POST /periods/2026-11/reopen/                403  403  403  403  409  409  403
GET  /runs/                                  403  403  403  403  200  200  403
GET  /statements/                            200  200  200  200  200  200  200
GET  /statements/{statement}/                200  404  200  404  200  200  404
GET  /statements/{statement}/paper/pdf/      200  404  200  404  200  200  404
GET  /statements/{statement}/paper/exe/      404  404  404  404  404  404  404
GET  /statements/9999999/                    404  404  404  404  404  404  404
GET  /lines/                                 200  200  200  200  200  200  200
GET  /lines/{line}/                          200  404  200  404  200  200  404
GET  /adjustments/                           200  200  200  200  200  200  200
GET  /adjustments/9999999/                   404  404  404  404  404  404  404
"""
WHO, *ROWS = [line.split() for line in ACCESS.splitlines() if line]
PROBLEM = {"type", "status", "title", "detail", "do"}


def ask(client: Client, method: str, path: str, body: Any = None, key: str | None = "k-1") -> Any:
    address = f"/api/v1{path}"
    if method == "GET":
        return client.get(address)
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(address, {} if body is None else body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:2]) for row in ROWS])
def test_everybody_gets_what_pages_would_show_her(world: World, row: list[str]) -> None:
    cast = world.cast
    people = [cast.ana, cast.ben, cast.mia, person("Pia", Role.MANAGER), cast.finn, cast.ada, person("Nora")]
    places = {"statement": world.statement(cast.ana).pk, "line": world.line(cast.ana, "second").pk}
    method, path, *wanted = row
    found = []
    for user in people:
        client = client_of(user)
        ApiToken.objects.update(scope="write")  # so that roles alone decide
        body = {"note": "Something was forgotten"} if path.endswith("reopen/") else {}
        with transaction.atomic():
            response = ask(client, method, path.format(**places), body)
            transaction.set_rollback(True)
        found.append(str(response.status_code))
        if response.status_code >= 400:
            assert set(response.json()) == PROBLEM
            assert response["Content-Type"] == "application/problem+json"
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, wanted, strict=True))


def test_lists_hold_what_one_may_see_and_nothing_else(world: World) -> None:
    cast = world.cast

    def payees(user: User) -> set[str]:
        return {row["payee"]["name"] for row in ask(client_of(user), "GET", "/statements/").json()["results"]}

    assert (payees(cast.ana), payees(cast.mia), payees(cast.finn)) == ({"Ana"}, {"Ana", "Ben"}, {"Ana", "Ben"})
    lines = ask(client_of(cast.ana), "GET", "/lines/").json()["results"]
    assert {row["statement"] for row in lines} <= {world.statement(cast.ana, label).pk for label in world.periods}
    assert len(lines) == EarningLine.objects.filter(statement__payee=cast.ana).count()


def test_a_statement_and_a_line_say_what_the_page_says(world: World) -> None:
    cast = world.cast
    statement, line = world.statement(cast.ana), world.line(cast.ana, "second")
    said = ask(client_of(cast.ana), "GET", f"/statements/{statement.pk}/").json()
    assert said["period"] == {
        "label": "2026-11", "kind": "month", "start": "2026-11-01", "end": "2026-12-01", "status": "open",
    }  # fmt: skip
    assert (said["currency"], said["payable_minor"], said["revision"]) == ("USD", statement.payable_minor, 1)
    reason = ask(client_of(cast.ana), "GET", f"/lines/{line.pk}/").json()["reason"]
    assert reason["sentence"].startswith("You moved ") or "8%" in reason["sentence"]
    assert len(reason["steps"]) >= 1


@pytest.mark.parametrize(
    ("query", "count"),
    [("period=2026-11", 2), ("period=2026-10&currency=USD", 2), ("status=closed", 0), ("page_size=1", 1)],
)
def test_statements_can_be_filtered(world: World, query: str, count: int) -> None:
    found = ask(client_of(world.cast.finn), "GET", f"/statements/?{query}").json()
    assert len(found["results"]) == count


@pytest.mark.parametrize("query", ["period=nonsense", "payee=ana", "status=eaten", "payee=99999999999999999999"])
def test_a_filter_that_means_nothing_is_refused_by_field(world: World, query: str) -> None:
    response = ask(client_of(world.cast.finn), "GET", f"/statements/?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_pages_follow_each_other_by_cursor(world: World) -> None:
    client = client_of(world.cast.finn)
    seen, address = [], "/api/v1/statements/?page_size=1"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert (len(seen), len(set(seen))) == (4, 4)


@pytest.mark.parametrize("path", ["/statements/", "/lines/", "/adjustments/", "/periods/", "/runs/"])
def test_the_number_of_queries_does_not_grow_with_rows(world: World, path: str) -> None:
    client = client_of(world.cast.finn)
    counts = []
    for size in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, "GET", f"{path}?page_size={size}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_token_that_reads_changes_nothing(world: World) -> None:
    response = ask(client_of(world.cast.finn), "POST", "/periods/2026-11/calculate/")
    assert (response.status_code, response.json()["detail"]) == (403, "This token only reads.")


def test_an_act_needs_a_key(world: World) -> None:
    response = ask(client_of(world.cast.finn, "write"), "POST", "/periods/2026-11/calculate/", key=None)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["Idempotency-Key"])


def test_the_same_key_acts_once_and_is_answered_the_same(world: World) -> None:
    client = client_of(world.cast.finn, "write")
    runs = Run.objects.count()
    first, again = (ask(client, "POST", "/periods/2026-11/calculate/") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (202, 202, first.json())
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Run.objects.count() == runs + 1


def test_the_same_key_with_another_request_is_refused(world: World) -> None:
    client = client_of(world.cast.finn, "write")
    ask(client, "POST", "/periods/2026-11/start-review/")
    response = ask(client, "POST", "/periods/2026-10/start-review/")
    assert (response.status_code, response.json()["detail"]) == (
        409, "This Idempotency-Key came with another request before.",
    )  # fmt: skip
    assert world.periods["2026-10"].status == Period.Status.OPEN


def test_a_key_is_its_owners_and_lasts_a_day(world: World) -> None:
    finn, ada = client_of(world.cast.finn, "write"), client_of(world.cast.ada, "write")
    assert ask(finn, "POST", "/periods/2026-11/start-review/").status_code == 200
    assert ask(ada, "POST", "/periods/2026-11/start-review/").status_code == 409
    with time_machine.travel(NOW + timedelta(hours=23), tick=False):
        assert ask(finn, "POST", "/periods/2026-11/start-review/").status_code == 200
    ApiToken.objects.update(expiry=NOW + timedelta(days=9))
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        assert ask(finn, "POST", "/periods/2026-11/start-review/").status_code == 409


def test_old_keys_are_forgotten_by_themselves(world: World) -> None:
    ask(client_of(world.cast.finn, "write"), "POST", "/periods/2026-11/start-review/")
    with time_machine.travel(NOW + timedelta(hours=23), tick=False):
        forget_old_answers()
        assert IdempotentRequest.objects.count() == 1
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        forget_old_answers()
    assert not IdempotentRequest.objects.exists()
    assert forget_old_answers.name in {entry["task"] for entry in app.conf.beat_schedule.values()}


def test_what_was_refused_may_be_tried_again_with_the_same_key(world: World) -> None:
    client = client_of(world.cast.finn, "write")
    assert ask(client, "POST", "/periods/2026-11/reopen/", {"note": "x"}).status_code == 409
    Period.objects.filter(pk=world.periods["2026-11"].pk).update(status="review")
    response = ask(client, "POST", "/periods/2026-11/reopen/", {"note": "x"})
    assert (response.status_code, response.json()["status"]) == (200, "open")


@pytest.mark.parametrize("given", ["", "Token", "Token a b", "Token nonsense", "Bearer x", "Token \xff"])
def test_without_a_token_there_is_nothing(world: World, given: str) -> None:
    response = Client(headers={"Authorization": given}).get("/api/v1/statements/")
    assert (response.status_code, set(response.json())) == (401, PROBLEM)
    assert response["WWW-Authenticate"] == "Token"


def test_a_session_is_no_token(world: World) -> None:
    client = Client()
    client.force_login(world.cast.ada, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/statements/").status_code == 401


def test_a_token_ends_with_its_time_and_with_its_person(world: World) -> None:
    client = client_of(world.cast.ana)
    with time_machine.travel(NOW + timedelta(days=2)):
        assert ask(client, "GET", "/statements/").status_code == 401
    client = client_of(world.cast.ana)
    User.objects.filter(pk=world.cast.ana.pk).update(is_active=False)
    assert ask(client, "GET", "/statements/").status_code == 401


def test_who_may_not_change_anything_gets_no_token_that_writes(world: World) -> None:
    with pytest.raises(TokenRefused, match="Choose to read"):
        create_token(user=world.cast.mia, name="x", scope="write", days=1, now=NOW)


def test_too_many_requests_are_told_when_to_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    client = client_of(world.cast.ana)
    statuses = [ask(client, "GET", "/statements/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    problem = ask(client, "GET", "/statements/").json()
    assert (problem["title"], problem["do"][:5]) == ("Too many requests.", "Wait ")


def test_money_is_whole_minor_units(world: World) -> None:
    row = ask(client_of(world.cast.ana), "GET", "/statements/?period=2026-11").json()["results"][0]
    assert Money(row["payable_minor"], row["currency"]).minor == world.statement(world.cast.ana).payable_minor
