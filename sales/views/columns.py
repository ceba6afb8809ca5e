"""The columns of an uploaded file matched with our fields, by choosing or as YAML."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policies import can_administer, require
from core.http import AuthedRequest
from sales import selectors, services
from sales.engine.columns import Head, as_yaml, guess
from sales.engine.fields import Kind
from sales.engine.problems import Unusable
from sales.forms.columns import ColumnsForm, ReadingForm
from sales.forms.imports import SourceForm
from sales.models import Import


@require_http_methods(["GET", "POST"])
@require(can_administer)
def import_columns(request: AuthedRequest, pk: int) -> HttpResponse:
    """Show the file's columns beside our fields; once they are matched, check the file."""
    row = get_object_or_404(Import, pk=pk)
    part = selectors.kept_part(row)
    reading = _reading(request, part)
    try:
        head = selectors.stored_head(row, {key: value for key, value in reading.items() if value})
    except (Unusable, FileNotFoundError) as error:
        return _columns_page(request, row, {"reading": ReadingForm(initial=reading), "unread": _why(error)}, 422)
    form = _form(row, part, reading, head, request)
    if request.method == "POST" and form.is_valid():
        return _check(request, row, form)
    context = {"form": form, "head": head, "reading": ReadingForm(initial=reading)}
    return _columns_page(request, row, context, 422 if request.method == "POST" else 200)


def _why(error: Unusable | FileNotFoundError) -> list[str]:
    if isinstance(error, FileNotFoundError):  # kept, as far as the database knows
        return [_("The file is no longer kept on the server. Upload it again.")]
    return selectors.in_words(*error.told)


def _reading(request: AuthedRequest, part: dict[str, Any]) -> dict[str, str]:
    """How to read the file: as chosen, or else as its mapping says."""
    given = request.POST if request.method == "POST" else request.GET
    form = ReadingForm(given)
    if given.keys() & form.fields.keys() and form.is_valid():
        return {name: form.cleaned_data[name] for name in form.fields}
    return {name: part.get(name, "") for name in form.fields}


def _form(
    row: Import, part: dict[str, Any], reading: dict[str, str], head: Head, request: AuthedRequest
) -> ColumnsForm:
    kind = Kind(row.kind)
    shown = part if part.get("fields") else {**part, **guess(kind, head)}
    data = request.POST if request.method == "POST" else None
    return ColumnsForm(data, kind=kind, head=head, part=shown, reading=reading)


def _columns_page(request: AuthedRequest, row: Import, context: dict[str, Any], status: int) -> HttpResponse:
    source = SourceForm(kind=Kind(row.kind), initial={"source": as_yaml(row.mapping)})
    context = {"import": row, "source": source, "saved": selectors.mapping_names(), **context}
    return render(request, "sales/import_columns.html", context, status=status)


def _check(request: AuthedRequest, row: Import, form: ColumnsForm) -> HttpResponse:
    part, name = form.cleaned_data["part"], form.cleaned_data["save_as"].strip()
    if name:
        services.save_part(name=name, kind=Kind(row.kind), part=part)
        messages.success(request, _("The mapping is saved as %(name)s.") % {"name": name})
    return _checked(request, row, part)


def _checked(request: AuthedRequest, row: Import, mapping: dict[str, Any]) -> HttpResponse:
    try:
        services.check_again(import_id=row.pk, mapping=mapping, acting_user=request.user, now=timezone.now())
    except services.ImportBusy as error:
        messages.warning(request, str(error))
    return redirect("sales:import", row.pk)


@require_POST
@require(can_administer)
def import_source(request: AuthedRequest, pk: int) -> HttpResponse:
    """Check the file with a mapping that is written as YAML."""
    row = get_object_or_404(Import, pk=pk)
    form = SourceForm(request.POST, kind=Kind(row.kind))
    if form.is_valid():
        return _checked(request, row, form.cleaned_data["source"])
    return _columns_page(request, row, {"reading": ReadingForm(), "source": form, "only_source": True}, 422)
