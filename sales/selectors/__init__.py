"""Reading deals and imports."""

from sales.selectors.guides import ORDER, Column, Guide, guide, guides, label_of
from sales.selectors.imports import (
    Progress,
    TooLargeToShow,
    head_of,
    import_list,
    import_progress,
    import_report,
    kept_part,
    mapping_list,
    mapping_names,
    mapping_rows,
    progress_key,
    stored_head,
    waiting_imports,
)

__all__ = [
    "ORDER",
    "Column",
    "Guide",
    "Progress",
    "TooLargeToShow",
    "guide",
    "guides",
    "head_of",
    "import_list",
    "import_progress",
    "import_report",
    "kept_part",
    "label_of",
    "mapping_list",
    "mapping_names",
    "mapping_rows",
    "progress_key",
    "stored_head",
    "waiting_imports",
]
