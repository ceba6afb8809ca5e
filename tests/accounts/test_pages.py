"""People and teams as administrators see and change them."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Membership, ReportingLine, Role, Team, User
from tests.conftest import PASSWORD, START, Cast, person
from tests.world import NOW

DAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    cache.clear()  # allauth counts attempts there
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())


def people(client: Client, **query: str) -> str:
    """The table alone: the filters name people's teams too."""
    return text(client.get(reverse("accounts:people"), query, headers={"HX-Request": "true"}))


def post(user: User, page: str, /, *args: object, **data: object) -> HttpResponse:
    response: HttpResponse = signed_in(user).post(reverse(f"accounts:{page}", args=args), data)  # type: ignore[assignment]
    return response


def sign_in(email: str, password: str = PASSWORD, client: Client | None = None) -> HttpResponse:
    data = {"login": email, "password": password}
    response: HttpResponse = (client or Client()).post(reverse("account_login"), data)  # type: ignore[assignment]
    return response


PERSON = {
    "name": "Eva",
    "email": "Eva@Example.com",
    "external_id": "e7",
    "roles": ["rep"],
    "language": "id",
    "is_active": "on",
}


def test_the_list_shows_roles_team_and_manager_of_today(cast: Cast) -> None:
    shown = people(signed_in(cast.ada))
    assert "AAnaWest Rep Mia ana@example.com" in shown
    assert "FFinn Finance – finn@example.com" in shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "BEN@"}, {"Ben"}),
        ({"q": "fin"}, {"Finn"}),
        ({"role": "rep"}, {"Ana", "Ben"}),
        ({"role": "manager"}, {"Mia"}),
        ({"team": "West"}, {"Ana"}),
        ({"team": "Company"}, {"Ana", "Ben"}),
        ({"inactive": "on"}, {"Ina"}),
        ({"role": "rep", "team": "East"}, {"Ben"}),
        ({"role": "no such role"}, {"Ana", "Ben", "Mia", "Finn", "Ada"}),
        ({"q": "nobody is called so"}, set()),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_the_list_is_filtered(cast: Cast, query: dict[str, str], names: set[str]) -> None:
    User.objects.filter(pk=person("Ina", Role.REP).pk).update(is_active=False)
    if "team" in query:
        query = {**query, "team": str(Team.objects.get(name=query["team"]).pk)}
    shown = people(signed_in(cast.ada), **query)
    found = {name for name in ("Ana", "Ben", "Mia", "Finn", "Ada", "Ina") if f"{name.lower()}@" in shown}
    assert found == names
    assert ("Nobody fits these filters" in shown) == (not names)


def test_pages_of_fifty_in_the_order_of_names_with_the_filter_kept(cast: Cast) -> None:
    for number in range(60):
        person(f"Rep{number:02}", Role.REP)
    client = signed_in(cast.ada)
    address = reverse("accounts:people") + "?role=rep&page=2"
    shown = client.get(address, headers={"HX-Request": "true"})
    assert re.findall(r"rep\d\d@", text(shown)) == [f"rep{number:02}@" for number in range(48, 60)]
    assert "role=rep" in shown.content.decode()


def test_the_number_of_queries_does_not_grow_with_people(cast: Cast) -> None:
    client = signed_in(cast.ada)
    people(client)
    few = _queries(client)
    for number in range(30):
        rep = person(f"Rep{number:02}", Role.REP)
        Membership.objects.create(user=rep, team=cast.west, during=DateRange(START, None))
        ReportingLine.objects.create(user=rep, manager=cast.mia, during=DateRange(START, None))
    assert _queries(client) == few


def test_teams_are_a_tree_with_their_people(cast: Cast) -> None:
    shown = text(signed_in(cast.ada).get(reverse("accounts:teams")))
    assert "Company 0 2 Show people East 1 1 Show people West 1 1 Show people" in shown


def _queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        people(client)
    return len(queries)


def test_a_person_is_created_without_a_password_and_with_an_address_in_lower_case(cast: Cast) -> None:
    response = post(cast.ada, "person-new", **PERSON)
    eva = User.objects.get(external_id="e7")
    assert response.headers["Location"] == reverse("accounts:person", args=[eva.pk])
    assert (eva.name, eva.email, eva.roles, eva.language) == ("Eva", "eva@example.com", ["rep"], "id")
    assert not eva.has_usable_password()


