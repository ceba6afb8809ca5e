"""Random lines of deals, and conditions and bases that look at them."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.commissions.engine.oracle import Deal, Item

CONDITIONS = (
    'line.product.family = "Focus"',
    'not line.product.family in ["Focus", "Core"] or deal.type = "new"',
    "line.quantity >= 2",
    'line.discount > 10% and customer.country = "ID"',
    'line.product.code != "P1" or line.name = "Setup"',
)
MONEY_CONDITIONS = ("line.amount >= 100", "line.margin > 20 or line.cost * 2 < deal.amount", "line.amount - 50 <= 0")
BASES = ("line.amount", "line.amount * 50%", "line.amount / 3", "(line.amount + line.amount) * 0.33")
MONEY_BASES = ("line.margin", "2 * (line.cost - 7) / 3", "line.amount - 10.5", "line.margin * 40% - line.amount / 7")


@st.composite
def with_items(draw: st.DrawFn, deal: Deal, *, reversible: bool) -> Deal:
    """The deal, often with a few lines; of a reversible one none goes against the others."""
    count = draw(st.sampled_from([0, 0, 1, 2, 3]))
    if not count:
        return deal
    parts = draw(st.lists(st.integers(0 if reversible else -2, 3), min_size=count - 1, max_size=count - 1))
    whole = sum(parts) + 2
    amounts = [int(deal.amount * Fraction(part, max(whole, 7))) for part in parts]
    return replace(deal, items=tuple(draw(item(amount, reversible=reversible)) for amount in
                                     [*amounts, deal.amount - sum(amounts)]))  # fmt: skip


@st.composite
def item(draw: st.DrawFn, amount: int, *, reversible: bool) -> Item:
    return Item(
        amount=amount,
        quantity=draw(st.integers(1 if reversible else -1, 3)),
        cost=draw(st.sampled_from([None, 0, amount // 2, 7, 7])),
        discount=draw(st.sampled_from([None, 0, 125_000])),
        name=draw(st.sampled_from([None, "Setup"])),
        product_code=draw(st.sampled_from([None, "P1", "P2"])),
        product_family=draw(st.sampled_from([None, "Focus", "Focus", "Core"])),
    )


@st.composite
def of_items(draw: st.DrawFn, component: dict[str, Any], *, reversible: bool) -> dict[str, Any]:
    """The component, which counts lines now and then instead of deals."""
    return component if draw(st.integers(0, 2)) else draw(counting_lines(component, reversible=reversible))


@st.composite
def counting_lines(draw: st.DrawFn, component: dict[str, Any], *, reversible: bool = False) -> dict[str, Any]:
    found = {key: value for key, value in component.items() if key != "when"}
    if component["measure"] == "amount":
        found["base"] = draw(st.sampled_from(BASES if reversible else BASES + MONEY_BASES))
    if component["measure"] != "amount" or draw(st.integers(0, 3)):
        found["when"] = draw(st.sampled_from(CONDITIONS if reversible else CONDITIONS + MONEY_CONDITIONS))
    return found
