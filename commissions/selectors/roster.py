"""Who is on which plan, today and from now on: the people of the grid, and one person's whole history."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, IsNull

from accounts.models import Membership, Role, Team, User
from accounts.selectors import team_ids_below
from commissions.engine.roster import HeldQuota, QuotaKey
from commissions.engine.schema import PlanDocument
from commissions.models import Assignment, Plan, Quota
from commissions.selectors.roster_state import documents_of, held_quota, kinds_read
from commissions.selectors.roster_words import quota_text, units_text
from core.money import exponent, to_major
from core.templatetags.juara import number
from sales.models import Deal, DealShare

SELLS_SINCE = timedelta(days=365)  # whoever had a deal since then should be on a plan


class Show(StrEnum):
    ALL = ""
    WITHOUT = "without"  # a plan today, though they sell
    SEVERAL = "several"  # plans on the same day


@dataclass(frozen=True, slots=True)
class Typed:
    """What inputs hold, as texts; joined they are what was seen."""

    first: str  # a first day, or an amount
    second: str  # a last day, or what the amount is per

    @property
    def seen(self) -> str:
        return f"{self.first}|{self.second}"


@dataclass(frozen=True, slots=True)
class StayQuota:
    """One of the quotas of a stay: in force today, else on its first day; and those that are planned."""

    key: QuotaKey
    quota: HeldQuota | None
    later: tuple[HeldQuota, ...]
    currency: str

    @property
    def typed(self) -> Typed:
        quota = self.quota
        return Typed(quota_input(quota, self.currency), quota.per) if quota else Typed("", "")

    @property
    def text(self) -> str:
        """So much per month, quarter or year, without the component, which stands beside it."""
        return quota_text(replace(self.quota, key=replace(self.key, component="")), self.currency) if self.quota else ""

    @property
    def plans(self) -> tuple[tuple[date, str], ...]:
        """What is planned: from when, and how much."""
        return tuple((quota.span.start, quota_text(quota, self.currency)) for quota in self.later)


@dataclass(frozen=True, slots=True)
class PlanStay:
    """A person's days on a plan, with what is expected of her there."""

    pk: int
    plan: Plan
    during: DateRange
    is_now: bool
    quotas: tuple[StayQuota, ...]  # what the plan reads, and what is set besides
    lacks_quota: bool  # of a kind that the plan reads

    @property
    def typed(self) -> Typed:
        return Typed(self.during.lower.isoformat(), self.last.isoformat() if self.last else "")

    @property
    def last(self) -> date | None:
        upper: date | None = self.during.upper
        return upper and date.fromordinal(upper.toordinal() - 1)


@dataclass(frozen=True, slots=True)
class RosterRow:
    person: User
    team: str
    stays: tuple[PlanStay, ...]  # those of today first
    at_once: int  # how many of them at most share a day

    @property
    def is_without(self) -> bool:
        return not any(stay.is_now for stay in self.stays)


def roster_people(*, today: date, text: str, team: Team | None, plan: Plan | None, show: Show) -> QuerySet[User]:
    """Those who are on a plan, or sell and should be, by name; with `team_name`."""
    memberships = Membership.objects.filter(user=OuterRef("pk"), during__contains=today)
    on_plan = _on_plan(today)
    found: QuerySet[User] = User.objects.annotate(team_name=Subquery(memberships.values("team__name")[:1]))
    found = found.filter(_sells(today) | Exists(on_plan))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(external_id__icontains=text))
    if team:
        inside = Membership.objects.filter(during__contains=today, team__in=team_ids_below(team))
        found = found.filter(pk__in=inside.values("user"))
    if plan:
        found = found.filter(Exists(on_plan.filter(plan=plan)))
    return _shown(found, show, today).order_by("name", "pk")


def _shown(found: QuerySet[User], show: Show, today: date) -> QuerySet[User]:
    if show is Show.WITHOUT:
        now = Assignment.objects.filter(payee=OuterRef("pk"), during__contains=today)
        return found.filter(_sells(today), ~Exists(now))
    if show is Show.SEVERAL:
        beside = Assignment.objects.filter(payee=OuterRef("payee"), during__overlap=OuterRef("during"))
        other = beside.filter(during__overlap=DateRange(today, None)).exclude(pk=OuterRef("pk"))
        return found.filter(Exists(_on_plan(today).filter(Exists(other))))
    return found


def _on_plan(today: date) -> QuerySet[Assignment]:
    return Assignment.objects.filter(payee=OuterRef("pk"), during__overlap=DateRange(today, None))


