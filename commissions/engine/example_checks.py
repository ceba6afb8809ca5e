"""Whether the examples of a plan can be run: known people, components and periods, amounts in whole minor units."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from commissions.engine.decimals import canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_people import check_people
from commissions.engine.schema import (
    Against,
    Component,
    Example,
    ExampleDeal,
    ExamplePayee,
    Goal,
    Measure,
    PlanDocument,
)
from commissions.engine.score_checks import check_scores
from commissions.engine.terms import has_terms
from commissions.engine.words import told
from core.money import LARGEST_MINOR, MoneyError, TooManyDecimalsError, exponent, to_major, to_minor
from core.periods import PeriodError, PeriodKind, parse_period, period_of

PAYABLE, OWED, HELD = "payable", "owed", "held"  # of a statement, beside what its components earned
RESERVED = (PAYABLE, OWED, HELD)
SHARE_DECIMALS = 6  # parts per million
RATE_DECIMALS = 12
LARGEST_RATE = 9_000_000  # times RATE_SCALE it fits 64 bits


def known_currency(code: str) -> str | None:
    try:
        exponent(code)
    except MoneyError:
        return None
    return code


def money_errors(value: Decimal, path: str, currency: str | None) -> Iterator[PlanError]:
    """Nothing when the amount is whole in minor units, or when the currency itself isn't known."""
    if currency is None:
        return
    try:
        to_minor(value, currency)
    except TooManyDecimalsError:
        yield PlanError(
            path,
            told(
                "%(amount)s has more than the %(places)s decimals of %(currency)s. Round it first.",
                amount=str(value),
                places=exponent(currency),
                currency=currency,
            ),
        )
    except MoneyError:  # a number that is read is never anything else
        yield PlanError(
            path,
            told(
                "%(amount)s %(currency)s is too large: amounts stay below %(most)s. Check its decimal point.",
                amount=str(value)[:30],
                currency=currency,
                most=int(to_major(LARGEST_MINOR, currency)),
            ),
        )


def check_examples(document: PlanDocument, currency: str | None) -> Iterator[PlanError]:
    """Errors of all examples; `currency` is None when the plan's isn't known."""
    names: set[str] = set()
    for index, example in enumerate(document.examples):
        path = f"examples[{index}]"
        if example.name in names:
            yield PlanError(
                f"{path}.name", told("Two examples are called %(name)s. Rename one.", name=repr(example.name))
            )
        names.add(example.name)
        yield from _people(document, example, path, currency)
        yield from _team_quotas(document, example, path, currency)
        yield from check_people(example, path)
        yield from _deals(example, path, currency)
        yield from _rates(example, path)
        yield from _expectations(document, example, path, currency)


def _people(document: PlanDocument, example: Example, path: str, currency: str | None) -> Iterator[PlanError]:
    if example.payee is not None and example.payees:
        yield PlanError(f"{path}.payees", told("Say either `payee` for one or `payees` for several. Remove one."))
    for name, payee in example.people.items():
        where = f"{path}.payees.{name}" if example.payees else f"{path}.payee"
        own = [part for part in document.components if part.against is Against.QUOTA and not part.pool]
        yield from _goal(document, payee.quota, f"{where}.quota", currency, own)
        yield from _goal(document, payee.target, f"{where}.target", currency, ())
        yield from _kpis(document, payee, f"{where}.kpis")
        yield from check_scores(document, payee, f"{where}.scores")
        if payee.ends is not None and payee.starts is not None and payee.ends <= payee.starts:
            said = told("It doesn't come after the first day on the plan. Correct one of the two days.")
            yield PlanError(f"{where}.ends", said)


def _team_quotas(document: PlanDocument, example: Example, path: str, currency: str | None) -> Iterator[PlanError]:
    pools = [part for part in document.components if part.against is Against.QUOTA and part.pool]
    for name, goal in example.team_quotas.items():
        where = f"{path}.team_quotas.{name}"
        if name not in example.teams:
            known = ", ".join(example.teams) or "–"
            said = told("%(name)s isn't a team of this example. Known: %(known)s.", name=name, known=known)
            yield PlanError(where, said)
        if not pools:
            said = told("No pool of this plan is against a quota. Remove it, or write `against: quota` in a pool.")
            yield PlanError(where, said)
            continue
        yield from _goal(document, goal, where, currency, pools)


