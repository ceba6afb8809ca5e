"""Costs to obtain contracts: the roll-forward of a year, and the policy behind it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.policies import require
from core.downloads import xlsx_download
from core.http import AuthedRequest
from ledger import services
from ledger.forms import PolicyForm, YearForm
from ledger.papers import cost_tables
from ledger.policies import can_keep_books, can_see_books
from ledger.selectors import costs as selectors


@require_GET
@require(can_see_books)
def costs(request: AuthedRequest) -> HttpResponse:
    policy, year = selectors.cost_policy(), _year(request)
    months = selectors.year_of_costs(selectors.costs(policy), year)
    context = {"policy": policy, "year": year, "months": months, "before": year - 1, "after": year + 1}
    return render(request, "ledger/costs.html", context)


@require_GET
@require(can_see_books)
def costs_file(request: AuthedRequest) -> HttpResponseBase:
    known, year = selectors.costs(selectors.cost_policy()), _year(request)
    tables = cost_tables(year, selectors.year_of_costs(known, year), known)
    return xlsx_download(tables, f"contract-costs-{year}", made_at=timezone.now())


@require_http_methods(["GET", "POST"])
@require(can_keep_books)
def policy(request: AuthedRequest) -> HttpResponse:
    form = PolicyForm(request.POST or None, instance=selectors.cost_policy(), components=selectors.components())
    if request.method == "POST" and form.is_valid():
        services.save_policy(**form.given(), acting_user=request.user)
        messages.success(request, _("The policy is saved."))
        return redirect("ledger:costs")
    return render(request, "ledger/policy.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _year(request: AuthedRequest) -> int:
    form = YearForm(request.GET)
    today = timezone.localdate()
    return (form.cleaned_data["year"] if form.is_valid() else None) or today.year
