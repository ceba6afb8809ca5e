"""Writes the demo company into an empty database, with everything that is computed from it."""

from demo.services.load import Loaded, NotEmptyError, load

__all__ = ["Loaded", "NotEmptyError", "load"]
