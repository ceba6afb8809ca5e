"""Whose statements a period closes without an approval."""

from django.db.models import QuerySet

from commissions.models import ApprovalException, Period


def exceptions(period: Period) -> QuerySet[ApprovalException]:
    """By the payee's name, with who said so."""
    return ApprovalException.objects.filter(period=period).select_related("payee", "by").order_by("payee__name", "pk")
