"""What payees owe from the statements before one, and the how-many-eth of their statements it is."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from django.db import connection

from commissions.engine.frames import BALANCES
from commissions.engine.releases import Earlier
from commissions.engine.schema import PlanDocument
from commissions.engine.terms import has_terms, statement_number
from commissions.models import Period
from core.periods import period_of

_OWED = """
SELECT DISTINCT ON (statement.payee_id, settlement.plan_id)
    statement.payee_id, settlement.plan_id, settlement.owed_after_minor
FROM commissions_settlement settlement
JOIN commissions_statement statement ON statement.id = settlement.statement_id
JOIN commissions_period period ON period.id = statement.period_id
WHERE statement.payee_id = ANY(%s) AND period.kind = %s AND period.first_month = %s AND period."end" <= %s
ORDER BY statement.payee_id, settlement.plan_id, period."end" DESC
"""
_ON_PLAN = """
SELECT payee_id, plan_id, min(lower(during)), CASE WHEN NOT bool_or(upper_inf(during)) THEN max(upper(during)) END
FROM commissions_assignment
WHERE payee_id = ANY(%s) AND plan_id = ANY(%s) GROUP BY payee_id, plan_id
"""


def balances(
    *,
    payees: Sequence[int],
    period: Period,
    versions: Mapping[int, PlanDocument],
    plans: Mapping[int, int],
    earlier: Earlier,
) -> pl.DataFrame:
    """BALANCES of a statement's payees, by plan: of plans with terms of their own, and of whoever owes something."""
    with_terms = {plans[version] for version, document in versions.items() if has_terms(document)}
    concerned = sorted(with_terms | set(earlier.released["plan"]))
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [list(payees), period.kind, period.first_month, period.start])
        owed = {(payee, plan): amount for payee, plan, amount in cursor.fetchall()}
        on_plan: dict[tuple[int, int], tuple[date, date | None]] = {}
        if concerned:
            cursor.execute(_ON_PLAN, [list(payees), concerned])
            on_plan = {(payee, plan): (begun, left) for payee, plan, begun, left in cursor.fetchall()}
    rows = []
    for key in sorted(owed.keys() | on_plan.keys()):
        begun, left = on_plan.get(key, (None, None))
        rows.append((*key, owed.get(key, 0), _number(begun, period), left))
    return pl.DataFrame(rows, schema=BALANCES, orient="row")


def _number(begun: date | None, period: Period) -> int:
    if begun is None:
        return 0
    calendar = period.calendar
    first = period_of(begun, calendar.kind, calendar.first_month)
    return max(statement_number(first, calendar), 0)
