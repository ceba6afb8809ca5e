"""How it says what went wrong: what happened, why, and what to do."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, Throttled, ValidationError
from rest_framework.exceptions import PermissionDenied as Forbidden
from rest_framework.response import Response
from rest_framework.views import exception_handler

PROBLEM = "application/problem+json"


class Problem(serializers.Serializer[dict[str, Any]]):
    """What happened, why, and what to do about it (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank")
    status = serializers.IntegerField()
    title = serializers.CharField(help_text="What happened.")
    detail = serializers.CharField(help_text="Why.")
    do = serializers.CharField(help_text="What to do.")
    errors = serializers.DictField(  # type: ignore[assignment]  # its own name in the standard
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="By field."
    )


class Refused(APIException):
    """The state of things forbids it: nothing was changed."""

    status_code = status.HTTP_409_CONFLICT


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Each error in one shape; what we don't expect stays a 500."""
    response = exception_handler(error, context)
    if response is None:
        return None
    response.content_type = PROBLEM
    said = Http404() if isinstance(error, NotFound) else error
    response.data = {
        "type": "about:blank",
        "status": response.status_code,
        "title": _title(response.status_code),
        "detail": " ".join(_details(response.data)) or _title(response.status_code),
        "do": _remedy(said, response.status_code),
    }
    if isinstance(error, ValidationError):
        response.data["errors"] = _by_field(error.detail)
        response.data["detail"] = _("Some of what was sent can't be taken; `errors` says what, by field.")
    return response


def _title(code: int) -> str:
    return {
        400: _("The request can't be understood."),
        401: _("Nobody is signed in."),
        403: _("That is not allowed."),
        404: _("There is nothing here that you may see."),
        405: _("This address does not answer that method."),
        409: _("Nothing was changed."),
        429: _("Too many requests."),
    }.get(code, _("The request was refused."))


def _remedy(error: Exception, code: int) -> str:
    if isinstance(error, Throttled):
        return _("Wait %(seconds)s seconds, then ask again.") % {"seconds": int(getattr(error, "wait", None) or 1) + 1}
    if isinstance(error, PermissionDenied | Forbidden):
        return _("Use a token that writes, of somebody whose roles include this; an administrator gives roles.")
    return {
        401: _("Send `Authorization: Token …` with a token of yours; your profile makes them."),
        404: _("Check the address and the id. What others own is as if it weren't there."),
        405: _("See the description of this address in docs/openapi.yaml."),
        409: _("Read why, put it right, and ask again with a new Idempotency-Key."),
    }.get(code, _("Correct the request and send it again."))


def _details(data: Any) -> Iterator[str]:  # noqa: ANN401 JSON
    match data:
        case dict():
            for value in data.values():
                yield from _details(value)
        case list():
            for value in data:
                yield from _details(value)
        case _:
            yield str(data)


def _by_field(detail: Any) -> dict[str, list[str]]:  # noqa: ANN401 JSON
    if isinstance(detail, dict):
        return {str(field): list(_details(value)) for field, value in detail.items()}
    return {"": list(_details(detail))}
