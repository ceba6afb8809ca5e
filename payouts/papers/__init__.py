"""The files of a batch: for payroll, for banks, and for the payees."""

from payouts.engine.orders import PaperRefused
from payouts.papers.batch import Offered, bank_files, made, offered
from payouts.papers.remittance import remittance

__all__ = ["Offered", "PaperRefused", "bank_files", "made", "offered", "remittance"]
