"""What happens to payouts: made, approved, handed over, answered, taken back; and where people's money goes."""

from payouts.services.accounts import confirm_account, end_account, propose_account, refuse_account, save_profile
from payouts.services.answers import book_difference, take_answer
from payouts.services.batches import approve_batch, create_batch, discard_batch, hand_over, mark_paid, take_out
from payouts.services.company import add_company_account, delete_mapping, end_company_account, save_mapping
from payouts.services.counters import send_back, void_batch
from payouts.services.files import batch_file
from payouts.services.holds import hold_exceptions, place_hold, release_hold
from payouts.services.keys import derived_key, new_key, reseal_all
from payouts.services.notices import tell_of_account
from payouts.services.refusals import PayoutRefused

__all__ = [
    "PayoutRefused",
    "add_company_account",
    "approve_batch",
    "batch_file",
    "book_difference",
    "confirm_account",
    "create_batch",
    "delete_mapping",
    "derived_key",
    "discard_batch",
    "end_account",
    "end_company_account",
    "hand_over",
    "hold_exceptions",
    "mark_paid",
    "new_key",
    "place_hold",
    "propose_account",
    "refuse_account",
    "release_hold",
    "reseal_all",
    "save_mapping",
    "save_profile",
    "send_back",
    "take_answer",
    "take_out",
    "tell_of_account",
    "void_batch",
]
