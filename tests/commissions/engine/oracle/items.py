"""Lines of deals, one after the other: which of them count, and what they add up to."""

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from typing import cast

from commissions.engine.expressions.nodes import Field, Node, walk
from commissions.engine.expressions.parse import parse_base, parse_condition
from commissions.engine.schema import Component
from tests.commissions.engine.oracle.expressions import amount_of, holds
from tests.commissions.engine.oracle.facts import Deal, Item


class Seen:
    """A deal as an expression sees it that looks at one of its lines."""

    def __init__(self, deal: Deal, item: Item, number: int) -> None:
        self.deal, self.item, self.number = deal, item, number

    def __getattr__(self, name: str) -> object:
        return getattr(self.item, name[5:]) if name.startswith("line_") else getattr(self.deal, name)


def as_deal(seen: Seen) -> Deal:
    """What expressions read of a deal, it has."""
    return cast("Deal", seen)


def reads_items(component: Component) -> bool:
    trees: list[Node] = [parse_condition(component.when)] if component.when else []
    trees += [parse_base(component.base)] if component.measure.value == "amount" else []
    return any(
        isinstance(part, Field) and part.name.startswith("line.") for tree in trees for part, _depth in walk(tree)
    )


def items_of(deal: Deal) -> tuple[Item, ...]:
    return deal.items or (Item(**{each.name: getattr(deal, each.name) for each in fields(Item)}),)


def counting(component: Component, deal: Deal) -> list[Seen]:
    """The deal as each of its lines that counts shows it."""
    seen = [Seen(deal, item, number) for number, item in enumerate(items_of(deal))]
    return [each for each in seen if not component.when or holds(parse_condition(component.when), as_deal(each))]


def base_of(component: Component, deal: Deal) -> Fraction:
    """Raises Missing."""
    return sum(
        (amount_of(parse_base(component.base), as_deal(each)) for each in counting(component, deal)), Fraction(0)
    )


def units_of(component: Component, deal: Deal, given: Deal) -> int:
    """What comes back counts against, however its quantity is written; what costs nothing goes with its deal, as it was
    `given`: converted, a cent may be nothing.
    """
    found = 0
    for each in counting(component, deal):
        was = items_of(given)[each.number].amount
        is_back = was < 0 or (was == 0 and given.amount < 0)
        found += -abs(each.item.quantity) if is_back else each.item.quantity
    return found


def converted_items(items: tuple[Item, ...], money: Callable[[int], int]) -> tuple[Item, ...]:
    """Each has the difference that it makes to what they come to so far, in the plan's currency."""
    found = []
    amount = cost = 0
    for item in items:
        new = replace(item, amount=money(amount + item.amount) - money(amount))
        if item.cost is not None:
            new = replace(new, cost=money(cost + item.cost) - money(cost))
            cost += item.cost
        amount += item.amount
        found.append(new)
    return tuple(found)
