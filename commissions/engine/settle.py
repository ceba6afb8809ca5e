"""Stage 5, from lines and balances to statements: what each payee is owed, and what she owes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from commissions.engine.frames import RELEASES, SETTLEMENTS, STATEMENTS, empty
from commissions.engine.releases import Earlier, as_earlier, releases, waiting
from commissions.engine.schema import PlanDocument
from commissions.engine.terms import Leaving, has_terms, settled

_KEY = ["payee", "plan", "plan_version"]


@dataclass(frozen=True, slots=True)
class Opening:
    """What one statement is settled with, beside its lines."""

    end: date  # exclusive
    balances: pl.DataFrame  # BALANCES
    earlier: Earlier
    deals: pl.DataFrame  # of the lines: deal, amount, and invoiced where a plan asks for it
    payments: pl.DataFrame | None = None  # PAYMENTS


@dataclass(frozen=True, slots=True)
class Outcome:
    statements: pl.DataFrame  # STATEMENTS
    settlements: pl.DataFrame  # SETTLEMENTS
    releases: pl.DataFrame  # RELEASES


def settle(
    lines: pl.DataFrame,
    assignments: pl.DataFrame,
    versions: Mapping[int, PlanDocument],
    opening: Opening | None,
) -> Outcome:
    """STATEMENTS, one row for each payee and plan version in force, also where nothing was earned; and what made the
    difference from earned to payable.

    `assignments` has the columns payee, plan, plan_version and start, of those in force in the range. With an opening
    the range is one statement's; the difference stands in the row of the version in force last. Who is no longer on a
    plan has a row when something that she earned on it becomes due. Without an opening what was earned is payable.
    """
    statements = _statements(lines, assignments, versions)
    if opening is None or not _has_terms(opening, versions):
        plain = statements.with_columns(payable=pl.col("total")).select(list(STATEMENTS))
        return Outcome(plain, empty(SETTLEMENTS), empty(RELEASES))
    left = {
        (payee, plan): day
        for payee, plan, day in opening.balances.select("payee", "plan", "left").drop_nulls().iter_rows()
    }
    own = as_earlier(lines, opening.deals)
    moved = releases(own, opening.payments, opening.earlier, versions, left, opening.end)
    documents = {**opening.earlier.versions, **versions}
    known = _with_those_who_left(statements, moved, documents)
    settlements = _settlements(known, documents, opening, moved)
    more = settlements.select("payee", "plan_version", more=pl.col("payable") - pl.col("earned"))
    payable = pl.col("total") + pl.col("more").fill_null(0)
    paid = known.join(more, on=["payee", "plan_version"], how="left", maintain_order="left")
    return Outcome(paid.with_columns(payable=payable).select(list(STATEMENTS)), settlements, moved)


def _has_terms(opening: Opening, versions: Mapping[int, PlanDocument]) -> bool:
    return bool(opening.balances.height or not opening.earlier.is_empty or any(map(has_terms, versions.values())))


def _statements(lines: pl.DataFrame, assignments: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    currencies = {version: document.currency for version, document in versions.items()}
    totals = lines.group_by("payee", "plan_version").agg(pl.col("amount").sum())
    rows = assignments.group_by(_KEY).agg(pl.col("start").max()).join(totals, on=["payee", "plan_version"], how="left")
    currency = pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String())
    return rows.sort(_KEY).with_columns(
        currency=currency, total=pl.col("amount").fill_null(0), is_on_plan=pl.col("start").is_not_null()
    )


def _with_those_who_left(
    statements: pl.DataFrame, moved: pl.DataFrame, versions: Mapping[int, PlanDocument]
) -> pl.DataFrame:
    """The rows, and one for each currency in which something moves for a payee whose plan says nothing in it now."""
    currencies = {version: document.currency for version, document in versions.items()}
    currency = pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String())
    others = moved.group_by("payee", "plan", currency=currency).agg(pl.col("plan_version").max())
    missing = others.join(statements, on=["payee", "plan", "currency"], how="anti")
    if missing.is_empty():
        return statements
    rows = missing.with_columns(
        start=pl.lit(None, dtype=pl.Date()), amount=pl.lit(None, dtype=pl.Int64()), total=pl.lit(0, dtype=pl.Int64()),
        is_on_plan=False,
    )  # fmt: skip
    return pl.concat([statements, rows.select(statements.columns)]).sort(_KEY)


def _settlements(
    statements: pl.DataFrame, versions: Mapping[int, PlanDocument], opening: Opening, moved: pl.DataFrame
) -> pl.DataFrame:
    """SETTLEMENTS of all whose plan has terms, who owe something from before, or for whom something moves."""
    by = ["payee", "plan", "currency"]
    last = statements.sort("start", "plan_version", nulls_last=False).group_by(by, maintain_order=True).agg(
        pl.col("plan_version").last(), earned=pl.col("total").sum(), is_on_plan=pl.col("is_on_plan").any()
    )  # fmt: skip
    currencies = {version: document.currency for version, document in versions.items()}
    currency = pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String())
    sums = moved.with_columns(currency=currency).group_by(by).agg(pl.col("held", "released").sum())
    with_terms = [version for version, document in versions.items() if has_terms(document)]
    known = last.join(opening.balances, on=["payee", "plan"], how="left").join(sums, on=by, how="left")
    is_last = pl.col("plan_version") == pl.col("plan_version").max().over(
        "payee", "plan"
    )  # what is owed has no currency
    owed = pl.when(is_last).then(pl.col("owed"))
    counted = known.with_columns(owed=owed).with_columns(pl.col("owed", "number", "held", "released").fill_null(0))
    concerned = counted.filter(
        pl.col("plan_version").is_in(with_terms) | (pl.col("owed") > 0) | (pl.col("held") != 0)
        | (pl.col("released") != 0)
    )  # fmt: skip
    still = waiting(opening.earlier, moved, versions)
    rows = list(_rows(concerned.sort("payee", "plan"), versions, opening.end, still))
    return pl.DataFrame(rows, schema=SETTLEMENTS)


def _rows(
    concerned: pl.DataFrame, versions: Mapping[int, PlanDocument], end: date, still: Mapping[tuple[Any, ...], int]
) -> Iterator[dict[str, Any]]:
    for row in concerned.iter_rows(named=True):
        leaving = Leaving(row["left"] is not None and row["left"] <= end, row["is_on_plan"])
        result = settled(
            versions[row["plan_version"]], earned=row["earned"], owed=row["owed"], number=row["number"],
            held=row["held"], released=row["released"], leaving=leaving,
        )  # fmt: skip
        held_after = still.get((row["payee"], row["plan"], row["currency"]), 0)
        yield {key: row[key] for key in _KEY} | asdict(result) | {"held_after": held_after}
