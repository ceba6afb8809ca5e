"""Plans, as those who are paid by them and those who answer for them read them."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from commissions import selectors
from commissions.views.shared import PER_PAGE
from core.http import AuthedRequest


@require_GET
@login_required
def plans(request: AuthedRequest) -> HttpResponse:
    found = selectors.plan_list(request.user, timezone.localdate())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "commissions/plans.html", {"page": page})


@require_GET
@login_required
def plan(request: AuthedRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    visible = selectors.visible_versions(request.user, today).select_related("plan", "published_by")
    version = get_object_or_404(visible, pk=pk)
    shown = selectors.plan_page(version, today)
    mine = [row for row in selectors.attainment(request.user, today) if row.plan_version_pk == pk]
    context = {
        "plan": shown,
        "sections": selectors.plan_sections(shown, mine),
        "terms": selectors.terms_of(shown.document),
        "is_mine": bool(mine),
    }
    return render(request, "commissions/plan.html", context)


@require_GET
@login_required
def plan_source(request: AuthedRequest, pk: int) -> HttpResponse:
    """The plan as its author wrote it, to keep or to check with `manage.py plan check`."""
    version = get_object_or_404(selectors.visible_versions(request.user, timezone.localdate()), pk=pk)
    response = HttpResponse(version.source, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="plan-{version.pk}-v{version.number}.yaml"'
    return response
