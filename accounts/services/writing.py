"""What all writing of people and teams shares: who did it is logged, and the trees are changed one at a time."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import LiteralString

from django.db import connection

from accounts.models import User

logger = logging.getLogger(__name__)
_TREE = 7_101  # the advisory lock of whoever changes the tree of teams or managers: a circle takes two to make


def adopt(statement: LiteralString, external_ids: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(external_ids), list(external_ids.values())])


def log(what: str, which: int, acting_user: User | None, now: datetime) -> None:
    logger.info("%s: %s by user %s at %s", what, which, acting_user.pk if acting_user else "-", now.isoformat())


def lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE])
