"""What the pages of commissions have in common."""

from core.htmx import wants_fragment
from core.http import AuthedRequest

PER_PAGE = 50


def page_or_fragment(request: AuthedRequest, template: str, fragment: str) -> str:
    return f"{template}#{fragment}" if wants_fragment(request) else template
