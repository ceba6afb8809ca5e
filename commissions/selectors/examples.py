"""Which plans pay something else than their examples say: of those in force in a period."""

from django.db.backends.postgresql.psycopg_any import DateRange

from commissions.models import Period, PlanVersion
from commissions.selectors.documents import document_of
from commissions.selectors.plans import example_results


def versions_that_fail(period: Period) -> tuple[str, ...]:
    """Their names, each once. One query; a document's examples are run once a process."""
    in_force = PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT).filter(
        during__overlap=DateRange(period.start, period.end), document__period=period.kind
    )
    found = in_force.select_related("plan").defer("source").order_by("plan__name", "number")
    failing = (
        version.plan.name
        for version in found
        if not all(result.passed for result in example_results(version.hash, document_of(version)))
    )
    return tuple(dict.fromkeys(failing))
