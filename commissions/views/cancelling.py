"""What cancelling a deal would take back, before somebody does it. Nothing is stored."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from commissions.engine.errors import AmountTooLarge
from commissions.forms.cancelling import CancellingForm
from commissions.selectors import cancelling as selectors
from commissions.views.shared import page_or_fragment
from core.htmx import wants_fragment
from core.http import AuthedRequest
from sales.models import Deal
from sales.policies import can_cancel_deal


@require_GET
@login_required
@vary_on_headers("HX-Request")
def cancelling(request: AuthedRequest, pk: int) -> HttpResponse:
    deal = get_object_or_404(Deal.objects.visible_to(request.user, timezone.localdate()), pk=pk)
    if not can_cancel_deal(request.user, deal):
        raise PermissionDenied(_("Only a won deal that isn't cancelled is cancelled, and only by an administrator."))
    form = CancellingForm(request.GET if "cancelled_on" in request.GET else {"cancelled_on": timezone.localdate()})
    context = {"deal": deal, "form": form, **_outcome(deal, form)}
    status = 422 if context.get("trouble") and not wants_fragment(request) else 200
    return render(request, page_or_fragment(request, "commissions/cancelling.html", "outcome"), context, status=status)


def _outcome(deal: Deal, form: CancellingForm) -> dict[str, object]:
    if not form.is_valid():
        return {"trouble": _("Write a day, such as 2026-01-31.")}
    day = form.cleaned_data["cancelled_on"]
    if deal.closed_on is None or day < deal.closed_on:
        return {"trouble": _("It would be cancelled before it closed. Choose a later day.")}
    try:
        found = selectors.cancelling(deal=deal, day=day)
    except AmountTooLarge:
        return {"trouble": _("These amounts are too large to add up. Check their decimal points.")}
    return {
        "day": day,
        "sentence": selectors.cancelling_sentence(found),
        "listed": selectors.cancelling_list(found),
        "more": tuple(selectors.cancelling_more(found)),
    }
