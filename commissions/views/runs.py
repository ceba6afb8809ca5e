"""What was calculated when, and what it changed."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from commissions import selectors
from commissions.forms import RunOfForm
from commissions.models import Period
from commissions.policies import can_calculate
from commissions.selectors.run_list import run_rows
from commissions.selectors.run_list import runs as run_list
from commissions.selectors.statement_changes import change_rows, changes_of
from commissions.views.shared import PER_PAGE, page_or_fragment
from core.http import AuthedRequest
from core.periods import PeriodError, parse_period

_CHANGES_PER_PAGE = 25


@require_GET
@require(can_calculate)
def runs(request: AuthedRequest) -> HttpResponse:
    """The runs of all periods, the latest first."""
    return runs_page(request, None)


@require_GET
@require(can_calculate)
def period_runs(request: AuthedRequest, label: str) -> HttpResponse:
    return runs_page(request, _period(label))


def runs_page(request: AuthedRequest, period: Period | None, *, form: RunOfForm | None = None) -> HttpResponse:
    """Of one period: with the form to calculate a part of it; an invalid one answers 422."""
    page = Paginator(run_list(period), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "page": page,
        "rows": run_rows(list(page.object_list)),
        "form": form or RunOfForm(initial={"period": period.label if period else ""}),
    }
    return render(request, "commissions/runs.html", context, status=422 if form else 200)


@require_GET
@require(can_calculate)
@vary_on_headers("HX-Request")
def period_changes(request: AuthedRequest, label: str) -> HttpResponse:
    """Each statement that a run, or a change of facts, made another: what it was, what it is, and why."""
    period, asked = _period(label), request.GET.get("run", "")
    run = get_object_or_404(period.runs, pk=asked) if asked.isascii() and asked.isdecimal() else None
    text, with_new = request.GET.get("q", "")[:100], "new" in request.GET
    found = changes_of(period, run=run.pk if run else None, text=text, with_new=with_new)
    page = Paginator(found, _CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period, "run": run, "page": page, "rows": change_rows(period, list(page.object_list)), "text": text,
        "with_new": with_new,
    }  # fmt: skip
    return render(request, page_or_fragment(request, "commissions/period_changes.html", "changes"), context)


def _period(label: str) -> Period:
    try:
        calendar = parse_period(label)
    except PeriodError:
        calendar = None
    return get_object_or_404(selectors.period_rows_of(calendar) if calendar else Period.objects.none())
