"""Adjustments of pay: the list, one of them, and what is decided about it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from commissions.forms import choices_of
from commissions.forms.adjusting import AdjustmentFilter, DecisionForm, LimitForm, minor_of
from commissions.models import Adjustment, AdjustmentLimit, Evidence
from commissions.policies import can_adjust, can_decide_adjustments, can_keep_limits
from commissions.selectors.adjustments import (
    adjusted_periods,
    adjustment_list,
    adjustment_view,
    adjustments_matching,
    waiting_count,
)
from commissions.services.adjustments import AdjustmentRefused, decide_adjustment, set_limit, withdraw_adjustment
from commissions.views.shared import PER_PAGE, page_or_fragment
from core.http import AuthedRequest


@require_GET
@login_required
@vary_on_headers("HX-Request")
def adjustments(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    form = AdjustmentFilter(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    found = adjustments_matching(
        adjustment_list(request.user, today), text=chosen.get("q", ""), period=chosen.get("period"),
        status=chosen.get("status", ""), kind=chosen.get("kind", ""),
    )  # fmt: skip
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "periods": choices_of(adjusted_periods(request.user, today)),
        "is_filtered": any(chosen.values()),
        "waiting": waiting_count(request.user, today),
        "can_adjust": can_adjust(request.user),
        "can_decide": can_decide_adjustments(request.user),
    }
    return render(request, page_or_fragment(request, "commissions/adjustments.html", "adjustments"), context)


@require_GET
@login_required
def adjustment(request: AuthedRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk), DecisionForm())


def _found(request: AuthedRequest, pk: int) -> Adjustment:
    rows = Adjustment.objects.visible_to(request.user, timezone.localdate()).select_related(
        "payee", "period", "asked_period", "proposed_by", "decided_by", "withdrawn_by", "deal", "group"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: AuthedRequest, found: Adjustment, form: DecisionForm, status: int = 200) -> HttpResponse:
    shown = adjustment_view(found, request.user, timezone.localdate())
    file = None
    if found.evidence_id and not shown.is_own:
        file = Evidence.objects.defer("content").get(pk=found.evidence_id)
    context = {"shown": shown, "row": found, "evidence": file, "form": form, "can_adjust": can_adjust(request.user)}
    return render(request, "commissions/adjustment.html", context, status=status)


@require_POST
@login_required
def adjustment_decide(request: AuthedRequest, pk: int) -> HttpResponse:
    """Approve it or reject it, by which button was pressed."""
    found = _found(request, pk)
    if not can_decide_adjustments(request.user):
        raise PermissionDenied(_("Only finance decides about adjustments."))
    form = DecisionForm(request.POST)
    approve = request.POST.get("verdict") == "approve"
    if form.is_valid() and (approve or request.POST.get("verdict") == "reject"):
        try:
            done = decide_adjustment(
                adjustment=found, approve=approve, note=form.cleaned_data["note"], acting_user=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except AdjustmentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _decided_text(done))
            return redirect("commissions:adjustment", pk)
    return _page(request, _found(request, pk), form, status=422)


def _decided_text(done: Adjustment) -> str:
    if done.status == Adjustment.Status.APPROVED:
        return _("The adjustment is approved. The statement follows within moments.")
    return _("The adjustment is rejected. Nothing changes.")


@require_POST
@login_required
def adjustment_withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    if not can_adjust(request.user):
        raise PermissionDenied(_("Only finance withdraws what others asked for, or what counts already."))
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            withdraw_adjustment(
                adjustment=found, note=form.cleaned_data["note"], acting_user=request.user, now=timezone.now()
            )
        except AdjustmentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The adjustment is withdrawn. It stays here as history."))
            return redirect("commissions:adjustment", pk)
    return _page(request, _found(request, pk), form, status=422)


@require_GET
@login_required
def adjustment_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file as it was handed in, never shown by the browser itself; not for whom it is about."""
    found = _found(request, pk)
    if found.evidence_id is None or found.payee_id == request.user.pk:
        raise Http404
    file = Evidence.objects.get(pk=found.evidence_id)
    response = HttpResponse(bytes(file.content), content_type=file.content_type)
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-_ ") else "_" for sign in file.name)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@require(can_keep_limits)
def adjustment_limits(request: AuthedRequest) -> HttpResponse:
    """Up to which amount one person of finance adjusts a statement alone."""
    form = LimitForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _limited(request, form):
        return redirect("commissions:adjustment-limits")
    context: dict[str, Any] = {
        "form": form,
        "rows": AdjustmentLimit.objects.select_related("changed_by").order_by("currency"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "commissions/adjustment_limits.html", context, status=status)


def _limited(request: AuthedRequest, form: LimitForm) -> bool:
    currency, amount = form.cleaned_data["currency"], None
    if form.cleaned_data["amount"]:
        amount = minor_of(form, "amount", currency)
        if amount is None or amount < 0:
            if amount is not None:
                form.add_error("amount", _("A limit can't be below zero. Write 0 or more, or nothing."))
            return False
    set_limit(currency=currency, amount_minor=amount, acting_user=request.user, now=timezone.now())
    messages.success(request, _("The limit is saved. It holds for what is asked for from now on."))
    return True
