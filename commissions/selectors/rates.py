"""Which rates of a component a line touched: shares of money, or money for each unit or deal."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from commissions.engine.schema import Against, Component, Pays, StartsWhen, Tiers
from commissions.engine.segments import x_unit
from commissions.selectors.units import price_text


def rates_between(component: Component, currency: str, *, quota: int | None, x0: int, x1: int) -> tuple[str, ...]:
    """The rates of the tiers between two points, or what their blocks pay, in the order walked; empty for a curve
    through points or shares of a target.

    Of retroactive tiers only the rate reached: it holds for everything before it too.
    """
    if component.tiers in (Tiers.INTERPOLATED, Tiers.STEPPED) or component.pays is Pays.TARGET or x0 == x1:
        return ()
    starts = [_threshold(step.from_, component, currency, quota) for step in component.steps]
    rates = [price_text(component, step, currency, places=4) for step in component.steps]
    if component.tiers is Tiers.RETROACTIVE:
        reached = [start < x1 or (start == x1 and component.starts_when is StartsWhen.REACHED) for start in starts]
        return (rates[max(sum(reached) - 1, 0)],)
    low, high = min(x0, x1), max(x0, x1)
    tops = [end for _, end in pairwise(starts)] + [Fraction(max(high, 0) + 1)]
    bottoms = [Fraction(min(low, 0) - 1), *starts[1:]]
    touched = [rate for rate, bottom, top in zip(rates, bottoms, tops, strict=True) if bottom < high and low < top]
    return tuple(touched if x0 < x1 else reversed(touched))


def _threshold(written: Decimal, component: Component, currency: str, quota: int | None) -> Fraction:
    if component.against is Against.QUOTA:
        return Fraction(written) * (quota or 0)
    return Fraction(written) * x_unit(component, currency)
