"""Plans on their way: from a template, a version or a file to a draft, and from a draft to what people are paid by."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policies import require
from commissions import selectors, services
from commissions.engine.document import PlanInvalid
from commissions.engine.expressions import FIELDS
from commissions.forms import (
    Filled,
    FromDateForm,
    PlanForm,
    PlanUploadForm,
    PublishForm,
    RevisionForm,
    cells_in,
    document_form,
    filled_in,
    fits,
    mark_of,
    slots_in,
)
from commissions.models import PlanVersion
from commissions.policies import can_publish_plans
from commissions.views.plans import plan_page
from core.http import AuthedRequest

NEW = 0  # the revision of what was never saved
EMPTY = """plan: New plan
currency: USD
period: month
components:
  - key: sales
    name: Sales
    rate: 5%
"""
MOST_LINKS = 3  # to what is to be corrected
LOOKS = {"check", "do"}  # buttons that save nothing


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a text was not saved. It stays in the editor."""

    text: str
    draft: PlanVersion | None = None  # what is saved instead
    differences: tuple[selectors.ChangeGroup, ...] = ()  # from there to the text in the editor


@require_GET
@require(can_publish_plans)
def plan_new(request: AuthedRequest) -> HttpResponse:
    """Where to start from."""
    return _start_page(request, PlanUploadForm(), 200)


@require_POST
@require(can_publish_plans)
def plan_upload(request: AuthedRequest) -> HttpResponse:
    """Put a file's text into the editor. Nothing is saved."""
    form = PlanUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start_page(request, form, 422)
    return _editor(request, None, PlanForm(initial={"source": form.cleaned_data["file"], "revision": NEW}))


