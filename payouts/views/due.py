"""What is due now, and making a batch of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from core.htmx import wants_fragment
from core.http import AuthedRequest
from payouts import policies, selectors, services
from payouts.forms import BatchForm, DueFilter
from payouts.selectors.due import DueRow
from payouts.views.shared import PER_PAGE


@require_GET
@require(policies.can_pay)
@vary_on_headers("HX-Request")
def due(request: AuthedRequest) -> HttpResponse:
    template = "payouts/due.html#due" if wants_fragment(request) else "payouts/due.html"
    return render(request, template, _context(request, None))


@require_POST
@require(policies.can_pay)
def batch_new(request: AuthedRequest) -> HttpResponse:
    """A second click, or the same request again, leads to the same batch."""
    rows = selectors.due_rows(on=timezone.localdate())
    form = BatchForm(request.POST, people={row.payee.pk for row in rows})
    if not form.is_valid():
        return render(request, "payouts/due.html", _context(request, form), status=422)
    try:
        batch = services.create_batch(**form.cleaned_data, acting_user=request.user, now=timezone.now())
    except services.PayoutRefused as error:
        form.add_error(None, str(error))
        return render(request, "payouts/due.html", _context(request, form), status=422)
    messages.success(
        request, _("Batch %(number)s is a draft. Look it through; then somebody approves it.") % {"number": batch}
    )
    return redirect("payouts:batch", batch.number)


def _context(request: AuthedRequest, form: BatchForm | None) -> dict[str, Any]:
    today = timezone.localdate()
    rows = selectors.due_rows(on=today)
    chosen = DueFilter(request.GET)
    chosen.is_valid()
    shown = _matching(rows, **{name: chosen.cleaned_data.get(name, "") for name in ("q", "reason")})
    return {
        "form": form or BatchForm(initial={"pay_on": today, "kind": "regular"}, people=set()),
        "filter": chosen,
        "is_filtered": any(chosen.cleaned_data.values()),
        "totals": selectors.due_totals(rows),
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "waiting_accounts": selectors.waiting_accounts(),
        "any_payable": any(row.is_payable for row in rows),
        "needs_second": policies.needs_second_person(),
    }


def _matching(rows: Sequence[DueRow], q: str, reason: str) -> list[DueRow]:
    text = q.strip().casefold()
    return [
        row
        for row in rows
        if text in f"{row.payee.name} {row.payee.email or ''}".casefold()
        and reason in ("", row.decision.reason or "payable")
    ]
