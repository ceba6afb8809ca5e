"""What other terms would have cost: facts of past months kept in memory, and answers computed from them.

Reading a million deals takes ten seconds, and pricing them a fraction of one. So each process keeps what it has read
for a plan and a range, as far as the engine can go before rates, and begins there at every change. What is kept has a
time, which pages show, and they say when the database has moved on since.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from threading import Lock
from typing import Any

import polars as pl
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef

from accounts.models import User
from commissions.engine.calculate import history_start
from commissions.engine.credit import deal_columns
from commissions.engine.frames import QuotaKind
from commissions.engine.items import looks_at_items
from commissions.engine.outcomes import Comparison, attained, compare, deals_sold, distribution, revenue, together
from commissions.engine.quotas import to_read
from commissions.engine.relations import levels_of, reads_team
from commissions.engine.schema import PlanDocument
from commissions.engine.whatif import Prepared, adapted, counted, pay, prepare, with_quotas
from commissions.models import Assignment, Plan, PlanVersion, Scenario
from commissions.selectors.inputs import gather
from commissions.selectors.kpi_values import kpis_read
from core.periods import PeriodKind

MOST_BYTES = 1 << 30  # of facts in one process; the range that was used last stays, however large it is
PER_PAGE = 50
MOST_KNOWN = 500  # pays of components, a few hundred kilobytes each where there are 10,000 payees

# Counted by the server at the end of each transaction. A transaction that is taken back counts too: then a page says
# that something may have changed though nothing did, and never the other way round.
_COUNTED = ["sales_deal", "sales_dealshare", "sales_dealline", "sales_payment", "sales_product", "sales_customer",
            "commissions_assignment", "commissions_quota", "kpis_kpivalue", "accounts_reportingline",
            "accounts_membership"]  # fmt: skip
_VERSION = """
SELECT (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables WHERE relname = ANY(%s)),
    (SELECT string_agg(id || ' ' || hash || ' ' || during::text, ',' ORDER BY id)
     FROM commissions_planversion WHERE plan_id = %s AND status <> 'draft')
"""


class NothingToCompare(ValueError):  # noqa: N818 read as a sentence
    """Nobody was on the plan in those months, so that there is nothing to compute."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A plan and the months that are computed again."""

    plan: int
    start: date
    end: date


