"""Facts and the pay that finance agreed on, as a plan states them."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag

from commissions.engine.decimals import ExactDecimal, ExactMoney
from commissions.engine.errors import ToldError
from commissions.engine.expressions.fields import CUSTOM, field_of
from commissions.engine.misfits import as_written
from commissions.engine.schema.values import Day, Label, Name, Slug, Strict, Text
from commissions.engine.words import canonical, told


def _named(value: Any) -> Any:  # noqa: ANN401
    return {"name": value} if isinstance(value, str) else value


def _custom_name(slug: str) -> str:
    if field_of(f"deal.{CUSTOM}{slug}") is None:
        strange = told(
            "%(name)s is no name of a field. Write small letters, digits and underscores, such as region.",
            name=as_written(slug),
        )
        raise ToldError(strange)
    return slug


def _custom_value(value: Any) -> Any:  # noqa: ANN401
    return canonical(value) if isinstance(value, Decimal) else value


CustomName = Annotated[str, AfterValidator(_custom_name)]
CustomValue = Annotated[Text, BeforeValidator(_custom_value), StringConstraints(min_length=1)]


def _managers(value: Any) -> Any:  # noqa: ANN401
    return [{"to": value}] if isinstance(value, str) else value


def _member(value: Any) -> Any:  # noqa: ANN401
    return {"who": value} if isinstance(value, str) else value


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


Goal = Annotated[
    Annotated[ExactMoney, Tag("one number")] | Annotated[dict[Label, ByPeriod], Tag("by period")],
    Discriminator(lambda value: "by period" if isinstance(value, dict) else "one number"),
]


ByDay = Annotated[
    Annotated[ExactDecimal, Tag("one number")] | Annotated[dict[Day, ExactDecimal], Tag("by day")],
    Discriminator(lambda value: "by day" if isinstance(value, dict) else "one number"),
]


Measured = Annotated[
    Annotated[ExactDecimal, Tag("one number")] | Annotated[dict[Label, ExactDecimal], Tag("by period")],
    Discriminator(lambda value: "by period" if isinstance(value, dict) else "one number"),
]


Objectives = Annotated[
    Annotated[ExactDecimal, Tag("one number")] | Annotated[dict[Label, ExactDecimal], Tag("by objective")],
    Discriminator(lambda value: "by objective" if isinstance(value, dict) else "one number"),
]


Scored = Annotated[
    Annotated[ExactDecimal, Tag("one number")] | Annotated[dict[Label, Objectives], Tag("by period")],
    Discriminator(lambda value: "by period" if isinstance(value, dict) else "one number"),
]


class ReportsTo(Strict):
    to: Label
    from_: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, description="Exclusive.")


class Member(Strict):
    who: Label
    from_: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, description="Exclusive.")


class Leave(Strict):
    from_: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, description="Exclusive.")


class ExamplePayee(Strict):
    quota: Goal | None = Field(
        None,
        description="Money or units per window; or by period, such as {2026-Q1: 100000}; or by component.",
    )
    target: Goal | None = Field(None, description="The target incentive, in the same way.")
    kpis: dict[Slug, Measured] = Field(
        {},
        exclude_if=lambda value: not value,
        description="KPI values by key, such as {csat: 82%}; or by period, such as {csat: {2026-01: 82%}}.",
    )
    scores: dict[Slug, Scored] = Field(
        {},
        exclude_if=lambda value: not value,
        description="What the manager gave, by component: {mbo: 85%}; by period, by objective, or by both.",
    )
    starts: Day | None = Field(None, description="The first day on the plan, from which a draw's statements count.")
    ends: Day | None = Field(None, description="The first day no longer on the plan.")
    reports_to: Annotated[
        tuple[ReportsTo, ...], BeforeValidator(_managers, json_schema_input_type=str | tuple[ReportsTo, ...])
    ] = Field((), description="To whom, all the time or for ranges of days.", exclude_if=lambda value: not value)
    leave: tuple[Leave, ...] = Field((), description="When she was away.", exclude_if=lambda value: not value)


class ExamplePayment(Strict):
    """What the customer paid for a deal. Of one day, in the order in which they are written."""

    paid: Day
    amount: ExactMoney = Field(description="Money of the deal's currency; negative when it was paid back.")


class ExampleLine(Strict):
    """A line of a deal: one of the things sold with it."""

    product: Annotated[ExampleProduct, BeforeValidator(_named, json_schema_input_type=str | ExampleProduct)] = (
        ExampleProduct()
    )
    name: Text | None = None
    quantity: Annotated[int, Field(ge=-(2**31), lt=2**31)] = 1
    amount: ExactMoney = Field(description="Money of the deal's currency; all lines add up to the deal's amount.")
    cost: ExactMoney | None = Field(None, description="What it cost; absent: unknown, which isn't 0.")
    discount: ExactDecimal | None = Field(None, description="A share, such as 10%.")


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
    roles: dict[Slug, dict[Label, ExactDecimal]] = Field(
        {},
        exclude_if=lambda value: not value,
        description="Shares by person of each role other than owner, such as {engineer: {cia: 100%}}.",
    )
    invoiced: Day | None = None
    cancelled: Day | None = Field(None, description="The deal stays won: the plan says what that takes back.")
    payments: tuple[ExamplePayment, ...] = Field((), exclude_if=lambda value: not value)
    cost: ExactMoney | None = Field(None, description="What it cost; absent: unknown, which isn't 0.")
    tax: ExactMoney | None = Field(None, description="The tax contained in the amount; absent: unknown.")
    discount: ExactDecimal | None = Field(None, description="A share, such as 10%.")
    term: Annotated[int, Field(ge=0, le=1200)] | None = Field(None, description="Months.")
    lines: tuple[ExampleLine, ...] = Field(
        (),
        exclude_if=lambda value: not value,
        description="What was sold with it; absent: the deal is one line, with its own figures.",
    )
    custom: dict[CustomName, CustomValue] = Field(
        {}, description="Fields of the company's own, such as {region: west}.", exclude_if=lambda value: not value
    )


Expected = dict[Label, ByPeriod]  # by component key, `payable` for the sum; by payee first where there are several


class Example(Strict):
    """Facts and the pay that finance agreed on. A plan can't be published until each of its examples holds."""

    name: Name
    source: str | None = Field(None, description="Where the figures come from.")
    payee: ExamplePayee | None = Field(None, description="The one payee, called `payee` in splits.")
    payees: dict[Label, ExamplePayee] = Field({}, description="Several payees by name; then expect is by name too.")
    teams: dict[Label, tuple[Annotated[Member, BeforeValidator(_member, json_schema_input_type=str | Member)], ...]] = (
        Field({}, description="Who is in which team, by the team's name.", exclude_if=lambda value: not value)
    )
    team_quotas: dict[Label, Goal] = Field(
        {},
        description="Each team's quota, by its name, in the same way as a payee's.",
        exclude_if=lambda value: not value,
    )
    deals: tuple[ExampleDeal, ...] = ()
    rates: dict[Label, ByDay] = Field(
        {},
        description="What a currency is worth in the plan's, such as {EUR: 1.08}; or by the day from which.",
        exclude_if=lambda value: not value,
    )
    expect: dict[Label, Expected] = Field(description="Pay by period label and component key.")

    @property
    def people(self) -> dict[str, ExamplePayee]:
        return self.payees or {"payee": self.payee or ExamplePayee()}

    @property
    def expected(self) -> dict[str, dict[str, dict[str, Decimal]]]:
        """By payee, period label, component key."""
        return self.expect if self.payees else {"payee": self.expect}  # type: ignore[dict-item, return-value]
