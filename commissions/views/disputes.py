"""Disputes: the queue, raising one, and one with what is said and done about it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from commissions.engine.errors import AmountTooLarge
from commissions.forms.adjusting import minor_of
from commissions.forms.disputes import (
    FactsForm,
    HandOnForm,
    MessageForm,
    MissingDealForm,
    OutcomeForm,
    QueueFilter,
    ReasonForm,
)
from commissions.models import Dispute, EarningLine, Statement
from commissions.policies import can_see_queue, may_handle
from commissions.selectors.disputes import (
    deal_subject,
    dispute_view,
    handlers,
    line_subject,
    may_raise,
    queue,
    queue_counts,
    statement_subject,
    title_of,
)
from commissions.services import disputes as services
from commissions.services.dispute_facts import Facts, payable_with
from commissions.services.disputes import DisputeRefused, DisputeStands, Subject
from commissions.views.shared import PER_PAGE, page_or_fragment
from core.http import AuthedRequest
from core.money import to_major
from sales.policies import can_create_deal, can_edit_deal


@require_GET
@login_required
@vary_on_headers("HX-Request")
def disputes(request: AuthedRequest) -> HttpResponse:
    """What waits for managers and finance; a payee's own, for everybody else."""
    today = timezone.localdate()
    form = QueueFilter(request.GET)
    form.is_valid()
    show, text = form.cleaned_data.get("show", ""), form.cleaned_data.get("q", "")
    found = queue(request.user, today, show=show, text=text)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, title_of(row), row.stands and row.due_on < today) for row in page],
        "counts": queue_counts(request.user, today),
        "show": show,
        "is_filtered": bool(show or text),
        "is_queue": can_see_queue(request.user),
    }
    return render(request, page_or_fragment(request, "commissions/disputes.html", "disputes"), context)


@require_http_methods(["GET", "POST"])
@login_required
def dispute_new(request: AuthedRequest, pk: int) -> HttpResponse:
    """Dispute a line of a statement (`?line=`), a missing deal (`?about=deal`) or all of it."""
    today = timezone.localdate()
    visible = Statement.objects.visible_to(request.user, today).select_related("payee", "period")
    statement = get_object_or_404(visible, pk=pk)
    if not may_raise(statement, request.user, today):
        raise PermissionDenied(_("Only the payee disputes a statement, or a manager for her."))
    line = _line(request, statement)
    is_deal = line is None and request.GET.get("about") == "deal"
    form_class = MissingDealForm if is_deal else ReasonForm
    form = form_class(request.POST or None)
    stands = None
    if request.method == "POST" and form.is_valid() and (subject := _subject(request, form, statement, line)):
        try:
            row = services.raise_dispute(
                statement=statement, subject=subject, reason=form.cleaned_data["reason"], acting_user=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except DisputeStands as error:
            form.add_error(None, str(error))
            stands = error.dispute
        except DisputeRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is raised. Whoever sees to it answers here."))
            return redirect("commissions:dispute", row.pk)
    context = {
        "form": form, "statement": statement, "line": line and line_subject(line, is_own=_is_own(request, statement)),
        "is_deal": is_deal, "stands": stands, "is_own": _is_own(request, statement),
    }  # fmt: skip
    return render(request, "commissions/dispute_new.html", context, status=422 if request.method == "POST" else 200)


def _is_own(request: AuthedRequest, statement: Statement) -> bool:
    return statement.payee_id == request.user.pk


def _line(request: AuthedRequest, statement: Statement) -> EarningLine | None:
    number = request.GET.get("line", "")
    if not number:
        return None
    lines = EarningLine.objects.filter(statement=statement).select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    )
    return get_object_or_404(lines, pk=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0)


def _subject(
    request: AuthedRequest, form: forms.Form, statement: Statement, line: EarningLine | None
) -> Subject | None:
    """None where a field says why."""
    if line is not None:
        return Subject(**line_subject(line, is_own=_is_own(request, statement)))
    if not isinstance(form, MissingDealForm):
        return Subject(**statement_subject())
    claimed = minor_of(form, "amount", statement.currency) if form.cleaned_data["amount"] else None
    if form.errors:
        return None
    said = form.cleaned_data
    return Subject(**deal_subject(text=said["deal"], customer=said["customer"], claimed_minor=claimed))


