"""How sign-in behaves here: an administrator creates accounts, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

SECONDS_A_DAY = 86_400


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 allauth's own
        """Speak the language that the person chose, on whatever device she signs in."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        age = settings.LANGUAGE_COOKIE_AGE
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=age, samesite="Lax")
        return response

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:  # noqa: ANN401
        """Write in the language of whom it is for, whoever asked for it in whichever."""
        days = settings.PASSWORD_RESET_TIMEOUT // SECONDS_A_DAY
        with translation.override(user.language):
            super().send_password_reset_mail(user, email, {**context, "days": days})
