"""What pay moves in the general ledger: by the statements of a period, and by batches of payouts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from commissions.engine.terms import Settled
from commissions.models import Period
from core.templatetags import formats
from core.templatetags.juara import locale
from ledger.engine.journal import Kind, Movement, settling
from ledger.selectors.entries import Journal, entered
from payouts.models import Batch

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


def period_journal(period: Period) -> Journal:
    """What the period's statements move, on its last day. Of a period that moves it is an accrual. Two queries."""
    is_accrual = period.is_moving
    text = _("Commissions accrued for %(period)s") if is_accrual else _("Commissions of %(period)s")
    return entered(
        _movements(period, Kind.ACCRUED if is_accrual else Kind.PAYABLE),
        reference=f"{'ACC' if is_accrual else 'COM'}-{period.label}",
        text=text % {"period": formats.period(period.calendar, locale())},
        posted_on=period.end - timedelta(days=1),
        is_accrual=is_accrual,
    )


def batch_journal(batch: Batch) -> Journal:
    """What a batch of payouts moves from what is payable to the bank, in the currencies in which it was due; what a
    counter-batch moves back. Two queries.
    """
    taken = batch.payouts.counting().values_list("currency").annotate(Sum("taken_minor"))
    return entered(
        [
            Movement(kind, currency, sign * amount)
            for currency, amount in taken
            for kind, sign in ((Kind.PAYABLE, -1), (Kind.PAID, 1))
        ],
        reference=f"PAY-{batch}",
        text=_("Payout batch %(number)s") % {"number": batch},
        posted_on=batch.pay_on,
    )


def posted_batches() -> QuerySet[Batch]:
    """Those that left the house, the latest first."""
    return Batch.objects.exclude(exported_at=None).order_by("-number")


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
