"""The periods that finance runs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from commissions import papers, selectors, services
from commissions.forms import MoveForm, PayeeFilter, RunForm, RunOfForm
from commissions.models import Period
from commissions.policies import can_calculate, can_export_payouts
from commissions.selectors.checklist import checklist
from commissions.selectors.checks import unusual
from commissions.selectors.obstacles import obstacles, unapproved
from commissions.selectors.period_moves import move_rows, steps
from commissions.selectors.statement_changes import changed_since
from commissions.views.runs import runs_page
from commissions.views.shared import PER_PAGE
from core.htmx import wants_fragment
from core.http import AuthedRequest
from core.periods import PeriodError, parse_period
from core.templatetags.juara import period as period_name
from sales.selectors import NOBODY


@require_GET
@require(can_calculate)
def periods(request: AuthedRequest) -> HttpResponse:
    return _periods_page(request, RunForm(), 200)


def _periods_page(request: AuthedRequest, form: RunForm, status: int) -> HttpResponse:
    page = Paginator(selectors.period_list(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": selectors.period_rows(list(page.object_list)), "form": form}
    return render(request, "commissions/periods.html", context, status=status)


@require_GET
@require(can_calculate)
@vary_on_headers("HX-Request")
def period(request: AuthedRequest, label: str) -> HttpResponse:
    found = found_period(label)
    if wants_fragment(request):
        return render(request, "commissions/period.html#payees", _payees(request, found))
    return period_page(request, found)


def period_page(
    request: AuthedRequest, found: Period, *, refused: Sequence[str] = (), move: MoveForm | None = None
) -> HttpResponse:
    """Finance's screen of a period; with what was refused on top, and the reason that was written."""
    context = {
        **_payees(request, found),
        "during": DateRange(found.start, found.end),
        "steps": steps(found),
        "checklist": checklist(found),
        "links": _links(found),
        "obstacles": tuple(obstacles(found, timezone.localdate())),
        "moves": move_rows(found),
        "changed": changed_since(found),
        "refused": refused,
        "move": move or MoveForm(),
    }
    return render(request, "commissions/period.html", context, status=422 if refused else 200)


def _payees(request: AuthedRequest, found: Period) -> dict[str, Any]:
    form = PayeeFilter(request.GET)
    form.is_valid()
    rows = selectors.payees_matching(selectors.period_statements(found), **_chosen(form, found))
    return {
        "overview": selectors.period_overview(found),
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }


def _links(found: Period) -> dict[str, str]:
    """Where each item of the checklist is looked into."""
    here = reverse("commissions:period", args=[found.label])
    won = {"status": "won", "closed_from": found.start, "closed_to": found.end - timedelta(days=1)}
    deals = reverse("sales:deals")
    return {
        "calculated": reverse("commissions:period-runs", args=[found.label]),
        "imports": f"{deals}?{urlencode(won)}",
        "owners": f"{deals}?{urlencode({**won, 'owner': NOBODY})}",
        "rates": reverse("sales:rates"),
        "plans": reverse("commissions:roster"),
        "accepted": reverse("commissions:acceptances") + "?show=missing",
        "examples": reverse("commissions:plans"),
        "adjustments": reverse("commissions:adjustments") + f"?period={found.label}&status=proposed",
        "balances": f"{here}#payees",
        "outliers": f"{here}?show=unusual#payees",
        "approved": reverse("commissions:period-exceptions", args=[found.label]),
    }


@require_GET
@require(can_calculate)
def run(request: AuthedRequest, label: str) -> HttpResponse:
    """How far the period's run is, for its page to ask again and again."""
    context = {"overview": selectors.period_overview(found_period(label)), "is_polled": True}
    return render(request, "commissions/period.html#run", context)


def _chosen(form: PayeeFilter, found: Period) -> dict[str, Any]:
    chosen = form.cleaned_data
    only = {"unapproved": unapproved, "unusual": unusual}.get(chosen.get("show") or "")
    return {
        "only": only(found) if only else None,
        "text": chosen.get("q", ""),
        "order": chosen.get("sort") or "name",
        "with_notices": bool(chosen.get("notices")),
    }


def found_period(label: str) -> Period:
    try:
        calendar = parse_period(label)
    except PeriodError as error:
        raise Http404(str(error)) from None
    return get_object_or_404(selectors.period_rows_of(calendar))


@require_POST
@require(can_calculate)
def run_start(request: AuthedRequest) -> HttpResponse:
    """Start a run; a second click while it goes on leads to the same one."""
    form = RunOfForm(request.POST)
    if not form.is_valid():
        found = _row_of(form)
        return runs_page(request, found, form=form) if found else _periods_page(request, form, 422)
    calendar = form.cleaned_data["period"]
    try:
        services.start_run(calendar=calendar, acting_user=request.user, now=timezone.now(), whom=form.whom)
    except services.RunRefused as error:
        if not selectors.period_rows_of(calendar).exists():
            form.add_error("period", str(error))
            return _periods_page(request, form, 422)
        messages.warning(request, str(error))
    else:
        messages.success(
            request, _("The calculation of %(label)s has started.") % {"label": period_name(calendar.label)}
        )
    return redirect("commissions:period", calendar.label)


def _row_of(form: RunOfForm) -> Period | None:
    """The period that is meant, where only whom to calculate isn't understood."""
    calendar = form.cleaned_data.get("period")
    return selectors.period_rows_of(calendar).first() if calendar else None


@require_GET
@require(can_export_payouts)
def export(request: AuthedRequest, label: str) -> StreamingHttpResponse:  # noqa: ARG001 the same for all who may
    """What the period owes, as CSV for payroll."""
    found = found_period(label)
    response = StreamingHttpResponse(papers.payout_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="payouts-{found.label}.csv"'
    return response
