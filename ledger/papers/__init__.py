"""The books as files."""

from ledger.papers.costs import cost_tables
from ledger.papers.journal import journal_table

__all__ = ["cost_tables", "journal_table"]
