"""The oracle's facts as the engine's frames, with ids that say nothing, and back."""

import random
from dataclasses import asdict, replace
from datetime import date
from itertools import product
from typing import Any

import polars as pl
from hypothesis import reject

from commissions.engine.calculate import Inputs, Result, calculate
from commissions.engine.errors import AmountTooLarge
from commissions.engine.frames import (
    ASSIGNMENTS,
    CREDITED,
    DEALS,
    ITEMS,
    KPIS,
    LEAVES,
    PAYEES,
    PAYMENTS,
    QUOTAS,
    RATE_SCALE,
    RATES,
    RELATIONS,
    SCORES,
    SHARES,
    QuotaKind,
)
from commissions.engine.modify.multiply import millionths_of
from commissions.engine.spiffs import has_shared
from tests.commissions.engine.oracle import TEAMS, Facts, Line, kpi_of, quota_of, score_of, window_start
from tests.commissions.engine.oracle.others import depth_below, teams_of

YEAR = date(2026, 1, 1), date(2027, 1, 1)


class Ids:
    """Database ids for payees and deals, in the order of arrival that the seed stands for."""

    def __init__(self, facts: Facts, seed: int) -> None:
        shuffle = random.Random(seed)
        people = {share.payee for share in facts.shares} | {each.payee for each in facts.credited}
        names = sorted({name for name, _ in facts.quotas if name not in TEAMS} | people)
        self.payees = dict(zip(names, shuffle.sample(range(1, 1000), len(names)), strict=True))
        keys = [deal.key for deal in facts.deals]
        self.deals = dict(zip(keys, shuffle.sample(range(1, 10_000), len(keys)), strict=True))
        self.shuffle = shuffle


def inputs_of(facts: Facts, ids: Ids) -> Inputs:
    deals = [
        {"deal": ids.deals[deal.key]} | asdict(deal) | {f"custom.{slug}": value for slug, value in deal.custom}
        for deal in facts.deals
    ]
    shares = [
        {"deal": ids.deals[share.deal], "payee": ids.payees[share.payee], "role": share.role, "share": share.ppm}
        for share in facts.shares
    ]
    assignments = [
        {"payee": ids.payees[each.payee], "plan_version": each.version, "start": each.start, "end": each.end}
        for each in facts.assignments
    ]
    keys = {part.key for document in facts.versions.values() for part in document.components}
    numbers = ids.payees | {team: number for number, team in enumerate(TEAMS)}
    goals = [
        {"payee": numbers[payee], "of_team": payee in TEAMS, "plan": plan, "kind": kind, "component": key,
         "window": window, "window_start": opened, "quota": quota}
        for payee, window in facts.quotas
        for plan, first in {(plan, facts.versions[version].first_month) for version, plan in facts.plans.items()}
        for kind in QuotaKind
        for key in ("", *sorted(keys))
        for opened in {window_start(date(YEAR[0].year, month, 1), window, first) for month in range(1, 13)}
        if (quota := quota_of(facts, payee, window, opened, kind.value, key))
    ]  # fmt: skip
    items = [
        {"deal": ids.deals[deal.key], "number": number}
        | {f"line_{name}": value for name, value in asdict(item).items()}
        for deal in facts.deals
        for number, item in enumerate(deal.items, 1)
    ]
    payments = [
        asdict(payment) | {"deal": ids.deals[payment.deal]} for payment in facts.payments if payment.deal in ids.deals
    ]
    kpis = [
        dict(zip(KPIS, (ids.payees[payee], "csat", period, opened, millionths_of(value)), strict=True))
        for payee, period in facts.kpis
        for opened in sorted(
            {
                window_start(date(YEAR[0].year, month, 1), period, document.first_month)
                for document in facts.versions.values()
                for month in range(1, 13)
            }
        )
        if (value := kpi_of(facts, payee, period, opened)) is not None
    ]
    scores = scores_of(facts, ids)
    credited = [
        dict(
            zip(
                CREDITED,
                (ids.deals[each.deal], ids.payees[each.payee], each.role, each.ppm, each.start, each.end),
                strict=True,
            )
        )
        for each in facts.credited
    ]
    quotas = [row for row in goals if not row["of_team"]]
    of_teams = [row for row in goals if row["of_team"] and row["kind"] != QuotaKind.TARGET]
    leaves = [{"payee": ids.payees.get(row.person, 0), "start": row.start, "end": row.end} for row in facts.leaves]
    for rows in (deals, items, shares, assignments, quotas, of_teams, payments, kpis, scores, leaves, credited):
        ids.shuffle.shuffle(rows)
    return Inputs(
        deals=pl.DataFrame(deals, schema=DEALS | {"custom.region": pl.String(), "custom.seats": pl.String()}),
        shares=pl.DataFrame(shares, schema=SHARES),
        items=pl.DataFrame(items, schema=ITEMS),
        assignments=pl.DataFrame(assignments, schema=ASSIGNMENTS),
        quotas=pl.DataFrame(quotas, schema=QUOTAS),
        team_quotas=pl.DataFrame(of_teams, schema=QUOTAS),
        kpis=pl.DataFrame(kpis, schema=KPIS),
        scores=pl.DataFrame(scores, schema=SCORES),
        versions=facts.versions,
        plans=facts.plans,
        payments=pl.DataFrame(payments, schema=PAYMENTS),
        credited=pl.DataFrame(credited, schema=CREDITED),
        relations=pl.DataFrame(relations_of(facts, ids), schema=RELATIONS),
        leaves=pl.DataFrame(leaves, schema=LEAVES),
        rates=pl.DataFrame(rates_of(facts), schema=RATES),
        payees=pl.DataFrame({"payee": ids.payees.values(), "key": ids.payees.keys()}, schema=PAYEES),
    )


