"""When what was earned is paid: at once, once the deal is invoiced or paid for, or after a while."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from commissions.engine.decimals import ExactDecimal
from commissions.engine.errors import ToldError
from commissions.engine.misfits import as_written
from commissions.engine.schema.values import Day, Strict
from commissions.engine.words import told

_SPAN = re.compile(r"([1-9][0-9]{0,3}) (day|month)s?", re.ASCII)


class Due(StrEnum):
    """Upon what a part of the pay is due."""

    AT_ONCE = "at_once"  # with the credit
    INVOICED = "invoiced"
    PAID = "paid"  # in proportion to what the customer has paid
    PAID_IN_FULL = "paid_in_full"  # all of it, once the customer has paid everything


def _span(value: Any) -> str:  # noqa: ANN401 whatever the YAML or JSON holds
    match = _SPAN.fullmatch(" ".join(str(value).split()))
    if not match:
        raise ToldError(told("%(span)s is no stretch of time. Write one such as 3 months.", span=as_written(value)))
    return f"{match[1]} {match[2]}s"


Span = Annotated[str, BeforeValidator(_span)]


class PayoutPart(Strict):
    """A share of what a component earns and when it is paid: one of `due`, `after` and `on_date`."""

    share: ExactDecimal = Field(description="Of what the component earns, such as 50%.")
    due: Due | None = Field(None, description="Upon what.")
    after: Span | None = Field(None, description="How long after the credit, such as 3 months or 30 days.")
    on_date: Day | None = Field(None, description="On which day.")
