"""How a quota or target of a line came about, where only a part of it counts: days on the plan, and first months."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Leave
from commissions.engine.frames import QuotaKind
from commissions.engine.leave import lessens
from commissions.engine.prorate import active, counted, counted_days, months_of
from commissions.engine.quotas import quota_kind, readable_components
from commissions.engine.schema import Component, PlanDocument
from commissions.engine.spans import Span, joined
from commissions.models import Assignment, EarningLine, Quota
from commissions.selectors.quotas import QuotaRow, window_quota
from core.periods import Period, period_of


@dataclass(frozen=True, slots=True)
class CountedGoal:
    """A quota or target of which a part counts. Minor units, or millionths of units or deals."""

    is_target: bool
    whole: int
    counts: int
    days: tuple[int, int] | None  # that count, and of the window; None without a rule of proration
    away: int  # of the days on the plan those of leave, where these don't count
    ramp: tuple[Decimal, ...]  # shares of the months on the plan that lie in the window; empty without a ramp


def counted_goals(line: EarningLine, document: PlanDocument, component: Component) -> tuple[CountedGoal, ...]:
    """Of a line whose plan prorates or ramps: as quotas, days on the plan and leave are set now, where they lead to the
    line's own figures. Three queries, where there is anything to tell.
    """
    window = component.window.period
    if document.quotas is None or window is None:
        return ()
    return tuple(_goals(line, document, component, period_of(line.window_start, window, document.first_month)))


def _goals(line: EarningLine, document: PlanDocument, component: Component, window: Period) -> Iterator[CountedGoal]:
    payee, plan = line.statement.payee_id, line.plan_version.plan_id
    rows = list(Quota.objects.filter(payee=payee, plan=plan, during__overlap=(window.start, window.end)))
    spans: tuple[Span, ...] = ()
    for during in Assignment.objects.filter(payee=payee, plan=plan).values_list("during", flat=True):
        spans = joined(spans, Span(during.lower, during.upper))
    away = _away(payee) if any(lessens(document, kind) for kind in QuotaKind) else ()
    for kind, stands in ((quota_kind(component), line.quota_minor), (QuotaKind.TARGET, line.target_minor)):
        if kind is None or stands is None:
            continue
        for key in readable_components(document, component, kind):
            own = tuple(
                QuotaRow(row.per, row.amount_minor, row.during.lower, row.during.upper)
                for row in sorted(rows, key=_first_day)
                if row.kind == kind and row.component == key
            )
            off = away if lessens(document, kind) else ()
            goal = _goal(own, window, spans, off, document, kind)
            if goal and goal.counts == stands and goal.whole != stands:
                yield goal
                break


def _first_day(row: Quota) -> date:
    first: date = row.during.lower
    return first


def _away(payee: int) -> tuple[Span, ...]:
    ranges = Leave.objects.filter(user=payee).order_by("during").values_list("during", flat=True)
    return tuple(Span(during.lower, during.upper) for during in ranges)


def _goal(
    rows: tuple[QuotaRow, ...],
    window: Period,
    spans: tuple[Span, ...],
    away: tuple[Span, ...],
    document: PlanDocument,
    kind: QuotaKind,
) -> CountedGoal | None:
    first, rules = document.first_month, document.quotas
    whole = window_quota(rows, window, first)
    if whole is None or rules is None:
        return None
    months = months_of(window)
    parts = [window_quota(rows, month, first) for month in months]
    ramp = () if kind is QuotaKind.TARGET else rules.ramp
    on_plan, days = (
        counted_days(rules.prorate, part, window.start, window.end) if rules.prorate else None
        for part in (spans, active(spans, away))
    )
    return CountedGoal(
        is_target=kind is QuotaKind.TARGET,
        whole=whole,
        counts=counted(whole, parts, window, spans, rules.prorate, ramp, away),
        days=days,
        away=on_plan[0] - days[0] if on_plan and days else 0,
        ramp=ramp,
    )
