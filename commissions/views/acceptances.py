"""Versions of plans as those who are paid by them accept them, and who has not yet."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from commissions.models import Plan
from commissions.policies import can_see_acceptances
from commissions.selectors.acceptances import acceptance_count, acceptance_rows, acceptances_asked, versions_of
from commissions.services.acceptances import AcceptanceRefused, accept_version
from commissions.views.plans import AcceptForm, plan_page
from commissions.views.shared import PER_PAGE, page_or_fragment
from core.http import AuthedRequest
from core.templatetags.juara import moment

_SELECT = {"class": "form-select"}
SHOWN = {"missing": False, "accepted": True}


class AcceptanceFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    plan = forms.ModelChoiceField(
        label=gettext_lazy("Plan"), required=False, empty_label=gettext_lazy("All plans"),
        queryset=Plan.objects.order_by("name"), widget=forms.Select(_SELECT),
    )  # fmt: skip
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("Everybody")),
            ("missing", gettext_lazy("Not accepted yet")),
            ("accepted", gettext_lazy("Accepted")),
        ],
        widget=forms.Select(_SELECT),
    )


@require_POST
@login_required
def plan_accept(request: AuthedRequest, pk: int) -> HttpResponse:
    """Accept a version that one is paid by. A second click finds it accepted."""
    today = timezone.localdate()
    version = get_object_or_404(versions_of(request.user, today).select_related("plan"), pk=pk)
    form = AcceptForm(request.POST)
    if form.is_valid():
        try:
            done = accept_version(
                version=version, name=form.cleaned_data["name"], acting_user=request.user, now=timezone.now()
            )
        except AcceptanceRefused as error:
            form.add_error("name", str(error))
        else:
            text = _("You accepted %(version)s on %(at)s.")
            messages.success(request, text % {"version": version, "at": moment(done.accepted_at)})
            return redirect("commissions:plan", pk)
    return plan_page(request, version, accept=form, status=422)


@require_GET
@require(can_see_acceptances)
@vary_on_headers("HX-Request")
def acceptances(request: AuthedRequest) -> HttpResponse:
    """Who has accepted which version, when, and who has not: of everybody, or of one's reports."""
    today = timezone.localdate()
    form = AcceptanceFilter(request.GET)
    form.is_valid()  # an unknown plan filters by nothing
    chosen = form.cleaned_data
    text, plan = chosen.get("q", ""), chosen.get("plan")
    asked = acceptances_asked(request.user, today, text=text, plan=plan, done=None)
    shown = SHOWN.get(chosen.get("show") or "")
    count = acceptance_count(asked)
    pages = Paginator(asked if shown is None else asked.filter(done=shown), PER_PAGE)
    pages.count = {None: count.asked, True: count.accepted, False: count.missing}[shown]  # spares its own query
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "rows": acceptance_rows(list(page.object_list)), "count": count,
    }  # fmt: skip
    return render(request, page_or_fragment(request, "commissions/acceptances.html", "acceptances"), context)
