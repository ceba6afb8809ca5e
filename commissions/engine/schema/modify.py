"""What is done to a component's pay after its curve: multipliers, floors and caps."""

from typing import Annotated

from pydantic import Field

from commissions.engine.decimals import ExactDecimal
from commissions.engine.schema.values import Slug, Strict


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
