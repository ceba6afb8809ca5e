"""Exchange rates, for finance and administrators."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from core.htmx import wants_fragment
from core.http import AuthedRequest
from core.templatetags import formats
from core.templatetags.juara import locale
from sales import policies, services
from sales.forms.rates import RateFilter, RateForm, rate_initial
from sales.models import RATE_DECIMALS, ExchangeRate

PER_PAGE = 50


@require_GET
@require(policies.can_keep_rates)
@vary_on_headers("HX-Request")
def rates(request: AuthedRequest) -> HttpResponse:
    form = RateFilter(request.GET)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    found = ExchangeRate.objects.filter(**chosen).order_by("source", "target", "-starts_on")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, formats.number(row.rate, locale(), places=RATE_DECIMALS)) for row in page]
    template = "sales/rates.html#rates" if wants_fragment(request) else "sales/rates.html"
    return render(request, template, {"form": form, "page": page, "rows": rows, "is_filtered": bool(chosen)})


@require_http_methods(["GET", "POST"])
@require(policies.can_keep_rates)
def rate_edit(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Correct a rate, or without a key add one."""
    shown = get_object_or_404(ExchangeRate, pk=pk) if pk is not None else None
    form = RateForm(request.POST or None, initial=_initial(request, shown))
    if request.method == "POST" and form.is_valid() and _saved(request, form, shown):
        return redirect("sales:rates")
    status = 422 if request.method == "POST" else 200
    return render(request, "sales/rate.html", {"form": form, "rate": shown}, status=status)


def _initial(request: AuthedRequest, shown: ExchangeRate | None) -> dict[str, Any]:
    if shown is None:
        return {name: request.GET.get(name, "") for name in ("source", "target", "starts_on")}
    return rate_initial(shown, formats.number(shown.rate, locale(), places=RATE_DECIMALS))


def _saved(request: AuthedRequest, form: RateForm, shown: ExchangeRate | None) -> bool:
    try:
        services.save_rate(rate=shown, **form.given(), acting_user=request.user, now=timezone.now())
    except ValidationError as error:
        for field, errors in error.message_dict.items():
            form.add_error(field if field in form.fields else None, errors)
        return False
    messages.success(request, _("The rate is saved. Statements and boards that go by it follow within moments."))
    return True


@require_POST
@require(policies.can_keep_rates)
def rate_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(ExchangeRate, pk=pk)
    services.remove_rate(rate=shown, acting_user=request.user, now=timezone.now())
    messages.success(request, _("The rate is removed. Statements and boards that went by it follow within moments."))
    return redirect("sales:rates")