def _goal(
    document: PlanDocument, goal: Goal | None, path: str, currency: str | None, measured: Sequence[Component]
) -> Iterator[PlanError]:
    """One number, or numbers by period or component, or by period within a component. `measured` are the components
    whose quotas they may be, none for target incentives.
    """
    if not isinstance(goal, dict):
        if goal is not None:
            yield from _goal_amount(goal, path, _currency_of(measured, currency))
        return
    parts = {component.key: component for component in document.components}
    for name, value in goal.items():
        where, part = f"{path}.{name}", parts.get(name)
        own = _currency_of([each for each in measured if part in (None, each)], currency)
        if part is None:
            yield from _label(document, name, where)
        if not isinstance(value, dict):
            yield from _goal_amount(value, where, own)
            continue
        for label, amount in value.items():
            yield from _label(document, label, f"{where}.{label}")
            yield from _goal_amount(amount, f"{where}.{label}", own)


def _currency_of(measured: Sequence[Component], currency: str | None) -> str | None:
    """Of what the numbers are; None where they are units, for any number of them may be a quota."""
    in_units = measured and all(each.measure is not Measure.AMOUNT for each in measured)
    return None if in_units else currency


def _kpis(document: PlanDocument, payee: ExamplePayee, path: str) -> Iterator[PlanError]:
    """Values of KPIs that the plan reads, statement by statement."""
    read = sorted({part.multiply.kpi for part in document.components if part.multiply and part.multiply.kpi})
    for key, values in payee.kpis.items():
        if key not in read:
            yield PlanError(
                f"{path}.{key}",
                told("The plan reads no KPI %(key)s, but: %(known)s.", key=key, known=", ".join(read) or "–"),
            )
        for label in values if isinstance(values, dict) else ():
            yield from _label(document, label, f"{path}.{key}.{label}")
            if _kind(label) not in (None, document.period):
                yield PlanError(
                    f"{path}.{key}.{label}",
                    told("A KPI is read statement by statement. Write it by %(period)s.", period=document.period.value),
                )


def _goal_amount(amount: Decimal, path: str, currency: str | None) -> Iterator[PlanError]:
    yield from money_errors(amount, path, currency)
    if currency is None and decimals_of(amount) > SHARE_DECIMALS:
        yield PlanError(path, told("It has more than %(most)s decimals. Round it.", most=SHARE_DECIMALS))
    if amount <= 0:
        if ".target" in path:
            yield PlanError(path, told("A target must be more than 0. Leave it out for somebody without one."))
        else:
            yield PlanError(path, told("A quota must be more than 0. Leave it out for somebody without one."))


def _label(document: PlanDocument, label: str, path: str) -> Iterator[PlanError]:
    """It must name a period of the plan's own years: another plan's quarters are others."""
    try:
        period = parse_period(label)
    except PeriodError:
        said = told(
            "%(label)s is no period. Write a month 2017-06, a quarter %(year)s-Q2, a half %(year)s-H1 or a year "
            "%(year)s.",
            label=repr(label),
            year=period_of(date(2017, 12, 1), PeriodKind.YEAR, document.first_month).label,
        )
        yield PlanError(path, said)
        return
    own = period_of(period.start, period.kind, document.first_month)
    if own.first_month != period.first_month:
        said = told(
            "%(label)s isn't of this plan's years. Write %(own)s, say: a fiscal year is named for the month in which "
            "it starts.",
            label=label,
            own=own.label,
        )
        yield PlanError(path, said)


def _kind(label: str) -> PeriodKind | None:
    try:
        return parse_period(label).kind
    except PeriodError:
        return None


def _deals(example: Example, path: str, currency: str | None) -> Iterator[PlanError]:
    seen: set[str] = set()
    for index, deal in enumerate(example.deals):
        where = f"{path}.deals[{index}]"
        if deal.id in seen:
            yield PlanError(
                f"{where}.id",
                told("Two deals are called %(id)s. Rename one; a refund is a deal of its own.", id=deal.id),
            )
        seen.add(deal.id)
        if deal.currency is not None and known_currency(deal.currency) is None:
            yield PlanError(
                f"{where}.currency",
                told("%(code)s is not a currency. Write its ISO 4217 code, such as USD or IDR.", code=deal.currency),
            )
        yield from _amounts(deal, where, known_currency(deal.currency or "") or currency)
        yield from _dates(deal, where)


