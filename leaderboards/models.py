"""No tables yet: a board is a KPI, a kind of subject and a period; its order lives in Valkey, its values in kpis."""
