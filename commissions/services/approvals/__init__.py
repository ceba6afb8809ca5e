"""Writing approvals: decisions, acceptances, delegations, chains, and whom each statement waits for."""

from commissions.services.approvals.accepting import AcceptanceRefused, accept_statement
from commissions.services.approvals.chains import set_chain
from commissions.services.approvals.deciding import (
    ApprovalRefused,
    NotDone,
    Outcome,
    approve,
    approve_many,
    reject,
    withdraw,
)
from commissions.services.approvals.delegating import DelegationRefused, delegate, end_delegation
from commissions.services.approvals.reminding import remind_approvers
from commissions.services.approvals.routes import route_all, route_changed

__all__ = [
    "AcceptanceRefused",
    "ApprovalRefused",
    "DelegationRefused",
    "NotDone",
    "Outcome",
    "accept_statement",
    "approve",
    "approve_many",
    "delegate",
    "end_delegation",
    "reject",
    "remind_approvers",
    "route_all",
    "route_changed",
    "set_chain",
    "withdraw",
]
