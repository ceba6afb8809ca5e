"""The examples inside a plan, run through the very same calculation as the payees."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from commissions.engine.calculate import Inputs, Result, calculate, windows_start
from commissions.engine.credit import deal_columns
from commissions.engine.errors import AmountTooLarge
from commissions.engine.example_checks import HELD, OWED, PAYABLE, RESERVED
from commissions.engine.example_items import items_of
from commissions.engine.example_people import leaves_of, relations_of
from commissions.engine.example_quotas import payee_quotas, periods, team_quotas
from commissions.engine.example_scores import PLAN, scored_days, scores_of
from commissions.engine.example_shares import sharers, shares_of
from commissions.engine.expressions.fields import CUSTOM
from commissions.engine.frames import (
    ASSIGNMENTS,
    BALANCES,
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
    WHOLE_SHARE,
)
from commissions.engine.modify.multiply import millionths_of
from commissions.engine.releases import NOTHING_EARLIER, Earlier, as_earlier, carried_on
from commissions.engine.schema import Example, ExampleDeal, PlanDocument
from commissions.engine.terms import has_terms, statement_number
from commissions.engine.words import Told
from core.money import to_major, to_minor
from core.periods import Period, parse_period

VERSION = 1


@dataclass(frozen=True, slots=True)
class Difference:
    payee: str
    period: str  # label
    component: str  # key, `payable`, `owed` or `held`
    expected: Decimal  # major units
    actual: Decimal
    notices: tuple[tuple[str, str], ...] = ()  # why credits of this payee did not count: codes and details of Notice


@dataclass(frozen=True, slots=True)
class ExampleResult:
    name: str
    passed: bool
    differences: tuple[Difference, ...]
    error: Told | None = None  # why it could not be calculated at all
    tried: frozenset[str] = field(default=frozenset(), compare=False)  # keys of the components that have a line in it


def run_examples(document: PlanDocument) -> list[ExampleResult]:
    """Each example of the plan, in order, and where its pay differs from what it expects.

    >>> from commissions.engine.document import load_plan
    >>> [result.passed for result in run_examples(load_plan('''
    ... plan: Flat
    ... currency: USD
    ... period: month
    ... components: [{key: all, name: All, rate: 5%}]
    ... examples:
    ...   - name: five of a hundred
    ...     deals: [{id: A, closed: 2026-01-10, amount: 100}]
    ...     expect: {2026-01: {all: 5}}
    ... '''))]
    [True]
    """
    return [_run(document, example) for example in document.examples]


def _run(document: PlanDocument, example: Example) -> ExampleResult:
    labels = {label for amounts in example.expected.values() for label in amounts}
    try:
        results = _results(document, example, sorted(labels))
    except AmountTooLarge as error:
        return ExampleResult(example.name, passed=False, differences=(), error=error.said)
    names = list(example.people)
    differences = tuple(
        difference
        for payee, periods in example.expected.items()
        for label, amounts in periods.items()
        for difference in _differences(document, results[label], names, payee, label, amounts)
    )
    tried = frozenset(key for result in results.values() for key in result.lines["component"].unique())
    return ExampleResult(example.name, passed=not differences, differences=differences, tried=tried)


def example_pay(document: PlanDocument, example: Example) -> dict[str, dict[str, dict[str, Decimal]]]:
    """What each payee of an example is paid, in major units, by period label, then by component, `payable`, `owed` or
    `held`: for each period that it expects something in, and each statement in which something happened to a deal.

    Raises AmountTooLarge.
    """
    days = {day for deal in example.deals for day in _days_of(deal)}.union(scored_days(document, example))
    statements = {document.statement(day).label for day in days}
    labels = {label for amounts in example.expected.values() for label in amounts} | statements
    results = _results(document, example, sorted(labels))
    return {
        payee: {label: _paid(document, result, number, label) for label, result in sorted(results.items())}
        for number, payee in enumerate(example.people)
    }


def _days_of(deal: ExampleDeal) -> Iterator[date]:
    yield deal.closed
    yield from (day for day in (deal.invoiced, deal.cancelled) if day is not None)
    yield from (payment.paid for payment in deal.payments)


def _paid(document: PlanDocument, result: Result, payee: int, label: str) -> dict[str, Decimal]:
    keys = [component.key for component in document.components]
    if has_terms(document):  # settled statement by statement
        keys += RESERVED if _is_statement(document, parse_period(label)) else []
    else:
        keys.append(PAYABLE)
    return {key: to_major(_actual(result, payee, key), document.currency) for key in keys}


def _is_statement(document: PlanDocument, period: Period) -> bool:
    return period == document.statement(period.start)


def _results(document: PlanDocument, example: Example, labels: list[str]) -> dict[str, Result]:
    wanted = {label: parse_period(label) for label in labels}
    if not has_terms(document):
        return {label: _calculated(document, example, period, None) for label, period in wanted.items()}
    settled = _in_order(document, example, [period for period in wanted.values() if _is_statement(document, period)])
    return {
        label: settled.get(label) or _calculated(document, example, period, None) for label, period in wanted.items()
    }


def _in_order(document: PlanDocument, example: Example, wanted: list[Period]) -> dict[str, Result]:
    """Each statement from the first deal or first day on the plan to the last one wanted: what one leaves owed or held
    back the next one starts with.
    """
    starts = [payee.starts for payee in example.people.values() if payee.starts]
    facts = [*(deal.closed for deal in example.deals), *scored_days(document, example)]
    days = [*facts, *starts, *(period.start for period in wanted)]
    if not wanted:
        return {}
    found: dict[str, Result] = {}
    owed: dict[int, int] = {}
    earlier = NOTHING_EARLIER
    first = document.statement(min(days))
    for period in periods(document, document.period, first.start, max(each.end for each in wanted)):
        rows = [
            {"payee": number, "plan": PLAN, "owed": owed.get(number, 0), "number": statement_number(begun, period),
             "left": payee.ends}
            for number, payee in enumerate(example.people.values())
            if (begun := document.statement(payee.starts or first.start)) <= period
        ]  # fmt: skip
        result = _calculated(document, example, period, pl.DataFrame(rows, schema=BALANCES), earlier)
        owed |= dict(result.settlements.select("payee", "owed_after").iter_rows())
        earlier = _left_by(document, example, earlier, result, period)
        found[period.label] = result
    return found


def _left_by(document: PlanDocument, example: Example, earlier: Earlier, result: Result, period: Period) -> Earlier:
    inputs = example_inputs(document, example, period.start, period.end)
    following = carried_on(earlier, as_earlier(result.lines, inputs.deals), result.releases, inputs.versions)
    return following if inputs.payments is None else replace(following, payments=inputs.payments)


def _calculated(
    document: PlanDocument,
    example: Example,
    period: Period,
    balances: pl.DataFrame | None,
    earlier: Earlier = NOTHING_EARLIER,
) -> Result:
    inputs = example_inputs(document, example, period.start, period.end)
    return calculate(replace(inputs, balances=balances, earlier=earlier), start=period.start, end=period.end)


def _actual(result: Result, payee: int, key: str) -> int:
    """What a component earned, or what the statement pays or leaves owed."""
    whose = pl.col("payee") == payee
    if key == PAYABLE:
        return int(result.statements.filter(whose)["payable"].sum())
    if key == OWED:
        return int(result.settlements.filter(whose)["owed_after"].sum())
    if key == HELD:
        return int(result.settlements.filter(whose)["held_after"].sum())
    return int(result.lines.filter(whose & (pl.col("component") == key))["amount"].sum())


def _differences(
    document: PlanDocument, result: Result, names: list[str], payee: str, label: str, amounts: dict[str, Decimal]
) -> list[Difference]:
    number = names.index(payee)
    notices = result.notices.filter(pl.col("payee") == number).select("code", "detail")
    why = tuple((code, detail) for code, detail in notices.unique(maintain_order=True).iter_rows())
    found = []
    for key, expected in amounts.items():
        actual = _actual(result, number, key)
        if actual != to_minor(expected, document.currency):
            found.append(Difference(payee, label, key, expected, to_major(actual, document.currency), why))
    return found


def example_inputs(document: PlanDocument, example: Example, start: date, end: date) -> Inputs:
    """An example as the inputs of a calculation from `start` to `end`. Payees and deals are numbered as they stand."""
    people = list(example.people)
    others = dict.fromkeys(name for deal in example.deals for name in sharers(deal) if name not in people)
    numbers = {name: number for number, name in enumerate([*people, *others])}
    versions = {VERSION: document}
    assigned = [
        {"payee": numbers[name], "plan_version": VERSION, "start": payee.starts or date.min, "end": payee.ends}
        for name, payee in example.people.items()
    ]
    return Inputs(
        deals=_deals(document, example),
        shares=pl.DataFrame(shares_of(example, numbers), schema=SHARES),
        assignments=pl.DataFrame(assigned, schema=ASSIGNMENTS),
        quotas=pl.DataFrame(payee_quotas(document, example, windows_start(versions, start), end), schema=QUOTAS),
        team_quotas=pl.DataFrame(team_quotas(document, example, windows_start(versions, start), end), schema=QUOTAS),
        rates=pl.DataFrame(list(_rates(document, example)), schema=RATES),
        versions=versions,
        plans={VERSION: PLAN},
        kpis=pl.DataFrame(list(_kpis(document, example, windows_start(versions, start), end)), schema=KPIS),
        scores=pl.DataFrame(list(scores_of(document, example, windows_start(versions, start), end)), schema=SCORES),
        payees=pl.DataFrame({"payee": numbers.values(), "key": numbers.keys()}, schema=PAYEES),
        payments=pl.DataFrame(
            [row for index, deal in enumerate(example.deals) for row in _payments(document, index, deal)],
            schema=PAYMENTS,
        ),
        items=pl.DataFrame(
            [row for index, deal in enumerate(example.deals) for row in items_of(document, index, deal)], schema=ITEMS
        ),
        relations=pl.DataFrame(relations_of(example, numbers), schema=RELATIONS),
        leaves=pl.DataFrame(leaves_of(example, numbers), schema=LEAVES),
    )


def _deals(document: PlanDocument, example: Example) -> pl.DataFrame:
    """DEALS, and the custom fields that the plan reads."""
    schema = DEALS | {column: pl.String() for column in deal_columns([document]) if column.startswith(CUSTOM)}
    rows = [_deal(document, index, deal) for index, deal in enumerate(example.deals)]
    return pl.DataFrame(rows, schema=schema)


def _deal(document: PlanDocument, index: int, deal: ExampleDeal) -> dict[str, Any]:
    """A row of DEALS. An empty text is a missing one, as among the deals of the database."""
    currency = deal.currency or document.currency
    return {
        "deal": index,
        "key": deal.id,
        "closed": deal.closed,
        "opened": deal.opened,
        "amount": to_minor(deal.amount, currency),
        "currency": currency,
        "quantity": deal.quantity,
        "type": deal.type or None,
        "name": deal.name or None,
        "product_code": deal.product.code or None,
        "product_name": deal.product.name or None,
        "product_family": deal.product.family or None,
        "customer_name": deal.customer.name or None,
        "customer_sector": deal.customer.sector or None,
        "customer_country": deal.customer.country or None,
        "invoiced": deal.invoiced,
        "cancelled": deal.cancelled,
        "cost": None if deal.cost is None else to_minor(deal.cost, currency),
        "tax": None if deal.tax is None else to_minor(deal.tax, currency),
        "discount": None if deal.discount is None else int(deal.discount * WHOLE_SHARE),
        "term": deal.term,
        **{f"{CUSTOM}{slug}": value for slug, value in deal.custom.items()},
    }


def _payments(document: PlanDocument, index: int, deal: ExampleDeal) -> list[dict[str, Any]]:
    currency = deal.currency or document.currency
    return [
        {
            "deal": index,
            "key": f"{deal.id}/{number:04}",
            "date": payment.paid,
            "amount": to_minor(payment.amount, currency),
        }
        for number, payment in enumerate(deal.payments, start=1)
    ]


def _rates(document: PlanDocument, example: Example) -> Iterator[dict[str, Any]]:
    for source, given in example.rates.items():
        for start, rate in (given if isinstance(given, dict) else {date.min: given}).items():
            yield {"source": source, "target": document.currency, "start": start, "rate": int(rate * RATE_SCALE)}


def _kpis(document: PlanDocument, example: Example, start: date, end: date) -> Iterator[dict[str, Any]]:
    """Each payee's value of each KPI in each statement's period from `start` to `end`."""
    for number, payee in enumerate(example.people.values()):
        for key, values in payee.kpis.items():
            for period in periods(document, document.period, start, end):
                value = values.get(period.label) if isinstance(values, dict) else values
                if value is not None:
                    kind, millionths = period.kind.value, millionths_of(Fraction(value))
                    yield dict(zip(KPIS, (number, key, kind, period.start, millionths), strict=True))
