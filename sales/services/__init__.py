"""Writing deals, and importing people, teams, customers, products and deals."""

from sales.services.imports import ImportBusy, apply_import, run_import, start_import

__all__ = ["ImportBusy", "apply_import", "run_import", "start_import"]
