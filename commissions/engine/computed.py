"""What the engine makes of some payees in one period, statement by statement of a currency: what is posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.calculate import Inputs, calculate


@dataclass(frozen=True, slots=True)
class Computed:
    lines: pl.DataFrame  # LINES and currency
    totals: pl.DataFrame  # payee, currency, total, payable; of zero for who is on a plan and earned nothing
    notices: pl.DataFrame  # NOTICES
    settlements: pl.DataFrame  # SETTLEMENTS and currency
    releases: pl.DataFrame  # RELEASES and currency


def compute(inputs: Inputs, *, payees: Sequence[int], start: date, end: date) -> Computed:
    """The statements of these payees. Raises AmountTooLarge."""
    result = calculate(inputs, start=start, end=end)
    mine = pl.col("payee").is_in(payees)
    late = inputs.true_ups.versions if inputs.true_ups else {}
    documents = {**inputs.earlier.versions, **late, **inputs.versions}
    currencies = pl.DataFrame(
        [(pk, document.currency) for pk, document in documents.items()],
        schema={"plan_version": result.lines.schema["plan_version"], "currency": pl.String},
        orient="row",
    )
    return Computed(
        lines=result.lines.filter(mine).join(currencies, on="plan_version"),
        totals=result.statements.filter(mine).group_by("payee", "currency").agg(pl.col("total", "payable").sum()),
        notices=result.notices.filter(mine),
        settlements=result.settlements.filter(mine).join(currencies, on="plan_version"),
        releases=result.releases.filter(mine).join(currencies, on="plan_version"),
    )
