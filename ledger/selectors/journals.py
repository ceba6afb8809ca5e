"""What a period moves in the general ledger, from its statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from commissions.engine.terms import Settled
from commissions.models import Period
from core.templatetags import formats
from core.templatetags.juara import locale
from ledger.engine.journal import Kind, Movement, Posting, journal, settling, totals
from ledger.selectors.accounts import chart

# One query, so that what it reads is of one moment, whatever is being calculated meanwhile.
_MOVED: Final = """
WITH own AS MATERIALIZED (
    SELECT statement.id, statement.payee_id, statement.currency, statement.adjusted_minor, statement.payable_minor,
        coalesce(team.name, '') AS team
    FROM commissions_statement statement
    LEFT JOIN accounts_membership membership ON membership.user_id = statement.payee_id
        AND membership.during @> %(last)s
    LEFT JOIN accounts_team team ON team.id = membership.team_id
    WHERE statement.period_id = %(period)s
), kinds AS (
    SELECT own.currency, own.team, adjustment.kind, sum(adjustment.amount_minor) AS amount
    FROM commissions_adjustment adjustment
    JOIN own ON own.payee_id = adjustment.payee_id AND own.currency = adjustment.currency
    WHERE adjustment.period_id = %(period)s AND adjustment.status = 'approved' GROUP BY 1, 2, 3
)
SELECT 'earned', own.currency, plan.name, line.component, own.team, ARRAY[sum(line.amount_minor)]
FROM own JOIN commissions_earningline line ON line.statement_id = own.id
JOIN commissions_planversion version ON version.id = line.plan_version_id
JOIN commissions_plan plan ON plan.id = version.plan_id GROUP BY 2, 3, 4, 5
UNION ALL
SELECT 'adjusted', currency, '', kind, team, ARRAY[amount] FROM kinds
UNION ALL
SELECT 'adjusted', currency, '', '', team, ARRAY[sum(amount)] FROM (
    SELECT currency, team, adjusted_minor AS amount FROM own
    UNION ALL SELECT currency, team, -amount FROM kinds
) undecided GROUP BY currency, team
UNION ALL
SELECT 'settled', own.currency, plan.name, '', own.team, ARRAY[
    sum(settlement.earned_minor), sum(settlement.held_minor), sum(settlement.released_minor),
    sum(settlement.advanced_minor), sum(settlement.recovered_minor), sum(settlement.forgiven_minor),
    sum(settlement.carried_minor), sum(settlement.owed_before_minor), sum(settlement.owed_after_minor),
    sum(settlement.payable_minor)
]
FROM own JOIN commissions_settlement settlement ON settlement.statement_id = own.id
JOIN commissions_plan plan ON plan.id = settlement.plan_id GROUP BY 2, 3, 5
UNION ALL
SELECT 'payable', currency, '', '', '', ARRAY[sum(payable_minor)] FROM own GROUP BY 2
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
    """The period's journal, balanced in each currency. Two queries. Raises UnbalancedError."""
    is_accrual = period.is_moving
    postings = journal(_movements(period, Kind.ACCRUED if is_accrual else Kind.PAYABLE), chart())
    words = {"period": formats.period(period.calendar, locale())}
    text = _("Commissions accrued for %(period)s") if is_accrual else _("Commissions of %(period)s")
    return Journal(
        period, f"{'ACC' if is_accrual else 'COM'}-{period.label}", text % words, postings, totals(postings), is_accrual
    )


def _movements(period: Period, owed: Kind) -> Iterator[Movement]:
    """What was adjusted stands by kind in the place of a component; without one, what was decided a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"period": period.pk, "last": period.end - timedelta(days=1)})
        for what, currency, plan, component, team, amounts in cursor.fetchall():
            if what == "settled":
                yield from settling(Settled(*map(int, amounts)), currency=currency, plan=plan, team=team)
            else:
                kind = owed if what == "payable" else Kind(what)
                yield Movement(kind, currency, int(amounts[0]), plan=plan, component=component, team=team)
