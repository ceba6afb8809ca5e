"""Whether this process can serve: for load balancers and operators. Public, so it says no more than that."""

import logging
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

logger = logging.getLogger(__name__)
_SECONDS = 2.0  # after which Valkey counts as away


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 it is the same for everybody
    """200 when the database and Valkey answer, else 503 with the name of what does not."""
    parts = {"database": _database_answers(), "valkey": _valkey_answers()}
    body = {name: "ok" if answers else "failed" for name, answers in parts.items()}
    return JsonResponse(body, status=200 if all(parts.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        return False
    return True


def _valkey_answers() -> bool:
    try:
        return bool(_valkey().ping())
    except RedisError as error:
        logger.error("Valkey does not answer: %s", error)
        return False


@cache
def _valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
