"""Deals: found, read, entered, changed, closed and paid for."""

import secrets
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import BaseFormSet, Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Company
from core.htmx import wants_fragment
from core.http import AuthedRequest
from sales import policies, selectors, services
from sales.engine.splits import ONE
from sales.forms.deals import (
    MOST_ROWS,
    ROWS,
    CancelForm,
    CloseForm,
    DealFilter,
    DealForm,
    OwnDealForm,
    PaymentForm,
    ShareForm,
    ShareFormSet,
    deal_initial,
    share_initial,
)
from sales.forms.lines import PREFIX, LineForm, LineFormSet, line_initial, lines_of, typed_rows
from sales.models import Deal

PER_PAGE = 50
SUGGESTED = ("people", "customers", "products")
Shares: TypeAlias = "BaseFormSet[ShareForm]"
Lines: TypeAlias = "BaseFormSet[LineForm]"


@require_GET
@login_required
@vary_on_headers("HX-Request")
def deals(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    form = DealFilter(request.GET, currencies=selectors.used_currencies())
    search = form.search()
    found = selectors.deal_list(request.user, today, search)
    context = {
        "form": form,
        "deals": found,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),  # type: ignore[arg-type]  # counted, cut
        "is_filtered": search != selectors.DealSearch(order=search.order),
        "is_sorted_as_asked": search.order == found.order,
        "sees_others": selectors.sees_others(request.user, today),
        "can_create": policies.can_create_deal(request.user),
    }
    return render(request, "sales/deals.html" + ("#deals" if wants_fragment(request) else ""), context)


@require_GET
@login_required
def deal(request: AuthedRequest, pk: int) -> HttpResponse:
    return _deal_page(request, _visible(request, pk))


def _visible(request: AuthedRequest, pk: int) -> Deal:
    visible = Deal.objects.visible_to(request.user, timezone.localdate())
    return get_object_or_404(visible.select_related("owner", "customer", "product"), pk=pk)


