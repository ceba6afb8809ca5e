"""Two outcomes of a range side by side: totals, who gains and who loses, and how far people came towards their quotas.

Money is Int64 minor units of the plan's currency.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import polars as pl

from commissions.engine.calculate import Part, quotas_of
from commissions.engine.quotas import held, quota_kind
from commissions.engine.schema import Against
from commissions.engine.whatif import Prepared
from commissions.engine.windows import Cycle, cycle_of, opened

STEPS = (25, 50, 75, 100, 125, 150)  # per cent of quota at which the next bin of the distribution begins


@dataclass(frozen=True, slots=True)
class Change:
    payee: int
    before: int  # minor units
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes between two outcomes of the same people."""

    rows: pl.DataFrame  # payee, before, after, change: the largest gain first, then by payee
    before: int
    after: int
    winners: int
    losers: int

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def unchanged(self) -> int:
        return self.rows.height - self.winners - self.losers

    @property
    def best(self) -> Change | None:
        """Who gains most; None where nobody gains."""
        return _change(self.rows.row(0)) if self.winners else None

    @property
    def worst(self) -> Change | None:
        """Who loses most; None where nobody loses."""
        return _change(self.rows.row(-1)) if self.losers else None


def _change(row: tuple[int, ...]) -> Change:
    payee, before, after, _change = row
    return Change(payee, before, after)


def compare(before: pl.DataFrame, after: pl.DataFrame) -> Comparison:
    """Compare two frames (payee, pay); who isn't in one of them has 0 there.

    >>> ana, ben = {"payee": [1], "pay": [500]}, {"payee": [1, 2], "pay": [450, 80]}
    >>> result = compare(pl.DataFrame(ana), pl.DataFrame(ben))
    >>> result.change, result.best, result.worst
    (30, Change(payee=2, before=0, after=80), Change(payee=1, before=500, after=450))
    """
    both = before.join(after, on="payee", how="full", coalesce=True, suffix="_after")
    filled = both.select("payee", before=pl.col("pay").fill_null(0), after=pl.col("pay_after").fill_null(0))
    rows = filled.with_columns(change=pl.col("after") - pl.col("before"))
    return Comparison(
        rows=rows.sort("change", "payee", descending=[True, False]),
        before=_sum(rows["before"]),
        after=_sum(rows["after"]),
        winners=int((rows["change"] > 0).sum()),
        losers=int((rows["change"] < 0).sum()),
    )


def together(comparisons: Sequence[Comparison]) -> Comparison:
    """Several plans as one: what each person gets of all of them, before and after.

    >>> one = compare(pl.DataFrame({"payee": [1], "pay": [500]}), pl.DataFrame({"payee": [1], "pay": [450]}))
    >>> two = compare(pl.DataFrame({"payee": [1], "pay": [0]}), pl.DataFrame({"payee": [1, 2], "pay": [70, 80]}))
    >>> together([one, two]).rows.rows()
    [(2, 0, 80, 80), (1, 500, 520, 20)]
    """
    rows = pl.concat([each.rows for each in comparisons])
    sides = [rows.group_by("payee").agg(pay=pl.col(name).sum()) for name in ("before", "after")]
    return compare(*sides)


def _sum(amounts: pl.Series) -> int:
    return int(amounts.cast(pl.Int128()).sum())


def profile(rows: pl.DataFrame, bars: int) -> list[tuple[int, Fraction]]:
    """The changes from the largest gain to the largest loss as at most so many bars: (people, their mean change).

    >>> profile(pl.DataFrame({"change": [9, 3, 0, -4]}), 2)
    [(2, Fraction(6, 1)), (2, Fraction(-2, 1))]
    """
    count = rows.height
    bins = min(bars, count)
    edges = [count * number // bins for number in range(bins + 1)] if bins else []
    changes = rows["change"]
    return [(last - first, Fraction(_sum(changes[first:last]), last - first)) for first, last in pairwise(edges)]


def deals_sold(prepared: Prepared) -> pl.DataFrame:
    """(deal, amount) of the deals of the range that gave anybody credit, each deal once."""
    nothing = pl.DataFrame(schema={"deal": pl.Int64(), "amount": pl.Int64()})
    versions = prepared.found.by_version.values()
    mine = (pl.col("date") >= prepared.start) & ~pl.col("payee").is_in(prepared.inputs.beside)
    credited = [rows.filter(mine).select("deal", "amount") for rows in versions]
    return pl.concat([nothing, *credited]).unique("deal")


def revenue(deals: Iterable[pl.DataFrame]) -> int:
    """What the deals of all these frames (deal, amount) brought, each deal once."""
    return _sum(pl.concat(deals).unique("deal")["amount"])


def attained(prepared: Prepared) -> pl.DataFrame:
    """(plan, key, payee, window_start, x): what was credited towards each quota in the windows that touch the range.

    Known before any rate, so a change of rates leaves it alone.
    """
    empty = {"plan": pl.Int64(), "key": pl.String(), "payee": pl.Int64(), "window_start": pl.Date(), "x": pl.Int64()}
    found = [pl.DataFrame(schema=empty)]
    for part, window in _against_quota(prepared):
        of_window = opened(pl.col("date"), window).alias("window_start")
        since = window.first_day(prepared.start)
        sums = part.measured.filter(pl.col("date") >= since).group_by("payee", of_window)
        named = {"plan": pl.lit(part.plan, dtype=pl.Int64()), "key": pl.lit(part.key)}
        found.append(sums.agg(x=pl.col("credited").sum()).select(**named, **{name: name for name in list(empty)[2:]}))
    return pl.concat(found)


def _against_quota(prepared: Prepared) -> Iterator[tuple[Part, Cycle]]:
    """Components against a quota of each payee: the quota of a pool is its team's."""
    for part in prepared.parts:
        if part.is_pool:
            continue
        windows = {
            cycle_of(clause.document, clause.component.window)
            for clause in part.clauses.values()
            if clause.component.against is Against.QUOTA and clause.component.window.period
        }
        for window in sorted(windows):
            yield part, window


def distribution(prepared: Prepared, reached: pl.DataFrame) -> list[int]:
    """How many quotas were reached how far: below 25 %, from 25 to 50 %, and so on; the last is 150 % and more.

    A person counts once for each window and component; a quota towards which nothing was credited counts as 0 %.
    """
    counts = [0] * (len(STEPS) + 1)
    for part, window in _against_quota(prepared):
        shares = _shares(prepared, part, window, reached)
        passed = pl.sum_horizontal(
            (pl.col("x").cast(pl.Int128()) * 100 >= pl.col("quota").cast(pl.Int128()) * step).cast(pl.UInt32())
            for step in STEPS
        )
        for step, people in shares.select(step=passed).group_by("step").len().iter_rows():
            counts[step] += people
    return counts


def _shares(prepared: Prepared, part: Part, window: Cycle, reached: pl.DataFrame) -> pl.DataFrame:
    first = window.first_day(prepared.start)
    clause = next(clause for clause in part.clauses.values() if clause.component.window is window.window)
    component = clause.component
    set_ = held(quotas_of(prepared.inputs, part.plan), clause.document, component, quota_kind(component))
    within = set_.filter((pl.col("window_start") >= first) & (pl.col("window_start") < prepared.end))
    own = reached.filter((pl.col("plan") == part.plan) & (pl.col("key") == part.key))
    on_plan = prepared.found.assignments.filter(pl.col("plan") == part.plan).select("payee").unique()
    mine = within.join(on_plan, on="payee", how="semi")
    return mine.join(own, on=["payee", "window_start"], how="left").with_columns(pl.col("x").fill_null(0))
