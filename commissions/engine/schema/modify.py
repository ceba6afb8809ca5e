"""What is done to a component's pay after its curve: multipliers, floors and caps."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from commissions.engine.decimals import ExactDecimal, ExactMoney
from commissions.engine.schema.values import Slug, Strict
from core.periods import PeriodKind


class Window(StrEnum):
    """Over what x adds up before it starts again at 0."""

    DEAL = "deal"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def period(self) -> PeriodKind | None:
        return None if self is Window.DEAL else PeriodKind(self.value)


class Excess(StrEnum):
    """What becomes of what a cap takes."""

    DROP = "drop"
    CARRY = "carry"  # it is paid in later windows of the year, where there is room


class Times(Strict):
    """One row of a multiplier: from this value on, pay is multiplied by this."""

    from_: ExactDecimal = Field(alias="from", description="A share such as 80%, or a number.")
    times: ExactDecimal = Field(description="Such as 120%; 0% pays nothing: a gate.")


class Multiply(Strict):
    """Pay times a number that a KPI, or the attainment of another component, decides statement by statement."""

    kpi: Slug | None = Field(None, description="A KPI's key, read for the payee and the statement's period.")
    component: Slug | None = Field(
        None, description="Another component's key: how much of its quota was reached by the end of the statement."
    )
    curve: Annotated[tuple[Times, ...], Field(min_length=1)]

    @property
    def reads(self) -> str:
        """The key of what it reads."""
        return self.kpi or self.component or ""


class Floor(Strict):
    """The least that a component pays per deal or window in which there is a credit."""

    per: Window
    amount: ExactMoney = Field(description="Money.")


class Cap(Strict):
    """The most that a component pays per deal or window."""

    per: Window
    amount: ExactMoney = Field(description="Money.")
    excess: Excess = Excess.DROP


class PlanCap(Strict):
    """The most that all components together pay in a window."""

    per: Window
    amount: ExactMoney = Field(description="Money.")
