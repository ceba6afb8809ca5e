"""What an expression of a plan says about a deal, in fractions."""

from fractions import Fraction

from commissions.engine.expressions import nodes
from tests.commissions.engine.oracle.facts import EXPONENTS, Deal


def amount_of(node: nodes.Node, deal: Deal) -> Fraction:
    match node:
        case nodes.Field(column=column):
            return Fraction(getattr(deal, column))
        case nodes.Number(value):
            return value
        case nodes.Major(value):
            return Fraction(value * 10 ** EXPONENTS[deal.currency])
        case nodes.Add(left, right):
            return amount_of(left, deal) + amount_of(right, deal)
        case nodes.Times(operand, factor):
            return amount_of(operand, deal) * factor
    raise AssertionError(node)


def value_of(node: nodes.Node, deal: Deal) -> object:
    match node:
        case nodes.Text(value) | nodes.Day(value):
            return value
        case nodes.Field(column=column, kind=nodes.Kind.TEXT | nodes.Kind.DATE):
            return getattr(deal, column)
    return amount_of(node, deal)


def holds(node: nodes.Node, deal: Deal) -> bool:
    match node:
        case nodes.Both(parts):
            return all(holds(part, deal) for part in parts)
        case nodes.Either(parts):
            return any(holds(part, deal) for part in parts)
        case nodes.Not(part):
            return not holds(part, deal)
        case nodes.Membership(operand, options, negated):
            value = value_of(operand, deal)
            return value is not None and (value in [value_of(option, deal) for option in options]) != negated
        case nodes.Comparison(operator, left, right):
            return compared(operator, value_of(left, deal), value_of(right, deal))
    raise AssertionError(node)


def compared(operator: str, left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    return {
        "=": left == right,
        "!=": left != right,
        "<": operator in ("<", "<=") and left < right,  # type: ignore[operator]
        "<=": operator in ("<", "<=") and left <= right,  # type: ignore[operator]
        ">": operator in (">", ">=") and left > right,  # type: ignore[operator]
        ">=": operator in (">", ">=") and left >= right,  # type: ignore[operator]
    }[operator]
