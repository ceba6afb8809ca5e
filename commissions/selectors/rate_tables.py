"""The columns of a rate table as people read them."""

from commissions.engine.columns import heading
from commissions.engine.schema import Component
from commissions.selectors.words import figure_in_words


def headings(component: Component) -> tuple[str, ...]:
    """What stands above each column; nothing without a table."""
    return tuple(figure_in_words(heading(component.by or "", column)) for column in component.columns)


def heading_of(component: Component, column: int | None) -> str:
    """What stands above one column; empty without one."""
    found = headings(component)
    return "" if column is None or column >= len(found) else found[column]
