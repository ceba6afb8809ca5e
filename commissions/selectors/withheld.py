"""Who isn't credited with a deal, for it closed while she was on leave."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.models import User
from sales.models import Deal

_WITHHELD = """
WITH sharers (user_id) AS (
    SELECT user_id FROM sales_dealshare WHERE deal_id = %(deal)s
    UNION SELECT owner_id FROM sales_deal WHERE id = %(deal)s
        AND NOT EXISTS (SELECT FROM sales_dealshare WHERE deal_id = %(deal)s AND role = 'owner')
)
SELECT leave.user_id, plan.name FROM accounts_leave leave
JOIN commissions_assignment a ON a.payee_id = leave.user_id AND a.during @> %(closed)s::date
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during @> %(closed)s::date
    AND v.document->'leave'->>'deals' = 'not_credited'
JOIN commissions_plan plan ON plan.id = v.plan_id
WHERE leave.during @> %(closed)s::date AND leave.user_id IN (SELECT user_id FROM sharers)
"""


@dataclass(frozen=True, slots=True)
class Withheld:
    payee: User
    plan: str  # its name


def withheld_from(deal: Deal, *, viewer: User, on: date) -> list[Withheld]:
    """By name, those whose leave the viewer may see. Two queries at most."""
    if deal.status != Deal.Status.WON or deal.closed_on is None or deal.amount_minor < 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WITHHELD, {"deal": deal.pk, "closed": deal.closed_on})
        pairs = cursor.fetchall()
    people = User.objects.visible_to(viewer, on).in_bulk({payee for payee, _plan in pairs}) if pairs else {}
    found = [Withheld(people[payee], plan) for payee, plan in pairs if payee in people]
    return sorted(found, key=lambda row: (row.payee.name, row.payee.pk, row.plan))
