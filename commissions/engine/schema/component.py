"""A component: which credits count, how they add up, the curve they walk along, and what limits its pay."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from commissions.engine.decimals import ExactDecimal, ExactMoney
from commissions.engine.schema.modify import Cap, Floor, Multiply, Pool, Spiff, Window
from commissions.engine.schema.payout import PayoutPart
from commissions.engine.schema.repeats import Repeats
from commissions.engine.schema.values import Name, Slug, Strict, Text

OWNER = "owner"  # the role of whoever owns a deal


def _several(value: Any) -> Any:  # noqa: ANN401 whatever the YAML or JSON holds
    return value if value is None or isinstance(value, list | tuple) else [value]


class Measure(StrEnum):
    """What x counts. A refund, which is a deal with a negative amount, counts against."""

    AMOUNT = "amount"  # money: the base
    QUANTITY = "quantity"  # how many were sold
    COUNT = "count"  # deals: each is one
    SCORE = "score"  # what a manager gives for a window, in percent; no deals


class Against(StrEnum):
    """How thresholds are read: as money, or as a share of the payee's quota."""

    AMOUNT = "amount"
    QUOTA = "quota"


class Tiers(StrEnum):
    FLAT = "flat"  # one rate
    MARGINAL = "marginal"  # each slice at its own tier's rate
    RETROACTIVE = "retroactive"  # everything at the rate of the tier reached
    INTERPOLATED = "interpolated"  # straight lines between points of (x, pay)
    STEPPED = "stepped"  # the amount of the row reached


class Pays(StrEnum):
    """What rates and amounts of the curve are: money, or shares of the payee's target incentive."""

    MONEY = "money"
    TARGET = "target"


class StartsWhen(StrEnum):
    """Which tier owns the exact boundary."""

    REACHED = "reached"  # the higher one: x = threshold is already in it
    EXCEEDED = "exceeded"  # the lower one


class Trigger(StrEnum):
    """What gives the credit, and dates it."""

    BOOKED = "booked"  # the deal, when it closes
    INVOICED = "invoiced"  # its invoice
    PAID = "paid"  # each payment, its part of the deal
    PAID_IN_FULL = "paid_in_full"  # the payment that completes it


class Of(StrEnum):
    """Whose share of a deal gives the payee credit."""

    OWN = "own"
    REPORTS = "reports"  # those who report to her when the deal closes, directly or through others
    TEAM = "team"  # everybody in her team when the deal closes, herself included


class Credit(Strict):
    """Who gets credit, and when."""

    trigger: Trigger = Trigger.BOOKED
    roles: Annotated[tuple[Slug, ...], Field(min_length=1)] = (OWNER,)
    of: Of = Field(Of.OWN, exclude_if=lambda value: value is Of.OWN)
    depth: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1)] | None = Field(
        None,
        description="Of reports, the levels below that count; all, when absent.",
        exclude_if=lambda value: value is None,
    )


class Column(Strict):
    """One column of a rate table: the deals of which `by` gives one of these texts, or a number from this one on."""

    is_: Annotated[tuple[Text, ...], BeforeValidator(_several, json_schema_input_type=Text | list[Text])] | None = (
        Field(None, alias="is", min_length=1, description="Texts, such as Focus or [Focus, Core].")
    )
    from_: ExactDecimal | None = Field(
        None, alias="from", description="A number, such as 10%, up to the next column's."
    )
    name: Name | None = Field(
        None, description="What people read above it. A last column that has a name alone takes every other deal."
    )

    @property
    def takes_the_rest(self) -> bool:
        return self.is_ is None and self.from_ is None


class Objective(Strict):
    """One of the things that a score is made of."""

    key: Slug
    name: Name
    weight: ExactDecimal = Field(description="Which share of the score it is, such as 40%.")


