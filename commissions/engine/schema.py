"""The keys of a plan document and their types; docs/plan-format.md describes them, the JSON Schema comes from here.

Money in a document is in major units of the plan's currency, as people write it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    StringConstraints,
    Tag,
)

from commissions.engine.decimals import ExactDecimal, ExactMoney
from core.periods import PeriodKind


class Rounding(StrEnum):
    HALF_UP = "half_up"  # a half goes away from zero
    HALF_EVEN = "half_even"


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


class Measure(StrEnum):
    """What x counts. A refund, which is a deal with a negative amount, counts against."""

    AMOUNT = "amount"  # money: the base
    QUANTITY = "quantity"  # how many were sold
    COUNT = "count"  # deals: each is one


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


class StartsWhen(StrEnum):
    """Which tier owns the exact boundary."""

    REACHED = "reached"  # the higher one: x = threshold is already in it
    EXCEEDED = "exceeded"  # the lower one


class Trigger(StrEnum):
    BOOKED = "booked"


class Excess(StrEnum):
    DROP = "drop"


class DrawKind(StrEnum):
    RECOVERABLE = "recoverable"  # what is advanced is owed, and recovered from later earnings
    NON_RECOVERABLE = "non_recoverable"  # what is advanced is given


class DrawPays(StrEnum):
    TOP_UP = "top_up"  # what is missing to the amount: a guarantee
    IN_ADDITION = "in_addition"  # the whole amount, beside what was earned


class BelowZero(StrEnum):
    """What becomes of a statement that would pay less than nothing."""

    PAY = "pay"  # the payee owes it at once
    CARRY = "carry"  # it pays nothing, and the rest is recovered from later statements


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _text(value: Any) -> Any:  # noqa: ANN401 whatever the YAML or JSON holds
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _named(value: Any) -> Any:  # noqa: ANN401
    return {"name": value} if isinstance(value, str) else value


def _day(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, date | str):
        return value
    raise ValueError(f"{value} is no day of the calendar. Write one such as 2026-01-31.")


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=100)]
Name = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=200)]
Label = Annotated[
    str, BeforeValidator(_text), StringConstraints(strip_whitespace=True)
]  # a year is an integer to YAML: 2026
Day = Annotated[date, BeforeValidator(_day), PlainSerializer(date.isoformat, return_type=str, when_used="json")]


class Credit(Strict):
    """Who gets credit, and when."""

    trigger: Trigger = Trigger.BOOKED
    roles: Annotated[tuple[Slug, ...], Field(min_length=1)] = ("owner",)


class Step(Strict):
    """One row of a curve: from this x on, this rate; or at this x, this much pay (interpolated and stepped)."""

    from_: ExactDecimal = Field(alias="from", description="Where it starts: money, or a share of quota such as 50%.")
    rate: ExactDecimal | None = Field(None, description="A share of x, such as 5%.")
    pay_per_unit: ExactMoney | None = Field(None, description="Money for each unit or deal.")
    pay: ExactMoney | None = Field(None, description="Money earned in all when x is here.")
    bonus: ExactMoney | None = Field(None, description="Money paid once when the row is reached.")


class Cap(Strict):
    """The most that a component pays per deal or window."""

    per: Window
    amount: ExactMoney = Field(description="Money.")
    excess: Excess = Excess.DROP


class Component(Strict):
    """One way to earn: which credits count, how they add up, and the curve they walk along."""

    key: Slug
    name: Name
    credit: Credit = Credit()
    when: str | None = Field(None, description='A condition, such as deal.type = "new" and deal.amount >= 1000.')
    base: str = Field("deal.amount", description="What counts of each deal, such as deal.amount * 50%.")
    measure: Measure = Field(Measure.AMOUNT, exclude_if=lambda value: value is Measure.AMOUNT)
    window: Window = Window.DEAL
    against: Against = Against.AMOUNT
    tiers: Tiers = Tiers.FLAT
    starts_when: StartsWhen = StartsWhen.REACHED
    rate: ExactDecimal | None = Field(None, description="The one rate of a flat component.")
    pay_per_unit: ExactMoney | None = Field(None, description="In place of a rate: money for each unit or deal.")
    curve: tuple[Step, ...] = ()
    cap: Cap | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The curve's rows; of a flat component the one that its rate stands for."""
        if self.tiers is Tiers.FLAT:
            return (Step.model_validate({"from": 0, "rate": self.rate, "pay_per_unit": self.pay_per_unit}),)
        return self.curve


