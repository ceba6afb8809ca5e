"""Draws and balances into the database, and on to the statements after them."""

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl
from django.db import connection

from commissions import signals
from commissions.models import Period, Settlement

Key = tuple[int, str]  # payee and currency
_FIELDS: Final = (
    "earned", "held", "released", "advanced", "recovered", "forgiven", "carried", "owed_before", "owed_after",
    "held_after", "payable",
)  # fmt: skip
_LATER: Final = """
INSERT INTO commissions_stalestatement (payee_id, "on", attempts)
SELECT statement.payee_id, min(period.start), 0 FROM commissions_statement statement
JOIN commissions_period period ON period.id = statement.period_id
WHERE statement.payee_id = ANY(%s) AND period.kind = %s AND period.first_month = %s
    AND period.start >= %s AND period.status IN ('open', 'review', 'approved')
GROUP BY statement.payee_id
"""


def post_settlements(
    *, period: Period, ids: Mapping[Key, int], gone: Mapping[Key, int], settlements: pl.DataFrame
) -> frozenset[int]:
    """Make the settlements of these statements what was computed; returns those statements for which that is a change.

    `ids` are of the statements that stay, `gone` of those about to be deleted; `settlements` is SETTLEMENTS with the
    plan's currency. Where what is left owed has changed, the payee's later open
    statements are noted as stale: each starts with what the one before left.
    """
    payees = {pk: payee for (payee, _currency), pk in (*ids.items(), *gone.items())}
    fresh = _rows(settlements, ids)
    standing = {(row.statement_id, row.plan_id): row for row in Settlement.objects.filter(statement__in=list(payees))}
    old = [row for key, row in standing.items() if key not in fresh or _values(row) != _values(fresh[key])]
    new = [row for key, row in fresh.items() if key not in standing or _values(row) != _values(standing[key])]
    Settlement.objects.filter(pk__in=[row.pk for row in old]).delete()
    Settlement.objects.bulk_create(new)
    note_later(period=period, payees=_owing_otherwise(old, new, payees))
    return frozenset(row.statement_id for row in (*old, *new))


def _rows(settlements: pl.DataFrame, ids: Mapping[Key, int]) -> dict[tuple[int, int], Settlement]:
    found = {}
    for row in settlements.iter_rows(named=True):
        statement = ids[row["payee"], row["currency"]]
        amounts = {f"{name}_minor": row[name] for name in _FIELDS}
        found[statement, row["plan"]] = Settlement(
            statement_id=statement, plan_id=row["plan"], plan_version_id=row["plan_version"], **amounts
        )
    return found


def _values(row: Settlement) -> tuple[int, ...]:
    return (row.plan_version_id, *(getattr(row, f"{name}_minor") for name in _FIELDS))


def _owing_otherwise(old: Iterable[Settlement], new: Iterable[Settlement], payees: Mapping[int, int]) -> list[int]:
    """Payees who owe something else after this period than before."""
    before = {(row.statement_id, row.plan_id): row.owed_after_minor for row in old}
    after = {(row.statement_id, row.plan_id): row.owed_after_minor for row in new}
    moved = {key[0] for key in before.keys() | after.keys() if before.get(key, 0) != after.get(key, 0)}
    return sorted({payees[statement] for statement in moved})


def note_later(*, period: Period, payees: Iterable[int]) -> None:
    """Note the open statements after this one: each starts with what the one before leaves."""
    concerned = sorted(payees)
    if not concerned:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [concerned, period.kind, period.first_month, period.end])
    signals.statements_stale.send(Settlement)
