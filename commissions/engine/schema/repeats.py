"""Residuals: a deal that is credited again and again while its contract lives."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from commissions.engine.errors import ToldError
from commissions.engine.misfits import as_written
from commissions.engine.schema.values import Strict
from commissions.engine.words import told

MOST_MONTHS = 1200
_MONTHS = re.compile(r"([1-9][0-9]{0,3}) months?", re.ASCII)


class Every(StrEnum):
    """How much later a deal is credited again."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]


def _lasting(value: Any) -> str:  # noqa: ANN401 whatever the YAML or JSON holds
    written = " ".join(str(value).split())
    match = _MONTHS.fullmatch(written)
    if written == "term" or (match and int(match[1]) <= MOST_MONTHS):
        return f"{match[1]} months" if match else written
    raise ToldError(
        told(
            "%(span)s says no time. Write one up to 1200 months, such as 12 months, or `term` for the deal's own.",
            span=as_written(value),
        )
    )


Lasting = Annotated[str, BeforeValidator(_lasting)]


class Repeats(Strict):
    """From the day of its credit on a deal is credited again, on the same day of later months."""

    every: Every
    for_: Lasting = Field(
        alias="for", description="How long, from the first credit: 12 months, or `term`, the deal's own months."
    )

    @property
    def months(self) -> int | None:
        """How long; None: by the deal's term."""
        return None if self.for_ == "term" else int(self.for_.split()[0])
