"""What a plan says of people on leave: whether deals that close then give them credit, and whether goals are less.

The day on which a deal closed decides, whatever comes of it later: a deal of before her leave is credited when its
customer pays during it, and taken back when it is cancelled during it. So no deal is taken back that gave no credit.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from commissions.engine.frames import LEAVES, QuotaKind, empty
from commissions.engine.schema import LeaveDeals, LeaveGoals, PlanDocument


def reads_leave(document: PlanDocument) -> bool:
    return withholds(document) or any(lessens(document, kind) for kind in QuotaKind)


def withholds(document: PlanDocument) -> bool:
    """Whether who is on leave gets no credit."""
    return document.leave is not None and document.leave.deals is LeaveDeals.NOT_CREDITED


def lessens(document: PlanDocument, kind: QuotaKind) -> bool:
    """Whether days of leave lessen quotas of a kind, or targets."""
    if document.leave is None:
        return False
    said = document.leave.targets if kind is QuotaKind.TARGET else document.leave.quotas
    return said is LeaveGoals.PRORATED


def read_leaves(leaves: pl.DataFrame | None, versions: Iterable[PlanDocument]) -> pl.DataFrame | None:
    """The leaves, where a plan withholds credit for them: else nobody asks."""
    if not any(map(withholds, versions)):
        return None
    return empty(LEAVES) if leaves is None else leaves


def apart(
    rows: pl.DataFrame, leaves: pl.DataFrame | None, versions: Mapping[int, PlanDocument]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The credits that are given, and those that aren't, for their payee was on leave when the deal closed.

    As for its other rules, the version in force when the deal closed decides; where she wasn't on the plan then, that
    of the credit. A refund takes back what was given, whoever is on leave.
    """
    if leaves is None or leaves.is_empty():
        return rows, rows.clear()
    decides = pl.col("plan_version")
    if "closed_version" in rows.columns:
        decides = pl.coalesce("closed_version", decides)
    withholding = [pk for pk, document in versions.items() if withholds(document)]
    asked = rows.with_row_index("row").filter(decides.is_in(withholding) & (pl.col("amount") >= 0))
    days = leaves.select("payee", since="start", until="end")
    away = asked.select("row", "payee", "closed").join(days, on="payee")
    held = (pl.col("since") <= pl.col("closed")) & (pl.col("until").is_null() | (pl.col("closed") < pl.col("until")))
    is_away = pl.int_range(pl.len()).is_in(away.filter(held)["row"].implode())
    return rows.filter(~is_away), rows.filter(is_away)
