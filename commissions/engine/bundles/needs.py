"""What of a calculation of many a single payee's statement needs: her own facts, and those of others that decide
about hers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.bundles.people import People, people_of
from commissions.engine.calculate import Inputs
from commissions.engine.credit import deal_columns
from commissions.engine.frames import CREDITED, RELATIONS, empty
from commissions.engine.schema import Of, PlanDocument
from commissions.engine.spiffs import has_shared, spans


@dataclass(frozen=True, slots=True)
class Needs:
    """Whose and which rows are needed."""

    payee: int
    people: People
    deals: list[int]
    deal_columns: list[str]  # what the plans read of them
    currencies: list[str]  # theirs
    sharers: list[int]  # of those deals, now or when closed statements credited them; and whoever counts for somebody
    earlier_deals: list[int]  # of what earlier statements left
    true_up_deals: list[int]  # of what is made good of closed ones


def needs_of(inputs: Inputs, payee: int) -> Needs:
    """What `payee` needs of these inputs."""
    people = people_of(inputs, payee)
    documents = {version: inputs.versions[version] for version in people.versions}
    deals = _deals(inputs, people, documents)
    mine = pl.col("deal").is_in(deals)
    known = [inputs.shares.filter(mine), _credited(inputs).filter(mine)]
    sharers = {row for frame in known for row in frame["payee"]}
    sources = _relations(inputs).filter(pl.col("payee").is_in(people.everybody))["source"]
    read = [*documents.values(), *inputs.earlier.versions.values()]
    return Needs(
        payee=payee,
        people=people,
        deals=deals,
        deal_columns=deal_columns(read),
        currencies=inputs.deals.filter(mine)["currency"].unique().sort().to_list(),
        sharers=sorted(sharers.union(sources, people.everybody)),
        earlier_deals=_deals_of(inputs.earlier.lines, payee),
        true_up_deals=_deals_of(inputs.true_ups.lines, payee) if inputs.true_ups else [],
    )


def _deals_of(lines: pl.DataFrame, payee: int) -> list[int]:
    found: list[int] = lines.filter(pl.col("payee") == payee)["deal"].drop_nulls().unique().sort().to_list()
    return found


def _credited(inputs: Inputs) -> pl.DataFrame:
    return empty(CREDITED) if inputs.credited is None else inputs.credited


def _relations(inputs: Inputs) -> pl.DataFrame:
    return empty(RELATIONS) if inputs.relations is None else inputs.relations


def _deals(inputs: Inputs, people: People, documents: Mapping[int, PlanDocument]) -> list[int]:
    """The deals of which somebody's part counts for the payee, or decides about what hers pay."""
    parts = [inputs.shares.select("deal", "payee"), _credited(inputs).select("deal", "payee")]
    who = pl.concat(parts).unique().rename({"payee": "source"}).join(inputs.deals.select("deal", "closed"), on="deal")
    own = who.filter(pl.col("source") == people.payee)
    through = _held(who, _relations(inputs), _counts_for(people))
    closing = [pl.col("closed").is_between(*days, closed="left") for days in _spiff_days(documents)]
    taken = who.filter(pl.any_horizontal(closing)) if closing else who.clear()
    takers = [
        taken.filter(pl.col("source").is_in(people.takers)),
        _held(taken, _relations(inputs), pl.col("payee").is_in(people.takers)),
    ]
    return pl.concat([own, through, *takers])["deal"].unique().sort().to_list()


def _spiff_days(documents: Mapping[int, PlanDocument]) -> list[tuple[date, date]]:
    return spans(document for document in documents.values() if has_shared(document))


def _counts_for(people: People) -> pl.Expr:
    """Relations through which a share counts for the payee, or towards the pool of a team of hers."""
    of_pools = (pl.col("of") == Of.TEAM) & pl.col("team").is_in(people.teams) & pl.col("payee").is_in(people.mates)
    return (pl.col("payee") == people.payee) | of_pools


def _held(who: pl.DataFrame, relations: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    """Those who were so related to somebody when the deal closed."""
    dated = who.join(relations.filter(which).select("source", "start", "end"), on="source")
    holds = (pl.col("start") <= pl.col("closed")) & (pl.col("end").is_null() | (pl.col("closed") < pl.col("end")))
    return dated.filter(holds).select(who.columns)
