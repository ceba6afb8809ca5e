"""True-ups as people read them: what a closed statement paid, what it comes to now, and what has changed between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from commissions.engine.schema import PlanDocument
from commissions.models import EarningLine, Period, Statement
from commissions.selectors.documents import document_of
from commissions.selectors.explanations import event_of
from commissions.selectors.units import Unit, unit_of
from commissions.selectors.waiting import waiting, waiting_texts
from core.templatetags import formats
from core.templatetags.juara import locale
from core.templatetags.juara import period as period_name
from sales.models import Deal


@dataclass(frozen=True, slots=True)
class TrueUpRow:
    pk: int
    deal_pk: int | None
    deal: str  # of a line without a deal, the component's name
    customer: str
    component: str  # its name
    via: str  # whose share of the deal it is; empty for the payee's own
    event: str  # the word for what gave the credit or took it back; empty where the deal closed
    date: date  # on which that was
    was_minor: int  # what had been posted for the closed period
    amount_minor: int

    @property
    def now_minor(self) -> int:
        return self.was_minor + self.amount_minor


@dataclass(frozen=True, slots=True)
class TrueUpGroup:
    """What a statement makes good of one closed period."""

    label: str  # of that period
    statement_pk: int | None  # of the same payee in that period, in the same currency; None where there was none
    rows: tuple[TrueUpRow, ...]

    @property
    def amount_minor(self) -> int:
        return sum(row.amount_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class MadeGood:
    """Where true-ups about a closed statement stand."""

    statement_pk: int
    label: str
    amount_minor: int
    is_moving: bool  # it may still change


@dataclass(frozen=True, slots=True)
class Posted:
    """A line that stands in a closed statement."""

    pk: int
    statement_pk: int
    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TrueUpExplanation:
    """Paid then, comes to now, and why."""

    pk: int
    statement_pk: int
    payee: str
    payee_pk: int
    label: str  # of the period in which it stands
    currency: str
    plan: str
    plan_version_pk: int
    component: str  # key
    component_name: str
    deal_pk: int | None
    deal: str
    customer: str
    event: str
    date: date
    about: str  # the label of the closed period
    closed_pk: int | None  # of the payee's statement of that period
    posted: tuple[Posted, ...]
    was_minor: int
    now_minor: int
    amount_minor: int
    causes: tuple[str, ...]
    waits: tuple[str, ...]


def true_up_groups(statement: Statement) -> tuple[TrueUpGroup, ...]:
    """By the closed period, the earliest first. Three queries where there are any, else one."""
    lines = list(
        statement.lines.filter(kind=EarningLine.Kind.TRUE_UP)
        .select_related("about", "deal__customer", "via", "plan_version").defer("plan_version__source")
        .order_by("about__start", "seq")
    )  # fmt: skip
    if not lines:
        return ()
    closed = Statement.objects.filter(
        payee=statement.payee_id, currency=statement.currency, period__in={line.about_id for line in lines}
    )
    known = dict(closed.values_list("period", "pk"))
    return tuple(
        TrueUpGroup(_label(rows[0]), known.get(about), tuple(map(_row, rows)))
        for about, rows in ((about, list(rows)) for about, rows in groupby(lines, lambda line: line.about_id))
    )


def _label(line: EarningLine) -> str:
    return line.about.label if line.about else ""


def _row(line: EarningLine) -> TrueUpRow:
    component = document_of(line.plan_version).component(line.component)
    return TrueUpRow(
        pk=line.pk,
        deal_pk=line.deal_id,
        deal=str(line.deal) if line.deal else component.name,
        customer=line.deal.customer.name if line.deal and line.deal.customer else "",
        component=component.name,
        via=line.via.name if line.via else "",
        event=event_of(line),
        date=line.date,
        was_minor=line.was_minor or 0,
        amount_minor=line.amount_minor,
    )


def made_good(statement: Statement) -> tuple[MadeGood, ...]:
    """The statements that carry true-ups about a closed one, the earliest first. One query; none while it moves."""
    if statement.period.is_moving:
        return ()
    lines = EarningLine.objects.filter(
        about=statement.period_id, statement__payee=statement.payee_id, statement__currency=statement.currency
    ).select_related("statement__period")
    ordered = lines.order_by("statement__period__start", "statement", "seq")
    return tuple(
        MadeGood(where.pk, where.period.label, sum(line.amount_minor for line in rows), where.period.is_moving)
        for where, rows in groupby(ordered, lambda line: line.statement)
    )


def true_up_explanation(line: EarningLine) -> TrueUpExplanation:
    """Load it as for `line_explanation`, and with `about`."""
    version, statement, about = line.plan_version, line.statement, line.about
    if about is None:
        raise ValueError(f"Line {line.pk} is no true-up.")
    document = document_of(version)
    component = document.component(line.component)
    posted = list(_posted(line, about))
    found = waiting(line, component)
    return TrueUpExplanation(
        pk=line.pk,
        statement_pk=statement.pk,
        payee=statement.payee.name,
        payee_pk=statement.payee.pk,
        label=statement.period.label,
        currency=statement.currency,
        plan=version.plan.name,
        plan_version_pk=version.pk,
        component=component.key,
        component_name=component.name,
        deal_pk=line.deal_id,
        deal=str(line.deal) if line.deal else component.name,
        customer=line.deal.customer.name if line.deal and line.deal.customer else "",
        event=event_of(line),
        date=line.date,
        about=about.label,
        closed_pk=_closed(line, about),
        posted=tuple(Posted(row.pk, row.statement_id, row.statement.period.label, row.amount_minor) for row in posted),
        was_minor=line.was_minor or 0,
        now_minor=(line.was_minor or 0) + line.amount_minor,
        amount_minor=line.amount_minor,
        causes=tuple(_causes(line, about, posted, document)),
        waits=tuple(waiting_texts(found, statement.currency)) if found else (),
    )


def _closed(line: EarningLine, about: Period) -> int | None:
    return (
        Statement.objects.filter(period=about, payee=line.statement.payee_id, currency=line.statement.currency)
        .values_list("pk", flat=True).first()
    )  # fmt: skip


def _posted(line: EarningLine, about: Period) -> QuerySet[EarningLine]:
    """The lines that the true-up is compared with: of the closed period, and true-ups of it that are closed as well."""
    own = Q(statement__period=about, about=None)
    later = Q(about=about, statement__period__status__in=Period.FROZEN)
    same = EarningLine.objects.filter(
        own | later, statement__payee=line.statement.payee_id, statement__currency=line.statement.currency,
        plan_version__plan=line.plan_version.plan_id, component=line.component, deal=line.deal_id, role=line.role,
        via=line.via_id, event=line.event,
    )  # fmt: skip
    if line.deal_id is None:
        same = same.filter(date=line.date)
    rows = same.select_related("statement__period", "plan_version").defer("plan_version__source")
    return rows.order_by("statement__period__start", "date", "seq")


def _causes(line: EarningLine, about: Period, posted: Sequence[EarningLine], document: PlanDocument) -> Iterator[str]:
    """What has changed, as far as the lines say: those of then carry all that they were computed from."""
    credited = sum(row.credited_minor for row in posted) + line.credited_minor
    if not posted:
        text = _("Nothing of this had been posted for %(period)s: it came, or came to count, after that had closed.")
        yield text % {"period": period_name(about.label)}
    elif not credited and line.x0_minor == line.x1_minor and not (line.was_minor or 0) + line.amount_minor:
        yield _gone(line, about)
    else:
        same = _("What it credits is as it was. A limit, or what it shares with others, leaves another amount.")
        yield from list(_changes(line, posted, credited, document)) or [same]


def _gone(line: EarningLine, about: Period) -> str:
    words = {"period": period_name(about.label)}
    deal = line.deal
    if deal is not None and deal.status != Deal.Status.WON:
        return _("The deal is no longer won, so nothing of it counts in %(period)s.") % words
    if deal is not None and deal.closed_on and not about.start <= deal.closed_on < about.end:
        words["day"] = formats.day(deal.closed_on, locale())
        return _("The deal closes on %(day)s now, so nothing of it counts in %(period)s.") % words
    return _("By what is known now, nothing of it counts in %(period)s.") % words


def _changes(line: EarningLine, posted: Sequence[EarningLine], now: int, document: PlanDocument) -> Iterator[str]:
    first, then = posted[0], posted[-1]
    unit = unit_of(document.component(line.component), document.currency)
    if line.credited_minor:
        yield _("%(before)s of it was credited then, %(now)s is now.") % _both(now - line.credited_minor, now, unit)
    if then.exchange_rate_e12 != line.exchange_rate_e12:
        yield _("Another exchange rate holds for the day on which the deal closed.")
    if then.plan_version_id != line.plan_version_id:
        words = {"now": line.plan_version.number, "before": then.plan_version.number}
        yield _("Version %(now)s of the plan holds for that day, instead of version %(before)s.") % words
    if first.about_id is not None:  # true-ups carry no position of then
        return
    if first.quota_minor != line.quota_minor:
        yield _("The quota was %(before)s then, and is %(now)s now.") % _both(first.quota_minor, line.quota_minor, unit)
    if first.x0_minor != line.x0_minor:
        text = _("On the curve it began at %(before)s then, and at %(now)s now: what counts before it has changed.")
        yield text % _both(first.x0_minor, line.x0_minor, unit)
    if first.multiplier_ppm != line.multiplier_ppm:
        yield _("The pay is multiplied by another number.")


def _both(before: int | None, now: int | None, unit: Unit) -> dict[str, str]:
    nothing = _("none")
    return {name: nothing if x is None else unit.text(x) for name, x in (("before", before), ("now", now))}