def test_a_person_is_changed(cast: Cast) -> None:
    post(cast.ada, "person-edit", cast.ben.pk, **PERSON | {"name": "Benjamin", "roles": ["rep", "manager"]})
    cast.ben.refresh_from_db()
    assert (cast.ben.name, cast.ben.email, cast.ben.roles) == ("Benjamin", "eva@example.com", ["manager", "rep"])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": ""}, "This field is required."),
        ({"email": "not an address"}, "Enter a valid email address."),
        ({"email": "ANA@example.com"}, "User with this E-mail already exists."),
        ({"external_id": "ana"}, "External id already exists."),
        ({"roles": ["emperor"]}, "emperor is not one of the available choices."),
        ({"language": "tlh"}, "tlh is not one of the available choices."),
    ],
    ids=["name", "email", "taken-email", "taken-id", "role", "language"],
)
def test_a_wrong_form_comes_back_with_the_reason_and_what_was_typed(
    cast: Cast, wrong: dict[str, Any], reason: str
) -> None:
    response = post(cast.ada, "person-new", **{"name": "Eva Typed", **PERSON, **wrong})
    assert reason in text(response, 422)
    assert 'value="e7"' in response.content.decode() or "external_id" in wrong
    assert User.objects.count() == 5


def test_a_team_move_begins_on_its_day(cast: Cast) -> None:
    response = post(cast.ada, "person-team", cast.ana.pk, team=cast.east.pk, starts_on="2026-12-01")
    assert response.status_code == 302
    rows = Membership.objects.filter(user=cast.ana).order_by("during").values_list("team__name", "during")
    assert list(rows) == [("West", DateRange(START, DAY)), ("East", DateRange(DAY, None))]


def test_no_team_ends_the_membership(cast: Cast) -> None:
    post(cast.ada, "person-team", cast.ana.pk, team="", starts_on="2026-12-01")
    assert Membership.objects.get(user=cast.ana).during == DateRange(START, DAY)


def test_a_manager_move_begins_on_its_day(cast: Cast) -> None:
    post(cast.ada, "person-manager", cast.ana.pk, manager=cast.ada.pk, starts_on="2026-12-01")
    rows = ReportingLine.objects.filter(user=cast.ana).order_by("during").values_list("manager__name", "during")
    assert list(rows) == [("Mia", DateRange(START, DAY)), ("Ada", DateRange(DAY, None))]


def test_no_manager_ends_the_line(cast: Cast) -> None:
    post(cast.ada, "person-manager", cast.ana.pk, manager="", starts_on="2026-12-01")
    assert ReportingLine.objects.get(user=cast.ana).during == DateRange(START, DAY)


def test_a_circle_of_managers_is_refused_with_the_form(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(roles=["rep", "manager"])
    response = post(cast.ada, "person-manager", cast.mia.pk, manager=cast.ana.pk, starts_on="2026-12-01")
    assert "Mia would report to herself or himself through others." in text(response, 422)
    assert not ReportingLine.objects.filter(user=cast.mia).exists()


@pytest.mark.parametrize("who", ["ben", "mia"])
def test_only_another_manager_can_be_chosen_as_manager(cast: Cast, who: str) -> None:
    shown = cast.mia
    response = post(cast.ada, "person-manager", shown.pk, manager=getattr(cast, who).pk, starts_on="2026-12-01")
    assert "Select a valid choice." in text(response, 422)


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30"])
def test_a_move_without_a_real_day_is_refused(cast: Cast, day: str) -> None:
    response = post(cast.ada, "person-team", cast.ana.pk, team=cast.east.pk, starts_on=day)
    assert response.status_code == 422
    assert Membership.objects.get(user=cast.ana).team == cast.west


def test_a_circle_of_teams_is_refused_with_the_form(cast: Cast) -> None:
    company = Team.objects.get(name="Company")
    response = post(cast.ada, "team", company.pk, name="Company", parent=cast.west.pk)
    assert "would lie inside itself" in text(response, 422)
    company.refresh_from_db()
    assert company.parent is None


def test_an_admin_can_not_take_her_own_role(cast: Cast) -> None:
    response = post(cast.ada, "person-edit", cast.ada.pk, **PERSON | {"name": "Ada", "email": "ada@example.com"})
    assert "take your own admin role" in text(response, 422)
