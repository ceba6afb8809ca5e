"""What of commissions is handed out as a file."""

from commissions.papers.payouts import PayoutRow, payout_csv, payout_rows
from commissions.papers.statements import Form, Paper, statement_paper

__all__ = ["Form", "Paper", "PayoutRow", "payout_csv", "payout_rows", "statement_paper"]
