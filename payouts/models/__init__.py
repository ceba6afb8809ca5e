"""How people are paid, what was paid to them, and what became of it."""

from payouts.models.accounts import BankAccount, CompanyAccount, PayoutProfile
from payouts.models.answers import Answer, AnswerFile
from payouts.models.batches import Batch, BatchFile, Hold, Payout, PayoutStatement
from payouts.models.mappings import PayrollMapping
from payouts.models.sealing import key_of_secret, reseal, reseal_bytes, seal, seal_bytes, unseal, unseal_bytes

__all__ = [
    "Answer",
    "AnswerFile",
    "BankAccount",
    "Batch",
    "BatchFile",
    "CompanyAccount",
    "Hold",
    "Payout",
    "PayoutProfile",
    "PayoutStatement",
    "PayrollMapping",
    "key_of_secret",
    "reseal",
    "reseal_bytes",
    "seal",
    "seal_bytes",
    "unseal",
    "unseal_bytes",
]
