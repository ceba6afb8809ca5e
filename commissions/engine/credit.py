"""Stage 1, from deals, shares and assignments to credits: who gets credit for what, when, under which plan version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.columns import conditions
from commissions.engine.events import columns_of as event_columns
from commissions.engine.events import has_parts, rule_of, rules_of
from commissions.engine.expressions import columns_of, parse_base, parse_condition
from commissions.engine.expressions.nodes import Node
from commissions.engine.frames import NO_NOTICES, SHARES, WHOLE_SHARE, Notice, notices
from commissions.engine.items import columns_of_deals
from commissions.engine.leave import apart
from commissions.engine.relations import those_that_count, with_others
from commissions.engine.schema import Component, Due, Measure, PlanDocument

ALWAYS = {"deal", "key", "closed", "currency", "amount"}


@dataclass(frozen=True, slots=True)
class Credits:
    rows: (
        pl.DataFrame
    )  # payee, plan, plan_version, deal, role, share, via, seq, place, date of the credit, the deal's columns; in order
    sharers: (
        pl.DataFrame
    )  # of the deals that are split: deal, role, payee, share; in the order that an odd cent goes by
    notices: pl.DataFrame  # NOTICES


def deal_columns(versions: Iterable[PlanDocument]) -> list[str]:
    """The columns of the deals frame that these plans read; no other is carried along."""
    documents = list(versions)
    columns = [_columns(component) for version in documents for component in version.components]
    return sorted(ALWAYS.union(event_columns(rules_of(documents)), *columns))


def formulas_of(component: Component) -> list[Node]:
    """All that a component reads of deals by expressions: its base, its condition, and those of its rate table."""
    whens = [component.when] if component.when else []
    return [parse_base(component.base), *(parse_condition(each) for each in (*whens, *conditions(component)))]


def _columns(component: Component) -> frozenset[str]:
    table = [columns_of(parse_condition(each)) for each in conditions(component)]
    units = {"quantity"} if component.measure is Measure.QUANTITY else frozenset[str]()
    payout = {"invoiced"} if any(part.due is Due.INVOICED for part in component.payout) else frozenset[str]()
    return columns_of_deals(component).union(units, payout, *table)


def credit(
    events: pl.DataFrame,
    shares: pl.DataFrame,
    assignments: pl.DataFrame,
    history: pl.DataFrame,
    payees: pl.DataFrame | None,
    versions: Mapping[int, PlanDocument],
    start: date,
    relations: pl.DataFrame | None = None,
    leaves: pl.DataFrame | None = None,
    takes_back: pl.Expr | None = None,
) -> Credits:
    """Each sharer's credit for each event of a deal (of `events.with_events`), once for every plan version in force for
    that payee on its date.

    `assignments` has the columns payee, plan, plan_version, start and end; `history` those in force before, too. The
    rows come ordered by payee, then date, then the deal's key: the order in which credits add up. `seq` counts a
    payee's credits from `start` on, from 0.

    With `relations` (RELATIONS) a share is a credit of everybody for whom it counts as well, where her plan reads such
    credits; the rows then have the columns of `relations.with_others`, else only `via`, always null.

    With `takes_back` some assignments are marked (`gone`): they hold for the events alone of which that says so.

    1. Give the deals to their sharers with a plan and to those credited through them, but not where shares add up to
       more than the whole.
    2. Keep the credits of payees whose plan is in force that day.
    3. Leave out those of deals that closed while they were on leave (LEAVES), where the plan says so.
    4. Put them in order.
    """
    sharers, broken = sharers_of(shares, payees)
    ranked = assignments.with_columns(payee_rank=pl.col("payee").rank("dense").cast(pl.Int64))
    given = shares if relations is None else _with_others(shares, events, relations, payees)
    assigned = _under_own_rules(given.join(ranked, on="payee").join(events, on="deal"), history, versions)
    if relations is not None:
        assigned = those_that_count(assigned, versions)
    sound = assigned.join(broken, on=["deal", "role"], how="anti") if broken.height else assigned
    in_force = _covers("date")
    if takes_back is not None:
        in_force &= ~pl.col("gone") | takes_back
    covered = sound.filter(in_force)
    present, absent = apart(covered, leaves, versions)
    rows = _in_order(present)
    recent = pl.col("date") >= start
    if rows.height == assigned.height:
        return Credits(_numbered(rows, start), sharers, NO_NOTICES)
    overfull = assigned.filter(recent).join(broken, on=["deal", "role"], how="semi")
    own = pl.lit(value=True) if relations is None else pl.col("via").is_null()
    uncovered = sound.filter(own & recent & ~in_force).join(covered, on=["payee", "deal", "date"], how="anti")
    missed = absent.filter(pl.col("before") < pl.col("after")) if has_parts(absent) else absent
    told = [
        notices(overfull, Notice.SHARES_OVER_WHOLE, pl.col("role")),
        notices(uncovered, Notice.NOT_ASSIGNED, pl.col("date").dt.to_string("%Y-%m-%d")),
        notices(missed.filter(recent), Notice.ON_LEAVE, _day_and_plan(versions)),
    ]
    return Credits(_numbered(rows, start), sharers, pl.concat(told).unique(maintain_order=True))


def _day_and_plan(versions: Mapping[int, PlanDocument]) -> pl.Expr:
    names = {version: document.plan for version, document in versions.items()}
    plan = pl.col("plan_version").replace_strict(names, return_dtype=pl.String())
    return pl.concat_str(pl.col("closed").dt.to_string("%Y-%m-%d"), plan, separator=" ")


def _with_others(
    shares: pl.DataFrame, events: pl.DataFrame, relations: pl.DataFrame, payees: pl.DataFrame | None
) -> pl.DataFrame:
    """Those of `relations.with_others`, with the place of `via` in an order that doesn't come from the database."""
    order = _order_of(relations["source"].unique().sort().alias("payee"), payees)
    places = order.rename({"payee": "via", "order": "via_order"})
    return with_others(shares, events, relations).join(places, on="via", how="left")


