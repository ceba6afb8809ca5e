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
from commissions.forms import FromDateForm, PlanForm, PlanUploadForm, PublishForm, RevisionForm
from commissions.models import PlanVersion
from commissions.policies import can_publish_plans
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
LOOKS = {"check", "add", "remove"}  # buttons that save nothing


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
    """The text in the editor, changed as its cards say."""
    return PlanForm({"source": _source(request), "revision": request.POST.get("revision")})


def _source(request: AuthedRequest) -> str:
    return selectors.with_cards(request.POST.get("source", "").replace("\r\n", "\n"), request.POST.dict())


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
    source = str(form["source"].value() or "")
    is_draft = version is not None and version.status == PlanVersion.Status.DRAFT
    context = {
        "form": form,
        "version": version,
        "is_draft": is_draft,
        "trouble": trouble,
        **_beside(source),
    }
    refused = trouble is not None or (form.is_bound and not form.is_valid())
    return render(request, "commissions/plan_edit.html", context, status=422 if refused and status == 200 else status)


@require_POST
@require(can_publish_plans)
def plan_check(request: AuthedRequest) -> HttpResponse:
    """What stands beside the editor, for the text and the cards as they are now. Nothing is saved."""
    source = _source(request)
    is_changed = source != request.POST.get("source", "").replace("\r\n", "\n")
    context = {
        "is_answer": True,
        "written": source if is_changed else None,
        "swaps_cards": not selectors.has_cards(source, request.POST.dict()),
        **_beside(source),
    }
    return render(request, "commissions/plan_edit.html#assessment", context)


def _beside(source: str) -> dict[str, Any]:
    return {
        "assessment": selectors.assess(source, timezone.localdate()) if source.strip() else None,
        "cards": selectors.cards(source),
        "head": selectors.plan_head(source),
        "cards_of": selectors.mark_of(source),
    }


@require_POST
@require(can_publish_plans)
def plan_publish(request: AuthedRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion.objects.select_related("plan", "saved_by"), pk=pk)
    form = PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the day from which the plan is in force."))
        return redirect("commissions:plan", pk)
    try:
        services.publish_version(
            version=version, from_date=form.cleaned_data["from_date"], revision=form.cleaned_data["revision"],
            acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except services.PlanRefused as error:
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
