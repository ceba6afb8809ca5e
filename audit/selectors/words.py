"""What rows and their columns are called by people. What isn't here goes by its own name, in English."""

from typing import Final

from django.db.models import Field, Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import history

KINDS: Final = {
    "accounts.company": _("Company"),
    "accounts.leave": _("Leave"),
    "accounts.membership": _("Team of a person"),
    "accounts.reportingline": _("Manager of a person"),
    "accounts.team": _("Team"),
    "accounts.user": _("Person"),
    "commissions.acceptance": _("Acceptance of a plan"),
    "commissions.adjustment": _("Adjustment"),
    "commissions.adjustmentgroup": _("Adjustments asked for together"),
    "commissions.adjustmentlimit": _("Limit of adjustments"),
    "commissions.approval": _("Approval"),
    "commissions.approvalchain": _("Approval chain"),
    "commissions.approvalexception": _("Exception from approval"),
    "commissions.assignment": _("Person on a plan"),
    "commissions.checklisttick": _("Tick of a checklist"),
    "commissions.delegation": _("Delegation"),
    "commissions.dispute": _("Dispute"),
    "commissions.disputemessage": _("Message of a dispute"),
    "commissions.evidence": _("Evidence"),
    "commissions.period": _("Period"),
    "commissions.periodmove": _("Move of a period"),
    "commissions.plan": _("Plan"),
    "commissions.planversion": _("Version of a plan"),
    "commissions.quota": _("Quota"),
    "commissions.scenario": _("Scenario"),
    "commissions.score": _("Score"),
    "commissions.statementacceptance": _("Acceptance of a statement"),
    "commissions.teamquota": _("Quota of a team"),
    "ledger.accountrule": _("Rule of accounts"),
    "ledger.costpolicy": _("Policy of costs"),
    "ledger.expensedcomponent": _("Component that is expensed"),
    "payouts.answer": _("Line of an answer"),
    "payouts.answerfile": _("Answer of a bank or payroll"),
    "payouts.bankaccount": _("Bank account"),
    "payouts.batch": _("Batch of payouts"),
    "payouts.batchfile": _("File of a batch"),
    "payouts.companyaccount": _("Bank account of the company"),
    "payouts.hold": _("Hold"),
    "payouts.payout": _("Payout"),
    "payouts.payoutprofile": _("Way of payout"),
    "payouts.payoutstatement": _("Statement in a payout"),
    "payouts.payrollmapping": _("Columns for payroll"),
    "sales.customer": _("Customer"),
    "sales.deal": _("Deal"),
    "sales.dealline": _("Line of a deal"),
    "sales.dealshare": _("Share of a deal"),
    "sales.exchangerate": _("Exchange rate"),
    "sales.importmapping": _("Columns for imports"),
    "sales.payment": _("Payment"),
    "sales.product": _("Product"),
}
COLUMNS: Final = {
    "amount_minor": _("Amount"),
    "by": _("By"),
    "cost_minor": _("Cost"),
    "created_at": _("Created at"),
    "created_by": _("Created by"),
    "custom": _("Further fields"),
    "deal": _("Deal"),
    "decided_at": _("Decided at"),
    "decided_by": _("Decided by"),
    "discount_ppm": _("Discount"),
    "document": _("Document"),
    "during": _("Time"),
    "kind": _("Type"),
    "last_login": _("Last signed in"),
    "manager": _("Manager"),
    "owner": _("Owner"),
    "parent": _("Team above"),
    "password": _("Password"),
    "payable_minor": _("Payable"),
    "payee": _("Payee"),
    "period": _("Period"),
    "plan": _("Plan"),
    "plan_version": _("Version of a plan"),
    "proposed_at": _("Proposed at"),
    "proposed_by": _("Proposed by"),
    "published_at": _("Published at"),
    "published_by": _("Published by"),
    "reason": _("Reason"),
    "revision": _("Revision"),
    "roles": _("Roles"),
    "saved_at": _("Saved at"),
    "saved_by": _("Saved by"),
    "score_ppm": _("Score"),
    "share_ppm": _("Share"),
    "starts_on": _("From the day"),
    "statement": _("Statement"),
    "status": _("Status"),
    "tax_minor": _("Tax"),
    "team": _("Team"),
    "user": _("Person"),
}


def kind_name(label: str) -> str:
    model = history.tracked_models().get(label)
    return str(KINDS.get(label) or capfirst(str(model._meta.verbose_name) if model else label))  # noqa: SLF001


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of row that has a history, by name."""
    return sorted(((label, kind_name(label)) for label in history.tracked_models()), key=lambda pair: pair[1])


def field_choices(label: str) -> list[tuple[str, str]]:
    """The columns that a change of a kind may be of, by name."""
    model = history.tracked_models().get(label)
    if model is None:
        return []
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    return sorted(((str(field.column), field_name(field)) for field in fields), key=lambda pair: pair[1])


def field_name(field: "Field[object, object]") -> str:
    return str(COLUMNS.get(field.name) or capfirst(str(field.verbose_name)))


def field_of(model: type[Model] | None, column: str) -> "Field[object, object] | None":
    """The field of a column; None of one that a later version no longer has."""
    fields = model._meta.concrete_fields if model else ()  # noqa: SLF001
    return next((field for field in fields if field.column == column), None)
