"""What a calculation reads, gathered by a fixed number of COPYs however many payees there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, LiteralString

import polars as pl

from commissions.engine.calculate import Inputs, history_end, windows_start
from commissions.engine.credit import deal_columns
from commissions.engine.events import reads_payments, rules_of
from commissions.engine.expressions.fields import CUSTOM
from commissions.engine.frames import (
    ASSIGNMENTS,
    DEALS,
    ITEMS,
    LEAVES,
    PAYEES,
    PAYMENTS,
    RATES,
    SHARES,
    TENURES,
    WHOLE_SHARE,
)
from commissions.engine.items import looks_at_items
from commissions.engine.leave import reads_leave
from commissions.engine.schema import OtherCurrencies, PlanDocument, Window
from commissions.models import PlanVersion
from commissions.selectors.colleagues import granted, shared_in, teammates
from commissions.selectors.documents import cached, parse
from commissions.selectors.given_quotas import payee_quotas, team_quotas
from commissions.selectors.given_scores import given_scores
from commissions.selectors.handed_over import credited_then, handed_over
from commissions.selectors.kpi_values import kpi_values
from commissions.selectors.reached import reached
from commissions.selectors.relations import relations_of
from core.copy import copy_out

_ASSIGNED = """
SELECT a.payee_id, v.id, v.plan_id, v.hash, lower(both_in_force), upper(both_in_force)
FROM commissions_assignment a
JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft' AND v.during && a.during,
LATERAL (SELECT v.during * a.during AS both_in_force) days
WHERE a.payee_id = ANY(%s) AND v.document->>'period' = ANY(%s) AND both_in_force && daterange(%s, %s)
    AND commissions_first_month(v.document) = coalesce(%s, commissions_first_month(v.document))
"""
_TENURES = """
SELECT payee_id, plan_id, lower(during), upper(during) FROM commissions_assignment
WHERE payee_id = ANY(%s) AND plan_id = ANY(%s)
"""
_LEAVES = "SELECT user_id, lower(during), upper(during) FROM accounts_leave WHERE user_id = ANY(%s)"
Mine = tuple[LiteralString, list[Any]]  # a FROM clause whose `mine` has the ids of deals, and its parameters
_GIVEN: Final[LiteralString] = " FROM unnest(%s::bigint[]) AS mine (id) "
_JOINS: Final[dict[str, LiteralString]] = {
    "product_": " LEFT JOIN sales_product p ON p.id = d.product_id",
    "customer_": " LEFT JOIN sales_customer c ON c.id = d.customer_id",
}
_DEAL_COLUMNS: Final[dict[str, LiteralString]] = {
    "deal": "d.id",
    "owner": "d.owner_id",
    "key": "d.external_id",
    "closed": "d.closed_on",
    "opened": "d.opened_on",
    "amount": "d.amount_minor",
    "currency": "d.currency",
    "quantity": "d.quantity",
    "type": "nullif(d.kind, '')",
    "name": "nullif(d.name, '')",
    "product_code": "p.external_id",
    "product_name": "p.name",
    "product_family": "nullif(p.family, '')",
    "customer_name": "c.name",
    "customer_sector": "nullif(c.sector, '')",
    "customer_country": "nullif(c.country, '')",
    "invoiced": "d.invoiced_on",
    "cancelled": "d.cancelled_on",
    "cost": "d.cost_minor",
    "tax": "d.tax_minor",
    "discount": "d.discount_ppm",
    "term": "d.term_months",
}
_CUSTOM: Final[LiteralString] = "d.custom->>%s"
_DEAL: Final[LiteralString] = "JOIN sales_deal d ON d.id = mine.id"
_SHARE_COLUMNS: Final[LiteralString] = "SELECT s.deal_id, s.user_id, s.role, s.share_ppm"
_SHARE: Final[LiteralString] = "JOIN sales_dealshare s ON s.deal_id = mine.id"
_PAYMENTS = """
SELECT p.deal_id, p.external_id, p.paid_on, p.amount_minor FROM sales_payment p
WHERE p.deal_id = ANY(%s) ORDER BY p.deal_id, p.paid_on, p.external_id COLLATE "C"
"""
_ITEMS = """
SELECT l.deal_id, l.number, l.amount_minor, l.quantity, l.cost_minor, l.discount_ppm, nullif(l.name, ''), p.external_id,
    p.name, nullif(p.family, '')
FROM sales_dealline l LEFT JOIN sales_product p ON p.id = l.product_id WHERE l.deal_id = ANY(%s)
"""
_RATES: Final[LiteralString] = """
SELECT source, target, starts_on, (rate * 1000000000000)::bigint FROM sales_exchangerate WHERE target = ANY(%s)
"""
_PEOPLE = "SELECT id, coalesce(external_id, email, id::text) FROM accounts_user WHERE id = ANY(%s)"
_ASSIGNED_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "payee": pl.Int64, "plan_version": pl.Int64, "plan": pl.Int64, "hash": pl.String, "start": pl.Date, "end": pl.Date
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gathered:
    """The engine's inputs for some payees."""

    inputs: Inputs
    payees: tuple[int, ...]


