"""What a statement carries of closed ones: their facts computed again, as they are now, less what was posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

import polars as pl

from commissions.engine.calculate import calculate
from commissions.engine.true_ups import NO_TRUE_UPS, POSTED, TrueUps, true_ups
from commissions.models import Period
from commissions.selectors.columns import COLUMNS
from commissions.selectors.documents import documents_of_versions
from commissions.selectors.inputs import facts_of, gather
from core.copy import copy_out

_REVISED: Final[LiteralString] = """
SELECT revised.payee_id, closed.id, closed.start, closed."end" FROM commissions_revised revised
JOIN commissions_period closed ON closed.id = revised.period_id AND closed.status IN ('closed', 'paid')
    AND closed.kind = %s AND closed.first_month = %s AND closed."end" <= %s
WHERE revised.payee_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM commissions_period between_them
    WHERE between_them.kind = closed.kind AND between_them.first_month = closed.first_month
        AND between_them.status IN ('open', 'review', 'approved')
        AND between_them.start >= closed."end" AND between_them."end" <= %s
)
"""
_COLUMN: Final = {source: name for name, source in COLUMNS.items()}
_FIRST: Final = ("about", "currency", "payee", "plan")
_REST: Final = [name for name in POSTED if name not in _FIRST]
_SOURCES: Final[LiteralString] = ", ".join("line." + _COLUMN[name] for name in _REST)
_SELECT: Final[LiteralString] = (
    "SELECT asked.about, statement.currency, statement.payee_id, version.plan_id, "
    + _SOURCES
    + """
FROM unnest(%s::bigint[], %s::bigint[]) AS asked (payee, about)
"""
)
_POSTED: Final[LiteralString] = (
    _SELECT
    + """
JOIN commissions_statement statement ON statement.payee_id = asked.payee AND statement.period_id = asked.about
JOIN commissions_earningline line ON line.statement_id = statement.id AND line.about_id IS NULL
JOIN commissions_planversion version ON version.id = line.plan_version_id
UNION ALL
"""
    + _SELECT
    + """
JOIN commissions_earningline line ON line.about_id = asked.about
JOIN commissions_statement statement ON statement.id = line.statement_id AND statement.payee_id = asked.payee
JOIN commissions_period period ON period.id = statement.period_id AND period.status IN ('closed', 'paid')
JOIN commissions_planversion version ON version.id = line.plan_version_id
"""
)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the statements of a period carry of closed ones."""

    asked: pl.DataFrame  # payee, about: whose facts of which closed period have changed
    given: TrueUps

    @property
    def settled(self) -> pl.DataFrame:
        """Those of `asked` for which nothing has changed in the end."""
        return self.asked.join(self.given.lines, on=["payee", "about"], how="anti")


def carried(*, payees: Sequence[int], period: Period) -> Carried | None:
    """What these payees' statements of a period carry: it is the first moving one of its kind after the closed ones.
    One query, and None, where nothing of theirs was revised.

    The closed periods are computed as a period that moves would be, all in one go, without settling them.
    """
    columns = {"payee": pl.Int64(), "about": pl.Int64(), "start": pl.Date(), "end": pl.Date()}
    known = [period.kind, period.first_month, period.start, list(payees), period.start]
    asked = copy_out(_REVISED, known, columns)
    if asked.is_empty():
        return None
    posted = copy_out(_POSTED, [*_pairs(asked), *_pairs(asked)], {name: POSTED[name] for name in (*_FIRST, *_REST)})
    lines = true_ups(posted, _recomputed(asked, period))
    return Carried(asked.select("payee", "about"), _given(lines))


def _pairs(asked: pl.DataFrame) -> list[list[int]]:
    return [asked["payee"].to_list(), asked["about"].to_list()]


def _recomputed(asked: pl.DataFrame, period: Period) -> pl.DataFrame:
    """LINES of the closed periods by the facts of now, with `about` and `currency`."""
    start, end = min(asked["start"]), max(asked["end"])
    gathered = gather(
        payees=asked["payee"].to_list(), kinds=[period.kind], first_month=period.first_month, start=start, end=end
    ).inputs
    lines = calculate(gathered, start=start, end=end).lines.drop("about")
    within = pl.col("date").is_between("start", "end", closed="left")
    mine = lines.join(asked, on="payee", maintain_order="left_right").filter(within)
    currencies = {pk: document.currency for pk, document in gathered.versions.items()}
    return mine.with_columns(currency=pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String()))


def _given(lines: pl.DataFrame) -> TrueUps:
    if lines.is_empty():
        return NO_TRUE_UPS
    deals = facts_of(lines["deal"].drop_nulls().unique().to_list(), ["deal", "amount", "invoiced"])
    return TrueUps(lines, documents_of_versions(lines["plan_version"].unique()), deals.drop("owner"))
