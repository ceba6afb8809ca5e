"""The board's page. The clock is read here."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from core import live
from core.htmx import wants_fragment
from core.http import AuthedRequest
from core.periods import Period, PeriodError, PeriodKind, parse_period, period_of
from core.templatetags.juara import period as period_name
from kpis.models import PeriodKind as Measured
from kpis.models import SubjectKind
from kpis.selectors import KPIS, Unit, deals_without_rate, latest_month
from leaderboards import selectors
from leaderboards.selectors.standings import Board

KINDS = [PeriodKind(kind) for kind in Measured.values]


@dataclass(frozen=True, slots=True)
class Link:
    text: str | Promise
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """The other boards that are one step away."""

    kpis: list[Link]
    by: list[Link]
    kinds: list[Link]
    previous: Link
    next: Link | None


@login_required
@require_GET
def boards(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return redirect("leaderboards:board", next(iter(KPIS)))


@login_required
@require_GET
@vary_on_headers("HX-Request")
def board(request: AuthedRequest, kpi: str) -> HttpResponse:
    today = timezone.localdate()
    chosen = _board(kpi, request.GET.get("by", SubjectKind.PERSON.value), request.GET.get("period", ""), today)
    stream = live.address([chosen.channel])  # before the reading: what changes after it is heard
    shown = selectors.board(chosen.kpi, chosen.by, chosen.period, request.user, on=today)
    context: dict[str, object] = {
        "board": shown,
        "address": _address(chosen),
        "period_name": period_name(chosen.period.label),
        "is_money": chosen.kpi.unit is Unit.MONEY,
        "is_share": chosen.kpi.unit is Unit.SHARE,
        "latest": _latest(chosen) if shown.is_empty else None,
    }
    if wants_fragment(request):
        return render(request, "leaderboards/board.html#standings", context)
    context |= {
        "stream": stream,
        "choices": _choices(chosen, today),
        "without_rate": deals_without_rate(chosen.period) if chosen.kpi.unit is Unit.MONEY else [],
    }
    return render(request, "leaderboards/board.html", context)


def _board(kpi: str, by: str, label: str, today: date) -> Board:
    try:
        period = parse_period(label) if label else period_of(today, PeriodKind.MONTH)
    except PeriodError as error:
        raise Http404(str(error)) from None
    is_known = kpi in KPIS and by in SubjectKind.values and period.kind in KINDS
    if not is_known or period.first_month != 1:  # boards count the calendar's years, whatever plans do
        raise Http404(_("There is no such board. Choose a KPI, people or teams, and a month, quarter or year."))
    return Board(KPIS[kpi], by, period)


def _address(board: Board) -> str:
    query = urlencode({"by": board.by, "period": board.period.label})
    return f"{reverse('leaderboards:board', args=[board.kpi.key])}?{query}"


def _choices(chosen: Board, today: date) -> Choices:
    period = chosen.period
    day = today if today in period else period.end - timedelta(days=1)
    after = period.next()
    return Choices(
        kpis=[Link(k.name, _address(replace(chosen, kpi=k)), k == chosen.kpi) for k in KPIS.values()],
        by=[
            Link(name, _address(replace(chosen, by=by)), by == chosen.by)
            for by, name in ((SubjectKind.PERSON.value, _("People")), (SubjectKind.TEAM.value, _("Teams")))
        ],
        kinds=[
            Link(
                kind.label,
                _address(replace(chosen, period=period_of(day, PeriodKind(kind)))),
                kind.value == period.kind.value,
            )
            for kind in Measured
        ],
        previous=_step(chosen, period.previous()),
        next=_step(chosen, after) if after.start <= today else None,
    )


def _step(chosen: Board, period: Period) -> Link:
    return Link(period_name(period.label), _address(replace(chosen, period=period)))


def _latest(chosen: Board) -> Link | None:
    """The last period before this one with something to show: where an empty board sends its reader."""
    month = latest_month(before=chosen.period.start)
    return _step(chosen, period_of(month, chosen.period.kind)) if month else None
