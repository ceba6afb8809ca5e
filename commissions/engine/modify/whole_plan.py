"""A cap over all components of a plan, in the order of its lines: by day, by deal, then as the document has them."""

from collections.abc import Mapping

import polars as pl

from commissions.engine.modify.caps import cap
from commissions.engine.modify.limits import applied, plan_caps
from commissions.engine.schema import PlanDocument


def capped_together(
    lines: pl.DataFrame, versions: Mapping[int, PlanDocument], plans: Mapping[int, int]
) -> pl.DataFrame:
    """The lines after the caps of their plans. They reach back to the start of each cap's window; `place` orders
    credits, and is null for lines without a deal, which come first on their day.
    """
    limits = plan_caps(versions)
    if not limits:
        return lines
    capped = sorted({plans[version] for version in limits})
    parts = [lines.filter(~pl.col("plan").is_in(capped))]
    for plan in capped:
        own = {version: document for version, document in versions.items() if plans[version] == plan}
        rows = _in_order(lines.filter(pl.col("plan") == plan), own)
        mine = {version: limit for version, limit in limits.items() if version in own}
        parts.append(rows.with_columns(applied(rows, rows["amount"], mine, cap).alias("amount")))
    return pl.concat(parts)


def _in_order(lines: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    ranks = pl.DataFrame(
        [(pk, part.key, rank) for pk, document in versions.items() for rank, part in enumerate(document.components)],
        schema={"plan_version": pl.Int64(), "component": pl.String(), "rank": pl.Int64()},
        orient="row",
    )
    ranked = lines.join(ranks, on=["plan_version", "component"], how="left", maintain_order="left")
    place = pl.col("place").fill_null(-1)
    return ranked.sort("payee", "date", place, "rank", "component", "window_start", "kind").drop("rank")