class Step(Strict):
    """One row of a curve: from this x on, this rate; or at this x, this much pay (interpolated and stepped)."""

    from_: ExactDecimal = Field(alias="from", description="Where it starts: money, or a share of quota such as 50%.")
    rate: ExactDecimal | None = Field(
        None, description="A share of x, such as 5%; or the share of the target that each share of quota pays."
    )
    rates: tuple[ExactDecimal, ...] = Field(
        (), exclude_if=lambda value: not value, description="Of a rate table, in place of a rate: one for each column."
    )
    pay_per_unit: ExactMoney | None = Field(None, description="Money for each unit or deal.")
    pay_per_block: ExactMoney | None = Field(
        None, exclude_if=lambda value: value is None, description="Money for each started block of this tier."
    )
    block: ExactDecimal | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="How large a block is, in what `from` is in: money, units, deals, or a share of quota.",
    )
    pay: ExactDecimal | None = Field(None, description="Earned in all when x is here: money, or a share of the target.")
    bonus: ExactDecimal | None = Field(None, description="Paid once when the row is reached: money, or such a share.")


class Component(Strict):
    """One way to earn: which credits count, how they add up, and the curve they walk along."""

    key: Slug
    name: Name
    credit: Credit = Credit()
    when: str | None = Field(None, description='A condition, such as deal.type = "new" and deal.amount >= 1000.')
    base: str = Field("deal.amount", description="What counts of each deal, such as deal.amount * 50%.")
    measure: Measure = Field(Measure.AMOUNT, exclude_if=lambda value: value is Measure.AMOUNT)
    repeats: Repeats | None = Field(
        None, description="Absent: a deal is credited once.", exclude_if=lambda value: value is None
    )
    objectives: tuple[Objective, ...] = Field(
        (), description="Of a score: what is scored apart; absent: one score.", exclude_if=lambda value: not value
    )
    window: Window = Window.DEAL
    against: Against = Against.AMOUNT
    pays: Pays = Field(Pays.MONEY, exclude_if=lambda value: value is Pays.MONEY)
    weight: ExactDecimal | None = Field(
        None, description="Which share of the plan's target incentive is this component's, such as 60%."
    )
    tiers: Tiers = Tiers.FLAT
    starts_when: StartsWhen = StartsWhen.REACHED
    by: str | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="What of a deal decides its column of a rate table, such as deal.discount or product.family.",
    )
    columns: tuple[Column, ...] = Field(
        (), exclude_if=lambda value: not value, description="The columns of the rate table."
    )
    rate: ExactDecimal | None = Field(None, description="The one rate of a flat component.")
    rates: tuple[ExactDecimal, ...] = Field(
        (), exclude_if=lambda value: not value, description="Of a flat component with columns: one for each."
    )
    pay_per_unit: ExactMoney | None = Field(None, description="In place of a rate: money for each unit or deal.")
    pay_per_block: ExactMoney | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="In place of a rate: money for each started block.",
    )
    block: ExactDecimal | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="How large a block is: money, units, deals, or a share of quota.",
    )
    curve: tuple[Step, ...] = ()
    multiply: Multiply | None = None
    floor: Floor | None = None
    cap: Cap | None = None
    pool: Pool | None = Field(
        None, exclude_if=lambda value: value is None, description="The team earns it, and its members share it."
    )
    spiff: Spiff | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="Which days it is for, how many deals, how much money.",
    )
    payout: tuple[PayoutPart, ...] = Field(
        (), exclude_if=lambda value: not value, description="When it is paid; absent: with the credit."
    )

    @property
    def steps(self) -> tuple[Step, ...]:
        """The curve's rows; of a flat component the one that its rate stands for. Of a rate table, its first column."""
        if self.columns:
            return self.column(0).steps
        if self.tiers is Tiers.FLAT:
            said = {name: getattr(self, name) for name in ("rate", "pay_per_unit", "pay_per_block", "block")}
            return (Step.model_construct(from_=Decimal(0), **said),)  # what it says has been read already
        return self.curve

    @property
    def priced_by(self) -> str:
        """Which key a row's one rate has."""
        is_share = self.measure is Measure.AMOUNT or self.pays is Pays.TARGET
        return "rate" if is_share else "pay_per_unit"

    def column(self, index: int | None) -> "Component":
        """The component without a table whose curve the deals of that column walk along; itself where it has none."""
        if index is None or not self.columns:
            return self

        def one(rates: tuple[Decimal, ...]) -> dict[str, Any]:
            return {"rates": (), self.priced_by: rates[index] if index < len(rates) else None}

        rows = tuple(step.model_copy(update=one(step.rates)) for step in self.curve)
        own = one(self.rates) if self.tiers is Tiers.FLAT else {"rates": ()}
        return self.model_copy(update={"by": None, "columns": (), "curve": rows} | own)
