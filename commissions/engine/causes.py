"""Which deals made the difference between two calculations of the same statements."""

import json
from typing import Any

import polars as pl

MOST = 50  # of one statement; the rest is counted

_KEYS = ("statement_id", "component", "deal_id")


def causes(old: pl.DataFrame, new: pl.DataFrame) -> dict[int, tuple[str, int]]:
    """By statement: the causes as JSON, the largest first, and how many are left out.

    `old` are lines that are no more and `new` those in their place: `statement_id`, `component`, `deal_id` (null
    without a deal) and `amount_minor`, Int64 minor units. What moved without paying anything else is no cause.

    >>> def lines(*rows):
    ...     return pl.DataFrame(rows, schema=["statement_id", "component", "deal_id", "amount_minor"], orient="row")
    >>> causes(lines((7, "new", 1, 500), (7, "new", 2, 80)), lines((7, "new", 1, 700), (7, "new", 2, 80)))
    {7: ('[{"deal":1,"component":"new","was":500,"now":700}]', 0)}
    """
    sums = _sums(old, "was").join(_sums(new, "now"), on=_KEYS, how="full", coalesce=True, nulls_equal=True)
    weight = (pl.col("now").fill_null(0) - pl.col("was").fill_null(0)).abs()
    moved = sums.filter(pl.col("was").ne_missing(pl.col("now"))).with_columns(weight=weight)
    ordered = moved.sort("statement_id", "weight", "component", "deal_id", descending=[False, True, False, False])
    counted = dict(ordered.group_by("statement_id").len().iter_rows())
    found: dict[int, list[dict[str, Any]]] = {}
    largest = ordered.group_by("statement_id", maintain_order=True).head(MOST)
    for statement, component, deal, was, now in largest.select(*_KEYS, "was", "now").iter_rows():
        found.setdefault(statement, []).append({"deal": deal, "component": component, "was": was, "now": now})
    return {
        statement: (json.dumps(kept, separators=(",", ":")), counted[statement] - len(kept))
        for statement, kept in found.items()
    }


def _sums(lines: pl.DataFrame, name: str) -> pl.DataFrame:
    return lines.group_by(_KEYS).agg(pl.col("amount_minor").sum().alias(name))
