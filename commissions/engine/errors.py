"""What can be wrong with a plan or with the facts it meets."""

from dataclasses import dataclass
from typing import Self

from commissions.engine.words import Told


class ToldError(ValueError):
    """A refusal that a page can say in its reader's language. Its text is English."""

    def __init__(self, said: Told) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True)
class PlanError:
    path: str  # such as components[1].curve[2].from; empty for the whole document
    said: Told  # what is wrong, why, and what to write instead

    def __str__(self) -> str:
        return f"{self.path}: {self.said}" if self.path else str(self.said)


class PlanInvalid(ValueError):  # noqa: N818 a name of design.md
    """A document that is no plan. Holds every error found, not only the first."""

    def __init__(self, errors: tuple[PlanError, ...]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors

    @classmethod
    def because(cls, said: Told, path: str = "") -> Self:
        return cls((PlanError(path, said),))


class AmountTooLarge(ToldError):  # noqa: N818
    """An amount beyond what can be computed exactly in 128 bits. Nothing was computed."""
