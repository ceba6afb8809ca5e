"""The locks of writers of deals. Many forms may create deals at once; an import has them to itself."""

from django.db import connection

_DEALS = 7_102


def lock_deals() -> None:
    """Until the end of the transaction nobody else creates deals: what an import compared with stays true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DEALS])


def share_deals() -> None:
    """Until the end of the transaction no import of deals writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_DEALS])
