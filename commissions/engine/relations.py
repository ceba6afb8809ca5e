"""Credit through others: a manager's for what her reports sell, a team's for what its members sell.

Whoever has a share of a deal is credited with her part of it, to the cent. What counts for somebody else is that same
part: so what a manager is credited with is the sum of what her reports are.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from commissions.engine.frames import RELATIONS, SHARES, empty
from commissions.engine.schema import Credit, Of, PlanDocument

ALL_LEVELS = 100  # more than any company has: where it ends, should reporting lines ever make a circle


def levels_of(document: PlanDocument) -> int:
    """How many levels of reports below a payee the plan's components read; 0 where none reads any."""
    credits_ = [part.credit for part in document.components if part.credit.of is Of.REPORTS]
    return max((max(credit.depth or [ALL_LEVELS]) for credit in credits_), default=0)


def reads_team(document: PlanDocument) -> bool:
    """Whether a component credits what the payee's team sells."""
    return any(part.credit.of is Of.TEAM for part in document.components)


def read_relations(relations: pl.DataFrame | None, versions: Iterable[PlanDocument]) -> pl.DataFrame | None:
    """The relations, where a plan reads any: none are as good as an empty frame."""
    if not any(levels_of(document) or reads_team(document) for document in versions):
        return None
    return empty(RELATIONS) if relations is None else relations


def counts_through(credit: Credit) -> pl.Expr:
    """Whether a credit (via, depth, in_team) is one that the component's `of` and `depth` speak of."""
    if credit.of is Of.TEAM:
        return pl.col("in_team")
    if credit.of is Of.REPORTS:
        return pl.col("depth") >= 1 if credit.depth is None else pl.col("depth").is_in(credit.depth)
    return pl.col("via").is_null()


def with_others(shares: pl.DataFrame, deals: pl.DataFrame, relations: pl.DataFrame) -> pl.DataFrame:
    """The shares, and those of others as rows of each payee for whom they count when their deal closes.

    The columns of SHARES, and `via` (whose share it is, null for the payee's own), `depth` (of reporting lines between
    them, 0 of her own; null for who doesn't report to her) and `in_team` (whether both are in one `team`). Somebody who
    is related in several ways gives one row, of the least depth.
    """
    theirs = shares.rename({"payee": "via"}).join(relations.rename({"source": "via"}), on="via")
    dated = theirs.join(deals.select("deal", "closed").unique(), on="deal")
    holds = (pl.col("start") <= pl.col("closed")) & (pl.col("end").is_null() | (pl.col("closed") < pl.col("end")))
    related = (
        dated.filter(holds)
        .group_by("deal", "payee", "role", "via")
        .agg(
            pl.col("share").first(),
            pl.col("depth").min(),
            pl.col("team").max(),
            in_team=(pl.col("of") == Of.TEAM).any(),
        )
    )
    is_own = pl.col("via") == pl.col("payee")
    mates = related.filter(is_own & pl.col("in_team")).select("deal", "payee", "role", "team", in_team=True)
    own = shares.select(list(SHARES)).join(mates, on=["deal", "payee", "role"], how="left")
    own = own.with_columns(via=pl.lit(None, dtype=pl.Int64()), depth=pl.lit(0, dtype=pl.Int64()))
    columns = [*SHARES, "via", "depth", "in_team", "team"]
    return pl.concat([
        own.with_columns(pl.col("in_team").fill_null(value=False)).select(columns),
        related.filter(~is_own).select(columns),
    ])  # fmt: skip


def those_that_count(rows: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    """The rows of `with_others`, with their plan version, but not those of others whose version reads none such."""
    levels = [pk for pk, document in versions.items() if levels_of(document)]
    teams = [pk for pk, document in versions.items() if reads_team(document)]
    through_lines = (pl.col("depth") >= 1) & pl.col("plan_version").is_in(levels)
    through_team = pl.col("in_team") & pl.col("plan_version").is_in(teams)
    return rows.filter(pl.col("via").is_null() | through_lines.fill_null(value=False) | through_team)
