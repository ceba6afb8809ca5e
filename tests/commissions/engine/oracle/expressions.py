"""What an expression of a plan says about a deal, in fractions."""

from fractions import Fraction

from commissions.engine.expressions import nodes
from tests.commissions.engine.oracle.facts import EXPONENTS, Deal


class Missing(Exception):  # noqa: N818 no error: what is asked for isn't known of the deal
    """The deal lacks what an amount reads."""


def amount_of(node: nodes.Node, deal: Deal) -> Fraction:
    """Raises Missing."""
    match node:
        case nodes.Field(name="deal.margin" | "line.margin" as name):
            of = "line_" if name == "line.margin" else ""
            return known(getattr(deal, f"{of}amount")) - known(getattr(deal, f"{of}cost"))
        case nodes.Field(name="deal.discount" | "line.discount", column=column):
            return known(getattr(deal, column)) / 1_000_000
        case nodes.Field(column=column):
            return known(getattr(deal, column))
        case nodes.Reading(field):
            return number_in(text_of(field, deal))
        case nodes.Number(value):
            return value
        case nodes.Major(value):
            return Fraction(value * 10 ** EXPONENTS[deal.currency])
        case nodes.Add(left, right):
            return amount_of(left, deal) + amount_of(right, deal)
        case nodes.Times(operand, factor):
            return amount_of(operand, deal) * factor
    raise AssertionError(node)


def known(value: int | None) -> Fraction:
    if value is None:
        raise Missing
    return Fraction(value)


def number_in(text: object) -> Fraction:
    """A plain decimal of at most twelve digits and six decimals."""
    sign, whole, part = "", *str(text).strip().partition(".")[::2]
    if whole.startswith("-"):
        sign, whole = "-", whole[1:]
    has_point = "." in str(text)
    digits = whole + part
    if text is None or not digits.isascii() or not digits.isdigit() or not whole or has_point != bool(part):
        raise Missing
    if len(whole) > 12 or len(part) > 6:
        raise Missing
    return Fraction(f"{sign}{whole}.{part or 0}")


def text_of(field: nodes.Field, deal: Deal) -> object:
    if field.column.startswith("custom."):
        return dict(deal.custom).get(field.column.removeprefix("custom."))
    return getattr(deal, field.column)


def value_of(node: nodes.Node, deal: Deal) -> object:
    """None where it is missing."""
    match node:
        case nodes.Text(value) | nodes.Day(value):
            return value
        case nodes.Field(kind=nodes.Kind.TEXT | nodes.Kind.DATE):
            return text_of(node, deal)
    try:
        return amount_of(node, deal)
    except Missing:
        return None


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
