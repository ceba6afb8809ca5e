"""Stage 1, from deals, shares and assignments to credits: who gets credit for what, when, under which plan version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.expressions import columns_of, parse_base, parse_condition
from commissions.engine.frames import SHARES, WHOLE_SHARE, Notice, notices
from commissions.engine.schema import Component, PlanDocument

_ALWAYS = {"deal", "key", "closed", "currency", "amount"}


@dataclass(frozen=True, slots=True)
class Credits:
    rows: (
        pl.DataFrame
    )  # payee, plan, plan_version, deal, role, share, seq, place, closed, and the deal's columns; in order
    sharers: (
        pl.DataFrame
    )  # of the deals that are split: deal, role, payee, share; in the order that an odd cent goes by
    notices: pl.DataFrame  # NOTICES


def deal_columns(versions: Iterable[PlanDocument]) -> list[str]:
    """The columns of the deals frame that these plans read; no other is carried along."""
    components = [component for version in versions for component in version.components]
    return sorted(_ALWAYS.union(*(_columns(component) for component in components)))


def _columns(component: Component) -> frozenset[str]:
    condition = columns_of(parse_condition(component.when)) if component.when else frozenset[str]()
    return columns_of(parse_base(component.base)) | condition


def credit(
    deals: pl.DataFrame, shares: pl.DataFrame, assignments: pl.DataFrame, payees: pl.DataFrame | None, start: date
) -> Credits:
    """Each sharer's credit for each deal, once for every plan version in force for that payee on the closing date.

    `assignments` has the columns payee, plan, plan_version, start and end. The rows come ordered by payee, then date,
    then the deal's key: the order in which credits add up. `seq` counts a payee's credits from `start` on, from 0.

    1. Order the deals by (closed, key).
    2. Give them to their sharers, but not where shares add up to more than the whole.
    3. Keep the credits of payees with a plan in force that day.
    """
    ordered = deals.sort("closed", "key").with_row_index("position")
    sharers, broken = _sharers(shares, payees)
    dealt = shares.join(assignments.select("payee").unique(), on="payee", how="semi").join(ordered, on="deal")
    sound = dealt.join(broken, on=["deal", "role"], how="anti") if broken.height else dealt
    assigned = sound.join(assignments, on="payee")
    in_force = (pl.col("start") <= pl.col("closed")) & (pl.col("end").is_null() | (pl.col("closed") < pl.col("end")))
    rows = assigned.filter(in_force).sort("payee", "position", "plan", "role").drop("start", "end", "position", "key")
    recent = pl.col("closed") >= start
    overfull = dealt.filter(recent).join(broken, on=["deal", "role"], how="semi")
    uncovered = assigned.filter(recent & ~in_force).join(rows, on=["payee", "deal"], how="anti")
    told = [
        notices(overfull, Notice.SHARES_OVER_WHOLE, pl.col("role")),
        notices(uncovered, Notice.NOT_ASSIGNED, pl.col("closed").dt.to_string("%Y-%m-%d")).unique(maintain_order=True),
    ]
    return Credits(_numbered(rows, start), sharers, pl.concat(told))


def _sharers(shares: pl.DataFrame, payees: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sharers of split deals in the order of ties (larger share first, then the payee's key), each with who has
    what nobody has; and the (deal, role) whose shares add up to more than the whole."""
    split = shares.filter(pl.col("deal").is_duplicated() | (pl.col("share") != WHOLE_SHARE)).select(list(SHARES))
    sums = split.group_by("deal", "role").agg(whole=pl.col("share").sum())
    rest = sums.filter(pl.col("whole") < WHOLE_SHARE).select(
        "deal", pl.lit(None, dtype=pl.Int64()).alias("payee"), "role", share=WHOLE_SHARE - pl.col("whole")
    )
    keyed = split.join(payees, on="payee", how="left") if payees is not None else split.with_columns(key=pl.lit(""))
    ranked = keyed.sort(pl.col("share") * -1, "key", "payee", nulls_last=True).select(list(SHARES))
    return pl.concat([ranked, rest]), sums.filter(pl.col("whole") > WHOLE_SHARE).select("deal", "role")


def _numbered(rows: pl.DataFrame, start: date) -> pl.DataFrame:
    """A payee's rows from `start` on are its last ones, for they are in order of date."""
    place = pl.int_range(pl.len(), dtype=pl.Int32())
    recent = pl.col("closed") >= start
    first = recent & ~(recent.shift(1, fill_value=False) & (pl.col("payee") == pl.col("payee").shift(1)))
    return rows.with_columns(seq=place - pl.when(first).then(place).forward_fill(), place=place)
