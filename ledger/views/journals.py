"""The journals of periods, to read and to take away."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.policies import require
from commissions.selectors import period_list, period_rows, period_rows_of
from core.downloads import csv_download, xlsx_download
from core.http import AuthedRequest
from core.periods import PeriodError, parse_period
from ledger.papers import journal_table
from ledger.policies import can_see_books
from ledger.selectors.journals import Journal, period_journal

PER_PAGE = 50


@require_GET
@require(can_see_books)
def journals(request: AuthedRequest) -> HttpResponse:
    page = Paginator(period_list(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/journals.html", {"page": page, "rows": period_rows(list(page.object_list))})


@require_GET
@require(can_see_books)
def journal(request: AuthedRequest, label: str) -> HttpResponse:
    return render(request, "ledger/journal.html", {"journal": _journal(label)})


@require_GET
@require(can_see_books)
def journal_file(request: AuthedRequest, label: str, form: str) -> HttpResponseBase:  # noqa: ARG001
    found = _journal(label)
    if form == "xlsx":
        return xlsx_download([journal_table(found)], found.reference, made_at=timezone.now())
    return csv_download(journal_table(found), found.reference)


def _journal(label: str) -> Journal:
    try:
        calendar = parse_period(label)
    except PeriodError as error:
        raise Http404(str(error)) from None
    return period_journal(get_object_or_404(period_rows_of(calendar)))
