"""The examples inside a plan, run through the very same calculation as the payees."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from commissions.engine.calculate import Inputs, Result, calculate, history_start
from commissions.engine.errors import AmountTooLarge
from commissions.engine.example_checks import RESERVED
from commissions.engine.frames import ASSIGNMENTS, DEALS, PAYEES, QUOTAS, SHARES, WHOLE_SHARE
from commissions.engine.schema import Against, Example, ExampleDeal, PlanDocument, Window
from core.money import to_major, to_minor
from core.periods import Period, PeriodKind, parse_period, period_of

_VERSION, _PLAN = 1, 1


@dataclass(frozen=True, slots=True)
class Difference:
    payee: str
    period: str  # label
    component: str  # key, or `payable`
    expected: Decimal  # major units
    actual: Decimal
    notices: tuple[str, ...] = ()  # why credits of this payee did not count: codes with their details


@dataclass(frozen=True, slots=True)
class ExampleResult:
    name: str
    passed: bool
    differences: tuple[Difference, ...]
    error: str = ""  # why it could not be calculated at all


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
        results = {label: _calculated(document, example, parse_period(label)) for label in sorted(labels)}
    except AmountTooLarge as error:
        return ExampleResult(example.name, passed=False, differences=(), error=str(error))
    names = list(example.people)
    differences = tuple(
        difference
        for payee, periods in example.expected.items()
        for label, amounts in periods.items()
        for difference in _differences(document, results[label], names, payee, label, amounts)
    )
    return ExampleResult(example.name, passed=not differences, differences=differences)


def _calculated(document: PlanDocument, example: Example, period: Period) -> Result:
    inputs = example_inputs(document, example, period.start, period.end)
    return calculate(inputs, start=period.start, end=period.end)


def _differences(
    document: PlanDocument, result: Result, names: list[str], payee: str, label: str, amounts: dict[str, Decimal]
) -> list[Difference]:
    number = names.index(payee)
    lines = result.lines.filter(pl.col("payee") == number)
    told = result.notices.filter(pl.col("payee") == number)
    why = tuple(f"{code} {detail}" for code, detail in told.select("code", "detail").iter_rows())
    found = []
    for key, expected in amounts.items():
        earned = lines if key == RESERVED else lines.filter(pl.col("component") == key)
        actual = int(earned["amount"].sum())
        if actual != to_minor(expected, document.currency):
            found.append(Difference(payee, label, key, expected, to_major(actual, document.currency), why))
    return found


def example_inputs(document: PlanDocument, example: Example, start: date, end: date) -> Inputs:
    """An example as the inputs of a calculation from `start` to `end`. Payees and deals are numbered as they stand."""
    people = list(example.people)
    others = dict.fromkeys(name for deal in example.deals for name in deal.splits if name not in people)
    numbers = {name: number for number, name in enumerate([*people, *others])}
    versions = {_VERSION: document}
    assigned = [{"payee": numbers[name], "plan_version": _VERSION, "start": date.min, "end": None} for name in people]
    return Inputs(
        deals=pl.DataFrame([_deal(document, index, deal) for index, deal in enumerate(example.deals)], schema=DEALS),
        shares=pl.DataFrame(
            [row for index, deal in enumerate(example.deals) for row in _shares(index, deal, numbers)], schema=SHARES
        ),
        assignments=pl.DataFrame(assigned, schema=ASSIGNMENTS),
        quotas=pl.DataFrame(_quotas(document, example, history_start(versions, start), end), schema=QUOTAS),
        versions=versions,
        plans={_VERSION: _PLAN},
        payees=pl.DataFrame({"payee": numbers.values(), "key": numbers.keys()}, schema=PAYEES),
    )


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
    }


def _shares(index: int, deal: ExampleDeal, numbers: dict[str, int]) -> list[dict[str, Any]]:
    parts = deal.splits or {deal.owner or next(iter(numbers)): Decimal(1)}
    return [
        {"deal": index, "payee": numbers[name], "role": "owner", "share": int(share * WHOLE_SHARE)}
        for name, share in parts.items()
    ]


def _quotas(document: PlanDocument, example: Example, start: date, end: date) -> list[dict[str, Any]]:
    """Each payee's quota of each window from `start` to `end`."""
    windows = {part.window for part in document.components if part.against is Against.QUOTA} - {Window.DEAL}
    rows = []
    for number, payee in enumerate(example.people.values()):
        for window in sorted(windows):
            for period in _periods(PeriodKind(window.value), start, end):
                of_period = payee.quota.get(period.label) if isinstance(payee.quota, dict) else payee.quota
                if of_period is not None:
                    rows.append(_quota(document, number, period, of_period))
    return rows


def _quota(document: PlanDocument, payee: int, period: Period, amount: Decimal) -> dict[str, Any]:
    return {
        "payee": payee,
        "plan": _PLAN,
        "window": period.kind.value,
        "window_start": period.start,
        "quota": to_minor(amount, document.currency),
    }


def _periods(kind: PeriodKind, start: date, end: date) -> list[Period]:
    periods = [period_of(start, kind)]
    while periods[-1].end < end:
        periods.append(periods[-1].next())
    return periods
