"""What somebody's plans look at in her deals, as an estimate asks for it."""

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef

from accounts.models import User
from commissions.engine.reads import Reads, reads_of
from commissions.models import Assignment, PlanVersion
from commissions.selectors.documents import document_of


def reach(today: date) -> tuple[date, date]:
    """The days on which a supposed deal may close, the end exclusive: this year and the next."""
    return date(today.year, 1, 1), date(today.year + 2, 1, 1)


def reads_by(payee: User, today: date) -> dict[str, Reads]:
    """By column, or PAID, what the plans that pay her on any day of the reach look at. One query."""
    days = DateRange(*reach(today))
    hers = Assignment.objects.filter(payee=payee, plan=OuterRef("plan"), during__overlap=OuterRef("during"))
    found = PlanVersion.objects.filter(Exists(hers.filter(during__overlap=days)), during__overlap=days)
    published = found.exclude(status=PlanVersion.Status.DRAFT).only("hash", "document")
    return reads_of(document_of(version) for version in published.order_by("pk"))
