"""What rows of a file would change: which they create, which fields of which they change, and whom they name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from sales.engine.convert import LINE, Problems
from sales.engine.problems import Problem, Told, shorten

MOST_SAMPLES = 20
CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Sample:
    line: int
    external_id: str
    changes: tuple[Change, ...]


def compare(existing: pl.DataFrame, incoming: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """The incoming rows with `id`, `old_<field>` and `verdict`: created, changed or unchanged.

    `existing` has id, external_id and the fields; `incoming` has external_id and the fields.

    >>> old = pl.DataFrame({"id": [7, 8], "external_id": ["a", "c"], "name": ["Ana", "Cid"]})
    >>> new = pl.DataFrame({"external_id": ["a", "b", "c"], "name": ["Anna", "Ben", "Cid"]})
    >>> compare(old, new, ["name"])["verdict"].to_list()
    ['changed', 'created', 'unchanged']
    """
    old = existing.select("id", "external_id", *(pl.col(name).alias(f"old_{name}") for name in fields))
    joined = incoming.join(old, on="external_id", how="left", maintain_order="left")
    differs = pl.any_horizontal(
        pl.lit(value=False), *(pl.col(name).ne_missing(pl.col(f"old_{name}")) for name in fields)
    )
    verdict = pl.when(pl.col("id").is_null()).then(pl.lit(CREATED)).when(differs).then(pl.lit(CHANGED))
    return joined.with_columns(verdict=verdict.otherwise(pl.lit(UNCHANGED)))


def samples(
    compared: pl.DataFrame, fields: Sequence[str], show: Callable[[str, Any, Any], str]
) -> dict[str, list[Sample]]:
    """The first rows that are created and changed, field by field; `show` writes a value (field, value, row)."""
    return {
        verdict: [
            Sample(row[LINE], row["external_id"], _changes(row, fields, show, verdict))
            for row in compared.filter(verdict=verdict).head(MOST_SAMPLES).iter_rows(named=True)
        ]
        for verdict in (CREATED, CHANGED)
    }


def _changes(
    row: dict[str, Any], fields: Sequence[str], show: Callable[[str, Any, Any], str], verdict: str
) -> tuple[Change, ...]:
    return tuple(
        Change(
            name.removesuffix("_minor").removesuffix("_id").removesuffix("_ppm"),
            show(name, row[f"old_{name}"], row) if verdict == CHANGED else "",
            show(name, row[name], row),
        )
        for name in fields
        if row[name] != row[f"old_{name}"]
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """Whom or what a text may name: keys of which the better rank wins, and is ambiguous when it comes twice."""

    unknown: Told  # said of a text that names nothing
    ambiguous: Told  # of one that names %(n)s
    fix: Told
    entries: pl.DataFrame  # key, id, rank

    def and_also(self, entries: pl.DataFrame) -> "Directory":
        return replace(self, entries=pl.concat([self.entries, entries]).unique())

    def missing(self, texts: pl.Series) -> list[str]:
        """The texts that name nothing, each once, in order."""
        unknown = texts.is_not_null() & (self.look_up(texts)["times"] == 0)
        return texts.filter(unknown).unique(maintain_order=True).to_list()

    def look_up(self, texts: pl.Series) -> pl.DataFrame:
        """`id` and `times` for each text: times is 0 for an unknown one and above 1 for an ambiguous one.

        >>> from sales.engine.problems import told
        >>> entries = pl.DataFrame({"key": ["e1"], "id": [7], "rank": [0]})
        >>> people = Directory(told("Nobody."), told("%(n)s people."), told("Correct it."), entries)
        >>> people.look_up(pl.Series(["E1", "e1", None])).rows()
        [(7, 1), (7, 1), (None, 0)]
        """
        best = self.entries.filter(pl.col("rank") == pl.col("rank").min().over("key"))
        best = best.group_by("key").agg(pl.col("id").first(), times=pl.col("id").n_unique())
        wanted = pl.DataFrame({"key": texts.cast(pl.String), "lower": texts.cast(pl.String).str.to_lowercase()})
        exact = wanted.join(best, on="key", how="left", maintain_order="left")
        folded = best.with_columns(pl.col("key").str.to_lowercase()).unique("key", keep="none")
        both = exact.join(folded, left_on="lower", right_on="key", how="left", suffix="_lower", maintain_order="left")
        return both.select(pl.coalesce("id", "id_lower"), times=pl.coalesce("times", "times_lower").fill_null(0))


def refer(rows: pl.DataFrame, name: str, directory: Directory, problems: Problems, column: str) -> pl.Series:
    """The ids that a column's texts name; a text that names none, or several, is a problem of its row."""
    found = directory.look_up(rows[name])
    wrong = rows[name].is_not_null() & (found["times"] != 1)
    for row in wrong.arg_true().to_list():
        text, times = rows[name][row], found["times"][row]
        what = directory.ambiguous.filled(n=times) if times else directory.unknown
        problems.add(Problem(rows[LINE][row], column, shorten(text), what, directory.fix))
    return found["id"].set(wrong, None).rename(name)
