"""A batch as the files for banks and payroll read it: the only place where account numbers are opened."""

from datetime import timedelta

from django.db.models import Count, Prefetch

from payouts.engine.orders import Order, Sender
from payouts.models import Batch, CompanyAccount, Payout, PayoutStatement, PayrollMapping, unseal


def orders(batch: Batch) -> list[Order]:
    """What was handed over, by reference: also of what came back since, so that files stay as they were."""
    covered = PayoutStatement.objects.select_related("statement__period").order_by("statement__period__start", "pk")
    rows = batch.payouts.counting().filter(counters__isnull=True).select_related("payee").order_by("reference")
    return [_order(row) for row in rows.prefetch_related(Prefetch("statements", queryset=covered))]


def counted(batch: Batch) -> dict[tuple[str, str], int]:
    """How many orders there are, by kind of account (empty: with the payroll) and currency."""
    rows = batch.payouts.counting().filter(counters__isnull=True).order_by()
    found = rows.values_list("account_kind", "paid_currency").annotate(Count("pk"))
    return {(kind, currency): count for kind, currency, count in found}


def _order(row: Payout) -> Order:
    periods = [part.statement.period for part in row.statements.all()]
    return Order(
        reference=row.reference,
        name=row.payee.name,
        currency=row.paid_currency,
        minor=row.paid_minor,
        due_currency=row.currency,
        due_minor=row.taken_minor,
        rate_e12=row.rate_e12,
        payroll_id=row.payroll_id,
        email=row.payee.email or "",
        periods=tuple(period.label for period in periods),
        period_start=min((period.start for period in periods), default=None),
        period_end=max((period.end - timedelta(days=1) for period in periods), default=None),
        kind=row.account_kind,
        holder=row.account_holder,
        number=unseal(row.number_sealed) if row.number_sealed else "",
        bank_code=row.bank_code,
        bank_name=row.bank_name,
        is_savings=row.account_holding == "savings",
    )


def sender(kind: str, currency: str) -> Sender | None:
    """The company's own account of a scheme."""
    row = CompanyAccount.objects.filter(kind=kind, currency=currency, ended_on__isnull=True).first()
    if row is None:
        return None
    return Sender(
        name=row.name,
        kind=row.kind,
        number=unseal(row.number_sealed),
        bank_code=row.bank_code,
        bank_name=row.bank_name,
        company_id=row.company_id,
        destination=row.destination,
        origin=row.origin,
    )


def saved_mappings() -> dict[str, dict[str, object]]:
    return dict(PayrollMapping.objects.order_by("name").values_list("name", "document"))
