"""Chains of approval, as administrators keep them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Team
from accounts.policies import require
from commissions.engine import approval
from commissions.forms.chains import ChainForm
from commissions.models import Plan
from commissions.policies import can_change_chains
from commissions.selectors.approvals.chains import latest_chains
from commissions.selectors.approvals.listed import chain_rows, currencies_paid, preview
from commissions.services.approvals import set_chain
from core.http import AuthedRequest


@require_GET
@require(can_change_chains)
def chains(request: AuthedRequest) -> HttpResponse:
    context = {
        "rows": chain_rows(),
        "plans": Plan.objects.order_by("name"),
        "teams": Team.objects.order_by("name"),
    }
    return render(request, "commissions/approvals/chains.html", context)


@require_http_methods(["GET", "POST"])
@require(can_change_chains)
def chain_edit(request: AuthedRequest) -> HttpResponse:
    """The chain of a plan, of a team, or of everybody else: shown, tried on statements, saved, or taken away."""
    plan, team = _of_what(request)
    row = latest_chains().filter(plan=plan, team=team).first()
    stored = approval.chain_from_json(row.document) if row and row.document else None
    starts = stored or approval.DEFAULT_CHAIN
    if request.method == "POST" and "remove" in request.POST:
        set_chain(plan=plan, team=team, document=None, acting_user=request.user, now=timezone.now())
        messages.success(request, _("It has no chain of its own any more."))
        return redirect("commissions:chains")
    data = request.POST if request.method == "POST" else None
    form = ChainForm(currencies=currencies_paid(), chain=starts, data=data)
    previewed, status = None, 200
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif "preview" in request.POST:
            previewed = preview(approval.chain_from_json(form.document), plan=plan, team=team)
        else:
            set_chain(plan=plan, team=team, document=form.document, acting_user=request.user, now=timezone.now())
            messages.success(
                request, _("The chain is saved. It holds for every statement that is not approved as it is now.")
            )
            return redirect("commissions:chains")
    context = {"form": form, "plan": plan, "team": team, "has_own": stored is not None, "previewed": previewed}
    return render(request, "commissions/approvals/chain.html", context, status=status)


def _of_what(request: AuthedRequest) -> tuple[Plan | None, Team | None]:
    """By the address: `plan`, `team`, or neither."""
    plan, team = (request.GET.get(name, "") for name in ("plan", "team"))
    written = plan + team
    if (plan and team) or (written and not (written.isascii() and written.isdecimal() and len(written) < 19)):
        raise Http404
    return (
        get_object_or_404(Plan, pk=plan) if plan else None,
        get_object_or_404(Team, pk=team) if team else None,
    )
