"""Batches: reviewing, approving, handing over, answers, taking back."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.policies import require
from core.http import AuthedRequest
from payouts import papers, policies, selectors, services
from payouts.engine.answers import MOST_BYTES
from payouts.forms import AnswerForm, BatchActForm, PayoutActForm
from payouts.models import Answer, Batch, Payout
from payouts.views.shared import PER_PAGE, done


@require_GET
@require(policies.can_pay)
def batches(request: AuthedRequest) -> HttpResponse:
    page = Paginator(selectors.batch_list(), PER_PAGE).get_page(request.GET.get("page"))
    totals = selectors.batch_totals(*page)
    rows = [(batch, totals[batch.pk]) for batch in page]
    return render(request, "payouts/batches.html", {"page": page, "rows": rows})


@require_GET
@require(policies.can_pay)
def batch(request: AuthedRequest, number: int) -> HttpResponse:
    return _page(request, _batch(number), AnswerForm(), 200)


def _batch(number: int) -> Batch:
    people = ("created_by", "approved_by", "exported_by", "paid_by", "voided_by", "counters")
    return get_object_or_404(Batch.objects.select_related(*people), number=number)


def _page(request: AuthedRequest, shown: Batch, form: AnswerForm, status: int) -> HttpResponse:
    is_handed_over = shown.exported_at is not None
    context = {
        "batch": shown,
        "totals": selectors.batch_totals(shown)[shown.pk],
        "page": Paginator(selectors.payout_rows(shown), PER_PAGE).get_page(request.GET.get("page")),
        "files": papers.offered(shown) if is_handed_over else [],
        "answers": shown.answer_files.select_related("taken_by").order_by("-pk"),
        "differences": selectors.differences(shown),
        "countered_by": shown.countered_by.order_by("number"),
        "form": form,
        "is_intact": selectors.content_is_intact(shown),
        "may_approve": not (policies.needs_second_person() and shown.created_by_id == request.user.pk),
    }
    return render(request, "payouts/batch.html", context, status=status)


@require_POST
@require(policies.can_pay)
def batch_act(request: AuthedRequest, number: int) -> HttpResponse:
    """Approve, discard, hand over, mark paid or take back."""
    shown, form = _batch(number), BatchActForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(str(text) for errors in form.errors.values() for text in errors))
        return _page(request, shown, AnswerForm(), 422)
    act, by, now = form.cleaned_data["act"], request.user, timezone.now()
    acts = {
        "approve": (partial(services.approve_batch, batch=shown), _("Batch %(number)s is approved.")),
        "discard": (
            partial(services.discard_batch, batch=shown),
            _("Batch %(number)s is discarded. All of it is due."),
        ),
        "hand_over": (
            partial(services.hand_over, batch=shown),
            _("Batch %(number)s is frozen. Its files stay the same, however often they are downloaded."),
        ),
        "paid": (partial(services.mark_paid, batch=shown), _("Batch %(number)s is paid.")),
        "void": (
            partial(services.void_batch, batch=shown, reason=form.cleaned_data["reason"]),
            _("Batch %(number)s is taken back by a counter-batch. All of it is due again."),
        ),
    }
    call, said = acts[act]
    done(request, partial(call, acting_user=by, now=now), said % {"number": shown})
    return redirect("payouts:batch", number)


@require_POST
@require(policies.can_pay)
def batch_answer(request: AuthedRequest, number: int) -> HttpResponse:
    shown, form = _batch(number), AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, shown, form, 422)
    file = form.cleaned_data["file"]
    content = file.read(MOST_BYTES + 1)
    take = partial(services.take_answer, batch=shown, name=file.name or "", content=content)
    done(request, partial(take, acting_user=request.user, now=timezone.now()), _("The answer is taken in."))
    return redirect("payouts:batch", number)


@require_GET
@never_cache
@require(policies.can_pay)
def batch_file(request: AuthedRequest, number: int, name: str) -> HttpResponse:
    """A file as it was first handed out, to the byte."""
    shown = _batch(number)
    offered = {file.name: file for file in papers.offered(shown)} if shown.exported_at else {}
    try:
        content = services.batch_file(batch=shown, name=name, acting_user=request.user, now=timezone.now())
    except services.PayoutRefused as error:
        messages.warning(request, str(error))
        return redirect("payouts:batch", number)
    media = offered[name].media if name in offered else "application/octet-stream"
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{shown}-{name}"'
    return response


@require_POST
@require(policies.can_pay)
def payout_act(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a person out of a draft, or say that her payout came back."""
    shown = get_object_or_404(Payout.objects.select_related("batch"), pk=pk)
    form = PayoutActForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say why: whoever looks at the payout later will ask."))
        return redirect("payouts:batch", shown.batch.number)
    act = services.take_out if form.cleaned_data["act"] == "take_out" else services.send_back
    call = partial(act, payout=shown, reason=form.cleaned_data["reason"])
    done(request, partial(call, acting_user=request.user, now=timezone.now()), _("Done. It is due again."))
    return redirect("payouts:batch", shown.batch.number)


@require_POST
@require(policies.can_pay)
def difference_book(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Answer.objects.select_related("file__batch"), pk=pk)
    call = partial(services.book_difference, answer=shown, acting_user=request.user, now=timezone.now())
    done(request, call, _("The difference is booked; what is due is right again."))
    return redirect("payouts:batch", shown.file.batch.number)
