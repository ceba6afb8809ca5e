"""Who comes in, by her token."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed


class Tokens(TokenAuthentication):
    """`Authorization: Token …`; what is no text is no token."""

    def authenticate_credentials(self, token: bytes) -> Any:  # noqa: ANN401 user and token
        if not token.isascii():
            raise AuthenticationFailed(_("That is no token of ours."))
        return super().authenticate_credentials(token)


class TokensScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = Tokens
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ANN401, ARG002 spectacular's
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token …`, with the word."}