def _under_own_rules(rows: pl.DataFrame, history: pl.DataFrame, versions: Mapping[int, PlanDocument]) -> pl.DataFrame:
    """The events that a payee's own plan looks at, as its version in force when the deal closed had it: a plan that
    turns from booking to payment credits no deal twice. `closed_version` is null where she wasn't on the plan then.
    """
    if not has_parts(rows):
        return rows
    begun = history.select("payee", "plan", "start", "end", closed_version="plan_version")
    closed = rows.select("payee", "plan", "closed").unique().join(begun, on=["payee", "plan"]).filter(_covers("closed"))
    known = ["payee", "plan", "closed"]
    ruled = rows.join(closed.select(*known, "closed_version"), on=known, how="left", maintain_order="left")
    deciding = ruled.with_columns(decides=pl.coalesce("closed_version", "plan_version"))
    pairs = deciding.select("decides", "plan_version").unique().iter_rows()
    looked = [(*pair, rule) for pair in pairs for rule in sorted(_looked_at(*(versions[each] for each in pair)))]
    schema = {"decides": pl.Int64(), "plan_version": pl.Int64(), "rule": pl.String()}
    wanted = pl.DataFrame(looked, schema=schema, orient="row")
    return deciding.join(wanted, on=list(schema), how="semi").drop("decides")


def _looked_at(closed_under: PlanDocument, document: PlanDocument) -> set[str]:
    """The rules for a deal that closed under one version and is credited under another; new components bring theirs."""
    before = {part.key for part in closed_under.components}
    return {rule_of(closed_under, part).key for part in closed_under.components} | {
        rule_of(document, part).key for part in document.components if part.key not in before
    }


def _covers(day: str) -> pl.Expr:
    """Whether an assignment is in force on that day."""
    return (pl.col("start") <= pl.col(day)) & (pl.col("end").is_null() | (pl.col(day) < pl.col("end")))


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows by payee, date, key, event, plan, role and whose share it is, her own first.

    Sorting a million texts takes longer than all the rest, so payee and date come first, as one integer; the rows that
    tie there lie side by side, and only they are sorted by the rest, among their own places.
    """
    day = pl.col("payee_rank") * 2**32 + pl.col("date").to_physical()
    by_day = rows.with_columns(day=day).sort("day")
    tied = (pl.col("day") == pl.col("day").shift(1)) | (pl.col("day") == pl.col("day").shift(-1))
    events, others = ["rule", "turn"], ["via_order"]
    keys = ["day", "key", *(events if has_parts(rows) else []), "plan", "role"]
    keys += others if "via_order" in rows.columns else []
    ties = by_day.select(*keys, tied=tied.fill_null(value=False)).with_row_index("place")
    among = ties.filter("tied")
    order = ties["place"].scatter(among["place"], among.sort(keys)["place"])
    ordered = by_day[order] if among.height else by_day
    if "via" not in rows.columns:
        ordered = ordered.with_columns(via=pl.lit(None, dtype=pl.Int64()))
    return ordered.drop("start", "end", "gone", "key", "day", "payee_rank", "via_order", strict=False)


def sharers_of(shares: pl.DataFrame, payees: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sharers of split deals in the order of ties (larger share first, then the payee's key), each with who has
    what nobody has; and the (deal, role) whose shares add up to more than the whole."""
    split = shares.filter(pl.col("deal").is_duplicated() | (pl.col("share") != WHOLE_SHARE)).select(list(SHARES))
    sums = split.group_by("deal", "role").agg(whole=pl.col("share").sum())
    rest = sums.filter(pl.col("whole") < WHOLE_SHARE).select(
        "deal", pl.lit(None, dtype=pl.Int64()).alias("payee"), "role", share=WHOLE_SHARE - pl.col("whole")
    )
    ties = _order_of(split["payee"].unique().sort(), payees)
    ranked = split.join(ties, on="payee").sort("share", "order", descending=[True, False]).select(list(SHARES))
    return pl.concat([ranked, rest]), sums.filter(pl.col("whole") > WHOLE_SHARE).select("deal", "role")


def _order_of(people: pl.Series, payees: pl.DataFrame | None) -> pl.DataFrame:
    """(payee, order): by key, or by payee where no key is known."""
    order = people.to_frame()
    if payees is not None:
        order = order.join(payees, on="payee", how="left").sort("key", "payee", nulls_last=True)
    return order.select("payee").with_row_index("order")


def _numbered(rows: pl.DataFrame, start: date) -> pl.DataFrame:
    """A payee's rows from `start` on are its last ones, for they are in order of date."""
    place = pl.int_range(pl.len(), dtype=pl.Int32())
    recent = pl.col("date") >= start
    first = recent & ~(recent.shift(1, fill_value=False) & (pl.col("payee") == pl.col("payee").shift(1)))
    return rows.with_columns(seq=place - pl.when(first).then(place).forward_fill(), place=place)
