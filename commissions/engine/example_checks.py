"""Whether the examples of a plan can be run: known people, components and periods, amounts in whole minor units."""

from collections.abc import Iterator
from decimal import Decimal

from commissions.engine.decimals import canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.schema import Example, ExampleDeal, ExamplePayee, PlanDocument
from commissions.engine.terms import has_terms
from core.money import MoneyError, exponent, to_minor
from core.periods import PeriodError, PeriodKind, parse_period

PAYABLE, OWED = "payable", "owed"  # of a statement, beside what its components earned
RESERVED = (PAYABLE, OWED)
SHARE_DECIMALS = 6  # parts per million


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
    except MoneyError as error:
        yield PlanError(path, str(error))


def check_examples(document: PlanDocument, currency: str | None) -> Iterator[PlanError]:
    """Errors of all examples; `currency` is None when the plan's isn't known."""
    names: set[str] = set()
    for index, example in enumerate(document.examples):
        path = f"examples[{index}]"
        if example.name in names:
            yield PlanError(f"{path}.name", f"Two examples are called {example.name!r}. Rename one.")
        names.add(example.name)
        yield from _people(example, path, currency)
        yield from _deals(example, path, currency)
        yield from _expectations(document, example, path, currency)


def _people(example: Example, path: str, currency: str | None) -> Iterator[PlanError]:
    if example.payee is not None and example.payees:
        yield PlanError(f"{path}.payees", "Say either `payee` for one or `payees` for several. Remove one.")
    for name, payee in example.people.items():
        where = f"{path}.payees.{name}" if example.payees else f"{path}.payee"
        yield from _quota(payee, f"{where}.quota", currency)


def _quota(payee: ExamplePayee, path: str, currency: str | None) -> Iterator[PlanError]:
    if isinstance(payee.quota, dict):
        for label, amount in payee.quota.items():
            yield from _label(label, f"{path}.{label}")
            yield from _quota_amount(amount, f"{path}.{label}", currency)
    elif payee.quota is not None:
        yield from _quota_amount(payee.quota, path, currency)


def _quota_amount(amount: Decimal, path: str, currency: str | None) -> Iterator[PlanError]:
    yield from money_errors(amount, path, currency)
    if amount <= 0:
        yield PlanError(path, "A quota must be more than 0. Leave it out for somebody without one.")


def _label(label: str, path: str) -> Iterator[PlanError]:
    try:
        parse_period(label)
    except PeriodError as error:
        yield PlanError(path, str(error))


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
                f"{where}.id", f"Two deals are called {deal.id}. Rename one; a refund is a deal of its own."
            )
        seen.add(deal.id)
        yield from money_errors(deal.amount, f"{where}.amount", known_currency(deal.currency or "") or currency)
        if deal.currency is not None and known_currency(deal.currency) is None:
            yield PlanError(f"{where}.currency", f"{deal.currency} is not a currency. Write its ISO 4217 code.")
        yield from _owner(example, deal, where)
        yield from _splits(example, deal, where)


def _owner(example: Example, deal: ExampleDeal, path: str) -> Iterator[PlanError]:
    people = ", ".join(example.people)
    if deal.owner is not None and deal.splits:
        yield PlanError(f"{path}.owner", "`splits` already says whose deal it is. Remove `owner`.")
    elif deal.owner is not None and deal.owner not in example.people:
        yield PlanError(f"{path}.owner", f"{deal.owner} isn't a payee of this example. Known: {people}.")
    elif deal.owner is None and not deal.splits and len(example.people) > 1:
        yield PlanError(f"{path}.owner", f"Whose deal is it? Add `owner: NAME` or `splits`; payees: {people}.")


def _splits(example: Example, deal: ExampleDeal, path: str) -> Iterator[PlanError]:
    if not deal.splits:
        return
    for name, share in deal.splits.items():
        if not 0 < share <= 1 or decimals_of(share) > SHARE_DECIMALS:
            yield PlanError(f"{path}.splits.{name}", f"{canonical(share)} is no share. Write one such as 60%.")
    if (whole := sum(deal.splits.values())) != 1:
        yield PlanError(f"{path}.splits", f"The shares add up to {canonical(Decimal(whole) * 100)}%. Make it 100%.")
    if not example.people.keys() & deal.splits.keys():
        yield PlanError(
            f"{path}.splits", f"None of them is a payee of this example: {', '.join(example.people)}. Add one."
        )


def _expectations(document: PlanDocument, example: Example, path: str, currency: str | None) -> Iterator[PlanError]:
    if not any(amounts for periods in example.expected.values() for amounts in periods.values()):
        yield PlanError(f"{path}.expect", "It expects nothing, so it would always hold. Write what is paid, and when.")
    for first, inner in example.expect.items():
        where = f"{path}.expect.{first}"
        if not example.payees:
            yield from _statement(document, first, inner, where, currency)
        elif first not in example.payees:
            yield PlanError(where, f"{first} isn't a payee of this example. Known: {', '.join(example.payees)}.")
        else:
            for label, amounts in inner.items():
                yield from _statement(document, label, amounts, f"{where}.{label}", currency)


def _statement(
    document: PlanDocument, label: str, amounts: object, path: str, currency: str | None
) -> Iterator[PlanError]:
    yield from _label(label, path)
    if not isinstance(amounts, dict):
        yield PlanError(path, "Say what each component pays, such as {new-business: 3300, payable: 3300}.")
        return
    known = [*(component.key for component in document.components), *RESERVED]
    for key, amount in amounts.items():
        if key not in known:
            yield PlanError(f"{path}.{key}", f"There is no component {key}. Known: {', '.join(known)}.")
        if key in RESERVED and has_terms(document) and _kind(label) not in (None, document.period):
            yield PlanError(
                f"{path}.{key}", f"{key} is settled statement by statement here: expect it by {document.period}."
            )
        if isinstance(amount, Decimal):
            yield from money_errors(amount, f"{path}.{key}", currency)
        else:
            yield PlanError(f"{path}.{key}", "Write an amount, such as 3300.")