class ExampleProduct(Strict):
    name: Text | None = None
    code: Text | None = None
    family: Text | None = None


class ExampleCustomer(Strict):
    name: Text | None = None
    sector: Text | None = None
    country: Text | None = None


ByPeriod = Annotated[
    Annotated[ExactMoney, Tag("one number")] | Annotated[dict[Label, ExactMoney], Tag("by period")],
    Discriminator(lambda value: "by period" if isinstance(value, dict) else "one number"),
]


class ExamplePayee(Strict):
    quota: ByPeriod | None = Field(
        None, description="Money per window; or by period, such as {2026-Q1: 100000, 2026-Q2: 120000}."
    )
    starts: Day | None = Field(None, description="The first day on the plan, from which a draw's statements count.")


class ExampleDeal(Strict):
    """A deal of an example. A refund is a deal with a negative amount."""

    id: Name
    closed: Day
    amount: ExactMoney
    opened: Day | None = None
    currency: str | None = None  # the plan's, when absent
    quantity: Annotated[int, Field(ge=-(2**31), lt=2**31)] = 1  # as a deal's in the database
    type: Text | None = None
    name: Text | None = None
    product: Annotated[ExampleProduct, BeforeValidator(_named, json_schema_input_type=str | ExampleProduct)] = (
        ExampleProduct()
    )
    customer: Annotated[ExampleCustomer, BeforeValidator(_named, json_schema_input_type=str | ExampleCustomer)] = (
        ExampleCustomer()
    )
    owner: Label | None = Field(None, description="Whose deal it is, where the example has several payees.")
    splits: dict[Label, ExactDecimal] = Field({}, description="Shares by person, such as {ana: 60%, ben: 40%}.")


Expected = dict[Label, ByPeriod]  # by component key, `payable` for the sum; by payee first where there are several


class Example(Strict):
    """Facts and the pay that finance agreed on. A plan can't be published until each of its examples holds."""

    name: Name
    source: str | None = Field(None, description="Where the figures come from.")
    payee: ExamplePayee | None = Field(None, description="The one payee, called `payee` in splits.")
    payees: dict[Label, ExamplePayee] = Field({}, description="Several payees by name; then expect is by name too.")
    deals: tuple[ExampleDeal, ...] = ()
    expect: dict[Label, Expected] = Field(description="Pay by period label and component key.")

    @property
    def people(self) -> dict[str, ExamplePayee]:
        return self.payees or {"payee": self.payee or ExamplePayee()}

    @property
    def expected(self) -> dict[str, dict[str, dict[str, Decimal]]]:
        """By payee, period label, component key."""
        return self.expect if self.payees else {"payee": self.expect}  # type: ignore[dict-item, return-value]


class Draw(Strict):
    """Pay in advance of earnings, statement by statement."""

    kind: DrawKind
    amount: ExactMoney = Field(description="Money, of each statement.")
    pays: DrawPays = DrawPays.TOP_UP
    periods: Annotated[int, Field(ge=1, le=600)] | None = Field(
        None, description="How many statements from the payee's first one have it; all, when absent."
    )
    recover_at_most: ExactDecimal = Field(
        Decimal(1), description="Which share of what was earned beyond a top-up may be taken to recover what is owed."
    )
    most_owed: ExactMoney | None = Field(None, description="Money; what would make the payee owe more isn't advanced.")
    forgive_after: Annotated[int, Field(ge=0, le=600)] | None = Field(
        None, description="In which statement after the last with a draw, from 0, what is still owed is forgiven."
    )


class PlanDocument(Strict):
    format: Literal[1] = Field(1, description="Grows when an old document would read differently.")
    plan: Name
    currency: str = Field(description="ISO 4217, such as USD: the currency of every amount here.")
    period: PeriodKind = Field(description="What a statement covers.")
    rounding: Rounding = Rounding.HALF_UP
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    draw: Draw | None = None
    below_zero: BelowZero | None = Field(None, description="Absent: pay.")
    examples: tuple[Example, ...] = ()

    def component(self, key: str) -> Component:
        """The component of that key. Raises KeyError."""
        for component in self.components:
            if component.key == key:
                return component
        raise KeyError(key)
