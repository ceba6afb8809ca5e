"""How a line of the engine is stored: for whoever writes lines, and for whoever makes ones that are never written."""

from typing import Final, LiteralString

COLUMNS: Final[dict[LiteralString, str]] = {  # of the table: of the engine's lines
    "statement_id": "statement",
    "plan_version_id": "plan_version",
    "component": "component",
    "kind": "kind",
    "deal_id": "deal",
    "role": "role",
    "via_id": "via",
    "event": "event",
    "date": "date",
    "seq": "seq",
    "exchange_rate_e12": "exchange_rate",
    "rate_column": "rate_column",
    "share_ppm": "share",
    "credited_minor": "credited",
    "window_start": "window_start",
    "quota_minor": "quota",
    "target_minor": "target",
    "x0_minor": "x0",
    "x1_minor": "x1",
    "multiplier_ppm": "multiplier",
    "multiplier_value_ppm": "multiplier_value",
    "uncapped_minor": "uncapped",
    "deals_before": "deals_before",
    "paid_before_minor": "paid_before",
    "pool": "pool",
    "amount_minor": "amount",
    "about_id": "about",
    "was_minor": "was",
}
