"""Files on their way into the facts: uploaded, matched, checked, imported. For administrators."""

import csv
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from redis.exceptions import RedisError

from accounts.policies import can_administer, require
from core.http import AuthedRequest
from sales import selectors, services
from sales.engine.fields import Kind
from sales.forms.imports import UploadForm
from sales.models import Import

PER_PAGE, PROBLEMS_PER_PAGE = 50, 20
KEEP_TOKEN = 3600  # seconds


@require_GET
@require(can_administer)
def imports(request: AuthedRequest) -> HttpResponse:
    page = Paginator(selectors.import_list(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "sales/imports.html", {"page": page, "guides": selectors.guides()})


@require_http_methods(["GET", "POST"])
@require(can_administer)
def import_new(request: AuthedRequest) -> HttpResponse:
    """Take a file. Without a mapping its columns are matched next; with one it is checked, or imported, at once."""
    if request.method == "GET":
        kind = request.GET.get("kind", Kind.PEOPLE)
        return _upload_page(request, UploadForm(initial={"kind": kind, "token": get_random_string(32)}), 200)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form, 422)
    if not _first_time(request):
        messages.info(request, _("This file was uploaded a moment ago: it is the first in the list."))
        return redirect("sales:imports")
    row = _start(request, form.cleaned_data)
    return redirect("sales:import-columns" if row.status == Import.Status.DRAFT else "sales:import", row.pk)


def _upload_page(request: AuthedRequest, form: UploadForm, status: int) -> HttpResponse:
    context = {"form": form, "guides": selectors.guides()}
    return render(request, "sales/import_new.html", context, status=status)


def _first_time(request: AuthedRequest) -> bool:
    """Whether this very form is sent for the first time. Should Valkey be away, the file is only checked twice."""
    token = request.POST.get("token", "")
    try:
        return not token or cache.add(f"sales.upload:{request.user.pk}:{token[:64]}", 1, KEEP_TOKEN)
    except RedisError:
        return True


def _start(request: AuthedRequest, given: dict[str, Any]) -> Import:
    file = given["file"]
    return services.start_import(
        kind=Kind(given["kind"]),
        file=file,
        file_name=file.name,
        mapping=given["document"],
        dry_run=given["dry_run"] or given["hold"],
        keep_good_rows=given["keep_good_rows"],
        wake=True,
        hold=given["hold"],
        acting_user=request.user,
        now=timezone.now(),
    )


@require_GET
@require(can_administer)
def import_page(request: AuthedRequest, pk: int) -> HttpResponse:
    return render(request, "sales/import.html", _context(request, pk))


@require_GET
@require(can_administer)
def import_state(request: AuthedRequest, pk: int) -> HttpResponse:
    """How far an import is, and then what it came to, for its page to ask again and again."""
    return render(request, "sales/import.html#state", _context(request, pk))


def _context(request: AuthedRequest, pk: int) -> dict[str, Any]:
    row = get_object_or_404(Import.objects.select_related("started_by"), pk=pk)
    report = selectors.import_report(row)
    progress = selectors.import_progress(pk) if row.status == Import.Status.WAITING else None
    return {
        "import": row,
        "report": report,
        "progress": progress,
        "share": progress.share if progress else Fraction(0),
        "page": Paginator(report.problems, PROBLEMS_PER_PAGE).get_page(request.GET.get("page")),
    }


@require_POST
@require(can_administer)
def import_apply(request: AuthedRequest, pk: int) -> HttpResponse:
    """Import what was checked. Of several clicks the first counts; the others are told."""
    row = get_object_or_404(Import, pk=pk)
    keep = bool(request.POST.get("keep_good_rows"))
    try:
        services.apply_import(import_id=row.pk, keep_good_rows=keep, acting_user=request.user, now=timezone.now())
    except services.ImportBusy as error:
        messages.warning(request, str(error))
    return redirect("sales:import", pk)


@require_POST
@require(can_administer)
def import_check(request: AuthedRequest, pk: int) -> HttpResponse:
    """Check the same file with the same mapping: what it names may exist by now."""
    row = get_object_or_404(Import, pk=pk)
    try:
        services.check_again(import_id=pk, mapping=row.mapping, acting_user=request.user, now=timezone.now())
    except services.ImportBusy as error:
        messages.warning(request, str(error))
    return redirect("sales:import", pk)


@require_GET
@require(can_administer)
def import_refused(request: AuthedRequest, pk: int) -> FileResponse:  # noqa: ARG001 the same for all who may
    """The refused rows, to be corrected and imported with the same mapping."""
    row = get_object_or_404(Import, pk=pk)
    if not row.refused_file:
        raise Http404
    return _download(row.refused_file.open("rb"), f"{row.kind}-{row.pk}-refused.csv")


def _download(content: Any, name: str) -> FileResponse:  # noqa: ANN401 - a file of any storage
    response = FileResponse(content, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@require(can_administer)
def import_template(request: AuthedRequest, kind: str) -> HttpResponse:  # noqa: ARG001 the same for all who may
    """An empty table of a kind with one example row, for a spreadsheet to open."""
    if kind not in set(Kind):
        raise Http404
    columns = selectors.guide(Kind(kind)).columns
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    writer = csv.writer(response)
    writer.writerow([column.name for column in columns])
    writer.writerow([column.example for column in columns])
    return response
