"""A payee accepts her statement as she saw it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import Statement, StatementAcceptance
from commissions.selectors.approvals.refusals import not_published
from core.templatetags.juara import money_text


class AcceptanceRefused(ValueError):  # noqa: N818 a name of the field
    """It was not accepted. The message says why and what to do."""


@transaction.atomic
def accept_statement(
    *, statement: Statement, revision: int, payable_minor: int | None, acting_user: User, now: datetime
) -> StatementAcceptance:
    """Keep that somebody accepts a revision of her own statement; a second time keeps the first.

    `payable_minor`: what she saw, to say what it was, should it have changed. Raises AcceptanceRefused.
    """
    found = Statement.objects.select_for_update(no_key=True, of=("self",)).select_related("period").get(pk=statement.pk)
    if found.payee_id != acting_user.pk:
        raise AcceptanceRefused(_("A statement is accepted by the one whom it pays."))
    if refusal := not_published(found.period):
        raise AcceptanceRefused(refusal)
    if found.revision != revision:
        raise AcceptanceRefused(_moved(found, payable_minor))
    row = StatementAcceptance(
        statement=found, period=found.period, payee=acting_user, revision=revision,
        payable_minor=found.payable_minor, accepted_at=now,
    )  # fmt: skip
    StatementAcceptance.objects.bulk_create([row], ignore_conflicts=True)
    return StatementAcceptance.objects.get(statement=found, revision=revision)


def _moved(found: Statement, before: int | None) -> str:
    if before is None or before == found.payable_minor:
        return _("It was calculated again since you looked, and something of it changed. Look at it again.")
    return _("It changed since you looked: it paid %(old)s then, and pays %(new)s now. Look at it again.") % {
        "old": money_text(before, found.currency),
        "new": money_text(found.payable_minor, found.currency),
    }
