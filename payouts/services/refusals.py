"""What can't be done now, said to whoever tried."""


class PayoutRefused(Exception):  # noqa: N818 - an answer, not a fault
    """It is against a rule, or somebody else was quicker. The message says which, and what to do."""
