"""Keeping the books."""

from ledger.services.accounts import RuleRefused, remove_rule, save_rule
from ledger.services.costs import save_policy

__all__ = ["RuleRefused", "remove_rule", "save_policy", "save_rule"]
