"""The parser's callbacks: each builds one node and checks that its operands are of a kind that fits."""

from datetime import date
from fractions import Fraction
from typing import cast

from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from commissions.engine.errors import ToldError
from commissions.engine.expressions.fields import CUSTOM, FIELDS, closest, field_of, is_custom
from commissions.engine.expressions.nodes import (
    Add,
    Amount,
    Both,
    Comparison,
    Condition,
    Day,
    Either,
    Field,
    Kind,
    Major,
    Membership,
    Node,
    Not,
    Number,
    Operand,
    Percentage,
    Reading,
    Text,
    Times,
    kind_of,
)
from commissions.engine.words import Told, told

MOST_DIGITS = 30
_AMOUNTS = (Kind.MONEY, Kind.NUMBER)


_KINDS = {
    Kind.MONEY: told("money"),
    Kind.NUMBER: told("a number"),
    Kind.TEXT: told("text"),
    Kind.DATE: told("a date"),
    Kind.CONDITION: told("a condition"),
}


class ExpressionError(ToldError):
    """A text that is no expression: what is wrong, where, and what to write."""

    def __init__(self, said: Told, position: int | None) -> None:
        at = None if position is None else str(position + 1)
        super().__init__(told("At character %(at)s: %(said)s", at=at, said=said) if at else said)
        self.position = position  # from 0; None when it is about the whole text


def kind_in_words(node: Node) -> Told:
    return _KINDS[kind_of(node)]


def _position(meta: Meta) -> int:
    return 0 if meta.empty else meta.start_pos


@v_args(inline=True, meta=True)
class Builder(Transformer_NonRecursive[Token, Node]):
    def number(self, meta: Meta, token: Token) -> Node:
        return Number(_fraction(token, _position(meta)))

    def percent(self, meta: Meta, token: Token) -> Node:
        return Percentage(_fraction(token.rstrip("% "), _position(meta)) / 100)

    def text(self, _meta: Meta, token: Token) -> Node:
        return Text(str(token)[1:-1])

    def day(self, meta: Meta, token: Token) -> Node:
        try:
            return Day(date.fromisoformat(token))
        except ValueError:
            raise ExpressionError(
                told("%(day)s is no day of the calendar. Write one such as 2026-01-31.", day=str(token)),
                _position(meta),
            ) from None

    def field(self, meta: Meta, token: Token) -> Node:
        if (field := field_of(token)) is not None:
            return field
        if token.startswith("deal." + CUSTOM):
            strange = told(
                "%(field)s is no field: after deal.custom. stand small letters, digits and underscores, "
                "such as region.",
                field=str(token),
            )
            raise ExpressionError(strange, _position(meta))
        guess = closest(token)
        hint = told("Did you mean %(guess)s?", guess=guess) if guess else told("A text goes in double quotes.")
        unknown = told(
            "Unknown field %(field)s. %(hint)s Known fields: %(known)s.",
            field=str(token),
            hint=hint,
            known=", ".join(FIELDS),
        )
        raise ExpressionError(unknown, _position(meta))

    def negative(self, meta: Meta, operand: Node) -> Node:
        return _times(_amount(operand, "-", meta), Fraction(-1))

    def add(self, meta: Meta, left: Node, right: Node) -> Node:
        return _sum(left, right, "+", meta)

    def subtract(self, meta: Meta, left: Node, right: Node) -> Node:
        return _sum(left, _times(_amount(right, "-", meta), Fraction(-1)), "-", meta)

    def times(self, meta: Meta, left: Node, right: Node) -> Node:
        left, right = _amount(left, "*", meta), _amount(right, "*", meta)
        if isinstance(right, Number):
            return _times(left, right.value)
        if isinstance(left, Number):
            return _times(right, left.value)
        raise ExpressionError(
            told("Two fields can't be multiplied. One side must be a number such as 50%."), _position(meta)
        )

    def divide(self, meta: Meta, left: Node, right: Node) -> Node:
        left = _amount(left, "/", meta)
        if not isinstance(right, Number):
            raise ExpressionError(told("Only a number can divide, such as deal.amount / 2."), _position(meta))
        if right.value == 0:
            raise ExpressionError(told("Division by zero. Write another divisor."), _position(meta))
        return _times(left, 1 / right.value)

    def compare(self, meta: Meta, left: Node, operator: Token, right: Node) -> Node:
        first, second = _comparable(left, right, meta)
        if kind_of(first) is Kind.TEXT and operator not in ("=", "!="):
            raise ExpressionError(
                told("Texts have no order: %(sign)s needs money, numbers or dates.", sign=str(operator)),
                _position(meta),
            )
        return Comparison(str(operator), first, second)

    def options(self, _meta: Meta, *options: Node) -> tuple[Node, ...]:
        return options

    def member(self, meta: Meta, operand: Node, options: tuple[Node, ...]) -> Node:
        pairs = [_comparable(operand, option, meta) for option in options]
        if not all(isinstance(option, Number | Major | Text | Day) for _, option in pairs):
            raise ExpressionError(
                told('The options of `in` must be written out, such as ["new", "renewal"].'), _position(meta)
            )
        if len({kind_of(first) for first, _ in pairs}) > 1:
            mixed = told("The options of `in` are numbers and texts. Write one of the two.")
            raise ExpressionError(mixed, _position(meta))
        return Membership(pairs[0][0], tuple(option for _, option in pairs), negated=False)

    def no_member(self, meta: Meta, operand: Node, options: tuple[Node, ...]) -> Node:
        inside = cast("Membership", self.member(meta, operand, options))
        return Membership(inside.operand, inside.options, negated=True)

    def inverse(self, meta: Meta, part: Node) -> Node:
        return Not(_condition(part, "not", meta))

    def conjunction(self, meta: Meta, *parts: Node) -> Node:
        return Both(tuple(_condition(part, "and", meta) for part in parts))

    def disjunction(self, meta: Meta, *parts: Node) -> Node:
        return Either(tuple(_condition(part, "or", meta) for part in parts))


