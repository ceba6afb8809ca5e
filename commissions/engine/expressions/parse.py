"""From the text of a `when` or a `base` to a typed tree, or to an error that says where and what instead.

>>> parse_base("deal.amount * 50%")
Times(operand=Field(name='deal.amount', column='amount', kind=<Kind.MONEY: 'money'>), factor=Fraction(1, 2))
"""

from functools import cache
from typing import cast

from lark import Lark
from lark.exceptions import UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from commissions.engine.expressions.build import Builder, ExpressionError, kind_in_words
from commissions.engine.expressions.linear import Linear, difference, linear
from commissions.engine.expressions.nodes import (
    Add,
    Amount,
    Comparison,
    Condition,
    Field,
    Kind,
    Major,
    Membership,
    Node,
    Number,
    Operand,
    Reading,
    Times,
    kind_of,
    walk,
)
from commissions.engine.words import told

LONGEST = 2_000  # characters
DEEPEST = 50  # parentheses, and levels of the tree
LARGEST_FACTOR = 2**60  # so that a 64-bit field times the factors of both sides of a comparison fits 128 bits
MOST_PLACES = 4  # decimals of any currency

_GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction ("or" conjunction)*
?conjunction: negation ("and" negation)*
?negation: "not" negation -> inverse
    | comparison
?comparison: sum
    | sum COMPARATOR sum -> compare
    | sum "in" options -> member
    | sum "not" "in" options -> no_member
options: "[" sum ("," sum)* "]"
?sum: product
    | sum "+" product -> add
    | sum "-" product -> subtract
?product: unary
    | product "*" unary -> times
    | product "/" unary -> divide
?unary: "-" unary -> negative
    | atom
?atom: DATE -> day
    | PERCENT -> percent
    | NUMBER -> number
    | STRING -> text
    | NAME -> field
    | "(" disjunction ")"
COMPARATOR: "=" | "!=" | "<=" | ">=" | "<" | ">"
DATE.3: /[0-9]{4}-[0-9]{2}-[0-9]{2}/
PERCENT.2: /[0-9]+(\.[0-9]+)?[ ]*%/
NUMBER: /[0-9]+(\.[0-9]+)?/
STRING: /"[^"\n]*"/
NAME: /[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*/
%ignore /\s+/
"""
_REMEDIES = {
    "'": told('Texts go in double quotes, such as deal.type = "new".'),
    '"': told("Close the text with a second double quote."),
    "&": told("Write `and`."),
    "|": told("Write `or`."),
    "!": told("Write `not`, or != between two values."),
    "=": told("Equality is a single =."),
    ">": told("Write != for `not equal`."),
    ",": told("Write numbers without thousands separators, such as 1000000."),
    "(": told("There are no functions here; parentheses only group."),
    "[": told('Square brackets list options after `in`, such as deal.type in ["new", "renewal"].'),
    "%": told("Write a percentage as a number followed by %, such as 50%."),
}


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


@cache
def parse_condition(text: str) -> Condition:
    """The tree of a `when`. Raises ExpressionError unless it is a condition."""
    tree = _parse(text)
    if kind_of(tree) is not Kind.CONDITION:
        wrong = told(
            "A condition is needed, but this is %(kind)s. Compare it, such as deal.amount >= 1000.",
            kind=kind_in_words(tree),
        )
        raise ExpressionError(wrong, 0)
    return cast("Condition", tree)


@cache
def parse_base(text: str) -> Amount:
    """The tree of a `base`. Raises ExpressionError unless it is money."""
    tree = _parse(text)
    if kind_of(tree) is not Kind.MONEY or not any(isinstance(node, Field) for node, _ in walk(tree)):
        wrong = told(
            "An amount of money of the deal is needed, but this is %(kind)s. Start from deal.amount.",
            kind=kind_in_words(tree),
        )
        raise ExpressionError(wrong, 0)
    return cast("Amount", tree)


@cache
def parse_by(text: str) -> Operand:
    """The tree of a `by`. Raises ExpressionError unless it is a text, a number or money of the deal."""
    tree = _parse(text)
    reads = any(isinstance(node, Field) for node, _ in walk(tree))
    if kind_of(tree) not in (Kind.TEXT, Kind.NUMBER, Kind.MONEY) or not reads:
        wrong = told(
            "A rate table goes by a text or a number of the deal, but this is %(kind)s. Write deal.discount or "
            "product.family, say.",
            kind=kind_in_words(tree),
        )
        raise ExpressionError(wrong, 0)
    return cast("Operand", tree)


def _parse(text: str) -> Node:
    _refuse_monsters(text)
    try:
        tree = Builder().transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise _explained(error, text) from None
    except VisitError as error:
        raise error.orig_exc from None
    _refuse_deep(tree)
    return tree


def _refuse_monsters(text: str) -> None:
    if len(text) > LONGEST:
        raise ExpressionError(
            told(
                "It has %(length)s characters; %(most)s is the most. Split the component.",
                length=len(text),
                most=LONGEST,
            ),
            None,
        )
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise ExpressionError(
            told("It opens more than %(most)s parentheses inside one another. Remove some.", most=DEEPEST), None
        )


def _refuse_deep(tree: Node) -> None:
    if max(depth for _, depth in walk(tree)) > DEEPEST:
        raise ExpressionError(
            told("It nests deeper than %(most)s levels. Split it into simpler components.", most=DEEPEST), None
        )
    if any(total.weight >= LARGEST_FACTOR for node, _ in walk(tree) for total in _sums(node)):
        raise ExpressionError(told("Its numbers have too many digits to be computed exactly. Use shorter ones."), None)


def _sums(node: Node) -> list[Linear]:
    """What is computed at this node, in the finest currency."""
    match node:
        case Comparison(_, left, right):
            totals = [difference(left, right, MOST_PLACES)]
        case Membership(operand, options, _):
            totals = [difference(operand, option, MOST_PLACES) for option in options]
        case Field() | Reading() | Number() | Major() | Add() | Times():
            totals = [linear(node, MOST_PLACES)]
        case _:
            totals = []
    return [total for total in totals if total is not None]


def _explained(error: UnexpectedInput, text: str) -> ExpressionError:
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return ExpressionError(
            told("It ends too early: a value is missing. Complete it or remove the last word."), len(text)
        )
    found = str(error.token) if isinstance(error, UnexpectedToken) else text[position : position + 1]
    remedy = _REMEDIES.get(found[:1], told("Join conditions with `and` or `or`, and values with + - * /."))
    return ExpressionError(told("%(found)s doesn't fit here. %(remedy)s", found=repr(found), remedy=remedy), position)
