"""Rate tables for random components."""

from typing import Any

from hypothesis import strategies as st

BY: dict[str, list[dict[str, Any]]] = {
    "deal.type": [{"is": "new"}, {"is": ["renewal", "upsell"]}, {"name": "Others"}],
    "product.family": [{"is": "Focus"}, {"is": "Core", "name": "The core"}, {"is": "Cloud"}],
    "deal.discount": [{"from": "0%"}, {"from": "10%"}, {"from": "33.3333%"}],
    "deal.term / 12": [{"from": "1"}, {"from": "3"}, {"name": "Shorter"}],
    "deal.custom.seats": [{"from": "-3"}, {"from": "5"}, {"from": "12.5"}],
    "deal.margin": [{"from": "-50"}, {"from": "0", "name": "A gain"}, {"from": "100.5"}],
}


@st.composite
def tables(
    draw: st.DrawFn, component: dict[str, Any], prices: st.SearchStrategy[dict[str, str]], *, reversible: bool
) -> dict[str, Any]:
    """The component's rates as two or three columns, by a text, a number or money."""
    by = draw(st.sampled_from([one for one in BY if not reversible or "margin" not in one]))
    columns: list[dict[str, Any]] = [dict(column) for column in BY[by][: draw(st.integers(2, 3))]]
    if len(columns) == 2 and draw(st.booleans()):
        columns.append({"name": "All else"})

    def spread(row: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in row.items() if key not in ("rate", "pay_per_unit")}
        return kept | {"rates": [next(iter(draw(prices).values())) for _column in columns]}

    table = {"by": by, "columns": columns}
    if "curve" in component:
        return table | {"curve": [spread(row) for row in component["curve"]]}
    component.pop("rate", component.pop("pay_per_unit", None))
    return table | spread({})
