"""A team's pool: the curve walks over what the team sells, and its pay is divided among the members.

What the pool earns with deals that the same members share is one sum, divided at every point: so a line is the
difference of two parts as ever, and the parts of all members add up to the pool.
"""

from collections.abc import Mapping

import polars as pl

from commissions.engine.accumulate import Clause
from commissions.engine.curve import largest
from commissions.engine.errors import AmountTooLarge
from commissions.engine.events import Taking, has_parts
from commissions.engine.frames import PAYEES, empty
from commissions.engine.modify.around import Around
from commissions.engine.schema import PoolShare
from commissions.engine.words import told

WIDE = pl.Int128()
LARGEST = 2**126
_SHARE = ["team", "deal", "role", "owner"]  # somebody's part of a deal, as her team is credited with it
_MEMBER = ["payee", "via", "seq", "place"]


def members_of(measured: pl.DataFrame, around: Around) -> pl.DataFrame:
    """The measured credits of everybody who shares them in a pool, with the `owner` of each and `credit`, the place of
    the team's credit among those of all teams; in that order, and that of payees' keys.

    A credit is shared by the members of the team, on the day on which the deal closed, who are on the plan, then and
    on the day of the credit; by those on it that day alone, where nobody was when the deal closed.
    """
    known = measured.filter(pl.col("team").is_not_null()).with_columns(owner=pl.coalesce("via", "payee"))
    turn = ["turn"] if has_parts(known) else []
    if turn:
        # what another version of the plan takes back by what was paid: a pool takes back what a deal earned
        known = known.filter(pl.col("taking").ne_missing(Taking.LEFT.value))
        known = known.with_columns(taking=pl.lit(None, dtype=known.schema["taking"]))
        at_closing = pl.col("closed_version").is_not_null()
        known = known.filter(at_closing | ~at_closing.any().over(_SHARE))
    keyed = known.join(around.deals, on="deal", how="left")
    for who in ("owner", "payee"):
        keyed = keyed.join(_keys(around, who), on=who, how="left")
    order = ["team", "date", "key", *turn, "role", "owner_key", "owner"]
    ordered = keyed.sort(*order, "payee_key", "payee", nulls_last=True)
    return ordered.with_columns(credit=pl.struct(order).rle_id().cast(pl.Int32()))


def _keys(around: Around, who: str) -> pl.DataFrame:
    known = empty(PAYEES) if around.payees is None else around.payees
    return known.select(pl.col("payee").alias(who), pl.col("key").alias(f"{who}_key"))


def of_teams(members: pl.DataFrame) -> pl.DataFrame:
    """Each credit once, as one of the team's: with the team in the place of the payee."""
    once = members.unique("credit", maintain_order=True)
    return once.with_columns(payee="team", via="owner", place="credit", seq=pl.lit(0, dtype=pl.Int32()))


def to_members(rows: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Rows of teams once for each member who shares the credit."""
    people = members.select("payee", place="credit")
    return rows.drop("payee").join(people, on="place", how="left", maintain_order="left")


def divided(lines: pl.DataFrame, members: pl.DataFrame, clauses: Mapping[int, Clause]) -> pl.DataFrame:
    """The lines of teams as lines of their members, each with its part as `amount`, and `pool`: six numbers for the
    reader, of what the same members share in the window. What it had earned before, and with this credit; how many
    they are; what this one had contributed by then, and all of them; and her part of it.
    """
    equal = [version for version, clause in clauses.items() if _is_equal(clause)]
    people = members.select(pl.col("credit").alias("place"), *(pl.col(name).alias(f"of_{name}") for name in _MEMBER))
    who = members.group_by("credit", maintain_order=True).agg(who=pl.col("payee").sort())
    sets = who.select(place="credit", who=pl.col("who").cast(pl.List(pl.String())).list.join(" "))
    known = lines.join(sets, on="place", how="left", maintain_order="left")
    known = known.with_columns(is_equal=pl.col("plan_version").is_in(equal))
    group = ["payee", "window_start", "who", "is_equal"]
    earned = known.with_columns(after=pl.col("amount").cast(WIDE).cum_sum().over(group))
    rows = earned.join(people, on="place", how="left", maintain_order="left")
    own = pl.when(pl.col("of_payee") == pl.col("via")).then(pl.col("credited")).otherwise(0).cast(WIDE)
    shared = rows.with_columns(own=own)
    given = shared.with_columns(given=pl.col("own").cum_sum().over([*group, "of_payee"]))
    _check(given)
    ends = [
        _parts(given, pl.col("after") - pl.col("amount"), pl.col("given") - pl.col("own")),
        _parts(given, pl.col("after"), pl.col("given")),
    ]
    told_ = pl.concat_str(
        [pl.col("after") - pl.col("amount"), "after", pl.len().over("place"), "given",
         pl.col("given").sum().over("place"), pl.lit(ends[1])], separator=" ",
    )  # fmt: skip
    paid = given.with_columns(amount=(ends[1] - ends[0]).cast(pl.Int64()), pool=told_)
    mine = {name: pl.col(f"of_{name}") for name in _MEMBER}
    return paid.with_columns(**mine).sort("place")


def _is_equal(clause: Clause) -> bool:
    return clause.component.pool is not None and clause.component.pool.share is PoolShare.EQUAL


def _check(rows: pl.DataFrame) -> None:
    if largest(rows["after"]) * max(largest(rows["given"]), 1) >= LARGEST:
        raise AmountTooLarge(told("A team's pool is too large to be divided exactly. Check the amounts and the rates."))


def _parts(rows: pl.DataFrame, pool: pl.Expr, given: pl.Expr) -> pl.Series:
    """Each member's part of a pool: equal, or by what was contributed; an odd cent by largest remainder, a tie in the
    order of keys, in which the rows lie. Where contributions come to nothing, equal parts.
    """
    one = pl.lit(1, dtype=WIDE)
    sides = rows.select("place", "is_equal", pool=pool, given=given)
    turned = sides.with_columns(side=pl.col("given") * pl.col("given").sum().over("place").sign())
    weighed = turned.with_columns(weight=pl.max_horizontal("side", pl.lit(0, dtype=WIDE)))
    is_equal = pl.col("is_equal") | (pl.col("weight").sum().over("place") == 0)
    weighed = weighed.with_columns(weight=pl.when(is_equal).then(one).otherwise("weight"))
    whole, size = pl.col("weight").sum().over("place"), pl.col("pool").abs()
    exact = size * pl.col("weight")
    floors = weighed.with_columns(part=exact // whole, rest=exact % whole)
    odd = size - pl.col("part").sum().over("place")
    rank = pl.col("rest").rank("ordinal", descending=True).over("place").cast(WIDE)
    part = (pl.col("part") + (rank <= odd).cast(WIDE)) * pl.col("pool").sign()
    return floors.select(part=part)["part"]
