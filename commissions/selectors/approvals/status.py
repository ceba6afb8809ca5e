"""The one word that says how far a statement has come."""

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from commissions.models import Dispute, Period, Statement, StatementAcceptance


class StatementStatus(TextChoices):
    """As far as it came: an approved one may have been accepted as well."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ACCEPTED = "accepted", _("Accepted")
    DISPUTED = "disputed", _("Disputed")
    APPROVED = "approved", _("Approved")
    PAID = "paid", _("Paid")


def with_status(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """Statements with `status_code`: what `statement_status` makes words of."""
    accepted = StatementAcceptance.objects.filter(statement=OuterRef("pk"), revision=OuterRef("revision"))
    disputed = Dispute.objects.standing().filter(
        period=OuterRef("period"), payee=OuterRef("payee"), currency=OuterRef("currency")
    )
    return rows.annotate(
        status_code=Case(
            When(period__status=Period.Status.PAID, then=Value(StatementStatus.PAID.value)),
            When(period__status=Period.Status.OPEN, then=Value(StatementStatus.DRAFT.value)),
            When(Q(approved_revision=F("revision")), then=Value(StatementStatus.APPROVED.value)),
            When(Exists(disputed), then=Value(StatementStatus.DISPUTED.value)),
            When(Exists(accepted), then=Value(StatementStatus.ACCEPTED.value)),
            default=Value(StatementStatus.PUBLISHED.value),
            output_field=CharField(),
        )
    )


def statement_status(statement: Statement) -> StatementStatus:
    """One query, unless the statement was loaded `with_status`."""
    code = getattr(statement, "status_code", None)
    if code is None:
        code = with_status(Statement.objects.filter(pk=statement.pk)).get().status_code  # type: ignore[attr-defined]
    return StatementStatus(code)
