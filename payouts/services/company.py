"""The company's own accounts, and what payroll systems want; for administrators."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from payouts import policies
from payouts.engine.bank_details import masked
from payouts.engine.mapping import MappingError, read_mapping
from payouts.models import CompanyAccount, PayrollMapping, seal
from payouts.services.accounts import checked_details
from payouts.services.writing import log
from sales.selectors.messages import in_words


@transaction.atomic
def add_company_account(
    *,
    name: str,
    kind: str,
    currency: str,
    number: str,
    bank_code: str,
    bank_name: str,
    company_id: str = "",
    destination: str = "",
    origin: str = "",
    acting_user: User,
    now: datetime,
    today: date,
) -> CompanyAccount:
    """From now on pay from this account, instead of the one of the same kind and currency. Raises ValidationError."""
    if not policies.can_keep_company_accounts(acting_user):
        raise PermissionDenied(_("Only administrators keep the company's accounts."))
    details = checked_details(kind, number, bank_code)
    CompanyAccount.objects.filter(kind=kind, currency=currency, ended_on__isnull=True).update(ended_on=today)
    row = CompanyAccount.objects.create(
        name=name, kind=kind, currency=currency, number_sealed=seal(details.number), mask=masked(details.number),
        bank_code=details.bank_code, bank_name=bank_name, company_id=company_id, destination=destination,
        origin=origin,
    )  # fmt: skip
    log("company account added", row.pk, acting_user, now)
    return row


@transaction.atomic
def end_company_account(*, account: CompanyAccount, acting_user: User, now: datetime, today: date) -> None:
    """Pay from it no longer. A second time nothing happens."""
    if not policies.can_keep_company_accounts(acting_user):
        raise PermissionDenied(_("Only administrators keep the company's accounts."))
    CompanyAccount.objects.filter(pk=account.pk, ended_on__isnull=True).update(ended_on=today)
    log("company account ended", account.pk, acting_user, now)


@transaction.atomic
def save_mapping(
    *,
    mapping: PayrollMapping | None,
    name: str,
    document: Any,  # noqa: ANN401 whatever YAML says
    acting_user: User,
    now: datetime,
) -> PayrollMapping:
    """Keep which columns a payroll system wants. Raises ValidationError by field."""
    if not policies.can_keep_mappings(acting_user):
        raise PermissionDenied(_("Only administrators change payroll files."))
    try:
        read_mapping(document)
    except MappingError as error:
        raise ValidationError({"source": in_words(error.told)[0]}) from None
    row = mapping or PayrollMapping()
    row.name, row.document = name, document
    row.full_clean()
    row.save()
    log("payroll mapping saved", row.pk, acting_user, now)
    return row


@transaction.atomic
def delete_mapping(*, mapping: PayrollMapping, acting_user: User, now: datetime) -> None:
    """A ready one of the same name is used again. Files that were handed out stay."""
    if not policies.can_keep_mappings(acting_user):
        raise PermissionDenied(_("Only administrators change payroll files."))
    log("payroll mapping deleted", mapping.pk, acting_user, now)
    PayrollMapping.objects.filter(pk=mapping.pk).delete()
