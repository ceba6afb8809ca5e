"""Requests as our views see them, and files as they answer."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from accounts.models import User


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


class AuthedRequest(HtmxRequest):
    user: "User"  # behind login_required


def attachment(content: bytes, *, name: str, content_type: str, etag: str) -> HttpResponse:
    """A file to keep, which the browser asks for again each time and gets only when it has changed."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Cache-Control": "private, no-cache",
        "ETag": etag,
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
