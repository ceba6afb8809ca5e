"""The bundle of a closed statement."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from commissions.models import Snapshot, Statement
from commissions.selectors import snapshots
from core.http import AuthedRequest


@require_GET
@login_required
def statement_bundle(request: AuthedRequest, pk: int) -> HttpResponse:
    """All that a closed statement was computed from, as a ZIP that anybody can recompute: for who may see it."""
    visible = Statement.objects.visible_to(request.user, timezone.localdate())
    found = get_object_or_404(visible.select_related("payee", "period"), pk=pk)
    known = snapshots.snapshot_of(found)
    if known is None:
        raise Http404(_("A bundle can be had once the period is closed."))
    whole = Snapshot.objects.select_related("period").get(pk=known.pk)
    content = snapshots.statement_bundle(whole, found.payee, version=settings.VERSION)
    name = f"statement-{found.period.label}-{found.payee.external_id or found.payee_id}"
    safe = "".join(each if each.isascii() and (each.isalnum() or each in "-_.") else "-" for each in name)
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{safe}.zip"'},
    )