def _start_page(request: AuthedRequest, form: PlanUploadForm, status: int) -> HttpResponse:
    versions = selectors.plan_list(request.user, timezone.localdate())
    context = {"templates": selectors.plan_templates(), "versions": versions, "form": form}
    return render(request, "commissions/plan_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(can_publish_plans)
def plan_write(request: AuthedRequest) -> HttpResponse:
    """The editor of a new draft: with the smallest plan, or filled from `?template=` or `?version=`."""
    if request.method == "GET":
        return _editor(request, None, PlanForm(initial={"source": _start(request), "revision": NEW}))
    form = _filled_in(request)
    if not form.is_valid() or LOOKS & request.POST.keys():
        return _editor(request, None, form)
    try:
        draft = services.create_draft(source=form.cleaned_data["source"], acting_user=request.user, now=timezone.now())
    except PlanInvalid:
        return _editor(request, None, form, Trouble(_not_saved()))
    except services.DraftExists as error:
        return _editor(request, None, form, Trouble(str(error), error.draft))
    return _saved(request, draft)


def _start(request: AuthedRequest) -> str:
    if slug := request.GET.get("template"):
        try:
            return selectors.template_source(slug)
        except KeyError:
            raise Http404(slug) from None
    if number := request.GET.get("version"):
        return get_object_or_404(PlanVersion, pk=number if number.isdecimal() else 0).source
    return EMPTY


@require_http_methods(["GET", "POST"])
@require(can_publish_plans)
def plan_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """The editor of a draft. Whoever saves what somebody else changed meanwhile is told, and keeps her text."""
    version = get_object_or_404(PlanVersion.objects.select_related("plan", "saved_by"), pk=pk)
    if request.method == "GET":
        if version.status != PlanVersion.Status.DRAFT:
            raise Http404("published")
        return _editor(request, version, PlanForm(initial={"source": version.source, "revision": version.revision}))
    form = _filled_in(request)
    if not form.is_valid() or LOOKS & request.POST.keys():
        return _editor(request, version, form)
    try:
        saved = services.change_draft(
            version=version, revision=form.cleaned_data["revision"], source=form.cleaned_data["source"],
            acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except PlanInvalid:
        return _editor(request, version, form, Trouble(_not_saved()))
    except services.DraftChanged as error:
        return _conflict(request, version, form, str(error))
    except services.PlanRefused as error:
        return _editor(request, version, form, Trouble(str(error)))
    return _saved(request, saved)


def _filled_in(request: AuthedRequest) -> PlanForm:
    """The plan's text, changed as its form says."""
    return PlanForm({"source": _filled(request).text, "revision": request.POST.get("revision")})


def _filled(request: AuthedRequest) -> Filled:
    source = request.POST.get("source", "").replace("\r\n", "\n")
    return filled_in(source, request.POST.dict(), today=timezone.localdate())


def _conflict(request: AuthedRequest, version: PlanVersion, form: PlanForm, why: str) -> HttpResponse:
    """Her text, what it would change in the saved draft, and the revision with which she may save over it."""
    version.refresh_from_db()
    source = form.cleaned_data["source"]
    trouble = Trouble(why, version, selectors.changes_to(version, source))
    fresh = PlanForm(initial={"source": source, "revision": version.revision})
    return _editor(request, version, fresh, trouble, status=409)


def _saved(request: AuthedRequest, draft: PlanVersion) -> HttpResponse:
    messages.success(request, _("The draft of %(plan)s is saved.") % {"plan": draft.plan.name})
    return redirect("commissions:plan-edit", draft.pk)


def _not_saved() -> str:
    return _("Nothing was saved, since the text is no plan yet. Correct what stands beside it, then save again.")


def _editor(
    request: AuthedRequest,
    version: PlanVersion | None,
    form: PlanForm,
    trouble: Trouble | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    is_draft = version is not None and version.status == PlanVersion.Status.DRAFT
    beside = _beside(request, str(form["source"].value() or ""))
    context = {"form": form, "version": version, "is_draft": is_draft, "trouble": trouble, **beside}
    refused = trouble is not None or (request.method == "POST" and bool(beside["designed"].errors))
    return render(request, "commissions/plan_edit.html", context, status=422 if refused and status == 200 else status)


@require_POST
@require(can_publish_plans)
def plan_check(request: AuthedRequest) -> HttpResponse:
    """What the plan says, and what is wrong with it, as its form and its text are now. Nothing is saved."""
    filled = _filled(request)
    beside = _beside(request, filled.text)
    context = {
        "is_answer": True,
        "written": filled.text if filled.is_changed else None,
        "swaps_form": not fits(beside["document"], request.POST.dict()),
        **beside,
    }
    status = 422 if context["designed"].errors else 200
    return render(request, "commissions/plan_edit.html#answer", context, status=status)


def _beside(request: AuthedRequest, source: str) -> dict[str, Any]:
    designed = selectors.designed(source, wanted=request.POST.get("place-of", ""), today=timezone.localdate())
    form = document_form(source, designed.errors, designed.pays)
    return {
        "designed": designed,
        "assessment": designed.assessment if source.strip() else None,
        "document": form,
        "blocks": [_block(node, designed) for node in form.whole.items] if form.whole else [],
        "slots": (slots := list(slots_in(form.whole)) if form.whole else []),
        "cells": list(cells_in(form.whole)) if form.whole else [],
        "problems": [slot for slot in slots if slot.errors][:MOST_LINKS],
        "formula_fields": FIELDS,
        "mark": mark_of(source),
    }


def _block(node: Any, designed: selectors.Designed) -> dict[str, Any]:  # noqa: ANN401 of a form
    """A part of the form with what stands beside each of its cards: what a component says, how an example fares."""
    beside = {"components": designed.sections, "examples": dict(enumerate(designed.assessment.examples))}
    found = beside.get(node.path[-1], {})
    cards = enumerate(node.cards) if node.is_a == "cards" else ()
    return {
        "node": node,
        "is_a": node.path[-1],
        "cards": [{"part": card, "beside": found.get(number)} for number, card in cards],
    }


@require_POST
@require(can_publish_plans)
def plan_publish(request: AuthedRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion.objects.select_related("plan", "saved_by"), pk=pk)
    form = PublishForm(request.POST, has_questions=bool(selectors.open_questions(version)))
    if not form.is_valid():
        return plan_page(request, version, publish=form, status=422)
    try:
        services.publish_version(
            version=version, from_date=form.cleaned_data["from_date"], revision=form.cleaned_data["revision"],
            is_sure=form.cleaned_data.get("is_sure", False), acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except services.PlanRefused as error:
        version.refresh_from_db()
        if version.status == PlanVersion.Status.DRAFT:
            form.add_error(None, str(error))
            return plan_page(request, version, publish=form, status=422)
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(version)s is published.") % {"version": version})
    return redirect("commissions:plan", pk)


@require_POST
@require(can_publish_plans)
def plan_retire(request: AuthedRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion.objects.select_related("plan"), pk=pk)
    form = FromDateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the day from which the plan pays nothing."))
        return redirect("commissions:plan", pk)
    try:
        services.retire_version(
            version=version, from_date=form.cleaned_data["from_date"], acting_user=request.user, now=timezone.now()
        )
    except services.PlanRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(version)s is retired.") % {"version": version})
    return redirect("commissions:plan", pk)


@require_POST
@require(can_publish_plans)
def plan_discard(request: AuthedRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion.objects.select_related("plan"), pk=pk)
    form = RevisionForm(request.POST)
    try:
        services.discard_draft(version=version, revision=form.cleaned_data["revision"] if form.is_valid() else -1)
    except services.DraftChanged as error:
        messages.error(request, str(error))
        return redirect("commissions:plan", pk)
    messages.success(request, _("The draft of %(plan)s is deleted.") % {"plan": version.plan.name})
    return redirect("commissions:plans")
