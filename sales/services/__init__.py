"""Writing deals and their payments, and importing those and whom and what they name."""

from sales.services.bulk.converted import announce_rates
from sales.services.deal_checks import Part
from sales.services.deals import DealChangedError, cancel_deal, close_deal, new_external_id, save_deal
from sales.services.imports import (
    ImportBusy,
    apply_import,
    check_again,
    forget_old_files,
    run_import,
    start_import,
)
from sales.services.line_checks import Line, stored_lines
from sales.services.mappings import delete_mapping, save_mapping, save_part
from sales.services.payments import record_payment, remove_payment
from sales.services.rates import remove_rate, save_rate

__all__ = [
    "DealChangedError",
    "ImportBusy",
    "Line",
    "Part",
    "announce_rates",
    "apply_import",
    "cancel_deal",
    "check_again",
    "close_deal",
    "delete_mapping",
    "forget_old_files",
    "new_external_id",
    "record_payment",
    "remove_payment",
    "remove_rate",
    "run_import",
    "save_deal",
    "save_mapping",
    "save_part",
    "save_rate",
    "start_import",
    "stored_lines",
]
