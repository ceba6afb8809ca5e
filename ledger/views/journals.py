"""Journals, to read and to take away."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.policies import require
from commissions.selectors import period_list, period_rows, period_rows_of
from core.downloads import csv_download, xlsx_download
from core.http import AuthedRequest
from core.periods import PeriodError, PeriodKind, parse_period
from ledger.papers import journal_table
from ledger.policies import can_see_books
from ledger.selectors.costs import cost_policy, costs, costs_journal
from ledger.selectors.entries import Journal
from ledger.selectors.journals import batch_journal, period_journal, posted_batches

PER_PAGE = 50
LONGEST_NUMBER = 10  # digits of a batch's


@require_GET
@require(can_see_books)
def journals(request: AuthedRequest) -> HttpResponse:
    page = Paginator(period_list(), PER_PAGE).get_page(request.GET.get("page"))
    batches = [(batch, f"PAY-{batch}") for batch in posted_batches()[:PER_PAGE]]
    context = {"page": page, "rows": period_rows(list(page.object_list)), "batches": batches}
    return render(request, "ledger/journals.html", context)


@require_GET
@require(can_see_books)
def journal(request: AuthedRequest, reference: str) -> HttpResponse:
    return render(request, "ledger/journal.html", {"journal": _journal(reference)})


@require_GET
@require(can_see_books)
def journal_file(request: AuthedRequest, reference: str, form: str) -> HttpResponseBase:  # noqa: ARG001
    found = _journal(reference)
    if form == "xlsx":
        return xlsx_download([journal_table(found)], found.reference, made_at=timezone.now())
    return csv_download(journal_table(found), found.reference)


def _journal(reference: str) -> Journal:
    """By what it is of: COM and a period (an accrual as long as that moves), PAY and a batch, CON and a month."""
    kind, _sign, of = reference.partition("-")
    if kind == "PAY" and of.isascii() and of.isdecimal() and len(of) < LONGEST_NUMBER:
        return batch_journal(get_object_or_404(posted_batches(), number=int(of)))
    try:
        calendar = parse_period(of)
    except PeriodError as error:
        raise Http404(str(error)) from None
    if kind == "CON" and calendar.kind is PeriodKind.MONTH:
        return costs_journal(costs(cost_policy()), calendar.start)
    if kind not in ("COM", "ACC"):
        raise Http404
    return period_journal(get_object_or_404(period_rows_of(calendar)))
