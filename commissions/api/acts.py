"""Acts through the API: once for each key, and refused in words."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.services.idempotency import Answer, KeyUsed, answered_once
from core.rest.problems import Refused

HEADER = "Idempotency-Key"
LONGEST = 100


def acted(request: Request, act: Callable[[], Answer]) -> Response:
    """What the act answers; what it answered before, where the key is known. Needs the key."""
    key = request.headers.get(HEADER, "")
    if not key or len(key) > LONGEST or not key.isprintable():
        raise ValidationError({HEADER: [_("Send a key of your own with each act, such as a UUID: up to 100 letters.")]})
    said = json.dumps([request.method, request.path, request.data], sort_keys=True).encode()
    user = request.user
    assert isinstance(user, User)  # noqa: S101 signed in
    try:
        (status, body), was_before = answered_once(
            user=user, key=key, digest=sha256(said).hexdigest(), now=timezone.now(), act=act
        )
    except KeyUsed as used:
        raise Refused(str(used)) from None
    headers = {"Idempotent-Replayed": "true"} if was_before else {}
    return Response(body, status=status, headers=headers)


def as_json(data: Any) -> Any:  # noqa: ANN401 JSON
    """What a serializer says, as it can be kept."""
    return json.loads(json.dumps(data, default=str))