def gather(
    *,
    payees: Sequence[int],
    kinds: Sequence[str],
    start: date,
    end: date,
    first_month: int | None = None,
    also: Mapping[int, PlanDocument] = MappingProxyType({}),
) -> Gathered:
    """The inputs for the statements of these payees and kinds, for any of the days from `start` to before `end`; of
    years that start with that month, or with any.

    `also`, by plan, are documents that aren't in force and whose facts are read as well.

    1. Plan versions and assignments, each pair for the days that it has in common.
    2. Deals back to the start of the longest window, of the payees, of those whose deals count for them, and of those
       who share a spiff with them; and all who have a part in them: a split's odd cent needs them all.
    3. Quotas, resolved for each window, and the values of KPIs that decide about pay.
    """
    payees = sorted(set(payees))
    assigned = _assigned(payees, kinds, end, first_month)
    versions = _documents(assigned)
    plans: dict[int, int] = dict(assigned.select("plan_version", "plan").unique().iter_rows())
    read, read_plans = {**versions, **_aside(also)}, {**plans, **{-plan: plan for plan in also}}
    on_a_plan = assigned["payee"].unique().to_list()
    documents = {pk: [stored, *([also[plans[pk]]] if plans[pk] in also else [])] for pk, stored in versions.items()}
    shared = shared_in(assigned, documents, start, end)
    opened, until = (min(windows_start(read, start), shared.since), history_end(read, end)) if read else (start, end)
    since = _since(opened, read, assigned)
    mates = teammates(assigned, documents, since, until)
    everybody = _with_others(assigned, [*shared.payees, *mates], kinds, end)
    relations = relations_of(assigned=everybody, documents=documents, end=until)
    rules = rules_of(read.values())
    others = [(_with_sources(shared.payees, relations), *days) for days in shared.spans]
    people = _with_sources([*on_a_plan, *mates], relations)
    handed = handed_over(people)
    mine = reached(rules, people, since, until, others, handed)
    deals = _deals(mine, deal_columns(read.values()))
    shares = _shares(mine, deals)
    inputs = Inputs(
        deals=deals,
        shares=shares,
        assignments=everybody.select(*ASSIGNMENTS),
        quotas=payee_quotas(on_a_plan, read, read_plans, opened, end),
        team_quotas=team_quotas(read, read_plans, opened, end),
        tenures=_tenures(on_a_plan, read, read_plans),
        leaves=_leaves(everybody["payee"].unique().to_list(), read.values()),
        kpis=kpi_values(on_a_plan, read, opened, end),
        scores=given_scores(on_a_plan, read, read_plans, opened, end),
        versions=versions,
        plans=plans,
        payees=_people(shares, (shared.payees or mates) and [*on_a_plan, *shared.payees, *mates]),
        beside=frozenset([*shared.payees, *mates]),
        credited=credited_then(handed),
        granted=granted(read, read_plans, since),
        relations=relations,
        payments=payments_of(deals["deal"].to_list()) if reads_payments(rules) else None,
        rates=_rates(read.values()),
        items=items_of(deals["deal"].to_list()) if looks_at_items(read.values()) else None,
    )
    return Gathered(inputs, tuple(payees))