def _amounts(deal: ExampleDeal, path: str, currency: str | None) -> Iterator[PlanError]:
    for name, amount in (("amount", deal.amount), ("cost", deal.cost), ("tax", deal.tax)):
        if amount is not None:
            yield from money_errors(amount, f"{path}.{name}", currency)
    for index, payment in enumerate(deal.payments):
        yield from money_errors(payment.amount, f"{path}.payments[{index}].amount", currency)
        if payment.amount == 0:
            yield PlanError(f"{path}.payments[{index}].amount", told("A payment of nothing is none. Remove it."))
    share = deal.discount
    if share is not None and (not 0 <= share <= 1 or decimals_of(share) > SHARE_DECIMALS):
        yield PlanError(
            f"{path}.discount", told("%(share)s is no discount. Write a share from 0 to 100%%.", share=canonical(share))
        )


def _dates(deal: ExampleDeal, path: str) -> Iterator[PlanError]:
    if deal.cancelled is not None and deal.cancelled < deal.closed:
        yield PlanError(
            f"{path}.cancelled", told("It would be cancelled before it closed. Correct one of the two days.")
        )


def _rates(example: Example, path: str) -> Iterator[PlanError]:
    for code, given in example.rates.items():
        where = f"{path}.rates.{code}"
        if known_currency(code) is None:
            yield PlanError(
                where, told("%(code)s is not a currency. Write its ISO 4217 code, such as USD or IDR.", code=code)
            )
        rates = given.values() if isinstance(given, dict) else [given]
        if not all(0 < rate < LARGEST_RATE and decimals_of(rate) <= RATE_DECIMALS for rate in rates):
            yield PlanError(
                where,
                told(
                    "An exchange rate is above 0 and below %(most)s, with at most %(places)s decimals. Correct it.",
                    most=LARGEST_RATE,
                    places=RATE_DECIMALS,
                ),
            )


def no_payee(path: str, name: str, known: str) -> PlanError:
    return PlanError(path, told("%(name)s isn't a payee of this example. Known: %(known)s.", name=name, known=known))


def _expectations(document: PlanDocument, example: Example, path: str, currency: str | None) -> Iterator[PlanError]:
    if not any(amounts for periods in example.expected.values() for amounts in periods.values()):
        yield PlanError(
            f"{path}.expect", told("It expects nothing, so it would always hold. Write what is paid, and when.")
        )
    for first, inner in example.expect.items():
        where = f"{path}.expect.{first}"
        if not example.payees:
            yield from _statement(document, first, inner, where, currency)
        elif first not in example.payees:
            yield no_payee(where, first, ", ".join(example.payees))
        else:
            for label, amounts in inner.items():
                yield from _statement(document, label, amounts, f"{where}.{label}", currency)


def _statement(
    document: PlanDocument, label: str, amounts: object, path: str, currency: str | None
) -> Iterator[PlanError]:
    yield from _label(document, label, path)
    if not isinstance(amounts, dict):
        yield PlanError(path, told("Say what each component pays, such as {new-business: 3300, payable: 3300}."))
        return
    known = [*(component.key for component in document.components), *RESERVED]
    for key, amount in amounts.items():
        if key not in known:
            yield PlanError(
                f"{path}.{key}",
                told("There is no component %(key)s. Known: %(known)s.", key=key, known=", ".join(known)),
            )
        if key in RESERVED and has_terms(document) and _kind(label) not in (None, document.period):
            yield PlanError(
                f"{path}.{key}",
                told(
                    "%(key)s is settled statement by statement here: expect it by %(period)s.",
                    key=key,
                    period=document.period.value,
                ),
            )
        if isinstance(amount, Decimal):
            yield from money_errors(amount, f"{path}.{key}", currency)
        else:
            yield PlanError(f"{path}.{key}", told("Write an amount, such as 3300."))
