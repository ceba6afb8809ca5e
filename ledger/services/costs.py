"""What is a cost to obtain a contract, and over which time it is written down."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from ledger.models import CostPolicy, ExpensedComponent


@transaction.atomic
def save_policy(
    *,
    benefit_months: int,
    uses_term: bool,
    is_expedient: bool,
    expensed: Iterable[tuple[int, str]],
    acting_user: User,  # noqa: ARG001 the history names her
) -> CostPolicy:
    """Make this the company's policy; `expensed` are the components, by plan, whose pay is no such cost."""
    policy, _created = CostPolicy.objects.update_or_create(
        pk=1,
        defaults={"benefit_months": benefit_months, "uses_term": uses_term, "is_expedient": is_expedient},
    )
    wanted = set(expensed)
    for row in ExpensedComponent.objects.select_for_update():
        if (row.plan_id, row.component) not in wanted:
            row.delete()
    ExpensedComponent.objects.bulk_create(
        (ExpensedComponent(plan_id=plan, component=key) for plan, key in sorted(wanted)), ignore_conflicts=True
    )
    return policy
