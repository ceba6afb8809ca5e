"""Custom fields of many deals: columns of a file beside what the deals carry already."""

import json
from collections.abc import Sequence

import polars as pl

from sales.engine.custom import MOST, PREFIX, too_many
from sales.engine.fields import is_custom
from sales.engine.problems import told
from sales.services.bulk.decision import Task


def custom_columns(task: Task) -> list[str]:
    """The custom fields that the file gives: custom.region."""
    return [name for name in task.converted.rows.columns if is_custom(task.kind, name)]


def with_custom(existing: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The stored deals with a column of texts for each of these fields; null where a deal doesn't have it."""
    values = pl.col("custom")
    return existing.with_columns(
        values.str.json_path_match(f"$.{name.removeprefix(PREFIX)}").alias(name) for name in columns
    )


def merged(task: Task, compared: pl.DataFrame, existing: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows with `custom`: what their deals carry, with what the file says in its place. An empty cell empties."""
    if not columns:
        return compared
    carried = compared.join(existing.select("id", stored="custom"), on="id", how="left", maintain_order="left")
    slugs = [name.removeprefix(PREFIX) for name in columns]
    texts = []
    for line, stored, *values in carried.select("line", "stored", *columns).iter_rows():
        fields = {**json.loads(stored or "{}"), **dict(zip(slugs, values, strict=True))}
        fields = {slug: value for slug, value in fields.items() if value is not None}
        texts.append(json.dumps(fields, ensure_ascii=False))
        if len(fields) > MOST:
            task.refuse(line, columns[0], too_many(len(fields)), told("Leave some out."))
    return task.problems.without_bad(compared.with_columns(custom=pl.Series(texts, dtype=pl.String)))
