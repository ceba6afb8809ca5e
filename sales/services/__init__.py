"""Writing deals, and importing people, teams, customers, products and deals."""

from sales.services.deals import DealChanged, Part, close_deal, new_external_id, save_deal
from sales.services.imports import ImportBusy, apply_import, run_import, start_import

__all__ = [
    "DealChanged",
    "ImportBusy",
    "Part",
    "apply_import",
    "close_deal",
    "new_external_id",
    "run_import",
    "save_deal",
    "start_import",
]
