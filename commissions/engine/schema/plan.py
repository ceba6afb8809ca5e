"""The whole document."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from commissions.engine.schema.component import Component
from commissions.engine.schema.examples import Example
from commissions.engine.schema.modify import PlanCap
from commissions.engine.schema.terms import BelowZero, Draw, OnLeaving
from commissions.engine.schema.values import Name, Strict
from core.periods import PeriodKind


class Rounding(StrEnum):
    HALF_UP = "half_up"  # a half goes away from zero
    HALF_EVEN = "half_even"


class OtherCurrencies(StrEnum):
    """What becomes of deals in another currency than the plan's."""

    REFUSE = "refuse"  # they don't count, and the statement says so
    CONVERT = "convert"  # at the rate of the day on which the deal closed


class PlanDocument(Strict):
    format: Literal[1] = Field(1, description="Grows when an old document would read differently.")
    plan: Name
    currency: str = Field(description="ISO 4217, such as USD: the currency of every amount here.")
    period: PeriodKind = Field(description="What a statement covers.")
    rounding: Rounding = Rounding.HALF_UP
    other_currencies: OtherCurrencies = Field(
        OtherCurrencies.REFUSE,
        description="Of deals that aren't in the plan's currency.",
        exclude_if=lambda value: value is OtherCurrencies.REFUSE,
    )
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    cap: PlanCap | None = None
    draw: Draw | None = None
    below_zero: BelowZero | None = Field(None, description="Absent: pay.")
    on_leaving: OnLeaving | None = Field(None, description="What becomes of balances when a payee leaves the plan.")
    examples: tuple[Example, ...] = ()

    def component(self, key: str) -> Component:
        """The component of that key. Raises KeyError."""
        for component in self.components:
            if component.key == key:
                return component
        raise KeyError(key)
