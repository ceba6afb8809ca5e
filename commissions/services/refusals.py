"""Why nothing was calculated."""


class RunRefused(ValueError):  # noqa: N818 a name of the field
    """A run that can't start. The message says why and what to do."""


class PeriodNotOpen(RunRefused):
    """Only open periods are calculated. The message names the period and its status."""
