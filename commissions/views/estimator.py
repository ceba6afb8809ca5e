"""What open deals would bring, as somebody changes them. Nothing is stored: the address is the state."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import replace_url

from accounts.models import User
from commissions import selectors
from commissions.engine.errors import AmountTooLarge
from commissions.selectors.asked import reach, reads_by
from commissions.selectors.estimate import DealEarning, Estimate, estimate
from commissions.selectors.pipeline import MOST, currency_of, open_deals
from commissions.views.shared import page_or_fragment
from commissions.views.supposing import Row, TooManyDeals, address, rows_of
from core.htmx import wants_fragment
from core.http import AuthedRequest


@dataclass(frozen=True, slots=True)
class _Asked:
    payee: User
    rows: list[Row]
    address: str  # the query that says all of this
    is_weighed: bool  # by the chance to win
    currency: str  # of deals made up
    open_count: int  # of all open deals
    trouble: str  # why nothing is estimated; empty otherwise

    def estimate(self, today: date) -> Estimate:
        return estimate(payee=self.payee, supposed=[row.supposed for row in self.rows if row.is_counted], today=today)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@vary_on_headers("HX-Request")
def estimator(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """One's own open deals, or those of somebody whose pay one may see; live as the reader types, or by a button.

    The form posts every input, and the address says only what was changed.
    """
    today = timezone.localdate()
    asked = _asked(request, pk, today)
    where = f"{_address(asked.payee, request.user)}?{asked.address}"
    if request.method == "POST" and not asked.trouble and not wants_fragment(request):
        return redirect(where)
    found, trouble = None, asked.trouble
    if asked.currency and not trouble:
        try:
            found = asked.estimate(today)
        except AmountTooLarge:
            trouble = _("These amounts are too large to add up. Check their decimal points.")
    context = {**_context(request, asked, found, today), "trouble": trouble}
    template = page_or_fragment(request, "commissions/estimator.html", "outcome")
    response = render(request, template, context, status=422 if trouble and not wants_fragment(request) else 200)
    return response if asked.trouble or not wants_fragment(request) else replace_url(response, where)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def estimated(request: AuthedRequest, pk: int, key: str) -> HttpResponse:
    """Why a deal would earn what the estimate says: the lines of the statement to come."""
    today = timezone.localdate()
    asked = _asked(request, pk, today)
    row = next((row for row in asked.rows if row.key == key and row.is_counted), None)
    if row is None or asked.trouble:
        raise Http404(f"no deal {key} in this estimate")
    try:
        earning = asked.estimate(today).deals[row.deal.pk]
    except AmountTooLarge:
        raise Http404("too large to estimate") from None
    context = {
        "row": row,
        "parts": _reasons(earning, is_own=asked.payee == request.user),
        "why_not": earning.why_not,
        "back": f"{_address(asked.payee, request.user)}?{asked.address}",
    }
    return render(request, page_or_fragment(request, "commissions/estimated.html", "reasons"), context)


def _asked(request: AuthedRequest, pk: int | None, today: date) -> _Asked:
    me = request.user
    visible = User.objects.visible_to(me, today)
    payee = me if pk in (None, me.pk) else get_object_or_404(visible, pk=pk)
    currency = currency_of(payee, today) or ""
    deals, count = open_deals(payee, today)
    said = request.POST if request.method == "POST" else request.GET
    weigh = "weigh" in said
    try:
        reads = reads_by(payee, today) if currency else {}
        rows = rows_of(said, deals, reads=reads, currency=currency, today=today) if currency else []
    except TooManyDeals as error:
        return _Asked(payee, [], "", weigh, currency, count, str(error))
    return _Asked(payee, rows, address(rows, weigh=weigh), weigh, currency, count, "")


def _address(payee: User, me: User) -> str:
    if payee == me:
        return reverse("commissions:estimator")
    return reverse("commissions:estimator-of", args=[payee.pk])


def _context(request: AuthedRequest, asked: _Asked, found: Estimate | None, today: date) -> dict[str, Any]:
    first, end = reach(today)
    return {
        "payee": asked.payee,
        "is_own": asked.payee == request.user,
        "here": _address(asked.payee, request.user),
        "query": asked.address,
        "why": f"{reverse('commissions:estimator-of', args=[asked.payee.pk])}deals/",
        "rows": asked.rows,
        "left_out": sum(bool(row.errors) and row.is_included for row in asked.rows),
        "estimate": found,
        "earned": _earned(asked.rows, found),
        "weigh": asked.is_weighed,
        "currency": asked.currency,
        "more": max(asked.open_count - MOST, 0),
        "first": first,
        "end": end,
        "is_live": wants_fragment(request),
    }


def _earned(rows: list[Row], found: Estimate | None) -> list[tuple[Row, DealEarning | None]]:
    return [(row, found.deals.get(row.deal.pk) if found else None) for row in rows]


def _reasons(earning: DealEarning, *, is_own: bool) -> list[dict[str, Any]]:
    whys = [selectors.line_explanation(part.line) for part in earning.parts]
    return [{"why": why, "reading": selectors.reading(why, is_own=is_own)} for why in whys]
