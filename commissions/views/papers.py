"""Statements as files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from commissions import papers
from commissions.models import Statement
from core.http import AuthedRequest, attachment


@require_GET
@login_required
def statement_paper(request: AuthedRequest, pk: int, form: str) -> HttpResponse:
    """One file of a statement; 304 for who has the same already."""
    visible = Statement.objects.visible_to(request.user, timezone.localdate())
    found = get_object_or_404(visible.select_related("payee", "period"), pk=pk)
    if form not in [*papers.Form]:
        raise Http404
    paper = papers.statement_paper(found, papers.Form(form))
    unchanged = get_conditional_response(request, etag=paper.etag, response=None)
    if isinstance(unchanged, HttpResponse):
        unchanged["ETag"] = paper.etag
        return unchanged
    return attachment(paper.content(), name=paper.name, content_type=paper.content_type, etag=paper.etag)