def _deal_page(
    request: AuthedRequest,
    shown: Deal,
    form: CloseForm | None = None,
    status: int = 200,
    paying: PaymentForm | None = None,
    cancelling: CancelForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    can_pay = policies.can_record_payments(request.user) and shown.status == Deal.Status.WON
    fresh = PaymentForm(currency=shown.currency, initial={"paid_on": today, "token": secrets.token_hex(5)})
    context = {
        "payments": selectors.payments_of(shown),
        "can_record_payments": policies.can_record_payments(request.user),
        "paying": (paying or fresh) if can_pay else None,
        "deal": shown,
        "margin": None if shown.cost_minor is None else shown.amount_minor - shown.cost_minor,
        "discount": None if shown.discount_ppm is None else Fraction(shown.discount_ppm, ONE),
        "custom": sorted(shown.custom.items()),
        "shares": selectors.shares_of(shown),
        "lines": selectors.lines_of(shown),
        "can_edit": policies.can_edit_deal(request.user, shown),
        "can_close": policies.can_close_deal(request.user, shown),
        "cancelling": (cancelling or CancelForm(initial={"cancelled_on": today}))
        if policies.can_cancel_deal(request.user, shown)
        else None,
        "form": form or CloseForm(initial={"closed_on": today}),
    }
    return render(request, "sales/deal.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def deal_edit(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Change a deal, or without a key enter one. `more` only adds empty rows, for shares or for lines."""
    shown = _visible(request, pk) if pk else None
    _refuse_unless_writable(request, shown)
    if request.method == "GET":
        return _form_page(request, shown, *_fresh(request, shown), _fresh_lines(shown))
    if "more" in request.POST:
        rows = LineFormSet(initial=typed_rows(request.POST), prefix=PREFIX)
        return _form_page(request, shown, *_with_more_rows(request), rows)
    form, shares = _form_class(request)(request.POST), ShareFormSet(request.POST, prefix="shares")
    lines = LineFormSet(request.POST, prefix=PREFIX) if f"{PREFIX}-TOTAL_FORMS" in request.POST else None
    if saved := _saved(request, shown, form, shares, lines):
        messages.success(request, _("%(deal)s is saved.") % {"deal": saved})
        return redirect("sales:deal", saved.pk)
    return _form_page(request, shown, form, shares, lines or _fresh_lines(shown), 422)


def _fresh_lines(shown: Deal | None) -> Lines:
    rows = [line_initial(line, shown.currency) for line in selectors.lines_of(shown)] if shown else []
    return LineFormSet(initial=rows, prefix=PREFIX)


def _refuse_unless_writable(request: AuthedRequest, shown: Deal | None) -> None:
    if shown and not policies.can_edit_deal(request.user, shown):
        raise PermissionDenied(
            _("Reps and managers change their own open deals. Ask an administrator to change this one.")
        )
    if not shown and not policies.can_create_deal(request.user):
        raise PermissionDenied(_("Reps, managers and administrators enter deals. Ask one of them."))


def _form_class(request: AuthedRequest) -> type[DealForm]:
    return DealForm if policies.can_choose_who_is_credited(request.user) else OwnDealForm


def _fresh(request: AuthedRequest, shown: Deal | None) -> tuple[DealForm, Shares]:
    if shown:
        rows = [share_initial(share) for share in selectors.shares_of(shown)]
        return _form_class(request)(initial=deal_initial(shown)), ShareFormSet(initial=rows, prefix="shares")
    initial = {
        # Given out before it is saved, so that a form that is sent twice makes one deal.
        "external_id": services.new_external_id(),
        "status": Deal.Status.OPEN,
        "currency": Company.objects.values_list("currency", flat=True).first() or "USD",
        "opened_on": timezone.localdate(),
    }
    return _form_class(request)(initial=initial), ShareFormSet(prefix="shares")


def _with_more_rows(request: AuthedRequest) -> tuple[DealForm, Shares]:
    """What has been typed, not yet looked at, and room for more."""
    form = _form_class(request)(initial=request.POST.dict())
    rows: list[dict[str, str]] = []
    while len(rows) <= MOST_ROWS and f"shares-{len(rows)}-person" in request.POST:
        names = ("person", "percent", "role")
        rows.append({name: request.POST.get(f"shares-{len(rows)}-{name}", "") for name in names})
    return form, ShareFormSet(initial=rows[: MOST_ROWS - ROWS], prefix="shares")


def _saved(
    request: AuthedRequest, shown: Deal | None, form: DealForm, shares: Shares, lines: "Lines | None"
) -> Deal | None:
    """The deal as it was saved; None, and the reasons in the form, when it can't be so. Without `lines` they stay."""
    chooses = policies.can_choose_who_is_credited(request.user)
    rows_are_valid = lines is None or lines.is_valid()
    form.fields["amount"].required = not (lines and rows_are_valid and any(row.says_something for row in lines))
    if not (form.is_valid() and (shares.is_valid() or not chooses) and rows_are_valid):
        return None
    facts: dict[str, Any] = form.cleaned_data
    if lines is not None:
        if (said := lines_of(lines, facts["currency"])) is None:
            return None
        facts = {**facts, "lines": [services.Line(**line) for line in said]}
        facts |= {"amount_minor": sum(line["amount_minor"] for line in said)} if said else {}
    if not chooses:
        facts = {**facts, "owner": shown.owner if shown else request.user}
    parts = _parts(shares) if chooses else _as_they_are(shown)
    try:
        return services.save_deal(deal=shown, shares=parts, **facts, acting_user=request.user, now=timezone.now())
    except ValidationError as error:
        _refuse(form, error)
    return None


def _parts(shares: Shares) -> list[services.Part]:
    rows = [row.cleaned_data for row in shares if row.cleaned_data.get("person")]
    return [services.Part(row["person"], row["percent"], row["role"]) for row in rows]


def _as_they_are(shown: Deal | None) -> Sequence[services.Part]:
    rows = selectors.shares_of(shown) if shown else []
    return [services.Part(share.user, share.share_ppm, share.role) for share in rows]


def _refuse(form: Form, error: ValidationError) -> None:
    """Show a service's refusal in the form, also where it names a field that the form does not have."""
    for name, errors in (error.error_dict if hasattr(error, "error_dict") else {"": [error]}).items():
        field = name.removesuffix("_minor").removesuffix("_ppm")
        form.add_error(field if field in form.fields else None, errors)


def _form_page(
    request: AuthedRequest, shown: Deal | None, form: DealForm, shares: Shares, lines: Lines, status: int = 200
) -> HttpResponse:
    chooses = policies.can_choose_who_is_credited(request.user)
    context = {"deal": shown, "form": form, "shares": shares if chooses else None, "lines": lines}
    return render(request, "sales/deal_edit.html", context, status=status)


@require_POST
@login_required
def deal_close(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = _visible(request, pk)
    if shown.status == Deal.Status.OPEN:  # else the service says that it is closed, as to who taps twice
        _refuse_unless_writable(request, shown)
    form = CloseForm(request.POST)
    if form.is_valid() and _closed(request, shown, form):
        return redirect("sales:deal", pk)
    return _deal_page(request, _visible(request, pk), form, 422)


def _closed(request: AuthedRequest, shown: Deal, form: CloseForm) -> bool:
    won = form.cleaned_data["outcome"] == "won"
    day = form.cleaned_data["closed_on"]
    try:
        services.close_deal(deal=shown, won=won, closed_on=day, acting_user=request.user, now=timezone.now())
    except ValidationError as error:
        _refuse(form, error)
        return False
    text = _("%(deal)s is won. Boards and statements follow within moments.") if won else _("%(deal)s is lost.")
    messages.success(request, text % {"deal": shown})
    return True


@require_POST
@login_required
def deal_cancel(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = _visible(request, pk)
    _refuse_unless_writable(request, shown)
    form = CancelForm(request.POST)
    if form.is_valid() and _cancelled(request, shown, form):
        return redirect("sales:deal", pk)
    return _deal_page(request, _visible(request, pk), status=422, cancelling=form)


def _cancelled(request: AuthedRequest, shown: Deal, form: CancelForm) -> bool:
    day = form.cleaned_data["cancelled_on"]
    try:
        services.cancel_deal(deal=shown, cancelled_on=day, acting_user=request.user, now=timezone.now())
    except ValidationError as error:
        _refuse(form, error)
        return False
    messages.success(request, _("%(deal)s is cancelled. Statements follow within moments.") % {"deal": shown})
    return True


@require_POST
@login_required
def payment_record(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = _visible(request, pk)
    if not policies.can_record_payments(request.user):
        raise PermissionDenied
    form = PaymentForm(request.POST, currency=shown.currency)
    if form.is_valid() and _recorded(request, shown, form):
        return redirect("sales:deal", pk)
    return _deal_page(request, shown, status=422, paying=form)


def _recorded(request: AuthedRequest, shown: Deal, form: PaymentForm) -> bool:
    try:
        services.record_payment(deal=shown, **form.payment(), acting_user=request.user, now=timezone.now())
    except ValidationError as error:
        _refuse(form, error)
        return False
    messages.success(request, _("The payment is recorded. Statements that go by it follow within moments."))
    return True


@require_POST
@login_required
def payment_remove(request: AuthedRequest, pk: int, payment: int) -> HttpResponse:
    shown = _visible(request, pk)
    row = get_object_or_404(shown.payments, pk=payment)
    services.remove_payment(payment=row, acting_user=request.user, now=timezone.now())
    messages.success(request, _("The payment is removed. Statements that went by it follow within moments."))
    return redirect("sales:deal", pk)


@require_GET
@login_required
def suggestions(request: AuthedRequest, kind: str) -> HttpResponse:
    """What fits as one types. The one parameter has the name of whatever field asks."""
    if kind not in SUGGESTED:
        raise Http404(kind)
    text = next(iter(request.GET.dict().values()), "").replace("\x00", "")[:100]
    found = selectors.suggestions(kind, text, user=request.user, on=timezone.localdate())
    return render(request, "sales/_suggestions.html", {"texts": found})
