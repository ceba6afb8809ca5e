"""Statements as a page, a command or a file shows them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, Sum, Value, Window
from django.db.models.functions import Concat, RowNumber
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.schema import Component, Measure, Tiers
from commissions.models import EarningLine, Period, PlanVersion, Settlement, Statement
from commissions.selectors.approvals.status import with_status
from commissions.selectors.documents import document_of
from commissions.selectors.explanations import event_of, title_of
from commissions.selectors.notices import NoticeRow, notice_rows
from commissions.selectors.rate_tables import heading_of
from commissions.selectors.rates import rates_between
from commissions.selectors.releases import ReleaseRow, release_rows
from commissions.selectors.true_up_words import TrueUpGroup, true_up_groups
from commissions.selectors.units import Unit, unit_of


@dataclass(frozen=True, slots=True)
class LineRow:
    pk: int
    kind: str  # credit, or what a line without a deal pays for
    deal_pk: int | None
    deal: str  # its name, else its external id; of a line without a deal, what it pays for
    customer: str  # empty when the deal has none
    via: str  # whose share of it counts here; empty for the payee's own
    role: str
    event: str  # the word for what gave the credit or took it back; empty for a deal that closed
    date: date
    unit: Unit  # of the next three, which are millionths where it isn't money
    credited_minor: int
    x0_minor: int
    x1_minor: int
    rates: tuple[str, ...]  # of the tiers the line touched, in that order; empty for a curve through points
    column: str  # of a rate table, whose rates these are; else empty
    uncapped_minor: int
    amount_minor: int
    is_shared: bool  # a part of what a team earned

    @property
    def credited(self) -> str:
        return self.unit.shown(self.credited_minor) if self.counts else "–"

    @property
    def counts(self) -> bool:
        """Whether it moved its payee: what is carried from before doesn't."""
        return self.kind != EarningLine.Kind.CARRIED

    @property
    def way(self) -> str:
        """From where to where it moved its payee."""
        if self.kind != EarningLine.Kind.CREDIT:
            return "–"
        return format_html("{} → {}", self.unit.short(self.x0_minor), self.unit.short(self.x1_minor))

    @property
    def prices(self) -> str:
        """The rates one after the other; empty for a curve through points."""
        return " → ".join(self.rates)

    @property
    def is_capped(self) -> bool:
        return self.counts and not self.is_shared and abs(self.amount_minor) < abs(self.uncapped_minor)

    @property
    def is_lifted(self) -> bool:
        """By a floor, or by the room that a refund makes below a cap."""
        return self.counts and not self.is_shared and abs(self.amount_minor) > abs(self.uncapped_minor)


