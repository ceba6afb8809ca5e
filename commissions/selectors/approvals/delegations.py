"""Who stands in for whom, as the page about it shows."""

from datetime import date

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from accounts.models import User
from accounts.policies import can_administer
from commissions.models import Delegation


def delegations_of(user: User, today: date) -> QuerySet[Delegation]:
    """Her own and those to her, of an administrator everybody's, the latest first: with `is_current` and `is_past`."""
    rows = Delegation.objects.select_related("from_user", "to_user", "created_by")
    if not can_administer(user):
        rows = rows.filter(Q(from_user=user) | Q(to_user=user))
    current = ExpressionWrapper(Q(during__contains=today), output_field=BooleanField())
    past = ExpressionWrapper(Q(during__endswith__lte=today), output_field=BooleanField())
    return rows.annotate(is_current=current, is_past=past).order_by("-during", "-pk")
