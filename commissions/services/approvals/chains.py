"""Chains of approval: each change is a row of its own, and those before it stay."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Team, User
from commissions import signals
from commissions.engine import approval
from commissions.models import ApprovalChain, Plan
from commissions.selectors.approvals.chains import latest_chains

_LOCK = 0x41505052  # one change of a chain at a time


@transaction.atomic
def set_chain(
    *, plan: Plan | None, team: Team | None, document: dict[str, Any] | None, acting_user: User, now: datetime
) -> ApprovalChain | None:
    """Let this chain hold from now on: of a plan, of a team, or of everybody else; without a document, none of its own.

    What was approved stays approved; steps taken under another chain don't count for what isn't. Returns the row that
    holds; none where there was nothing to take away. Raises PlanInvalid.
    """
    checked = approval.chain_to_json(approval.chain_from_json(document)) if document is not None else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    before = latest_chains().filter(plan=plan, team=team).first()
    if (before.document if before else None) == checked:
        return before
    row = ApprovalChain.objects.create(plan=plan, team=team, document=checked, created_by=acting_user, created_at=now)
    signals.chains_changed.send(ApprovalChain)
    return row