def _with_others(assigned: pl.DataFrame, others: list[int], kinds: Sequence[str], end: date) -> pl.DataFrame:
    """The assignments, and those of others to the same versions."""
    if not others:
        return assigned
    return pl.concat([assigned, _assigned(others, kinds, end, None).join(assigned, on="plan_version", how="semi")])


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What `gather` would read of some deals, had they been won."""

    deals: pl.DataFrame  # the owner and the columns of DEALS that the plans read
    shares: pl.DataFrame  # SHARES
    payees: pl.DataFrame  # PAYEES: all who share
    items: pl.DataFrame | None = None  # ITEMS, where the plans look at them


def deal_facts(*, deals: Sequence[int], versions: Mapping[int, PlanDocument]) -> DealFacts:
    """The facts of these deals, whatever their status and date, with the columns that these plans read."""
    given: Mine = (_GIVEN, [list(deals)])
    found = _deals(given, deal_columns(versions.values()))
    shares = _shares(given, found)
    items = items_of(list(deals)) if looks_at_items(versions.values()) else None
    return DealFacts(found, shares, _people(shares), items)


def facts_of(deals: Sequence[int], columns: list[str]) -> pl.DataFrame:
    """These columns of DEALS of these deals, and their owners."""
    return _deals((_GIVEN, [list(deals)]), columns)


def _rates(documents: Iterable[PlanDocument]) -> pl.DataFrame | None:
    """RATES into the currencies of the plans that convert; None where none does."""
    targets = sorted({each.currency for each in documents if each.other_currencies is OtherCurrencies.CONVERT})
    return copy_out(_RATES, [targets], RATES) if targets else None


def payments_of(deals: Sequence[int]) -> pl.DataFrame:
    """All payments for these deals (PAYMENTS), by deal, day and external id."""
    return copy_out(_PAYMENTS, [list(deals)], PAYMENTS)


def items_of(deals: Sequence[int]) -> pl.DataFrame:
    """The lines of these deals (ITEMS)."""
    return copy_out(_ITEMS, [list(deals)], ITEMS)


def _leaves(people: list[int], documents: Iterable[PlanDocument]) -> pl.DataFrame | None:
    """LEAVES of these people, however long ago; None where no plan reads them."""
    return copy_out(_LEAVES, [people], LEAVES) if any(map(reads_leave, documents)) else None


def _with_sources(payees: list[int], relations: pl.DataFrame | None) -> list[int]:
    """These payees, and all whose deals count for them."""
    if relations is None:
        return payees
    return sorted({*payees, *relations.filter(pl.col("payee").is_in(payees))["source"].unique()})


def _people(shares: pl.DataFrame, others: Iterable[int] = ()) -> pl.DataFrame:
    return copy_out(_PEOPLE, [sorted({*shares["payee"].unique(), *others})], PAYEES)


def _assigned(payees: Sequence[int], kinds: Sequence[str], end: date, first_month: int | None) -> pl.DataFrame:
    # from their beginnings: a deal keeps the rule of the day it closed, however long ago
    return copy_out(_ASSIGNED, [list(payees), list(kinds), date.min, end, first_month], _ASSIGNED_COLUMNS)


def _deals(mine: Mine, needed: list[str]) -> pl.DataFrame:
    """The won deals in which these payees have a part, with the columns that their plans read, and the owner."""
    columns = ["owner", *needed]
    joins = [join for prefix, join in _JOINS.items() if any(column.startswith(prefix) for column in needed)]
    custom = [column for column in columns if column.startswith(CUSTOM)]
    picked = ", ".join([_CUSTOM if column in custom else _DEAL_COLUMNS[column] for column in columns])
    query = "SELECT " + picked + mine[0] + _DEAL + "".join(joins)
    schema = {column: pl.Int64() if column == "owner" else DEALS.get(column, pl.String()) for column in columns}
    return copy_out(query, [*(column.removeprefix(CUSTOM) for column in custom), *mine[1]], schema)


def _shares(mine: Mine, deals: pl.DataFrame) -> pl.DataFrame:
    """The shares of all who have a part in these deals.

    A deal without shares of role owner is wholly its owner's, whoever else has a part of it in another role.
    """
    given = copy_out(_SHARE_COLUMNS + mine[0] + _SHARE, mine[1], SHARES)
    whole = deals.join(given.filter(pl.col("role") == "owner"), on="deal", how="anti").drop_nulls("owner")
    owned = whole.select("deal", payee="owner", role=pl.lit("owner"), share=pl.lit(WHOLE_SHARE))
    return pl.concat([given, owned.cast(given.schema)])


def _aside(also: Mapping[int, PlanDocument]) -> dict[int, PlanDocument]:
    """Under numbers that no version has."""
    return {-plan: document for plan, document in also.items()}


def _documents(assigned: pl.DataFrame) -> dict[int, PlanDocument]:
    hashes: dict[int, str] = dict(assigned.select("plan_version", "hash").unique().iter_rows())
    unknown = [pk for pk, digest in hashes.items() if cached(digest) is None]
    if unknown:
        for digest, stored in PlanVersion.objects.filter(pk__in=unknown).values_list("hash", "document"):
            parse(digest, stored)
    return {
        pk: cached(digest) or parse(digest, PlanVersion.objects.get(pk=pk).document) for pk, digest in hashes.items()
    }


def _since(opened: date, read: Mapping[int, PlanDocument], assigned: pl.DataFrame) -> date:
    """From when on deals are read: what adds up over the time on a plan needs all since anybody was on one."""
    first = assigned["start"].min()
    return min(opened, first) if any(map(_over_plan, read.values())) and isinstance(first, date) else opened


def _over_plan(document: PlanDocument) -> bool:
    return any(part.window is Window.PLAN for part in document.components)


def _tenures(payees: list[int], versions: dict[int, PlanDocument], plans: dict[int, int]) -> pl.DataFrame | None:
    """All days of these payees on the plans that prorate or ramp quotas, or add up over them; also those long ago."""
    ruled = sorted({plans[pk] for pk, document in versions.items() if document.quotas or _over_plan(document)})
    return copy_out(_TENURES, [payees, ruled], TENURES) if ruled else None
