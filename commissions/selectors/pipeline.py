"""The open deals that would count for a payee, as an estimate starts from them."""

import calendar
from datetime import date

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from commissions.models import PlanVersion
from commissions.selectors.relations import reports_that_count
from sales.models import Deal, DealShare

MOST = 50  # deals of an estimate


def open_deals(payee: User, today: date) -> tuple[list[Deal], int]:
    """The first of the payee's own and shared open deals in the order of their expected closing, each with its day; and
    how many there are in all. Where a plan of hers counts what her reports sell, theirs are among them. The days aren't
    saved: one that has passed reads as today, none as the end of the month.
    """
    people = [payee.pk, *reports_that_count(payee.pk, today)]
    shared = DealShare.objects.filter(deal=OuterRef("pk"), user__in=people)
    mine = Deal.objects.filter(Q(owner__in=people) | Exists(shared), status=Deal.Status.OPEN)
    deals = list(mine.select_related("customer", "owner").order_by("closed_on", "external_id")[: MOST + 1])
    count = len(deals) if len(deals) <= MOST else mine.count()
    for deal in deals:
        deal.closed_on = max(deal.closed_on, today) if deal.closed_on else _end_of_month(today)
    return sorted(deals[:MOST], key=lambda deal: (deal.closed_on, deal.external_id)), count


def _end_of_month(today: date) -> date:
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def currency_of(payee: User, today: date) -> str | None:
    """The currency of a plan that the payee is on today, else of her latest; None without a plan."""
    versions = PlanVersion.objects.filter(plan__assignments__payee=payee).exclude(status=PlanVersion.Status.DRAFT)
    in_force = versions.filter(plan__assignments__during__contains=today, during__contains=today)
    found: str | None = None
    for candidates in (in_force, versions):
        found = found or candidates.order_by("-during", "pk").values_list("document__currency", flat=True).first()
    return found
