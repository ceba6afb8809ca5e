"""Invitations, signing in, and what everybody may change about herself."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from tests.conftest import PASSWORD, Cast
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


def post(user: User, page: str, /, *args: object, **data: object) -> HttpResponse:
    response: HttpResponse = signed_in(user).post(reverse(f"accounts:{page}", args=args), data)  # type: ignore[assignment]
    return response


def sign_in(email: str, password: str = PASSWORD, client: Client | None = None) -> HttpResponse:
    data = {"login": email, "password": password}
    response: HttpResponse = (client or Client()).post(reverse("account_login"), data)  # type: ignore[assignment]
    return response


def invitation(cast: Cast, invited: User) -> str:
    page = post(cast.ada, "person-invite", invited.pk)
    assert "no-store" in page.headers["Cache-Control"]
    found = re.search(r'value="http://testserver([^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_the_link_sets_a_first_password_once(cast: Cast) -> None:
    post(cast.ada, "person-new", name="Eva", email="eva@example.com", language="en", is_active="on")
    link = invitation(cast, User.objects.get(name="Eva"))
    client = Client()
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    new = {"password1": "quite another horse", "password2": "quite another horse"}
    assert client.post(address, new).status_code == 302
    assert sign_in("eva@example.com", "quite another horse").status_code == 302
    again = Client().get(link, follow=True)
    assert 'name="password1"' not in again.content.decode()


def test_a_later_password_ends_the_link(cast: Cast) -> None:
    link = invitation(cast, cast.ana)
    cast.ana.set_password("set in the meantime")
    cast.ana.save()
    assert 'name="password1"' not in Client().get(link, follow=True).content.decode()


def test_a_weak_password_is_refused(cast: Cast) -> None:
    client = Client()
    address = client.get(invitation(cast, cast.ana), follow=True).redirect_chain[-1][0]
    refused = client.post(address, {"password1": "password12", "password2": "password12"})
    assert "too common" in text(refused)
    assert sign_in("ana@example.com").status_code == 302


def test_name_and_language_are_saved_and_spoken_at_once(cast: Cast) -> None:
    client = signed_in(cast.ana)
    response = client.post(reverse("accounts:profile"), {"name": "Ana Putri", "language": "id"}, follow=True)
    assert "Profil" in text(response)
    cast.ana.refresh_from_db()
    assert (cast.ana.name, cast.ana.language, cast.ana.roles) == ("Ana Putri", "id", ["rep"])


def test_a_profile_does_not_make_an_admin(cast: Cast) -> None:
    post(cast.ana, "profile", name="Ana", language="en", roles=["admin"], email="evil@example.com", is_active="")
    cast.ana.refresh_from_db()
    assert (cast.ana.roles, cast.ana.email, cast.ana.is_active) == (["rep"], "ana@example.com", True)


def test_the_language_goes_along_to_another_device(cast: Cast) -> None:
    signed_in(cast.ana).post(reverse("set_language"), {"language": "id", "next": "/"})
    other = Client()
    assert sign_in("ana@example.com", client=other).cookies["django_language"].value == "id"
    assert "Profil" in text(other.get(reverse("accounts:profile")))


@pytest.mark.parametrize("language", ["tlh", "", "../en"])
def test_a_language_that_does_not_exist_changes_nothing(cast: Cast, language: str) -> None:
    signed_in(cast.ana).post(reverse("set_language"), {"language": language, "next": "/"})
    cast.ana.refresh_from_db()
    assert cast.ana.language == "en"


def test_the_language_switch_leads_nowhere_else(cast: Cast) -> None:
    client = signed_in(cast.ana)
    response = client.post(reverse("set_language"), {"language": "id", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("email", ["ana@example.com", "ANA@Example.COM", " ana@example.com "])
def test_the_address_may_be_written_in_any_case(cast: Cast, email: str) -> None:
    client = Client()
    assert sign_in(email, client=client).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(cast.ana.pk)


@pytest.mark.parametrize("email", ["ana@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(cast: Cast, email: str) -> None:
    assert "The email address and/or password you specified are not correct." in text(sign_in(email, "wrong"))


def test_inactive_people_do_not_come_in(cast: Cast) -> None:
    client = signed_in(cast.ana)
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    assert client.get(f"{reverse('live')}?person-{cast.ana.pk}=0").status_code == 403
    fresh = Client()
    sign_in("ana@example.com", client=fresh)
    assert "_auth_user_id" not in fresh.session


def test_people_without_an_address_do_not_come_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(email=None)
    for email in ("", "None", "ana@example.com"):
        assert sign_in(email).status_code == 200


def test_guessing_a_password_ends_after_five_attempts(cast: Cast) -> None:
    for _attempt in range(5):
        assert "Too many" not in text(sign_in("ana@example.com", "wrong"))
    assert "Too many failed login attempts." in text(sign_in("ana@example.com"))
    assert sign_in("ben@example.com").status_code == 302
    cache.clear()  # as five minutes later
    assert sign_in("ana@example.com").status_code == 302


def test_a_forgotten_password_is_mailed_a_link_and_an_unknown_address_nothing(cast: Cast) -> None:
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email}).headers["Location"]
        for email in ("Ana@example.com", "nobody@example.com")
    ]
    assert answers == [reverse("account_reset_password_done")] * 2
    assert [message.to for message in mail.outbox] == [["ana@example.com"]]


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "reauthenticate/", "password/set/"])
def test_nobody_changes_the_address_she_signs_in_with(cast: Cast, path: str) -> None:
    client = signed_in(cast.ana)
    for data in (
        {"action_add": "", "email": "ben@example.com"},
        {"action_primary": "", "email": "ben@example.com"},
    ):
        assert client.post(f"/accounts/{path}", data).status_code == 404
    cast.ana.refresh_from_db()
    assert cast.ana.email == "ana@example.com"
