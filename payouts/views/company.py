"""The company's own accounts, and what payroll systems want."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policies import require
from core.http import AuthedRequest
from payouts import policies, selectors, services
from payouts.engine.mapping import READY
from payouts.forms import CompanyAccountForm, MappingForm, mapping_initial, saved_initial
from payouts.models import CompanyAccount, PayrollMapping
from payouts.views.shared import refuse


@require_GET
@require(policies.can_keep_company_accounts)
def company(request: AuthedRequest) -> HttpResponse:
    saved = PayrollMapping.objects.order_by("name")
    names = {row.name for row in saved}
    ready = [name for name in READY if name not in names]
    context = {"accounts": selectors.company_accounts(), "mappings": saved, "ready": ready}
    return render(request, "payouts/company.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@require(policies.can_keep_company_accounts)
def company_account(request: AuthedRequest) -> HttpResponse:
    form = CompanyAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_company_account(
                **form.cleaned_data, acting_user=request.user, now=timezone.now(), today=timezone.localdate()
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. The next batch in this currency is paid from it."))
            return redirect("payouts:company")
    status = 422 if request.method == "POST" else 200
    return render(request, "payouts/company_account.html", {"form": form}, status=status)


@require_POST
@require(policies.can_keep_company_accounts)
def company_account_end(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(CompanyAccount, pk=pk)
    services.end_company_account(
        account=shown, acting_user=request.user, now=timezone.now(), today=timezone.localdate()
    )
    messages.success(request, _("It is no longer used."))
    return redirect("payouts:company")


@require_http_methods(["GET", "POST"])
@require(policies.can_keep_mappings)
def mapping(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Change a saved mapping, or make one: empty, or after a ready one."""
    shown = get_object_or_404(PayrollMapping, pk=pk) if pk is not None else None
    ready = request.GET.get("ready", "Plain")
    initial = saved_initial(shown) if shown else mapping_initial(ready, READY.get(ready, READY["Plain"]))
    form = MappingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_mapping(
                mapping=shown, name=form.cleaned_data["name"], document=form.document(),
                acting_user=request.user, now=timezone.now(),
            )  # fmt: skip
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Files that were handed out already stay as they are."))
            return redirect("payouts:company")
    status = 422 if request.method == "POST" else 200
    return render(request, "payouts/mapping.html", {"form": form, "mapping": shown}, status=status)


@require_POST
@require(policies.can_keep_mappings)
def mapping_delete(request: AuthedRequest, pk: int) -> HttpResponse:
    services.delete_mapping(
        mapping=get_object_or_404(PayrollMapping, pk=pk), acting_user=request.user, now=timezone.now()
    )
    messages.success(request, _("Deleted. Files that were handed out already stay as they are."))
    return redirect("payouts:company")
