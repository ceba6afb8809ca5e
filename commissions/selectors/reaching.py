"""By which ways one person's deals reach another's pay in any published plan: one question at every write of a deal."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from django.db import connection


class Way(StrEnum):
    REPORTS = "reports"  # credit through reporting lines
    TEAM = "team"  # and within teams
    POOL = "pool"  # a team's pay that is shared
    SPIFF = "spiff"  # what is limited for all on a plan


_WAYS = """
SELECT bool_or(document @? '$.components[*].credit ? (@.of == "reports")'),
    bool_or(document @? '$.components[*].credit ? (@.of == "team")'),
    bool_or(document @? '$.components[*].pool'),
    bool_or(jsonb_path_exists(
        document, '$.components[*].spiff ? (!exists(@.until) || @.until > $day)', jsonb_build_object('day', %s::text)
    ))
FROM commissions_planversion WHERE status <> 'draft'
"""


def ways(days: Iterable[date]) -> frozenset[Way]:
    """Those that some plan has; of spiffs those that are open on the first of these days, or later."""
    since = min(days, default=date.max)
    with connection.cursor() as cursor:
        cursor.execute(_WAYS, [since.isoformat()])
        return frozenset(way for way, is_there in zip(Way, cursor.fetchone(), strict=True) if is_there)
