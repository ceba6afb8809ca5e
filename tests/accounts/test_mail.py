"""The one mail that is sent: a link to choose a new password."""

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.conftest import PASSWORD, Cast


@pytest.fixture(autouse=True)
def _no_attempts_before() -> Iterator[None]:
    cache.clear()  # allauth counts attempts there
    yield
    cache.clear()


def mailed(user: User, language: str, asked_in: str) -> tuple[EmailMessage, str]:
    """The mail to a person of this language, and the link that it holds."""
    User.objects.filter(pk=user.pk).update(language=language)
    headers = {"accept-language": asked_in}
    assert Client().post(reverse("account_reset_password"), {"email": user.email}, headers=headers).status_code == 302
    (message,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/\S+)", str(message.body))
    return message, link


ENGLISH = (
    "Choose a new password for Juara",
    """Hello Ana & <b>,

Somebody, most likely you, asked for a new password for your account in Juara. Choose it here:

http://testserver{link}

The link works once, within 3 days. If it was not you, do nothing: your password stays as it is.""",
)
INDONESIAN = (
    "Pilih kata sandi baru untuk Juara",
    """Halo Ana & <b>,

Seseorang, kemungkinan besar Anda, meminta kata sandi baru untuk akun Anda di Juara. Pilih di sini:

http://testserver{link}

Tautan ini berlaku sekali, dalam 3 hari. Jika bukan Anda yang meminta, abaikan saja: kata sandi Anda tidak berubah.""",
)


@pytest.mark.parametrize(
    ("language", "asked_in", "expected"),
    [("en", "en", ENGLISH), ("id", "id", INDONESIAN), ("id", "en", INDONESIAN), ("en", "id", ENGLISH)],
    ids=["English", "Indonesian", "Indonesian, asked in English", "English, asked in Indonesian"],
)
def test_a_link_for_a_new_password_is_mailed_in_the_persons_language(
    cast: Cast, language: str, asked_in: str, expected: tuple[str, str]
) -> None:
    User.objects.filter(pk=cast.ana.pk).update(name="Ana & <b>")
    message, link = mailed(cast.ana, language, asked_in)
    subject, body = expected
    assert (message.subject, message.body) == (subject, body.format(link=link))
    assert (message.from_email, message.to) == ("Juara <juara@localhost>", ["ana@example.com"])
    assert not getattr(message, "alternatives", [])


def test_the_link_in_the_mail_leads_to_the_form_for_a_new_password(cast: Cast) -> None:
    _message, link = mailed(cast.ana, "en", "en")
    assert 'name="password1"' in Client().get(link, follow=True).content.decode()


def test_who_signs_in_finds_her_home_and_no_message_in_the_language_of_the_sign_in_page(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(language="id")
    data = {"login": "ana@example.com", "password": PASSWORD}
    page = Client().post(reverse("account_login"), data, follow=True).content.decode()
    assert '<html lang="id"' in page
    assert "Successfully signed in" not in page
    assert "masuk sebagai" not in page
    assert 'class="toast-note' not in page.partition("<template")[0]
