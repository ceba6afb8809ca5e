"""Every assignment and quota of one person, past and future."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from commissions.engine.roster import HeldQuota
from commissions.models import Assignment, Plan, Quota
from commissions.selectors.roster_state import documents_of, held_quota, range_of
from commissions.selectors.roster_words import quota_text


@dataclass(frozen=True, slots=True)
class Stretch:
    during: DateRange
    text: str  # of a quota: what is expected
    is_now: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class PlanHistory:
    """What a person had, has and will have under one plan, the latest first."""

    plan: Plan
    days: tuple[Stretch, ...]
    quotas: tuple[Stretch, ...]

    @property
    def is_now(self) -> bool:
        return any(stretch.is_now for stretch in self.days)

    @property
    def can_end(self) -> bool:
        return any(not stretch.is_over for stretch in self.days)


def plan_histories(person: User, today: date) -> tuple[PlanHistory, ...]:
    """Plan by plan: those of today first, then by name."""
    days: dict[Plan, list[Stretch]] = defaultdict(list)
    quotas: dict[int, list[HeldQuota]] = defaultdict(list)
    for row in Assignment.objects.filter(payee=person).select_related("plan").order_by("-during"):
        days[row.plan].append(_stretch(row.during, "", today))
    for quota in Quota.objects.filter(payee=person).select_related("plan").order_by("-during"):
        days[quota.plan]  # a quota without a day on its plan is shown too
        quotas[quota.plan_id].append(held_quota(quota))
    documents = documents_of(plan.pk for plan in days)
    found = [
        PlanHistory(
            plan,
            tuple(stretches),
            tuple(
                quota_stretch(quota, documents[plan.pk].currency, today)
                for quota in quotas[plan.pk]
                if plan.pk in documents
            ),
        )
        for plan, stretches in days.items()
    ]
    return tuple(sorted(found, key=lambda history: (not history.is_now, history.plan.name)))


def quota_stretch(quota: HeldQuota, currency: str, today: date) -> Stretch:
    return _stretch(range_of(quota.span), quota_text(quota, currency), today)


def _stretch(during: DateRange, text: str, today: date) -> Stretch:
    is_over = during.upper is not None and during.upper <= today
    return Stretch(during, text, is_now=during.lower <= today and not is_over, is_over=is_over)
