"""One rule for when a view answers with a fragment."""

from core.http import HtmxRequest


def wants_fragment(request: HtmxRequest) -> bool:
    """True for an htmx request for a part of a page; boosted links and history restores want the whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
