"""The one error of starting and stopping."""


class RunError(Exception):
    """What an operator must know about: the message says what happened, why and what to do."""
