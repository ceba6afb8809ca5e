"""What happens to the rates of a table as it comes, as columns come and go, and as it goes."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from commissions.engine.decimals import canonical, parse_decimal
from commissions.engine.expressions.nodes import Kind as ValueKind
from commissions.engine.schema import Component, Step
from commissions.forms.keys import goes_by, goes_by_text
from commissions.forms.places import insert

Written = dict[Any, Any]
MORE = Decimal("0.1")  # of a discount: how far beyond the last column a new one begins, where nobody said


def begin_table(part: Written, columns: list[Written]) -> None:
    """By discount, each row's one rate in every column."""
    insert(part, "by", "deal.discount", Component)
    insert(part, "columns", columns, Component)
    for row, model in _priced(part):
        key = next((key for key in ("rate", "pay_per_unit") if key in row), None)
        if key is not None:
            insert(row, "rates", [row[key]] * len(columns), model)
            del row[key]


def end_table(part: Written) -> None:
    """Each row pays the rate of the first column."""
    price = "rate" if part.get("measure", "amount") == "amount" or part.get("pays") == "target" else "pay_per_unit"
    for row, model in _priced(part):
        rates = row.pop("rates", None)
        if isinstance(rates, list) and rates:
            insert(row, price, rates[0], model)
    part.pop("by", None)
    part.pop("columns", None)


def add_column(part: Written) -> None:
    """One more column before that for the rest, with the rates of the one before it."""
    columns = part["columns"]
    has_rest = bool(columns) and isinstance(columns[-1], dict) and not {"is", "from"} & columns[-1].keys()
    place = len(columns) - has_rest
    columns.insert(place, _following(part, columns[:place]))
    for row, _model in _priced(part):
        rates = row.get("rates")
        if isinstance(rates, list) and rates:
            rates.insert(place, rates[min(max(place - 1, 0), len(rates) - 1)])


def remove_column(part: Written, place: int) -> None:
    del part["columns"][place]
    for row, _model in _priced(part):
        rates = row.get("rates")
        if isinstance(rates, list) and place < len(rates):
            del rates[place]


def divide_otherwise(part: Written) -> None:
    """Columns of texts where they began at numbers, or the other way round: what the rate goes by has changed."""
    columns, kind = part["columns"], goes_by(part.get("by"))
    is_text = kind is ValueKind.TEXT
    old, new = ("from", "is") if is_text else ("is", "from")
    written = [column for column in columns if isinstance(column, dict)] if isinstance(columns, list) else []
    if kind is None or not any(old in column for column in written):
        return
    for place, column in enumerate(written):
        name = column.get("name")
        column.clear()
        if not is_text:
            column[new] = f"{10 * place}%" if part["by"] == "deal.discount" else str(place)
        elif place + 1 < len(written):
            column[new] = [""]
        else:
            name = name or _("Others")
        if name:
            column["name"] = str(name)


def _following(part: Written, before: list[Any]) -> Written:
    if goes_by_text(part.get("by")):
        return {"is": [""]}
    starts = [str(column["from"]) for column in before if isinstance(column, dict) and "from" in column]
    is_share = any(start.endswith("%") for start in starts)
    numbers = [_number(start) for start in starts[-2:]]
    gap = numbers[-1] - numbers[0] if len(numbers) > 1 else Decimal(0)
    start = (numbers[-1] if numbers else Decimal(0)) + (gap if gap > 0 else MORE if is_share else Decimal(1))
    return {"from": f"{canonical(start * 100)}%" if is_share else canonical(start)}


def _number(written: str) -> Decimal:
    try:
        return parse_decimal(written)
    except ValueError:
        return Decimal(0)


def _priced(part: Written) -> list[tuple[Written, type[Component] | type[Step]]]:
    """What has rates: the component itself, or the rows of its curve."""
    curve = part.get("curve")
    if not isinstance(curve, list):
        return [(part, Component)]
    return [(row, Step) for row in curve if isinstance(row, dict)]
