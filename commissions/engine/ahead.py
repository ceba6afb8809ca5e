"""What is still to come: the worth of the next step from where a payee stands."""

from fractions import Fraction

from commissions.engine.curve import MILLION
from commissions.engine.schema import Excess, Per, PlanDocument, Window
from commissions.engine.segments import compile_curve
from core.money import to_minor


def worth_of_next(
    document: PlanDocument,
    component: str,
    *,
    quota: int | None,
    x: int,
    paid: int,
    step: int,
    multiplier: int | None = None,
    target: int | None = None,
    column: int | None = None,
) -> int | None:
    """What moving from x to x + step pays, after the component's cap. None where a quota, a target or a multiplier is
    needed and not known, or where a floor, a cap that carries or one over all components has a say; `multiplier` is in
    millionths.

    All in minor units. `paid` is what the curve has paid since the cap's window began, before the cap; it counts only
    where there is a cap for longer than a deal. `column` is the place of what is sold in a rate table. Raises KeyError
    for an unknown component.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan('''
    ... {plan: A, currency: USD, period: month, components: [{key: a, name: A, window: month, rate: 5%,
    ...  cap: {per: month, amount: 100}}]}''')
    >>> [worth_of_next(plan, "a", quota=None, x=paid * 20, paid=paid, step=100000) for paid in (0, 8000, 10000)]
    [5000, 2000, 0]
    """
    part = document.component(component).column(column)
    curve = compile_curve(document, part)
    if (curve.against_quota and not quota) or (curve.pays_target and not target):
        return None
    if part.multiply and multiplier is None:
        return None
    if part.floor or document.cap or (part.cap and part.cap.excess is Excess.CARRY):
        return None
    times = Fraction(MILLION if multiplier is None else multiplier, MILLION)
    start = 0 if part.window is Window.DEAL else x
    y0, y1 = (curve.rounded(curve.at(place, quota, target) * times) for place in (start, start + step))
    earned = y1 - y0
    if part.cap is None:
        return earned
    limit = to_minor(part.cap.amount, document.currency)
    before = 0 if part.cap.per is Per.DEAL else paid
    return min(before + earned, limit) - min(before, limit)


def round_step(scale: int, unit: int) -> int:
    """About a hundredth of `scale`, as one and zeros: 1,000 of a quota of 100,000. All in minor units, `unit` of them
    a major one.

    >>> [round_step(scale * 100, 100) // 100 for scale in (100_000, 2_400_000_000, 50)]
    [1000, 10000000, 1]
    """
    zeros = max(len(str(scale // unit)) - 3, 0)
    return unit * int(10**zeros)
