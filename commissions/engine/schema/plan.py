"""The whole document."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from commissions.engine.decimals import ExactDecimal
from commissions.engine.schema.component import Component
from commissions.engine.schema.examples import Example
from commissions.engine.schema.modify import PlanCap
from commissions.engine.schema.terms import BelowZero, Clawback, Draw, OnLeaving
from commissions.engine.schema.values import Name, Strict
from core.periods import Period, PeriodKind, period_of


class Month(StrEnum):
    JANUARY = "january"
    FEBRUARY = "february"
    MARCH = "march"
    APRIL = "april"
    MAY = "may"
    JUNE = "june"
    JULY = "july"
    AUGUST = "august"
    SEPTEMBER = "september"
    OCTOBER = "october"
    NOVEMBER = "november"
    DECEMBER = "december"

    @property
    def number(self) -> int:
        return list(Month).index(self) + 1


def first_month_of(written: object) -> int:
    """Of a document as somebody is writing it: January where it says nothing that could be read.

    >>> first_month_of("april"), first_month_of(4), first_month_of(None)
    (4, 4, 1)
    """
    read = _month(written)
    return Month(read).number if read in set(Month) else 1


def _month(value: Any) -> Any:  # noqa: ANN401 whatever the YAML or JSON holds
    """Months are counted as well as named: 4 is april."""
    if isinstance(value, str):
        return value.strip().lower()
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return list(Month)[value - 1].value if is_number and 1 <= value <= 12 else value


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


class LeaveDeals(StrEnum):
    """What becomes of deals that close while their payee is on leave."""

    CREDITED = "credited"
    NOT_CREDITED = "not_credited"  # and nobody else gets her part


class LeaveGoals(StrEnum):
    """What of a quota or a target counts for somebody who is on leave for a part of its window."""

    WHOLE = "whole"
    PRORATED = "prorated"  # days of leave count as days off the plan


class LeaveRules(Strict):
    """What leave changes."""

    deals: LeaveDeals = Field(LeaveDeals.CREDITED, description="Deals that close while their payee is on leave.")
    quotas: LeaveGoals = Field(LeaveGoals.WHOLE, description="prorated: less of a quota, by the days of leave.")
    targets: LeaveGoals = Field(LeaveGoals.WHOLE, description="The same of target incentives.")


class PlanDocument(Strict):
    format: Literal[1] = Field(1, description="Grows when an old document would read differently.")
    plan: Name
    currency: str = Field(description="ISO 4217, such as USD: the currency of every amount here.")
    period: PeriodKind = Field(description="What a statement covers.")
    fiscal_year_starts: Annotated[Month, BeforeValidator(_month)] = Field(
        Month.JANUARY,
        description="The first month of the year that quarters, halves and years are parts of, such as april.",
        exclude_if=lambda value: value is Month.JANUARY,
    )
    rounding: Rounding = Rounding.HALF_UP
    other_currencies: OtherCurrencies = Field(
        OtherCurrencies.REFUSE,
        description="Of deals that aren't in the plan's currency.",
        exclude_if=lambda value: value is OtherCurrencies.REFUSE,
    )
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    cap: PlanCap | None = None
    quotas: QuotaRules | None = Field(None, description="Absent: quotas count in full.")
    leave: LeaveRules | None = Field(
        None, description="Absent: leave changes nothing.", exclude_if=lambda value: value is None
    )
    draw: Draw | None = None
    below_zero: BelowZero | None = Field(None, description="Absent: pay.")
    clawback: Clawback | None = Field(None, description="Absent: a cancellation takes back all that the deal earned.")
    on_leaving: OnLeaving | None = Field(None, description="What becomes of balances when a payee leaves the plan.")
    examples: tuple[Example, ...] = ()

    @property
    def first_month(self) -> int:
        """Of its years, from 1."""
        return self.fiscal_year_starts.number

    def statement(self, day: date) -> Period:
        """What the statement covers that a day falls into."""
        return period_of(day, self.period, self.first_month)

    def component(self, key: str) -> Component:
        """The component of that key. Raises KeyError."""
        for component in self.components:
            if component.key == key:
                return component
        raise KeyError(key)
