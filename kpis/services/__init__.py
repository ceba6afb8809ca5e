"""Notes what is stale, and measures it again from the facts."""

from kpis.services.notes import mark_converted, mark_moved, mark_stale
from kpis.services.passes import rebuild_all, recompute_stale

__all__ = ["mark_converted", "mark_moved", "mark_stale", "rebuild_all", "recompute_stale"]
