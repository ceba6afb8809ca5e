"""What is done to a component's pay after its curve: multipliers, floors and caps."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from commissions.engine.decimals import ExactDecimal, ExactMoney
from commissions.engine.schema.values import Day, Slug, Strict
from core.periods import PeriodKind


class Window(StrEnum):
    """Over what x adds up before it starts again at 0."""

    DEAL = "deal"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    PLAN = "plan"  # all the time that the payee is on the plan without a break

    @property
    def period(self) -> PeriodKind | None:
        return None if self in (Window.DEAL, Window.PLAN) else PeriodKind(self.value)


class Per(StrEnum):
    """For what a cap or a floor holds."""

    DEAL = "deal"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def window(self) -> Window:
        return Window(self.value)


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

    per: Per
    amount: ExactMoney = Field(description="Money.")


class Cap(Strict):
    """The most that a component pays per deal or window."""

    per: Per
    amount: ExactMoney = Field(description="Money.")
    excess: Excess = Excess.DROP


class SpiffPer(StrEnum):
    """Whose deals count towards the first so many."""

    PLAN = "plan"  # those of everybody on the plan together
    PAYEE = "payee"  # each payee's own


class Spiff(Strict):
    """For deals that close on some days, perhaps only the first so many, or until a budget is used up."""

    from_: Day | None = Field(None, alias="from", description="The first day on which a deal that closes counts.")
    until: Day | None = Field(None, description="The first day on which it no longer does.")
    first: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Only so many deals are paid, in the order in which they close."
    )
    per: SpiffPer = Field(SpiffPer.PLAN, exclude_if=lambda value: value is SpiffPer.PLAN)
    budget: ExactMoney | None = Field(None, description="Money: the most that all on the plan get of it together.")

    @property
    def is_limited(self) -> bool:
        """Whether what a deal pays depends on the deals before it."""
        return self.first is not None or self.budget is not None

    @property
    def is_shared(self) -> bool:
        """Whether it depends on what others sell."""
        return self.budget is not None or (self.first is not None and self.per is SpiffPer.PLAN)


class PoolShare(StrEnum):
    """How a pool is divided among the members of the team."""

    EQUAL = "equal"
    CONTRIBUTION = "contribution"  # by what each of them sold of it


class Pool(Strict):
    """What the team's credits earn is earned by the team, and divided among its members on the plan."""

    share: PoolShare


class PlanCap(Strict):
    """The most that all components together pay in a window."""

    per: Per
    amount: ExactMoney = Field(description="Money.")
