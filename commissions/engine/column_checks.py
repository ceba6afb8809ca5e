"""What a rate table may get wrong: what it goes by, its columns, and a rate in each row for each of them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from commissions.engine.columns import condition_of, is_share, number_in_words
from commissions.engine.decimals import canonical
from commissions.engine.errors import PlanError
from commissions.engine.expressions import ExpressionError, parse_by, parse_condition
from commissions.engine.expressions.fields import CUSTOM
from commissions.engine.expressions.nodes import Kind, kind_of
from commissions.engine.schema import Column, Component, Tiers, Window
from commissions.engine.words import Told, told

MOST_COLUMNS = 20
RATED = (Tiers.FLAT, Tiers.MARGINAL, Tiers.RETROACTIVE)


def check_columns(component: Component, path: str) -> Iterator[PlanError]:
    """Errors of `by`, `columns` and `rates`, apart from how large a rate is."""
    if component.by is None:
        yield from _without(component, path)
        return
    yield from _columns(component.by, component.columns, path)
    yield from _tiers(component, path)
    rows: list[tuple[str, Any]] = [(path, component)]
    rows += [(f"{path}.curve[{row}]", step) for row, step in enumerate(component.curve)]
    for where, row in rows:
        for key in ("rate", "pay_per_unit"):
            if getattr(row, key) is not None:
                yield PlanError(f"{where}.{key}", told("Each column has a rate of its own. Write `rates: [8%, 5%]`."))
        for key in ("pay_per_block", "block"):
            if getattr(row, key) is not None:
                said = told("A rate table has rates, and no blocks. Write `rates: [8%, 5%]`, or remove `by`.")
                yield PlanError(f"{where}.{key}", said)
    is_flat = component.tiers is Tiers.FLAT
    if not is_flat and component.rates:
        yield PlanError(f"{path}.rates", told("Tiers have rates in the rows of their curve. Remove it here."))
    if component.columns and component.tiers in RATED:
        for where, row in rows[:1] if is_flat else rows[1:]:
            yield from _count(row.rates, len(component.columns), f"{where}.rates")


def is_filled(component: Component) -> bool:
    """Whether each row of the table has a rate for each column, so that the columns can be read one by one."""
    rows = [component.rates] if component.tiers is Tiers.FLAT else [step.rates for step in component.curve]
    return component.tiers in RATED and all(len(rates) == len(component.columns) > 0 for rates in rows)


def percentages_in_tables(components: Sequence[Any]) -> Iterator[PlanError]:
    """Percentages where money is meant. Read from the text of each component; a number forgets."""
    for index, component in enumerate(components):
        if not isinstance(component, dict) or "by" not in component:
            continue
        path, found = f"components[{index}]", []
        if _is_money(component["by"]):
            found += [(f"{path}.columns[{n}].from", row.get("from")) for n, row in _rows(component.get("columns"))]
        if component.get("measure", "amount") != "amount" and component.get("pays") != "target":
            for where, row in [
                (path, component),
                *((f"{path}.curve[{n}]", r) for n, r in _rows(component.get("curve"))),
            ]:
                rates = row.get("rates")
                found += [
                    (f"{where}.rates[{n}]", rate) for n, rate in enumerate(rates if isinstance(rates, list) else ())
                ]
        for where, written in found:
            if isinstance(written, str) and written.strip().endswith("%"):
                said = told("%(written)s is no amount of money. Write one, such as 1250.", written=written)
                yield PlanError(where, said)


def _rows(value: Any) -> list[tuple[int, dict[Any, Any]]]:  # noqa: ANN401 of YAML
    return [(n, row) for n, row in enumerate(value) if isinstance(row, dict)] if isinstance(value, list) else []


def _is_money(by: object) -> bool:
    try:
        return isinstance(by, str) and kind_of(parse_by(by)) is Kind.MONEY
    except ExpressionError:
        return False


def _without(component: Component, path: str) -> Iterator[PlanError]:
    said = told("A rate table needs `by`: what of a deal decides its column, such as `by: deal.discount`.")
    if component.columns:
        yield PlanError(f"{path}.columns", said)
    rows = [
        (path, component.rates),
        *((f"{path}.curve[{row}]", step.rates) for row, step in enumerate(component.curve)),
    ]
    for where, rates in rows:
        if rates:
            yield PlanError(f"{where}.rates", said)


def _tiers(component: Component, path: str) -> Iterator[PlanError]:
    if component.tiers not in RATED:
        said = told(
            "A rate table has rates, and rows of %(tiers)s tiers pay amounts. Write `tiers: marginal`, or remove `by`.",
            tiers=component.tiers.value,
        )
        yield PlanError(f"{path}.tiers", said)
    elif component.tiers is Tiers.RETROACTIVE and component.window is not Window.DEAL:
        said = told(
            "Reaching a tier would pay again, at the rates of one deal's column, what was sold in other columns. Write "
            "`tiers: marginal`, `window: deal`, or a component with `when` for each column."
        )
        yield PlanError(f"{path}.tiers", said)


def _columns(by: str, columns: Sequence[Column], path: str) -> Iterator[PlanError]:
    if not 2 <= len(columns) <= MOST_COLUMNS:
        said = told(
            "A rate table has from 2 to %(most)s columns. Write `columns: [{from: 0%%}, {from: 10%%}]` for a number, "
            "`columns: [{is: Focus}, {name: All else}]` for a text.",
            most=MOST_COLUMNS,
        )
        yield PlanError(f"{path}.columns", said)
    if len(columns) > MOST_COLUMNS:
        return  # thousands of errors help nobody, and comparing each two takes seconds
    try:
        kind = kind_of(parse_by(by))
    except ExpressionError as error:
        yield PlanError(f"{path}.by", error.said)
        return
    for index, column in enumerate(columns):
        where = f"{path}.columns[{index}]"
        misfit = _misfit(by, kind, column, is_last=index == len(columns) - 1)
        if misfit is not None:
            yield PlanError(where, misfit)
        elif column.from_ is not None:
            yield from _readable(by, column, f"{where}.from")
    mixed = [index for index, column in enumerate(columns) if column.from_ is not None]
    if kind is Kind.TEXT and CUSTOM in by and mixed and any(column.is_ for column in columns):
        said = told("Some columns list texts with `is`, others begin numbers with `from`. Write all in one way.")
        yield PlanError(f"{path}.columns[{mixed[0]}]", said)
    yield from _texts(columns, path)
    yield from _bands(by, columns, path)
    yield from _names(columns, path)


def _misfit(by: str, kind: Kind, column: Column, *, is_last: bool) -> Told | None:
    """Whether a column says what it takes, in the way that fits what the table goes by."""
    is_empty = column.is_ is not None and not all(text.strip() for text in column.is_)
    if column.takes_the_rest or is_empty:
        if column.name is None or is_empty:
            return told("It says no deals. Write `is: Focus` or `from: 10%`; for all other deals, `name: All else`.")
        return (
            None if is_last else told("It takes every other deal, so it stands last. Move it, or write `is` or `from`.")
        )
    if column.is_ is not None and column.from_ is not None:
        return told("A column says `is` or `from`, not both. Remove one of them.")
    if column.is_ is not None and kind is not Kind.TEXT:
        return told("%(by)s is a number, and `is` lists texts. Write `from: 10%%`, say.", by=by)
    if column.from_ is not None and kind is Kind.TEXT and CUSTOM not in by:
        return told("%(by)s is a text, and `from` begins a band of numbers. Write `is: Focus`, say.", by=by)
    if column.is_ is not None and any('"' in text or "\n" in text for text in column.is_):
        return told("A text of a deal can't be compared with one that has double quotes or a line break. Remove them.")
    return None


def _readable(by: str, column: Column, path: str) -> Iterator[PlanError]:
    try:
        parse_condition(condition_of(by, column) or "")
    except ExpressionError:
        yield PlanError(path, told("Its numbers have too many digits to be computed exactly. Use shorter ones."))


def _texts(columns: Sequence[Column], path: str) -> Iterator[PlanError]:
    seen: set[str] = set()
    for index, column in enumerate(columns):
        for text in column.is_ or ():
            if text in seen:
                said = told("%(text)s stands in two places, so that both would apply. Remove one.", text=text)
                yield PlanError(f"{path}.columns[{index}].is", said)
            seen.add(text)


def _bands(by: str, columns: Sequence[Column], path: str) -> Iterator[PlanError]:
    starts = [(index, column.from_) for index, column in enumerate(columns) if column.from_ is not None]
    for (_before, one), (index, other) in pairwise(starts):
        where, figures = (
            f"{path}.columns[{index}].from",
            {"earlier": number_in_words(by, one), "later": number_in_words(by, other)},
        )
        if other < one:
            said = told("%(later)s comes after %(earlier)s: columns must rise. Sort them.")
            yield PlanError(where, said.filled(**figures))
        elif other == one:
            said = told("Two columns start at %(later)s, so both would apply. Remove or move one.")
            yield PlanError(where, said.filled(**figures))
    for index, start in starts:
        if is_share(by) and start > 1:
            figures = {"value": canonical(start), "percent": canonical(start * 100)}
            said = told("%(value)s means %(percent)s%%, and no discount is more than 100%%. Was %(value)s%% meant?")
            yield PlanError(f"{path}.columns[{index}].from", said.filled(**figures))


def _names(columns: Sequence[Column], path: str) -> Iterator[PlanError]:
    seen: set[str] = set()
    for index, column in enumerate(columns):
        if column.name in seen:
            said = told("Another column is called %(name)s too. Choose another name.", name=str(column.name))
            yield PlanError(f"{path}.columns[{index}].name", said)
        seen |= {column.name} if column.name else set()


def _count(rates: Sequence[Decimal], wanted: int, path: str) -> Iterator[PlanError]:
    if len(rates) != wanted:
        said = told(
            "The table has %(wanted)s columns, and here are %(count)s rates. Write one for each, in their order.",
            wanted=wanted,
            count=len(rates),
        )
        yield PlanError(path, said)
