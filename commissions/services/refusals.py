"""Why nothing was calculated, or moved."""


class RunRefused(ValueError):  # noqa: N818 a name of the field
    """A run that can't start. The message says why and what to do."""


class PeriodFrozen(RunRefused):
    """A closed period is never calculated again. The message names the period and its status."""


class MoveRefused(ValueError):  # noqa: N818 a name of the field
    """A period that stays as it is. Each reason says what is so, why that matters and what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class MovedAlready(MoveRefused):
    """Somebody else was quicker, or the page is old: the message says who moved the period, and when."""
