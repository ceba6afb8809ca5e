"""Who holds what on which plan, as the engine of the roster reads it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case, QuerySet, Value, When

from commissions.engine.quotas import kinds_of, needed
from commissions.engine.roster import Held, HeldQuota, QuotaKey
from commissions.engine.schema import PlanDocument
from commissions.engine.spans import Span, in_order
from commissions.models import Assignment, PlanVersion, Quota, TeamQuota
from commissions.selectors.documents import document_of


class Place(NamedTuple):
    """A person on a plan, by their ids."""

    payee: int
    plan: int


def held_by(places: Collection[Place]) -> dict[Place, Held]:
    """What those people hold on those plans: two queries. A place without rows is left out."""
    rows = assignments_at(places), quotas_at(places)
    spans: dict[Place, list[Span]] = defaultdict(list)
    quotas: dict[Place, list[HeldQuota]] = defaultdict(list)
    for assignment in rows[0]:
        spans[Place(assignment.payee_id, assignment.plan_id)].append(span_of(assignment.during))
    for quota in rows[1]:
        quotas[Place(quota.payee_id, quota.plan_id)].append(held_quota(quota))
    return {
        place: Held(in_order(spans[place]), in_order_of_key(quotas[place]))
        for place in (*spans, *quotas)
        if place in places
    }


def assignments_at(places: Collection[Place]) -> QuerySet[Assignment]:
    """Theirs on any of those plans, some of them perhaps not asked for."""
    return Assignment.objects.filter(payee__in={at.payee for at in places}, plan__in={at.plan for at in places})


def quotas_at(places: Collection[Place]) -> QuerySet[Quota]:
    return Quota.objects.filter(payee__in={at.payee for at in places}, plan__in={at.plan for at in places})


def held_quota(row: Quota | TeamQuota) -> HeldQuota:
    return HeldQuota(key_of(row), span_of(row.during), row.per, row.amount_minor)


def key_of(row: Quota | TeamQuota) -> QuotaKey:
    return QuotaKey(row.kind, row.component)


def in_order_of_key(quotas: Iterable[HeldQuota]) -> tuple[HeldQuota, ...]:
    return tuple(sorted(quotas, key=lambda quota: (quota.key, quota.span.start)))


def span_of(during: DateRange) -> Span:
    return Span(during.lower, during.upper)


def range_of(span: Span) -> DateRange:
    return DateRange(span.start, span.end)


def documents_of(plans: Iterable[int]) -> dict[int, PlanDocument]:
    """The document of each plan's latest published version, else of its draft; a plan without any is left out."""
    published = Case(When(status=PlanVersion.Status.DRAFT, then=Value(1)), default=Value(0))
    versions = PlanVersion.objects.filter(plan__in=set(plans)).defer("source")
    return {row.plan_id: document_of(row) for row in versions.order_by("plan", published, "-number").distinct("plan")}


def components_of(plans: Iterable[int]) -> dict[int, frozenset[str]]:
    """The keys of all components that any version of a plan has, draft or not."""
    found: dict[int, set[str]] = defaultdict(set)
    versions = PlanVersion.objects.filter(plan__in=set(plans)).values_list("plan", "document__components")
    for plan, parts in versions:
        found[plan].update(part["key"] for part in parts or ())
    return {plan: frozenset(keys) for plan, keys in found.items()}


def kinds_read(document: PlanDocument) -> tuple[str, ...]:
    """The kinds of quota that a plan reads: amount, units, target, in this order."""
    read = {kind.value for kind, _length in needed(document)}
    return tuple(kind for kind in Quota.Kind.values if kind in read)


def usual_kind(document: PlanDocument) -> str:
    return next(iter(kinds_read(document)), Quota.Kind.AMOUNT.value)


def usual_per(document: PlanDocument, component: str = "") -> str | None:
    """What a quota is for where nobody says: the first window that goes by one, else the plan's period."""
    parts = [part for part in document.components if not component or part.key == component]
    windows = [part.window.value for part in parts if kinds_of(part)]
    return next((window for window in [*windows, document.period.value] if window in Quota.Per.values), None)


def day_after(last: date) -> date:
    return date.fromordinal(last.toordinal() + 1)
