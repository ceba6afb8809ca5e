"""What pages and files of payouts read."""

from payouts.selectors.accounts import (
    account_rows,
    accounts_of,
    company_accounts,
    hold_of,
    profile_of,
    waiting_accounts,
)
from payouts.selectors.batches import (
    BatchTotal,
    PayoutParts,
    arrived,
    batch_list,
    batch_totals,
    content_hash,
    content_is_intact,
    differences,
    payout_parts,
    payout_rows,
)
from payouts.selectors.due import DueRow, DueTotal, due_rows, due_totals
from payouts.selectors.orders import counted, orders, saved_mappings, sender
from payouts.selectors.own import handed_over_payouts, own_payouts, payouts_of_statement
from payouts.selectors.paid_up import paid_up_periods

__all__ = [
    "BatchTotal",
    "DueRow",
    "DueTotal",
    "PayoutParts",
    "account_rows",
    "accounts_of",
    "arrived",
    "batch_list",
    "batch_totals",
    "company_accounts",
    "content_hash",
    "content_is_intact",
    "counted",
    "differences",
    "due_rows",
    "due_totals",
    "handed_over_payouts",
    "hold_of",
    "orders",
    "own_payouts",
    "paid_up_periods",
    "payout_parts",
    "payout_rows",
    "payouts_of_statement",
    "profile_of",
    "saved_mappings",
    "sender",
    "waiting_accounts",
]