def _sells(today: date) -> Q:
    """Active, and a rep or somebody with deals.

    Subqueries for one value, since the planner would read the deals of the whole company for an EXISTS.
    """
    since = today - SELLS_SINCE
    last_first = F("closed_on").desc(nulls_first=True)  # open ones first of all
    own = Deal.objects.filter(owner=OuterRef("pk")).order_by(last_first).values_list(Coalesce("closed_on", today))
    shared = DealShare.objects.filter(user=OuterRef("pk"), deal__closed_on__gte=since).values("pk")
    has_deals = GreaterThanOrEqual(Subquery(own[:1]), since) | IsNull(Subquery(shared[:1]), False)  # noqa: FBT003
    return Q(is_active=True) & (Q(roles__contains=[Role.REP]) | has_deals)


def roster_rows(people: Sequence[User], today: date) -> tuple[RosterRow, ...]:
    """What those people hold from today on: three queries, however many people."""
    ahead = DateRange(today, None)
    stays: dict[int, list[Assignment]] = defaultdict(list)
    keys = [person.pk for person in people]
    for row in Assignment.objects.filter(payee__in=keys, during__overlap=ahead).select_related("plan"):
        stays[row.payee_id].append(row)
    quotas: dict[tuple[int, int], list[HeldQuota]] = defaultdict(list)
    for quota in Quota.objects.filter(payee__in=keys, during__overlap=ahead):
        quotas[quota.payee_id, quota.plan_id].append(held_quota(quota))
    documents = documents_of(row.plan_id for rows in stays.values() for row in rows)
    return tuple(
        RosterRow(
            person=person,
            team=getattr(person, "team_name", None) or "",
            stays=tuple(_stays(stays[person.pk], quotas, documents, today)),
            at_once=_at_once(stays[person.pk]),
        )
        for person in people
    )


def _stays(
    rows: list[Assignment],
    quotas: Mapping[tuple[int, int], list[HeldQuota]],
    documents: Mapping[int, PlanDocument],
    today: date,
) -> Iterator[PlanStay]:
    for row in sorted(rows, key=lambda row: (row.during.lower > today, row.plan.name, row.during.lower)):
        yield plan_stay(row, quotas.get((row.payee_id, row.plan_id), []), documents.get(row.plan_id), today)


def plan_stay(row: Assignment, quotas: Sequence[HeldQuota], document: PlanDocument | None, today: date) -> PlanStay:
    """An assignment, loaded with its plan, as a row of the grid shows it."""
    first = max(today, row.during.lower)
    read = kinds_read(document) if document else ()
    now = {quota.key.kind for quota in quotas if first in quota.span}
    currency = document.currency if document else "USD"
    return PlanStay(
        pk=row.pk,
        plan=row.plan,
        during=row.during,
        is_now=row.during.lower <= today,
        quotas=tuple(_stay_quota(key, quotas, first, currency) for key in _keys(read, quotas)),
        lacks_quota=any(kind not in now for kind in read),
    )


def _keys(read: Sequence[str], quotas: Sequence[HeldQuota]) -> list[QuotaKey]:
    found = {*(QuotaKey(kind, "") for kind in read), *(quota.key for quota in quotas)}
    return sorted(found, key=lambda key: (Quota.Kind.values.index(key.kind), key.component))


def _stay_quota(key: QuotaKey, quotas: Sequence[HeldQuota], first: date, currency: str) -> StayQuota:
    mine = sorted((quota for quota in quotas if quota.key == key), key=lambda quota: quota.span.start)
    now = next((quota for quota in mine if first in quota.span), None)
    return StayQuota(key, now, tuple(quota for quota in mine if quota.span.start > first), currency)


def quota_input(quota: HeldQuota, currency: str) -> str:
    """An amount as somebody would type it: grouped, with decimals only where it has some."""
    if quota.key.kind == Quota.Kind.UNITS:
        return units_text(quota.amount)
    major = to_major(quota.amount, currency)
    return number(major, 0 if major == major.to_integral_value() else exponent(currency))


def _at_once(rows: Sequence[Assignment]) -> int:
    """The most that hold on one day: it is the first day of some."""
    return max((sum(_holds(row, other.during.lower) for row in rows) for other in rows), default=0)


def _holds(row: Assignment, day: date) -> bool:
    return bool(row.during.lower <= day and (row.during.upper is None or day < row.during.upper))
