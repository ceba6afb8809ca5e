"""What score components count: what managers gave payees for objectives. A score belongs to no deal."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl

from commissions.engine.accumulate import Clause
from commissions.engine.decimals import scaled
from commissions.engine.frames import LINES, NOTICES, WHOLE_SHARE, LineKind, Notice
from commissions.engine.schema import Component, PlanDocument
from commissions.engine.windows import cycle_of
from core.periods import Period

SCORE_DECIMALS = 6  # of scores, and of the weights of objectives: parts per million
_MEASURED = ["payee", "plan", "plan_version", "deal", "role", "via", "seq", "place", "date", "kind", "credited"]
_SCHEMA = {name: LINES.get(name, pl.Int32()) for name in _MEASURED}


def weights_of(component: Component) -> dict[str, int]:
    """By objective, its share of the score in parts per million; one without a key where there are none.

    >>> weights_of(Component(key="a", name="A", measure="score"))
    {'': 1000000}
    """
    found = {each.key: scaled(each.weight, SCORE_DECIMALS) for each in component.objectives}
    return found or {"": WHOLE_SHARE}


def ended_windows(document: PlanDocument, component: Component, since: date, until: date) -> Iterator[Period]:
    """The component's windows whose last day, on which a score is credited, lies from `since` to before `until`."""
    window = cycle_of(document, component.window).period(since)
    while window.end <= until:
        yield window
        window = window.next()


def scored(
    scores: pl.DataFrame,
    assignments: pl.DataFrame,
    clauses: Mapping[int, Clause],
    key: str,
    since: date,
    until: date,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What payees were scored with by one component of a plan, over all versions of it: rows as `accumulate.measure`
    gives them, with `kind`, in the order of payee and date; and NOTICES, with their `date`, of scores that nobody gave.

    `assignments` are the plan's. The version in force on a window's last day says which objectives there are and what
    each weighs; `credited` is the sum of their scores, WHOLE_SCORE for 100 %. What isn't scored yet counts nothing.
    """
    found = [
        _of_version(scores, assignments, version, clause, key, since, until) for version, clause in clauses.items()
    ]
    rows = pl.concat(found).sort("payee", "date")
    known = rows.filter(pl.col("given") > 0).with_row_index("place")
    return known.select(_MEASURED).cast(_SCHEMA), _missing(rows, key, clauses)  # type: ignore[arg-type]


def _of_version(
    scores: pl.DataFrame,
    assignments: pl.DataFrame,
    version: int,
    clause: Clause,
    key: str,
    since: date,
    until: date,
) -> pl.DataFrame:
    """Each payee on the version on the last day of a window, with her score, how many were given, and which weren't."""
    window = clause.component.window.value
    last = [
        (each.start, each.end - timedelta(days=1))
        for each in ended_windows(clause.document, clause.component, since, until)
    ]
    days = pl.DataFrame(last, schema={"window_start": pl.Date(), "date": pl.Date()}, orient="row")
    weights = weights_of(clause.component)
    objectives = pl.DataFrame({"objective": weights.keys(), "weight": weights.values()})
    in_force = (pl.col("start") <= pl.col("date")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("date")))
    own = assignments.filter(pl.col("plan_version") == version).join(days, how="cross").filter(in_force)
    given = scores.filter((pl.col("component") == key) & (pl.col("window") == window))
    wanted = own.join(objectives, how="cross", maintain_order="left_right")
    on = ["payee", "plan", "objective", "window_start"]
    asked = wanted.join(given.select(*on, "score"), on=on, how="left", maintain_order="left")
    none = {name: pl.lit(None, dtype=LINES[name]) for name in ("deal", "via", "seq")}
    sums = asked.group_by("payee", "plan", "plan_version", "window_start", "date", maintain_order=True).agg(
        credited=(pl.col("score") * pl.col("weight")).sum(),
        given=pl.col("score").count(),
        missing=pl.col("objective").filter(pl.col("score").is_null()),
    )
    return sums.with_columns(role=pl.lit(""), kind=pl.lit(LineKind.SCORE.value), **none)


def _missing(rows: pl.DataFrame, key: str, clauses: Mapping[int, Clause]) -> pl.DataFrame:
    found = [
        {
            "payee": row["payee"],
            "deal": None,
            "code": Notice.SCORE_MISSING.value,
            "detail": _detail(key, row, clauses[row["plan_version"]]),
            "date": row["date"],
        }
        for row in rows.filter(pl.col("missing").list.len() > 0).iter_rows(named=True)
    ]
    return pl.DataFrame(found, schema={**NOTICES, "date": pl.Date()})


def _detail(key: str, row: Mapping[str, object], clause: Clause) -> str:
    """The key, the window, and which objectives lack a score where others have one."""
    opened, missing = row["window_start"], row["missing"]
    assert isinstance(opened, date)  # noqa: S101 of a frame
    assert isinstance(missing, list)  # noqa: S101
    label = cycle_of(clause.document, clause.component.window).period(opened).label
    return f"{key} {label} {','.join(missing)}" if row["given"] else f"{key} {label}"
