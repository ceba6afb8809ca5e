"""What is taken back by what was paid rather than by the curve: the lines of one deal, one after the other."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from commissions.engine.events import Event, Taking
from commissions.engine.schema import PlanDocument, Rounding
from core.money import round_half_even, round_half_up

TAKING = {  # of each line, beside LINES, how its event takes back
    "taking": pl.String(), "bottom": pl.Int64(), "before": pl.Int64(), "after": pl.Int64()
}  # fmt: skip
_DEAL = ["payee", "plan", "component", "deal", "role", "via"]


def taken_back(lines: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    """The lines, all other limits behind them, with the `amount` of those with a `taking`; without TAKING.

    They need all that the deals were paid before, in this range or not, and `place`, the order of credits. A line that
    leaves x as it is, takes the part of it that goes: from `before` to `after`, counted from `bottom`. It has that as
    `uncapped`, too, for no limit is asked. Any other takes, down the curve, no more than was paid.
    """
    if "taking" not in lines.columns:
        return lines
    concerned = lines.filter(pl.col("taking").is_not_null()).select(_DEAL).unique()
    numbered = lines.with_row_index("row")
    mine = numbered.join(concerned, on=_DEAL, how="semi", nulls_equal=True).sort(*_DEAL, "place")
    amounts = {
        row: amount
        for _deal, rows in mine.group_by(_DEAL, maintain_order=True)
        for row, amount in _of_deal(rows.iter_rows(named=True), versions)
    }
    if not amounts:
        return lines.drop(*TAKING)
    found = pl.DataFrame(
        {"row": amounts.keys(), "taken": amounts.values()}, schema={"row": numbered.schema["row"], "taken": pl.Int64()}
    )
    joined = numbered.join(found, on="row", how="left", maintain_order="left")
    is_left = pl.col("taking").eq_missing(Taking.LEFT.value)
    return joined.with_columns(
        amount=pl.coalesce("taken", "amount"), uncapped=pl.when(is_left).then("taken").otherwise("uncapped")
    ).drop("row", "taken", *TAKING)


def _of_deal(rows: Iterable[dict[str, Any]], versions: Mapping[int, PlanDocument]) -> Iterable[tuple[int, int]]:
    """The amount of each row that takes back, or gives again what one before it took."""
    paid = taken = 0
    for row in rows:
        amount = row["amount"]
        if row["taking"] == Taking.LEFT:
            amount = taken if row["event"] == Event.PAID else _part(paid, row, versions[row["plan_version"]])
            taken = -amount
        elif row["taking"] == Taking.AT_MOST_PAID:
            amount = max(min(0, -paid), min(max(0, -paid), amount))
        if row["taking"]:
            yield row["row"], amount
        paid += amount


def _part(paid: int, row: Mapping[str, int], document: PlanDocument) -> int:
    rounding = round_half_even if document.rounding is Rounding.HALF_EVEN else round_half_up
    return rounding(paid * (row["after"] - row["bottom"]), row["before"] - row["bottom"]) - paid
