"""How many disputes wait, beside their link in the navigation."""

from typing import cast

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils import timezone

from commissions.selectors.disputes import waiting_count
from core.http import AuthedRequest

register = template.Library()
_KEPT = "_disputes_waiting"


@register.simple_tag(takes_context=True)
def disputes_waiting(context: Context) -> int:
    """Asked once a page, which has two navigations."""
    request = cast("HttpRequest", context.get("request"))
    if request is None or not request.user.is_authenticated:
        return 0
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, waiting_count(cast("AuthedRequest", request).user, timezone.localdate()))
    return int(getattr(request, _KEPT))
