from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.policies import require
from audit import selectors
from audit.forms import HistoryFilter
from audit.papers import history_table
from audit.policies import can_read_history
from core.downloads import csv_download, xlsx_download
from core.htmx import wants_fragment
from core.http import AuthedRequest


@require_GET
@require(can_read_history)
@vary_on_headers("HX-Request")
def history(request: AuthedRequest) -> HttpResponse:
    form = HistoryFilter(request.GET)
    search = form.search()
    page = selectors.page_of(search, request.GET.get("before", ""))
    context = {
        "form": form,
        "search": search,
        "kind": selectors.kind_name(search.model) if search.model else "",
        "rows": selectors.said(page.changes),
        "older": page.older,
        "is_first": not request.GET.get("before"),
        "is_filtered": search != selectors.Search(),
    }
    return render(request, "audit/history.html" + ("#changes" if wants_fragment(request) else ""), context)


@require_GET
@require(can_read_history)
def export(request: AuthedRequest, form: str) -> HttpResponseBase:
    """What the page's filters find, as a file."""
    table = history_table(HistoryFilter(request.GET).search())
    if form == "csv":
        return csv_download(table, "history")
    if form == "xlsx":
        return xlsx_download([table], "history", made_at=timezone.now())
    raise Http404(_("There is no such kind of file."))
