"""Plans, as those who are paid by them and those who answer for them read them."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from commissions import selectors, services
from commissions.forms import FromDateForm, PublishForm
from commissions.models import PlanVersion
from commissions.policies import can_publish_plans, can_see_acceptances, can_see_roster
from commissions.selectors.acceptances import acceptance_of, to_accept
from commissions.selectors.spiffs import spiff_states
from commissions.selectors.team_quotas import pools_against_quota
from commissions.views.shared import PER_PAGE
from core.http import AuthedRequest


@require_GET
@login_required
def plans(request: AuthedRequest) -> HttpResponse:
    found = selectors.plan_list(request.user, timezone.localdate())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "commissions/plans.html",
        {"page": page, "may_write": can_publish_plans(request.user), "may_follow": can_see_acceptances(request.user)},
    )


class AcceptForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"})
    )


@require_GET
@login_required
def plan(request: AuthedRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    visible = selectors.visible_versions(request.user, today).select_related(
        "plan", "published_by", "saved_by", "retired_by"
    )
    return plan_page(request, get_object_or_404(visible, pk=pk))


def plan_page(
    request: AuthedRequest,
    version: PlanVersion,
    *,
    accept: AcceptForm | None = None,
    publish: PublishForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """A version that the reader may see; with the form by which she tried to accept or to publish it, if she did."""
    today = timezone.localdate()
    shown = selectors.plan_page(version, today)
    if not request.user.sees_everyone:
        published = tuple(one for one in shown.versions if one.status != PlanVersion.Status.DRAFT)
        shown = replace(shown, versions=published)
    mine = [row for row in selectors.attainment(request.user, today) if row.plan_version_pk == version.pk]
    context = {
        "plan": shown,
        "sections": selectors.plan_sections(shown, mine, spiff_states(version, shown.document, request.user.pk)),
        "terms": selectors.terms_of(shown.document),
        "is_mine": bool(mine),
        "has_team_quotas": bool(pools_against_quota(shown.document)) and can_see_roster(request.user),
        "act": _acts(request, version, today, publish) if can_publish_plans(request.user) else None,
        "asked": to_accept(request.user, version, today),
        "accepted": acceptance_of(request.user, version),
        "accept_form": accept or AcceptForm(),
    }
    return render(request, "commissions/plan.html", context, status=status)


def _acts(request: AuthedRequest, version: PlanVersion, today: date, publish: PublishForm | None) -> dict[str, Any]:
    """What an administrator may do with a version."""
    if version.status == PlanVersion.Status.DRAFT:
        compared = selectors.in_force(version.plan.name, today)
        asked = selectors.open_questions(version)
        initial = {"from_date": today, "revision": version.revision}
        return {
            "publish": publish or PublishForm(initial=initial, has_questions=bool(asked)),
            "questions": asked,
            "reviewers": services.reviewers(version, request.user),
            "compared": compared,
            "changes": selectors.changes_to(compared, version.source) if compared else (),
        }
    is_over = version.during.isempty or (version.during.upper is not None and version.during.upper <= today)
    return {"retire": None if is_over else FromDateForm(initial={"from_date": today})}


@require_GET
@login_required
def plan_changes(request: AuthedRequest, pk: int) -> HttpResponse:
    """What a version changes in another of its plan: the one chosen, else the one before it."""
    visible = selectors.visible_versions(request.user, timezone.localdate()).select_related("plan")
    version = get_object_or_404(visible, pk=pk)
    others = visible.filter(plan=version.plan).exclude(pk=pk).order_by("-number")
    other = _other(others, version, request.GET.get("since", ""))
    groups = selectors.changes(selectors.document_of(other), selectors.document_of(version)) if other else ()
    context = {"version": version, "others": others, "other": other, "groups": groups}
    return render(request, "commissions/plan_changes.html", context)


def _other(others: QuerySet[PlanVersion], version: PlanVersion, chosen: str) -> PlanVersion | None:
    if chosen:
        return get_object_or_404(others, pk=chosen if chosen.isdecimal() else 0)
    return others.filter(number__lt=version.number).first() or others.first()


@require_GET
@login_required
def plan_source(request: AuthedRequest, pk: int) -> HttpResponse:
    """The plan as its author wrote it, to keep or to check with `manage.py plan check`."""
    version = get_object_or_404(selectors.visible_versions(request.user, timezone.localdate()), pk=pk)
    response = HttpResponse(version.source, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="plan-{version.pk}-v{version.number}.yaml"'
    return response
