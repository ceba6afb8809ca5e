"""Reading deals and imports."""

from sales.selectors.imports import Progress, import_progress, progress_key, waiting_imports

__all__ = ["Progress", "import_progress", "progress_key", "waiting_imports"]
