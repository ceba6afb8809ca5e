"""What is measured, and what it came to."""

from kpis.selectors.definitions import KPIS, Kpi, Unit
from kpis.selectors.values import WithoutRate, deals_without_rate, latest_month, person_values

__all__ = ["KPIS", "Kpi", "Unit", "WithoutRate", "deals_without_rate", "latest_month", "person_values"]