def scores_of(facts: Facts, ids: Ids) -> list[dict[str, Any]]:
    """Of both plans, for windows of every length, also of objectives that no version has."""
    return [
        dict(zip(SCORES, (ids.payees[payee], plan, key, objective, window, opened, score), strict=True))
        for payee, key, objective in facts.scores
        for plan in sorted(set(facts.plans.values()))
        for window in ("month", "quarter", "half", "year")
        for opened in (date(YEAR[0].year, month, 1) for month in range(1, 13))
        if (score := score_of(facts, payee, key, objective, window, opened)) is not None
    ]


def relations_of(facts: Facts, ids: Ids) -> list[dict[str, Any]]:
    """Who was above whom and with whom in a team, from each day on which that may have changed to the next."""
    spans = [(row.start, row.end) for row in facts.reports] + [(row.start, row.end) for row in facts.members]
    days = sorted({day for span in spans for day in span if day})
    rows: list[dict[str, Any]] = []
    ends: list[date | None] = [*days[1:], None]
    for start, end in zip(days, ends, strict=False):
        for payee, source in product(ids.payees, repeat=2):
            row = {"payee": ids.payees[payee], "source": ids.payees[source], "start": start, "end": end}
            if depth := depth_below(facts, source, payee, start):
                rows.append(row | {"of": "reports", "depth": depth, "team": None})
            common = teams_of(facts, source, start) & teams_of(facts, payee, start)
            rows += [row | {"of": "team", "depth": None, "team": TEAMS.index(team)} for team in common]
    ids.shuffle.shuffle(rows)
    return rows


def rates_of(facts: Facts) -> list[dict[str, object]]:
    targets = {document.currency for document in facts.versions.values()}
    return [
        {"source": source, "target": target, "start": day, "rate": int(rate * RATE_SCALE)}
        for (source, day), rate in facts.rates.items()
        for target in targets
    ]


def result_of(
    facts: Facts, seed: int = 0, start: date = YEAR[0], end: date = YEAR[1], only: str | None = None
) -> tuple[Result, Ids]:
    """Of everybody; or only of one payee, with the others on a plan beside her only where it shares among all on it."""
    ids = Ids(facts, seed)
    shares = {
        version
        for version, document in facts.versions.items()
        if has_shared(document) or any(part.pool for part in document.components)
    }
    if only is not None:
        shared = {facts.plans[version] for version in shares}
        own = [each for each in facts.assignments if each.payee == only or facts.plans[each.version] in shared]
        facts = replace(facts, assignments=tuple(own))
    beside = {ids.payees[each.payee] for each in facts.assignments if only not in (None, each.payee)}
    return calculated(replace(inputs_of(facts, ids), beside=frozenset(beside)), start, end), ids


def calculated(inputs: Inputs, start: date, end: date) -> Result:
    try:
        return calculate(inputs, start=start, end=end)
    except (
        AmountTooLarge
    ):  # nine decimals of a threshold times nine of a price, in blocks and multiplied: told, not paid
        reject()


def engine_lines(
    facts: Facts, seed: int = 0, start: date = YEAR[0], end: date = YEAR[1], only: str | None = None
) -> list[Line]:
    """The engine's lines in the oracle's words, in an order of their own."""
    result, ids = result_of(facts, seed, start, end, only)
    payees = {number: name for name, number in ids.payees.items()}
    deals = {number: key for key, number in ids.deals.items()}
    lines = [
        Line(
            payees[row["payee"]],
            row["plan_version"],
            row["component"],
            row["kind"],
            deals.get(row["deal"], ""),
            row["role"],
            None if row["via"] is None else payees[row["via"]],
            row["event"],
            row["date"],
            row["credited"],
            row["window_start"],
            row["quota"],
            row["target"],
            row["x0"],
            row["x1"],
            row["multiplier"],
            row["multiplier_value"],
            row["uncapped"],
            row["amount"],
            row["rate_column"],
            row["deals_before"],
            row["paid_before"],
            row["pool"],
        )
        for row in result.lines.iter_rows(named=True)
    ]
    return in_order(lines)


def in_order(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=_place)


def _place(line: Line) -> tuple[object, ...]:
    return (
        line.payee,
        line.version,
        line.component,
        line.date,
        line.deal,
        line.role,
        line.via or "",
        line.event,
        line.kind,
        line.x0,
    )
