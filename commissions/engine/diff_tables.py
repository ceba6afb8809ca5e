"""What changed in a rate table, in words: what it goes by, its columns, and the rates in each of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from commissions.engine.columns import heading
from commissions.engine.diff_entries import Value, changes_of
from commissions.engine.diff_keys import PER_UNIT
from commissions.engine.diff_rows import Side, block_changes, rate_changes, row_changes
from commissions.engine.schema import Column
from commissions.engine.words import Figure, Told, told

OF_TABLES = {"by", "columns", "rates"}


def price_changes(old: Side, new: Side) -> Iterator[Told]:
    """The one rate or the rows of the curve; of a rate table those of each column, after what it goes by."""
    if not {"by"} & (old.component.keys() | new.component.keys()):
        yield from _prices(old, new)
        return
    before, after = _columns(old), _columns(new)
    yield from _headings(old, new, before, after)
    if not after:
        yield from _prices(Side({}, old.currency), new)
    for name, (column, title, _takes_it) in after.items():
        was = before[name][0] if name in before else Side({}, old.currency) if before else old
        for said in _prices(was, column):
            yield told("In the column “%(column)s”: %(said)s", column=title, said=said)


def _prices(old: Side, new: Side) -> Iterator[Told]:
    yield from changes_of(PER_UNIT, *(Value(side.component, side.currency) for side in (old, new)))
    yield from rate_changes(old, new)
    yield from block_changes(old, new)
    yield from row_changes(old, new)


def _headings(old: Side, new: Side, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Told]:
    one, other = (side.component.get("by", "") for side in (old, new))
    if not other:
        yield told("The rate no longer depends on %(old)s.", old=one)
        return
    if not one:
        yield told("The rate now depends on %(new)s, by a table.", new=other)
    elif one != other:
        yield told("The rate now depends on %(new)s, not on %(old)s.", old=one, new=other)
    for name in before:
        if name not in after:
            yield told("The column “%(column)s” is gone.", column=before[name][1])
    for name in after:
        if before and name not in before:
            yield told("The column “%(column)s” is new.", column=after[name][1])
    for name in after:
        if name in before and before[name][2] != after[name][2]:
            figures = {"column": after[name][1], "old": before[name][2], "new": after[name][2]}
            yield told("The column “%(column)s” now takes %(new)s, not %(old)s.", **figures)


def _columns(side: Side) -> dict[str, tuple[Side, Figure, Figure]]:
    """By heading, the component as that column has it, the heading, and what the column takes."""
    found, by = {}, side.component.get("by", "")
    for index, row in enumerate(side.component.get("columns", ())):
        column = Column.model_validate(row)
        title = heading(by, column)
        takes = _takes(by, column)
        found[str(title)] = (_column(side, index), title, takes)
    return found


def _takes(by: str, column: Column) -> Figure:
    if column.takes_the_rest:
        return told("every other deal")
    return heading(by, column.model_copy(update={"name": None}))


def _column(side: Side, index: int) -> Side:
    """The component without a table that its deals walk along."""
    component = side.component
    is_money = component.get("measure", "amount") == "amount" or component.get("pays") == "target"
    key = "rate" if is_money else "pay_per_unit"

    def single(row: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in OF_TABLES}
        return kept | ({key: row["rates"][index]} if "rates" in row else {})

    found = single(component)
    if "curve" in component:
        found["curve"] = [single(row) | ({} if not index else {"bonus": None}) for row in component["curve"]]
    return Side(found, side.currency)
