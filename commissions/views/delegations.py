"""Who approves for somebody who is away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policies import can_administer, require
from commissions.forms.approvals import DelegationForm
from commissions.policies import can_approve, can_see_approvals
from commissions.selectors.approvals.delegations import delegations_of
from commissions.services.approvals import DelegationRefused, delegate, end_delegation
from commissions.views.shared import PER_PAGE
from core.http import AuthedRequest
from core.templatetags.juara import days


@require_http_methods(["GET", "POST"])
@require(can_see_approvals)
def delegations(request: AuthedRequest) -> HttpResponse:
    """One's own, and those to oneself; an administrator's page has everybody's. Who approves may hand it over."""
    user, now = request.user, timezone.now()
    form = DelegationForm(request.POST or None, user=user, for_anybody=can_administer(user))
    if request.method == "POST" and form.is_valid():
        try:
            made = delegate(**{"from_user": user, **form.cleaned_data}, acting_user=user, now=now)
        except DelegationRefused as error:
            form.add_error(None, str(error))
        else:
            text = _("%(name)s stands in, %(days)s.") % {"name": made.to_user, "days": days(made.during)}
            messages.success(request, text)
            return redirect("commissions:delegations")
    rows = delegations_of(user, timezone.localdate(now))
    context = {
        "form": form if can_approve(user) else None,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "commissions/approvals/delegations.html", context, status=status)


@require_POST
@require(can_see_approvals)
def delegation_end(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(delegations_of(request.user, timezone.localdate()), pk=pk)
    try:
        end_delegation(delegation=found, acting_user=request.user, now=timezone.now())
    except DelegationRefused as error:
        raise PermissionDenied(str(error)) from None
    messages.success(request, _("From today on nobody stands in for %(name)s.") % {"name": found.from_user})
    return redirect("commissions:delegations")
