"""Writing deals and their payments, and importing those and whom and what they name."""

from sales.services.deal_checks import Part
from sales.services.deals import DealChangedError, close_deal, new_external_id, save_deal
from sales.services.imports import (
    ImportBusy,
    apply_import,
    check_again,
    forget_old_files,
    run_import,
    start_import,
)
from sales.services.mappings import delete_mapping, save_mapping, save_part
from sales.services.payments import record_payment, remove_payment

__all__ = [
    "DealChangedError",
    "ImportBusy",
    "Part",
    "apply_import",
    "check_again",
    "close_deal",
    "delete_mapping",
    "forget_old_files",
    "new_external_id",
    "record_payment",
    "remove_payment",
    "run_import",
    "save_deal",
    "save_mapping",
    "save_part",
    "start_import",
]