@dataclass(slots=True)
class Kept:
    """The facts of a stretch, as far as a calculation comes before rates. Replaced, never changed, but for what it
    remembers of answers."""

    stretch: Stretch
    prepared: Prepared
    before: pl.DataFrame  # (payee, pay) under the plan as it was
    before_reached: list[int]  # how many quotas were reached how far
    sold: pl.DataFrame  # (deal, amount) of the deals that gave anybody credit
    revenue: int
    read_at: datetime
    version: tuple[Any, ...]
    since: date  # how far back deals were read
    windows: frozenset[tuple[QuotaKind, PeriodKind, int]]  # for which quotas were read
    kpis: frozenset[tuple[str, PeriodKind, int]]  # whose values were read
    levels: int  # of reports that were read; and whether team mates were
    teams: bool
    latest: Prepared  # under the last document that counted other things
    known: dict[Any, pl.DataFrame] = field(default_factory=dict)

    @property
    def documents(self) -> Mapping[int, PlanDocument]:
        return self.prepared.inputs.versions

    @property
    def bytes(self) -> int:
        return self.prepared.bytes + (self.latest.bytes if self.latest is not self.prepared else 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a document would have paid, next to what the plan pays by the same facts."""

    currency: str
    comparison: Comparison
    before_reached: tuple[int, ...]
    after_reached: tuple[int, ...]
    sold: pl.DataFrame  # (deal, amount) of the deals that gave anybody credit
    revenue: int
    read_at: datetime

    @property
    def share_before(self) -> Fraction | None:
        return Fraction(self.comparison.before, self.revenue) if self.revenue > 0 else None

    @property
    def share_after(self) -> Fraction | None:
        return Fraction(self.comparison.after, self.revenue) if self.revenue > 0 else None


_memory: OrderedDict[Stretch, Kept] = OrderedDict()
_reading = Lock()  # one reads at a time: two readers of one stretch would read it twice, and hold it twice


def forget() -> None:
    """Drop all facts that this process keeps."""
    _memory.clear()


def drop(stretch: Stretch) -> None:
    """Forget the facts of a stretch, so that the next answer reads them again."""
    _memory.pop(stretch, None)


def is_kept(stretch: Stretch) -> bool:
    """Whether an answer for the stretch needs no reading."""
    return stretch in _memory


def has_moved_on(stretch: Stretch) -> bool:
    """Whether facts, quotas, assignments or the plan may have changed since the stretch was read.

    The server tells of a change up to ten seconds after its transaction ended.
    """
    kept = _memory.get(stretch)
    return kept is not None and kept.version != _version(stretch.plan)


def answer(stretch: Stretch, document: PlanDocument, quotas: Decimal, *, now: datetime) -> Answer:
    """What the document would have paid over the stretch, with everybody's quotas at so many per cent.

    Raises NothingToCompare, AmountTooLarge, PlanInvalid.
    """
    kept = facts(stretch, document, now=now)
    near = _under(kept, dict.fromkeys(kept.documents, document))
    changed = with_quotas(near, Fraction(quotas) / 100)
    if len(kept.known) > MOST_KNOWN:
        kept.known.clear()
    return Answer(
        currency=document.currency,
        comparison=compare(kept.before, pay(changed, kept.known)),
        before_reached=tuple(kept.before_reached),
        after_reached=tuple(distribution(changed, attained(changed))),
        sold=kept.sold,
        revenue=kept.revenue,
        read_at=kept.read_at,
    )


def all_together(answers: Sequence[Answer]) -> Answer:
    """Answers of several plans over the same months and in one currency as one, without how far quotas were reached."""
    deals = [each.sold for each in answers]
    return Answer(
        currency=answers[0].currency,
        comparison=together([each.comparison for each in answers]),
        before_reached=(),
        after_reached=(),
        sold=pl.concat(deals).unique("deal"),
        revenue=revenue(deals),
        read_at=min(each.read_at for each in answers),
    )


def _under(kept: Kept, versions: Mapping[int, PlanDocument]) -> Prepared:
    """What is kept, under these documents; what had to be prepared anew is kept as well."""
    says = counted(versions)
    known = (kept.prepared, kept.latest)
    base = next((each for each in known if counted(each.inputs.versions) == says), kept.prepared)
    near = adapted(base, versions)
    if near.found is not base.found:
        kept.latest = near
    return near


def facts(stretch: Stretch, document: PlanDocument, *, now: datetime, again: bool = False) -> Kept:
    """The facts that the document reads, from memory or the database. Raises NothingToCompare."""
    kept = _memory.get(stretch)
    if kept is None or again or not _covers(kept, document):
        with _reading:
            kept = _memory.get(stretch)
            if kept is None or (again and kept.read_at < now) or not _covers(kept, document):
                kept = _memory[stretch] = read(stretch, document, now)
    _memory.move_to_end(stretch)
    _make_room()
    return kept


def _make_room() -> None:
    while len(_memory) > 1 and sum(kept.bytes for kept in list(_memory.values())) > MOST_BYTES:
        _memory.popitem(last=False)


def _covers(kept: Kept, document: PlanDocument) -> bool:
    """Whether what was read is all that the document reads."""
    columns = set(deal_columns([document])) <= set(kept.prepared.inputs.deals.columns)
    since = history_start({0: document}, kept.stretch.start)
    others = levels_of(document) <= kept.levels and reads_team(document) <= kept.teams
    items = kept.prepared.inputs.items is not None or not looks_at_items([document])
    facts_ = columns and others and items and kept.since <= since
    return facts_ and _kpis([document]) <= kept.kpis and _windows([document]) <= kept.windows


def _kpis(documents: Iterable[PlanDocument]) -> frozenset[tuple[str, PeriodKind, int]]:
    return frozenset((key, *years) for years, keys in kpis_read(documents).items() for key in keys)


def _windows(documents: Iterable[PlanDocument]) -> frozenset[tuple[QuotaKind, PeriodKind, int]]:
    return frozenset((*each, document.first_month) for document in documents for each in to_read(document))


def read(stretch: Stretch, document: PlanDocument, now: datetime) -> Kept:
    """Read the facts of everybody who was on the plan. The version is read first: what commits in between is told."""
    version = _version(stretch.plan)
    during = DateRange(stretch.start, stretch.end)
    payees = Assignment.objects.filter(plan=stretch.plan, during__overlap=during).values_list("payee", flat=True)
    gathered = gather(
        payees=list(payees), kinds=[document.period.value], start=stretch.start, end=stretch.end,
        also={stretch.plan: document},
    ).inputs  # fmt: skip
    mine = {pk: stored for pk, stored in gathered.versions.items() if gathered.plans[pk] == stretch.plan}
    on_plan = gathered.assignments.filter(pl.col("plan_version").is_in(list(mine)))
    if on_plan.is_empty():
        raise NothingToCompare
    inputs = replace(
        gathered, granted=None, versions=mine, plans=dict.fromkeys(mine, stretch.plan), assignments=on_plan
    )
    prepared = prepare(inputs, start=stretch.start, end=stretch.end)
    known: dict[Any, pl.DataFrame] = {}
    documents = {**mine, 0: document}
    return Kept(
        stretch=stretch,
        prepared=prepared,
        before=pay(prepared, known),
        before_reached=distribution(prepared, attained(prepared)),
        sold=(deals := deals_sold(prepared)),
        revenue=revenue([deals]),
        read_at=now,
        version=version,
        since=history_start(documents, stretch.start),
        windows=_windows(documents.values()),
        kpis=_kpis(documents.values()),
        levels=max(map(levels_of, documents.values())),
        teams=any(map(reads_team, documents.values())),
        latest=prepared,
        known=known,
    )


def _version(plan: int) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [_COUNTED, plan])
        return tuple(cursor.fetchone())


def names_of(payees: list[int]) -> dict[int, User]:
    """People by id, in one query."""
    return {user.pk: user for user in User.objects.filter(pk__in=payees)}


def plans_to_try() -> list[Plan]:
    """The plans that were published, by name."""
    published = PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT)
    return list(Plan.objects.filter(pk__in=published.values("plan")).order_by("name"))


def version_to_change(plan: Plan, start: date, end: date) -> PlanVersion | None:
    """The version that a scratch copy begins with: the last in force within the range, else the last published."""
    published = plan.versions.exclude(status=PlanVersion.Status.DRAFT).order_by("-number")
    return published.filter(during__overlap=DateRange(start, end)).first() or published.first()


def scenario_page(number: str | None) -> Page[Any]:
    """Scenarios, the latest first, each with whether its plan has a draft that it would replace."""
    drafts = PlanVersion.objects.filter(plan=OuterRef("plan"), status=PlanVersion.Status.DRAFT)
    found = Scenario.objects.select_related("plan", "saved_by").annotate(has_draft=Exists(drafts))
    return Paginator(found.defer("document", "source").order_by("-created_at", "-pk"), PER_PAGE).get_page(number)