def _fraction(written: str, position: int) -> Fraction:
    if len(written) > MOST_DIGITS:
        raise ExpressionError(
            told("%(number)s… has too many digits; %(most)s is the most.", number=written[:12], most=MOST_DIGITS),
            position,
        )
    return Fraction(written)


def _times(operand: Amount, factor: Fraction) -> Amount:
    """The product, folded where both are constants, so that a constant is always one node."""
    match operand:
        case Percentage(value):
            return Percentage(value * factor)
        case Number(value):
            return Number(value * factor)
        case Major(value):
            return Major(value * factor)
        case Times(inner, first):
            return Times(inner, first * factor)
        case _:
            return Times(operand, factor)


def _sum(left: Node, right: Node, operator: str, meta: Meta) -> Amount:
    first, second = _same_kind(_amount(left, operator, meta), _amount(right, operator, meta), meta)
    if kind_of(first) is not kind_of(second):
        senseless = told(
            "%(left)s %(sign)s %(right)s makes no sense.",
            left=kind_in_words(first),
            sign=operator,
            right=kind_in_words(second),
        )
        raise ExpressionError(senseless, _position(meta))
    match first, second:
        case Percentage(one), Percentage(other):
            return Percentage(one + other)
        case Number(one), Number(other):
            return Number(one + other)
        case Major(one), Major(other):
            return Major(one + other)
        case _:
            return Add(first, second)


def _same_kind(left: Amount, right: Amount, meta: Meta) -> tuple[Amount, Amount]:
    """A bare number beside money is money: major units of the plan's currency. A percentage there would be cents."""
    if Kind.MONEY in (kind_of(left), kind_of(right)) and any(isinstance(side, Percentage) for side in (left, right)):
        raise ExpressionError(
            told("A percentage is no amount of money. Multiply by it, such as deal.amount * 90%, or write money."),
            _position(meta),
        )
    if isinstance(left, Number) and kind_of(right) is Kind.MONEY:
        return Major(left.value), right
    if isinstance(right, Number) and kind_of(left) is Kind.MONEY:
        return left, Major(right.value)
    return left, right


def _comparable(left: Node, right: Node, meta: Meta) -> tuple[Operand, Operand]:
    left, right = _read(left, right), _read(right, left)
    kinds = kind_of(left), kind_of(right)
    if all(kind in _AMOUNTS for kind in kinds):
        left, right = _same_kind(cast("Amount", left), cast("Amount", right), meta)
        kinds = kind_of(left), kind_of(right)
    if kinds[0] is not kinds[1] or Kind.CONDITION in kinds:
        hint = told("Compare values of one kind, such as deal.amount >= 1000.")
        if set(kinds) == {Kind.DATE, Kind.TEXT}:
            hint = told("Dates go without quotes, such as 2026-01-31.")
        unlike = told(
            "%(left)s can't be compared with %(right)s. %(hint)s",
            left=kind_in_words(left),
            right=kind_in_words(right),
            hint=hint,
        )
        raise ExpressionError(unlike, _position(meta))
    return cast("Operand", left), cast("Operand", right)


def _read(node: Node, beside: Node) -> Node:
    """A custom field beside a number is the number that it writes out."""
    return Reading(node) if isinstance(node, Field) and is_custom(node) and kind_of(beside) is Kind.NUMBER else node


def _amount(node: Node, operator: str, meta: Meta) -> Amount:
    if kind_of(node) not in _AMOUNTS:
        wrong = told(
            "%(sign)s needs money or numbers, but one side is %(kind)s.", sign=operator, kind=kind_in_words(node)
        )
        raise ExpressionError(wrong, _position(meta))
    return cast("Amount", node)


def _condition(node: Node, word: str, meta: Meta) -> Condition:
    if kind_of(node) is not Kind.CONDITION:
        wrong = told(
            "`%(word)s` needs conditions, but one side is %(kind)s. Compare it, such as deal.amount >= 1000.",
            word=word,
            kind=kind_in_words(node),
        )
        raise ExpressionError(wrong, _position(meta))
    return cast("Condition", node)
