"""What can be wrong with a plan or with the facts it meets."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class PlanError:
    path: str  # such as components[1].curve[2].from; empty for the whole document
    message: str  # what is wrong, why, and what to write instead

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class PlanInvalid(ValueError):  # noqa: N818 a name of design.md
    """A document that is no plan. Holds every error found, not only the first."""

    def __init__(self, errors: tuple[PlanError, ...]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors

    @classmethod
    def because(cls, message: str, path: str = "") -> Self:
        return cls((PlanError(path, message),))


class AmountTooLarge(ValueError):  # noqa: N818
    """An amount beyond what can be computed exactly in 128 bits. Nothing was computed."""
