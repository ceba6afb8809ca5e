"""One writer of payouts at a time: what is due is read and taken under the same lock."""

from django.db import connection

_PAYOUTS = 7_201


def lock_payouts() -> None:
    """Until the end of the transaction nobody else books payouts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PAYOUTS])
