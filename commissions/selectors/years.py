"""Which years people's plans count: the calendar's, and fiscal ones that start in another month."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection

from core.periods import PeriodKind, period_of

_FISCAL = """
SELECT DISTINCT a.payee_id, commissions_year_starts(v.document) FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.document ? 'fiscal_year_starts'
WHERE a.payee_id = ANY(%s)
"""

_OVER_PLAN = """
SELECT a.payee_id, min(lower(a.during)) FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft'
    AND v.document @? '$.components[*] ? (@.window == "plan")'
WHERE a.payee_id = ANY(%s) GROUP BY a.payee_id
"""


def whole_times(payees: Sequence[int]) -> dict[int, date]:
    """Of these payees those with a plan of which something adds up over the time on it: her first day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER_PLAN, [list(payees)])
        return dict(cursor.fetchall())


def first_months(payees: Sequence[int]) -> dict[int, set[int]]:
    """In which months years of these payees' plans start, beside January. One query."""
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_FISCAL, [list(payees)])
        for payee, month in cursor.fetchall():
            found[payee].add(month)
    return dict(found)


def years_around(payees: Sequence[int], first: date, last: date, also: int = 1) -> tuple[date, date]:
    """From where to before where all the years go, of the calendar, of these payees' plans, and of those that start in
    the month `also`, that hold a day from `first` to `last`; from the first day on a plan that adds up over it.
    """
    months = {1, also}.union(*first_months(payees).values())
    starts = [period_of(first, PeriodKind.YEAR, month).start for month in months]
    ends = [period_of(last, PeriodKind.YEAR, month).end for month in months]
    return min([*starts, *whole_times(payees).values()]), max(ends)
