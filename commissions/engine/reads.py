"""What plans look at in a deal, and which texts they tell apart: for whoever states a deal that isn't there yet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commissions.engine.credit import ALWAYS, deal_columns, formulas_of
from commissions.engine.events import reads_payments, rules_of
from commissions.engine.expressions.fields import LINE
from commissions.engine.expressions.nodes import Comparison, Field, Membership, Node, Reading, Text, walk
from commissions.engine.schema import PlanDocument

PAID = "paid"  # no column: when the customer pays
_UNASKED = ALWAYS | {"cancelled"}  # of a deal that is still to be won


@dataclass(frozen=True, slots=True)
class Reads:
    """How plans read a column."""

    texts: tuple[str, ...] = ()  # which they tell apart; any other text is as good as another
    is_number: bool = False  # a text that they read as the number that it writes out


def reads_of(versions: Iterable[PlanDocument]) -> dict[str, Reads]:
    """By column of the deals frame what these plans look at, beside what every plan reads of a won deal.

    >>> from commissions.engine.document import load_plan
    >>> part = '{key: all, name: All, rate: 5%, when: deal.type = "new" and deal.custom.seats >= 5}'
    >>> reads_of([load_plan(f"{{plan: Some, currency: USD, period: month, components: [{part}]}}")])
    {'custom.seats': Reads(texts=(), is_number=True), 'type': Reads(texts=('new',), is_number=False)}
    """
    documents = list(versions)
    nodes = [
        node
        for document in documents
        for component in document.components
        for formula in formulas_of(component)
        for node, _depth in walk(formula)
    ]
    texts: dict[str, list[str]] = defaultdict(list)
    for column, text in (pair for node in nodes for pair in _told_apart(node)):
        texts[column.removeprefix(LINE)].append(text)  # a deal that somebody makes up is one line
    numbers = {node.field.column for node in nodes if isinstance(node, Reading)}
    columns = sorted({*deal_columns(documents)} - _UNASKED)
    found = {column: Reads(tuple(dict.fromkeys(texts[column])), column in numbers) for column in columns}
    return found | ({PAID: Reads()} if reads_payments(rules_of(documents)) else {})


def _told_apart(node: Node) -> Iterator[tuple[str, str]]:
    """The columns that a comparison holds against written-out texts, and these."""
    match node:
        case Comparison(_, Field(column=column), Text(text)) | Comparison(_, Text(text), Field(column=column)):
            yield column, text
        case Membership(Field(column=column), options, _):
            yield from ((column, option.value) for option in options if isinstance(option, Text))
