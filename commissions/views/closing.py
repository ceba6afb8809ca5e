"""The steps of a period: its checklist, its moves, and whom it closes without an approval."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policies import require
from commissions import services
from commissions.forms import ExceptForm, MoveForm
from commissions.policies import can_move_periods
from commissions.selectors.exceptions import exceptions
from commissions.selectors.obstacles import unapproved
from commissions.services import MoveRefused
from commissions.views.periods import found_period, period_page
from commissions.views.shared import PER_PAGE
from core.http import AuthedRequest

_STEPS: Final[dict[str, Callable[..., object]]] = {
    "start_review": services.start_review,
    "approve": services.approve_period,
    "close": services.start_closing,
}


@require_POST
@require(can_move_periods)
def period_move(request: AuthedRequest, label: str) -> HttpResponse:
    """Take the next step, or one back. Of two at once one is told that the other did it."""
    found, form = found_period(label), MoveForm(request.POST)
    if not form.is_valid():
        return period_page(request, found, refused=[_("This is no step of a period. Choose one of those below.")])
    act, note = form.cleaned_data["act"], form.cleaned_data["note"]
    try:
        if act == "reopen":
            services.reopen(period=found, note=note, acting_user=request.user, now=timezone.now())
        else:
            _STEPS[act](period=found, acting_user=request.user, now=timezone.now())
    except MoveRefused as refused:
        return period_page(request, found_period(label), refused=refused.reasons, move=form)
    return redirect("commissions:period", found.label)


@require_POST
@require(can_move_periods)
def period_tick(request: AuthedRequest, label: str) -> HttpResponse:
    """Tick items off, each as it was seen (`tick` is `item=figure`, any number of times), or take one back."""
    found = found_period(label)
    seen = [text.partition("=") for text in request.POST.getlist("tick")]
    try:
        if key := request.POST.get("take_back"):
            services.take_back(period=found, key=key, acting_user=request.user, now=timezone.now())
        services.tick_off(
            period=found, keys=[key for key, _is, _figure in seen], figures=[figure for _key, _is, figure in seen],
            acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except MoveRefused as refused:
        return period_page(request, found, refused=refused.reasons)
    return redirect(reverse("commissions:period", args=[found.label]) + "#checklist")


@require_http_methods(["GET", "POST"])
@require(can_move_periods)
def period_exceptions(request: AuthedRequest, label: str) -> HttpResponse:
    """The statements that nobody approved; who is named here, with a reason, doesn't hold the period up."""
    found = found_period(label)
    form = ExceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = [int(pk) for pk in request.POST.getlist("statement") if pk.isascii() and pk.isdecimal()]
        try:
            count = services.except_statements(
                period=found, statements=chosen, reason=form.cleaned_data["reason"], acting_user=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except MoveRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(n)s statements need no approval now.") % {"n": count})
            return redirect("commissions:period-exceptions", found.label)
    waiting = unapproved(found).select_related("payee").order_by("payee__name", "payee", "currency")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {"period": found, "page": page, "form": form, "rows": exceptions(found)}
    status = 422 if request.method == "POST" else 200
    return render(request, "commissions/period_exceptions.html", context, status=status)


@require_POST
@require(can_move_periods)
def exception_withdraw(request: AuthedRequest, label: str, pk: int) -> HttpResponse:
    """It needs an approval after all."""
    found = found_period(label)
    try:
        services.withdraw_exception(period=found, pk=pk)
    except MoveRefused as refused:
        messages.warning(request, str(refused))
    return redirect("commissions:period-exceptions", found.label)
