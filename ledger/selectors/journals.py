"""What a period moves in the general ledger, from its statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from commissions.engine.terms import Settled
from commissions.models import Period
from core.templatetags import formats
from core.templatetags.juara import locale
from ledger.engine.journal import Kind, Movement, Posting, journal, settling, totals
from ledger.selectors.accounts import chart

_TEAM: Final = """
LEFT JOIN accounts_membership membership ON membership.user_id = statement.payee_id AND membership.during @> %(last)s
LEFT JOIN accounts_team team ON team.id = membership.team_id
WHERE statement.period_id = %(period)s
"""
_EARNED: Final = (
    """
SELECT statement.currency, sum(line.amount_minor), plan.name, line.component, coalesce(team.name, '')
FROM commissions_statement statement
JOIN commissions_earningline line ON line.statement_id = statement.id
JOIN commissions_planversion version ON version.id = line.plan_version_id
JOIN commissions_plan plan ON plan.id = version.plan_id"""
    + _TEAM
    + "GROUP BY 1, 3, 4, 5"
)
_SETTLED: Final = (
    """
SELECT statement.currency, plan.name, coalesce(team.name, ''), sum(settlement.earned_minor),
    sum(settlement.held_minor), sum(settlement.released_minor), sum(settlement.advanced_minor),
    sum(settlement.recovered_minor), sum(settlement.forgiven_minor), sum(settlement.carried_minor),
    sum(settlement.owed_before_minor), sum(settlement.owed_after_minor), sum(settlement.payable_minor)
FROM commissions_statement statement
JOIN commissions_settlement settlement ON settlement.statement_id = statement.id
JOIN commissions_plan plan ON plan.id = settlement.plan_id"""
    + _TEAM
    + "GROUP BY 1, 2, 3"
)
_ADJUSTED: Final = (
    """
SELECT statement.currency, sum(statement.adjusted_minor), coalesce(team.name, '')
FROM commissions_statement statement"""
    + _TEAM
    + "GROUP BY 1, 3"
)
_PAYABLE: Final = """
SELECT currency, sum(payable_minor) FROM commissions_statement WHERE period_id = %(period)s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a period posts. Of a period that moves it is an accrual, to be reversed when the period is closed."""

    period: Period
    reference: str  # the same whenever it is handed out: COM-2026-01, ACC-2026-02
    text: str
    postings: tuple[Posting, ...]
    totals: dict[str, tuple[int, int]]  # by currency: debits, credits
    is_accrual: bool

    @property
    def posted_on(self) -> date:
        """The last day of the period; what is accrued is reversed on the next."""
        return self.period.end - timedelta(days=1)


def period_journal(period: Period) -> Journal:
    """The period's journal, balanced in each currency. Four queries. Raises UnbalancedError."""
    is_accrual = period.is_moving
    postings = journal(_movements(period, Kind.ACCRUED if is_accrual else Kind.PAYABLE), chart())
    words = {"period": formats.period(period.calendar, locale())}
    text = _("Commissions accrued for %(period)s") if is_accrual else _("Commissions of %(period)s")
    return Journal(
        period, f"{'ACC' if is_accrual else 'COM'}-{period.label}", text % words, postings, totals(postings), is_accrual
    )


def _movements(period: Period, owed: Kind) -> Iterator[Movement]:
    given: dict[str, Any] = {"period": period.pk, "last": period.end - timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, given)
        yield from (Movement(Kind.EARNED, currency, int(amount), *of) for currency, amount, *of in cursor.fetchall())
        cursor.execute(_ADJUSTED, given)
        for currency, amount, team in cursor.fetchall():
            yield Movement(Kind.ADJUSTED, currency, int(amount), team=team)
        cursor.execute(_SETTLED, given)
        for currency, plan, team, *amounts in cursor.fetchall():
            yield from settling(Settled(*map(int, amounts)), currency=currency, plan=plan, team=team)
        cursor.execute(_PAYABLE, given)
        yield from (Movement(owed, currency, int(amount)) for currency, amount in cursor.fetchall())
