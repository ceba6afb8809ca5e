"""Why nothing was calculated."""


class RunRefused(ValueError):  # noqa: N818 a name of the field
    """A run that can't start. The message says why and what to do."""


class PeriodFrozen(RunRefused):
    """A closed period is never calculated again. The message names the period and its status."""