@dataclass(frozen=True, slots=True)
class ComponentGroup:
    """The lines of one component of one plan version, in the order of credits."""

    plan: str
    plan_version_pk: int
    key: str
    name: str
    unit: Unit
    is_stepped: bool  # it pays amounts at thresholds, at no rate
    credited_minor: int
    amount_minor: int
    lines: tuple[LineRow, ...]
    left_out: int  # earlier lines, where only the latest are asked for
    without_pay: int  # lines that paid nothing, where there are too many of them to be shown

    @property
    def address(self) -> str:
        """Its name on a page, and for who asks for all of its lines."""
        return f"{self.plan_version_pk}-{self.key}"

    @property
    def credited(self) -> str:
        """Empty of several scores: they don't add up."""
        is_sum = self.unit.measure is not Measure.SCORE or len(self.lines) == 1
        return self.unit.shown(self.credited_minor) if is_sum else ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Which lines of a component are left out of a page that would be too long: neither pay nor sums go by it."""

    most: int  # that paid something, the latest
    most_without_pay: int  # of more than these, none is shown
    whole: Collection[str] = ()  # the addresses of components that are asked for whole


@dataclass(frozen=True, slots=True)
class _Sum:
    lines: int
    without_pay: int
    credited_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """From what was earned under a plan to what is paid: what is added (or, negative, taken), each said in words."""

    plan: str
    plan_version_pk: int
    earned_minor: int
    steps: tuple[tuple[str, int], ...]  # only those that moved something
    payable_minor: int
    owed_before_minor: int
    forgiven_minor: int
    owed_after_minor: int
    held_after_minor: int

    @property
    def has_debt(self) -> bool:
        return bool(self.owed_before_minor or self.owed_after_minor)


@dataclass(frozen=True, slots=True)
class StatementView:
    pk: int
    payee: User
    period: Period
    label: str  # of the period: 2017-Q2
    start: date
    end: date  # exclusive
    currency: str
    total_minor: int
    adjusted_minor: int
    payable_minor: int
    computed_at: datetime
    components: tuple[ComponentGroup, ...]  # empty when nothing was earned: then the notices say why
    true_ups: tuple[TrueUpGroup, ...]  # of closed periods
    settlements: tuple[SettlementRow, ...]  # empty where what was earned is what is paid
    releases: tuple[ReleaseRow, ...]  # where pay waits
    notices: tuple[NoticeRow, ...]


@dataclass(frozen=True, slots=True)
class PeriodEarning:
    """What a person has earned in one period and currency."""

    label: str
    period_pk: int
    statement_pk: int
    currency: str
    total_minor: int


def statement_view(statement: Statement, fold: Fold | None = None) -> StatementView:
    """A statement with its lines by component; load it with `payee` and `period`. A fixed number of queries."""
    lines = _own(statement).select_related("deal__customer", "via").order_by("component", "date", "seq")
    if fold:
        lines = _folded(lines, fold)
    period = statement.period
    return StatementView(
        pk=statement.pk,
        payee=statement.payee,
        period=period,
        label=period.label,
        start=period.start,
        end=period.end,
        currency=statement.currency,
        total_minor=statement.total_minor,
        adjusted_minor=statement.adjusted_minor,
        payable_minor=statement.payable_minor,
        computed_at=statement.computed_at,
        components=tuple(_groups(lines, _sums(statement))),
        true_ups=true_up_groups(statement),
        settlements=tuple(map(_settlement, statement.settlements.select_related("plan").order_by("plan__name"))),
        releases=release_rows(statement),
        notices=notice_rows(statement),
    )


def _own(statement: Statement) -> QuerySet[EarningLine]:
    """The lines of the statement's own period."""
    return statement.lines.exclude(kind=EarningLine.Kind.TRUE_UP)


def _settlement(row: Settlement) -> SettlementRow:
    steps = (
        (_("Held back until it is due"), -row.held_minor),
        (_("Released of what was held back before"), row.released_minor),
        (_("Advanced by the draw"), row.advanced_minor),
        (_("Recovered of what was owed"), -row.recovered_minor),
        (_("Below zero, carried to the next statement"), row.carried_minor),
    )
    return SettlementRow(
        plan=row.plan.name,
        plan_version_pk=row.plan_version_id,
        earned_minor=row.earned_minor,
        steps=tuple((words, amount) for words, amount in steps if amount),
        payable_minor=row.payable_minor,
        owed_before_minor=row.owed_before_minor,
        forgiven_minor=row.forgiven_minor,
        owed_after_minor=row.owed_after_minor,
        held_after_minor=row.held_after_minor,
    )


def statement_list(user: User, today: date) -> QuerySet[Statement]:
    """The statements that a person may see, the latest first."""
    visible = with_status(Statement.objects.visible_to(user, today)).select_related("payee", "period")
    return visible.order_by("-period__start", "period__kind", "payee__name", "payee", "currency")


def earned_this_period(payee: User, today: date) -> tuple[PeriodEarning, ...]:
    """What a payee has earned so far in the periods of this day, shortest first. Empty before the first credit."""
    current = Q(period__start__lte=today, period__end__gt=today)
    found = payee.statements.filter(current).select_related("period").order_by("-period__start", "currency")
    return tuple(PeriodEarning(row.period.label, row.period_id, row.pk, row.currency, row.total_minor) for row in found)


