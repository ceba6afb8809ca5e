"""What a component that looks at single lines of deals may not say, and the lines of examples."""

from collections.abc import Callable, Iterator

from commissions.engine.decimals import canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.example_checks import SHARE_DECIMALS, known_currency, money_errors
from commissions.engine.expressions import ExpressionError, columns_of, parse_base, parse_by, parse_condition
from commissions.engine.expressions.fields import LINE
from commissions.engine.expressions.nodes import Node
from commissions.engine.items import MOST_ITEMS
from commissions.engine.schema import Component, ExampleDeal, Measure, PlanDocument
from commissions.engine.words import told

_NOT_OF_LINES = told(
    "`when` looks at single lines of a deal, and what counts is of the whole deal. Write `base: line.amount`."
)
_BOTH = told(
    "It mixes the deal with its lines, and would count the deal anew with each of them. Read the lines alone, such as "
    "line.amount, or the deal alone."
)
_NO_COLUMN = told(
    "A deal has one column of a rate table, and its lines may differ. Write a component for each rate, with "
    '`when: line.product.family = "Focus"`, say, and `base: line.amount`.'
)


def check_items(component: Component, path: str) -> Iterator[PlanError]:
    """Errors of how deals and their lines are mixed. What can't be read has an error of its own."""
    when, base, by = (
        _columns(text, parse)
        for text, parse in ((component.when, parse_condition), (component.base, parse_base), (component.by, parse_by))
    )
    is_money = component.measure is Measure.AMOUNT
    if is_money and _of_lines(base) and _of_lines(base) != base:
        yield PlanError(f"{path}.base", _BOTH)
    elif is_money and base and _of_lines(when) and not _of_lines(base):
        yield PlanError(f"{path}.base", _NOT_OF_LINES)
    if _of_lines(by):
        yield PlanError(f"{path}.by", _NO_COLUMN)


def _columns(text: str | None, parse: Callable[[str], Node]) -> frozenset[str]:
    try:
        return columns_of(parse(text)) if text else frozenset()
    except ExpressionError:
        return frozenset()


def _of_lines(columns: frozenset[str]) -> frozenset[str]:
    return frozenset(column for column in columns if column.startswith(LINE))


def check_example_items(document: PlanDocument, currency: str | None) -> Iterator[PlanError]:
    """Errors of the lines that deals of examples have; `currency` is None when the plan's isn't known."""
    for index, example in enumerate(document.examples):
        for number, deal in enumerate(example.deals):
            own = known_currency(deal.currency or "") or currency
            yield from _lines(deal, f"examples[{index}].deals[{number}].lines", own)


def _lines(deal: ExampleDeal, path: str, currency: str | None) -> Iterator[PlanError]:
    if not deal.lines:
        return
    if len(deal.lines) > MOST_ITEMS:
        yield PlanError(path, told("A deal has at most %(most)s lines. Leave some out.", most=MOST_ITEMS))
    for index, line in enumerate(deal.lines):
        for name, amount in (("amount", line.amount), ("cost", line.cost)):
            if amount is not None:
                yield from money_errors(amount, f"{path}[{index}].{name}", currency)
        share = line.discount
        if share is not None and (not 0 <= share <= 1 or decimals_of(share) > SHARE_DECIMALS):
            said = told("%(share)s is no discount. Write a share from 0 to 100%%.", share=canonical(share))
            yield PlanError(f"{path}[{index}].discount", said)
    total = sum(line.amount for line in deal.lines)
    if total != deal.amount:
        said = told(
            "The lines add up to %(sum)s, and the deal's amount is %(amount)s. Correct one of the two.",
            sum=canonical(total),  # type: ignore[arg-type]  # there are lines
            amount=canonical(deal.amount),
        )
        yield PlanError(path, said)
