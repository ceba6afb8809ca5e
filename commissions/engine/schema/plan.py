"""The whole document."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from commissions.engine.decimals import ExactDecimal
from commissions.engine.schema.component import Component
from commissions.engine.schema.examples import Example
from commissions.engine.schema.modify import PlanCap
from commissions.engine.schema.terms import BelowZero, Clawback, Draw, OnLeaving
from commissions.engine.schema.values import Name, Strict
from core.periods import PeriodKind


class Rounding(StrEnum):
    HALF_UP = "half_up"  # a half goes away from zero
    HALF_EVEN = "half_even"


class OtherCurrencies(StrEnum):
    """What becomes of deals in another currency than the plan's."""

    REFUSE = "refuse"  # they don't count, and the statement says so
    CONVERT = "convert"  # at the rate of the day on which the deal closed


class Prorate(StrEnum):
    """How days are counted, of somebody who isn't on the plan all of a window."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"  # Mondays to Fridays
    DAYS_30_360 = "30_360"  # each month has thirty


class QuotaRules(Strict):
    """What of a quota counts for who joins, leaves or is new."""

    prorate: Prorate | None = Field(None, description="Quotas and targets count for the days on the plan.")
    ramp: tuple[ExactDecimal, ...] = Field(
        (), description="Shares of the quota in the first, second, … month on the plan, such as [50%, 75%]."
    )


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
    quotas: QuotaRules | None = Field(None, description="Absent: quotas count in full.")
    draw: Draw | None = None
    below_zero: BelowZero | None = Field(None, description="Absent: pay.")
    clawback: Clawback | None = Field(None, description="Absent: a cancellation takes back all that the deal earned.")
    on_leaving: OnLeaving | None = Field(None, description="What becomes of balances when a payee leaves the plan.")
    examples: tuple[Example, ...] = ()

    def component(self, key: str) -> Component:
        """The component of that key. Raises KeyError."""
        for component in self.components:
            if component.key == key:
                return component
        raise KeyError(key)