def latest_lines(payee: User, limit: int) -> QuerySet[EarningLine]:
    """The payee's last credits with what each earned, the latest first.

    Neither contracts that are merely credited again, days ahead, nor what others sold for a pool that she shares.
    """
    credited = EarningLine.objects.filter(statement__payee=payee, kind=EarningLine.Kind.CREDIT)
    news = credited.exclude(event=EarningLine.Event.REPEATED).exclude(pool__isnull=False, via__isnull=False)
    lines = news.select_related("deal__customer", "statement")
    return lines.order_by("-date", "-statement", "-seq")[:limit]


def _folded(lines: QuerySet[EarningLine], fold: Fold) -> QuerySet[EarningLine]:
    """A team's sales are hundreds of lines, and a bonus at a threshold pays nothing for most deals."""
    alike: list[Any] = ["plan_version", "component", Q(amount_minor=0)]
    lines = lines.annotate(
        address=Concat("plan_version", Value("-"), "component", output_field=CharField()),
        place=Window(RowNumber(), partition_by=alike, order_by=["-date", "-seq"]),
        alike=Window(Count("pk"), partition_by=alike),
    )
    paid = ~Q(amount_minor=0) & Q(place__lte=fold.most)
    few = Q(amount_minor=0) & Q(alike__lte=fold.most_without_pay)
    return lines.filter(paid | few | Q(address__in=list(fold.whole)))


def _sums(statement: Statement) -> dict[tuple[int, str], _Sum]:
    """Of each component of a plan version, over all its lines."""
    rows = (
        _own(statement)
        .values_list("plan_version", "component")
        .annotate(
            Count("pk"), Sum("credited_minor"), Sum("amount_minor"), without_pay=Count("pk", filter=Q(amount_minor=0))
        )
    )
    return {
        (version, key): _Sum(lines, without_pay, int(credited), int(amount))
        for version, key, lines, credited, amount, without_pay in rows
    }


def _groups(lines: Iterable[EarningLine], sums: Mapping[tuple[int, str], _Sum]) -> Iterator[ComponentGroup]:
    """By plan and version, then in the order of the document."""
    found: dict[tuple[int, str], list[EarningLine]] = defaultdict(list)
    for line in lines:
        found[line.plan_version_id, line.component].append(line)
    versions = PlanVersion.objects.defer("source").select_related("plan").filter(pk__in={pk for pk, _key in sums})
    for version in versions.order_by("plan__name", "number"):
        document = document_of(version)
        for component in document.components:
            if whole := sums.get((version.pk, component.key)):
                yield _group(version, component, document.currency, found[version.pk, component.key], whole)


def _group(
    version: PlanVersion, component: Component, currency: str, rows: Sequence[EarningLine], whole: _Sum
) -> ComponentGroup:
    unpaid = whole.without_pay - sum(not row.amount_minor for row in rows)
    return ComponentGroup(
        plan=version.plan.name,
        plan_version_pk=version.pk,
        key=component.key,
        name=component.name,
        unit=unit_of(component, currency),
        is_stepped=component.tiers is Tiers.STEPPED,
        credited_minor=whole.credited_minor,
        amount_minor=whole.amount_minor,
        lines=tuple(_row(row, component, currency) for row in rows),
        left_out=whole.lines - len(rows) - unpaid,
        without_pay=unpaid,
    )


def _row(line: EarningLine, component: Component, currency: str) -> LineRow:
    return LineRow(
        pk=line.pk,
        kind=line.kind,
        deal_pk=line.deal_id,
        deal=title_of(line),
        customer=line.deal.customer.name if line.deal and line.deal.customer else "",
        via=line.via.name if line.via else "",
        role=line.role,
        event=event_of(line),
        date=line.date,
        unit=unit_of(component, currency),
        credited_minor=line.credited_minor,
        x0_minor=line.x0_minor,
        x1_minor=line.x1_minor,
        rates=rates_between(
            component.column(line.rate_column), currency, quota=line.quota_minor, x0=line.x0_minor, x1=line.x1_minor
        ),
        column=heading_of(component, line.rate_column),
        uncapped_minor=line.uncapped_minor,
        amount_minor=line.amount_minor,
        is_shared=line.pool is not None,
    )
