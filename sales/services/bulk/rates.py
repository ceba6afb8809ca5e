"""Exchange rates by the thousand: what they change, which are too odd to be taken unasked, and whose pay they touch."""

from typing import Any

import polars as pl
from django.db import connection

from core.copy import copy_in, copy_out
from sales.engine.changes import UNCHANGED, compare, samples
from sales.engine.problems import told
from sales.services.bulk.converted import ODD, announce_rates
from sales.services.bulk.decision import Decision, Task, refuse_incomplete, to_write

SCALE = 10**12
_EXISTING = """
SELECT rate.id, asked.external_id, (rate.rate * 1000000000000)::bigint
FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[]) AS asked (external_id, source, target, starts_on)
JOIN sales_exchangerate rate ON rate.source = asked.source AND rate.target = asked.target
    AND rate.starts_on = asked.starts_on
"""
_PAIRS = """
SELECT rate.source, rate.target, rate.starts_on, (rate.rate * 1000000000000)::bigint
FROM unnest(%s::text[], %s::text[]) AS asked (source, target)
JOIN sales_exchangerate rate ON rate.source = asked.source AND rate.target = asked.target
"""
_RATES = {"source": pl.String(), "target": pl.String(), "starts_on": pl.Date(), "rate": pl.Int64()}
_KEY = ["source", "target", "starts_on"]
_INCOMING = "CREATE TEMP TABLE sales_incoming (source text, target text, starts_on date, rate bigint) ON COMMIT DROP"
_UPSERT = """
INSERT INTO sales_exchangerate (source, target, starts_on, rate)
SELECT source, target, starts_on, rate::numeric * 0.000000000001 FROM sales_incoming
ON CONFLICT (source, target, starts_on) DO UPDATE SET rate = excluded.rate
"""


def decide(task: Task) -> Decision:
    """Compare with the rates of the same pairs and days.

    A rate that is twice its neighbour in time or more, or half of it or less, is taken only where the file says that it
    is meant; its neighbours are those that will hold, of the file as well.
    """
    incoming = task.problems.without_bad(task.converted.rows)
    mapped = task.gives("rate")
    asked = [incoming[name].to_list() for name in ("external_id", *_KEY)]
    lock = " FOR UPDATE OF rate" if task.locks else ""
    existing = copy_out(_EXISTING + lock, asked, {"id": pl.Int64(), "external_id": pl.String(), "rate": pl.Int64()})
    compared = refuse_incomplete(task, compare(existing, incoming, mapped))
    _refuse_same(task, compared)
    compared = task.problems.without_bad(compared)
    if mapped:
        _refuse_odd(task, compared)
        compared = task.problems.without_bad(compared)
    return Decision(compared, samples(compared, mapped, _show), lambda _user, _now: _write(to_write(compared)))


def _refuse_same(task: Task, compared: pl.DataFrame) -> None:
    what, fix = told("A currency has no rate into itself."), told("Choose another one.")
    for line, code in compared.filter(source=pl.col("target")).select("line", "target").iter_rows():
        task.refuse(line, "target", what, fix, code)


def _refuse_odd(task: Task, compared: pl.DataFrame) -> None:
    pairs = compared.select("source", "target").unique()
    stored = copy_out(_PAIRS, [pairs["source"].to_list(), pairs["target"].to_list()], _RATES)
    others = stored.join(compared, on=_KEY, how="anti").with_columns(line=pl.lit(None, dtype=pl.Int64()))
    rows = (
        compared if "is_sure" in compared.columns else compared.with_columns(is_sure=pl.lit(None, dtype=pl.Boolean()))
    )
    asked = (pl.col("verdict") != UNCHANGED) & ~pl.col("is_sure").fill_null(value=False)
    new = rows.select(*_RATES, pl.col("line").cast(pl.Int64()), asked=asked)
    all_ = pl.concat([others.select(*_RATES, "line", asked=pl.lit(value=False)), new]).sort(_KEY)
    near = {name: _near(name) for name in ("rate", "starts_on")}
    found = all_.with_columns(near=near["rate"], day=near["starts_on"]).filter("asked", pl.col("near").is_not_null())
    is_odd = (pl.col("rate") >= pl.col("near") * ODD) | (pl.col("rate") * ODD <= pl.col("near"))
    for row in found.filter(is_odd).sort("line").iter_rows(named=True):
        what = told(
            "On %(day)s one %(source)s is %(near)s %(target)s, and this is at least twice or at most half of it.",
            day=row["day"].isoformat(), source=row["source"], near=_written(row["near"]), target=row["target"],
        )  # fmt: skip
        fix = told("Check the decimal sign; where it is meant, write yes in a column is_sure.")
        task.refuse(row["line"], "rate", what, fix, _written(row["rate"]))


def _near(name: str) -> pl.Expr:
    """Of the rate before, or where there is none, of the one after."""
    return pl.coalesce(*(pl.col(name).shift(by).over("source", "target") for by in (1, -1)))


def _write(rows: pl.DataFrame) -> None:
    """1. upsert the rates; 2. announce whose deals they convert."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sales_incoming")
        cursor.execute(_INCOMING)
        copy_in("sales_incoming", rows.select(*_RATES))
        cursor.execute(_UPSERT)
    announce_rates(rows.select(_KEY).iter_rows())


def _show(_name: str, value: Any, _row: Any) -> str:  # noqa: ANN401 - any cell of a frame
    return "" if value is None else _written(value)


def _written(rate: int) -> str:
    whole, part = divmod(rate, SCALE)
    return f"{whole}.{part:012}".rstrip("0").rstrip(".")
