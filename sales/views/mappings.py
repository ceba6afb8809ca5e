"""Saved mappings, for administrators."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policies import can_administer, require
from core.http import AuthedRequest
from sales import selectors, services
from sales.engine.columns import as_yaml
from sales.forms.imports import MappingForm
from sales.models import ImportMapping

PER_PAGE = 50


@require_GET
@require(can_administer)
def mappings(request: AuthedRequest) -> HttpResponse:
    page = Paginator(selectors.mapping_list(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "sales/mappings.html", {"page": page, "rows": selectors.mapping_rows(list(page.object_list))}
    )


@require_http_methods(["GET", "POST"])
@require(can_administer)
def mapping(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Change or rename a mapping, or without a key write one."""
    shown = get_object_or_404(ImportMapping, pk=pk) if pk else None
    initial = {"name": shown.name, "source": as_yaml(shown.document)} if shown else None
    form = MappingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and (saved := _saved(form, shown)):
        messages.success(request, _("The mapping %(name)s is saved.") % {"name": saved.name})
        return redirect("sales:mappings")
    status = 422 if request.method == "POST" else 200
    return render(request, "sales/mapping.html", {"form": form, "mapping": shown}, status=status)


def _saved(form: MappingForm, shown: ImportMapping | None) -> ImportMapping | None:
    try:
        return services.save_mapping(mapping=shown, name=form.cleaned_data["name"], source=form.cleaned_data["source"])
    except ValidationError as error:
        for field, errors in error.message_dict.items():
            form.add_error(field if field in form.fields else None, errors)
        return None


@require_POST
@require(can_administer)
def mapping_delete(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(ImportMapping, pk=pk)
    services.delete_mapping(mapping=shown)
    messages.success(request, _("The mapping %(name)s is deleted.") % {"name": shown.name})
    return redirect("sales:mappings")