def _found(request: AuthedRequest, pk: int) -> Dispute:
    rows = Dispute.objects.visible_to(request.user, timezone.localdate()).select_related(
        "payee", "period", "assignee", "deal", "raised_by", "ended_by", "adjustment__period"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@login_required
def dispute(request: AuthedRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


def _page(request: AuthedRequest, row: Dispute, status: int = 200, **filled: forms.Form) -> HttpResponse:
    today = timezone.localdate()
    shown = dispute_view(row, request.user, today)
    context: dict[str, Any] = {
        "shown": shown, "row": row, "is_own": row.payee_id == request.user.pk,
        "is_overdue": row.stands and row.due_on < today, "message_form": MessageForm(), "today": today,
    }  # fmt: skip
    if shown.may_handle and row.stands:
        initial = {"assignee": row.assignee_id, "due_on": row.due_on}
        context["hand_on_form"] = HandOnForm(initial=initial, people=handlers(row, today))
    if shown.may_end:
        context["outcome_form"] = OutcomeForm(dispute=row)
    return render(request, "commissions/dispute.html", context | filled, status=status)


def _done(
    request: AuthedRequest, row: Dispute, form: forms.Form, name: str, act: Callable[[], object], text: str
) -> HttpResponse:
    """Act where the form is valid; else, and where it is refused, the page with the form."""
    if form.is_valid():
        try:
            act()
        except DisputeRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, text)
            return redirect("commissions:dispute", row.pk)
    return _page(request, _found(request, row.pk), 422, **{name: form})


@require_POST
@login_required
def dispute_message(request: AuthedRequest, pk: int) -> HttpResponse:
    row, form = _found(request, pk), MessageForm(request.POST)

    def write() -> None:
        services.write_message(dispute=row, **form.cleaned_data, acting_user=request.user, now=timezone.now())

    return _done(request, row, form, "message_form", write, _("Your message is there."))


def _handled(request: AuthedRequest, pk: int) -> Dispute:
    row = _found(request, pk)
    if not may_handle(request.user, row.payee_id, timezone.localdate()):
        raise PermissionDenied(_("Finance and the payee's managers see to disputes, nobody to her own."))
    return row


@require_POST
@login_required
def dispute_assign(request: AuthedRequest, pk: int) -> HttpResponse:
    row = _handled(request, pk)
    form = HandOnForm(request.POST, people=handlers(row, timezone.localdate()))

    def assign() -> None:
        services.assign_dispute(dispute=row, **form.cleaned_data, acting_user=request.user, now=timezone.now())

    return _done(request, row, form, "hand_on_form", assign, _("Saved: who sees to it, and until when."))


@require_POST
@login_required
def dispute_end(request: AuthedRequest, pk: int) -> HttpResponse:
    row = _handled(request, pk)
    form = OutcomeForm(request.POST, dispute=row)

    def end() -> None:
        services.end_dispute(dispute=row, **form.cleaned_data, acting_user=request.user, now=timezone.now())

    return _done(request, row, form, "outcome_form", end, _("The dispute has ended. The payee is told by e-mail."))


@require_POST
@login_required
def dispute_withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    row = _found(request, pk)
    try:
        services.withdraw_dispute(dispute=row, acting_user=request.user, now=timezone.now())
    except DisputeRefused as error:
        raise PermissionDenied(str(error)) from None
    messages.success(request, _("The dispute is taken back. It stays here as history."))
    return redirect("commissions:dispute", pk)


@require_GET
@login_required
def dispute_facts(request: AuthedRequest, pk: int) -> HttpResponse:
    """What its statement would pay if a deal were as somebody says, before the deal is changed. Nothing is written."""
    row = _handled(request, pk)
    currency = row.deal.currency if row.deal else row.currency
    form = FactsForm(request.GET if "show" in request.GET else None, initial=_facts_of(row))
    found = None
    if form.is_bound and form.is_valid():
        amount = minor_of(form, "amount", currency) if form.cleaned_data["amount"] else None
        try:
            if not form.errors:
                said = Facts(row.deal, amount, form.cleaned_data["closed_on"], form.cleaned_data["is_hers"])
                found = payable_with(dispute=row, facts=said, now=timezone.now())
        except DisputeRefused as error:
            form.add_error(None, str(error))
        except AmountTooLarge:
            form.add_error(None, _("These amounts are too large to add up. Check their decimal points."))
    context = {
        "row": row, "form": form, "found": found, "deal_currency": currency,
        "may_edit": bool(row.deal and can_edit_deal(request.user, row.deal)),
        "may_create": can_create_deal(request.user),
    }  # fmt: skip
    return render(request, "commissions/dispute_facts.html", context, status=422 if form.errors else 200)


def _facts_of(row: Dispute) -> dict[str, Any]:
    """As the deal is, or as the payee says."""
    if row.deal:
        amount = number_format(to_major(row.deal.amount_minor, row.deal.currency), force_grouping=True)
        return {"amount": amount, "closed_on": row.deal.closed_on, "is_hers": row.deal.owner_id == row.payee_id}
    claimed = row.claimed_minor
    amount = "" if claimed is None else number_format(to_major(claimed, row.currency), force_grouping=True)
    return {"amount": amount, "closed_on": row.period.start, "is_hers": True}
