"""Statements, and the reasons of their lines."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from commissions import selectors
from commissions.forms import StatementFilter
from commissions.models import EarningLine, Statement
from commissions.policies import can_follow_person
from commissions.selectors.adjustments import statement_adjustments
from commissions.selectors.approvals.shown import statement_approval
from commissions.selectors.disputes import may_raise, statement_disputes
from commissions.selectors.snapshots import snapshot_of
from commissions.selectors.statements import Fold
from commissions.views.shared import PER_PAGE, page_or_fragment
from core import live
from core.http import AuthedRequest
from sales.models import Deal
from sales.policies import can_keep_rates

MOST_LINES = 15  # of a component that paid something, the latest; the rest for who asks
MOST_WITHOUT_PAY = 4  # of a component; more are told by their number


@require_GET
@login_required
@vary_on_headers("HX-Request")
def statements(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    form = StatementFilter(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    found = selectors.statements_matching(
        selectors.statement_list(request.user, today), text=chosen.get("q", ""), period=chosen.get("period")
    )
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "sees_others": selectors.sees_others(request.user, today),
        "periods": selectors.statement_periods(request.user, today),
    }
    return render(request, page_or_fragment(request, "commissions/statements.html", "statements"), context)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def statement(request: AuthedRequest, pk: int) -> HttpResponse:
    """A statement with its lines; while its period is open, live: what becomes of the payee's numbers refetches it."""
    visible = Statement.objects.visible_to(request.user, timezone.localdate())
    channel = f"person-{get_object_or_404(visible.only('payee_id'), pk=pk).payee_id}"
    stream = live.address([channel])  # before the reading: what changes after it is heard
    found = get_object_or_404(visible.select_related("payee", "period"), pk=pk)
    whole = [address for address in request.GET.getlist("whole") if address.isprintable()]
    fold = Fold(MOST_LINES, MOST_WITHOUT_PAY, whole)
    shown = selectors.statement_view(found, fold)
    context = {
        "statement": shown,
        "is_own": shown.payee.pk == request.user.pk,
        "siblings": selectors.siblings(found),
        "made_good": selectors.made_good(found),
        "adjustments": statement_adjustments(found, request.user),
        "approval": statement_approval(found, request.user, timezone.localdate()),
        "disputes": statement_disputes(found),
        "may_dispute": may_raise(found, request.user, timezone.localdate()),
        "snapshot": None if found.period.is_moving else snapshot_of(found),
        "can_keep_rates": can_keep_rates(request.user),
        "during": DateRange(shown.start, shown.end),
        "stream": stream if found.period.is_moving and can_follow_person(request.user, str(found.payee_id)) else "",
        "channel": channel,
    }
    return render(request, page_or_fragment(request, "commissions/statement.html", "statement"), context)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def line(request: AuthedRequest, pk: int) -> HttpResponse:
    """Why a line paid what it paid: a page of its own, or the part that opens below the line."""
    today = timezone.localdate()
    visible = Statement.objects.visible_to(request.user, today)
    lines = EarningLine.objects.filter(statement__in=visible).select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via", "about"
    )
    found = get_object_or_404(lines, pk=pk)
    if found.kind == EarningLine.Kind.TRUE_UP:
        return _true_up(request, found, today)
    shown = selectors.line_explanation(found)
    is_own = shown.payee_pk == request.user.pk
    context = {
        "why": shown,
        "is_own": is_own,
        "reading": selectors.reading(shown, is_own=is_own),
        "is_deal_hidden": _is_hidden(found, request.user, today),
        "may_dispute": may_raise(found.statement, request.user, today),
    }
    return render(request, page_or_fragment(request, "commissions/line.html", "why"), context)


def _true_up(request: AuthedRequest, found: EarningLine, today: date) -> HttpResponse:
    shown = selectors.true_up_explanation(found)
    context = {
        "why": shown,
        "is_own": shown.payee_pk == request.user.pk,
        "is_deal_hidden": _is_hidden(found, request.user, today),
        "may_dispute": may_raise(found.statement, request.user, today),
    }
    return render(request, page_or_fragment(request, "commissions/true_up.html", "why"), context)


def _is_hidden(found: EarningLine, reader: User, today: date) -> bool:
    """Whether the line's deal is another's that the reader may not open: a team mate's, or a former report's."""
    if not found.via_id or not found.deal_id:
        return False
    return not Deal.objects.visible_to(reader, today).filter(pk=found.deal_id).exists()
