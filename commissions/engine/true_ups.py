"""What closed periods would pay by the facts of now, less what was posted for them: lines of a later statement.

A closed statement stands. What it should have been differs from what it is, group by group: what a component paid a
payee with one deal, in one role, upon one kind of event. Each difference that isn't 0 is a line of the statement that
carries it, with the day on which its credit was earned, so that pay that waits goes on waiting from that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commissions.engine.frames import LINES, TRUE_UP_DEALS, LineKind, Schema, empty
from commissions.engine.schema import PlanDocument

POSTED: Schema = {  # lines of closed statements: a period's own, and the true-ups of it that stand in later ones
    "about": pl.Int64(),  # the period
    "currency": pl.String(),
    **{
        name: LINES[name]
        for name in (
            "payee", "plan", "plan_version", "component", "deal", "role", "via", "event", "date", "exchange_rate",
            "rate_column", "share", "credited", "window_start", "amount",
        )
    },
}  # fmt: skip
LAST = 1_000_000_000  # true-ups come after every credit of their statement
_GROUP = ["about", "payee", "plan", "component", "deal", "role", "via", "event", "day", "currency"]
_OF_THE_LINE = ["quota", "target", "multiplier", "multiplier_value"]  # of a line as it is computed now


@dataclass(frozen=True, slots=True)
class TrueUps:
    """The true-ups that a statement carries, and what settling them needs."""

    lines: pl.DataFrame  # LINES, of kind true_up
    versions: Mapping[int, PlanDocument]  # of these lines: some may not be in force in the statement
    deals: pl.DataFrame  # TRUE_UP_DEALS

    @property
    def plans(self) -> dict[int, int]:
        """The plans of the versions."""
        return dict(self.lines.select("plan_version", "plan").unique().iter_rows())


def true_ups(posted: pl.DataFrame, recomputed: pl.DataFrame) -> pl.DataFrame:
    """LINES of kind true_up: `recomputed` (LINES with `about` and `currency`) less POSTED, grouped by payee, period,
    plan, component, deal, role, via, event and currency; where there is no deal by date as well.

    The same again leaves nothing:

    >>> true_ups(empty(POSTED), empty(LINES).with_columns(currency=pl.lit("USD"))).height
    0
    """
    now, was = _now(recomputed), _was(posted)
    both = now.join(was, on=_GROUP, how="full", nulls_equal=True, coalesce=True)
    nothing = ["amount", "credited", "x0", "x1", "was", "was_credited"]
    known = both.with_columns(pl.col(nothing).fill_null(0))
    moved = known.with_columns(
        pl.coalesce(name, f"was_{name}").alias(name)
        for name in ("plan_version", "date", "window_start", "share", "exchange_rate", "rate_column")
    ).with_columns(amount=pl.col("amount") - pl.col("was"), credited=pl.col("credited") - pl.col("was_credited"))
    return _as_lines(moved.filter(pl.col("amount") != 0))


def _now(recomputed: pl.DataFrame) -> pl.DataFrame:
    """One row for each group: sums, the first line's rest, and the way from the first x0 to the last x1."""
    ordered = _with_day(recomputed).sort("payee", "date", "seq")
    return ordered.group_by(_GROUP, maintain_order=True).agg(
        pl.col("plan_version", "date", "window_start", "share", *_OF_THE_LINE, "x0").first(),
        pl.col("x1").last(),
        *(_common(name) for name in ("exchange_rate", "rate_column")),
        pl.col("credited", "amount").sum(),
    )


def _was(posted: pl.DataFrame) -> pl.DataFrame:
    ordered = _with_day(posted).sort("payee", "date")
    return ordered.group_by(_GROUP, maintain_order=True).agg(
        pl.col("plan_version", "date", "window_start", "share").first().name.prefix("was_"),
        *(_common(name).name.prefix("was_") for name in ("exchange_rate", "rate_column")),
        was_credited=pl.col("credited").sum(),
        was=pl.col("amount").sum(),
    )


def _with_day(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.with_columns(day=pl.when(pl.col("deal").is_null()).then("date"))


def _common(name: str) -> pl.Expr:
    """What all lines of a group have; null where they differ."""
    return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)


def _as_lines(moved: pl.DataFrame) -> pl.DataFrame:
    """In the order of days; `seq` counts a payee's from `LAST` on."""
    none = {name: pl.lit(None, dtype=LINES[name]) for name in ("deals_before", "paid_before", "pool")}
    ordered = moved.sort("payee", "date", "about", "plan", "component", "deal", "role", "via", "event", "currency")
    named = ordered.with_columns(
        kind=pl.lit(LineKind.TRUE_UP.value),
        seq=pl.int_range(LAST, LAST + pl.len(), dtype=pl.Int32()).over("payee"),
        y0=pl.lit(0, dtype=pl.Int64()), y1="amount", uncapped="amount", **none,
    )  # fmt: skip
    return named.select(list(LINES)).cast(LINES)  # type: ignore[arg-type]


def with_true_ups(lines: pl.DataFrame, given: TrueUps | None) -> pl.DataFrame:
    """A statement's own LINES, and after them the true-ups that it carries."""
    return lines if given is None or given.lines.is_empty() else pl.concat([lines, given.lines])


def with_their_plans(assignments: pl.DataFrame, given: TrueUps | None) -> pl.DataFrame:
    """The assignments (payee, plan, plan_version, start), and one without days for each plan version of a true-up on
    which its payee isn't in the statement's time: it is settled all the same.
    """
    if given is None or given.lines.is_empty():
        return assignments
    key = ["payee", "plan", "plan_version"]
    missing = given.lines.select(key).unique(maintain_order=True).join(assignments, on=key, how="anti")
    return pl.concat([assignments, missing], how="diagonal")


NO_TRUE_UPS = TrueUps(empty(LINES), {}, empty(TRUE_UP_DEALS))
