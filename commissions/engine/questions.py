"""What a plan may say, though it is odd: asked about before anybody is paid by it. Few, and each worth an answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from commissions.engine.columns import is_share
from commissions.engine.decimals import canonical
from commissions.engine.examples import ExampleResult
from commissions.engine.quotas import kinds_of, quota_kind, target_kind
from commissions.engine.schema import OWNER, Against, Component, Measure, PlanDocument, Step, Tiers
from commissions.engine.segments import compile_curve
from commissions.engine.words import Amount, Figure, Share, Told, told
from core.money import to_minor

SMALLEST_RATE = Decimal("0.5")  # of a score: what pays less is asked about
LARGEST_SHARE = 10  # thresholds up to here, all of them, look like shares of a quota rather than money
_FALLS = {
    Tiers.MARGINAL: told(
        "From %(start)s on the rate falls from %(old)s to %(new)s: what is sold beyond is worth less. Is that meant?"
    ),
    Tiers.RETROACTIVE: told(
        "From %(start)s on everything earns %(new)s, no longer %(old)s: whoever sells that much loses pay. Is that "
        "meant?"
    ),
    Tiers.INTERPOLATED: told(
        "The pay falls from %(old)s to %(new)s at %(start)s: whoever sells that much loses pay. Is that meant?"
    ),
    Tiers.STEPPED: told(
        "The pay falls from %(old)s to %(new)s at %(start)s: whoever sells that much loses pay. Is that meant?"
    ),
}


_SCORE_FALLS = told(
    "From a score of %(start)s on it falls from %(old)s to %(new)s: a better score is worth less. Is that meant?"
)


@dataclass(frozen=True, slots=True)
class Question:
    path: str  # as in PlanError
    said: Told

    def __str__(self) -> str:
        return f"{self.path}: {self.said}"


def questions(document: PlanDocument, results: Sequence[ExampleResult]) -> tuple[Question, ...]:
    """What to ask of a validated document. `results` are those of its examples: `run_examples(document)`.

    >>> from commissions.engine.document import load_plan
    >>> plan = load_plan("{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5}]}")
    >>> print(*questions(plan, []))
    components[0].rate: 5 means 500%: for every 100 sold it pays 500. Was 5% meant?
    """
    return tuple(_all(document, results))


def _all(document: PlanDocument, results: Sequence[ExampleResult]) -> Iterator[Question]:
    tried = frozenset[str]().union(*(result.tried for result in results))
    for index, component in enumerate(document.components):
        path = f"components[{index}]"
        yield from _of_prices(document, component, path)
        yield from _score(component, path)
        yield from _tiny_thresholds(document, component, path)
        yield from _cap(document, component, path)
        yield from _budget(document, component, path)
        if component.key not in tried:
            yield from _untried(document, component, path)


def _of_prices(document: PlanDocument, component: Component, path: str) -> Iterator[Question]:
    """What is asked of rates and amounts; of a rate table in each column."""
    if not component.columns:
        yield from (*_rates(component, path), *_falls(document, component, path))
        return
    for index in range(len(component.columns)):
        column = component.column(index)
        for question in (*_rates(column, path), *_falls(document, column, path)):
            where, _dot, _key = question.path.rpartition(".")
            yield Question(f"{where}.rates[{index}]", question.said)
    first = component.columns[0].from_
    if is_share(component.by or "") and first and not component.columns[-1].takes_the_rest:
        said = told(
            "No column takes a discount below %(start)s, so that such a deal earns nothing. Is that meant?",
            start=Share(first),
        )
        yield Question(f"{path}.columns", said)


def _rates(component: Component, path: str) -> Iterator[Question]:
    """More than all that was sold, or less than nothing."""
    rows = [(f"{path}.curve[{row}].rate", step.rate) for row, step in enumerate(component.curve)]
    for where, rate in [(f"{path}.rate", component.rate), *rows]:
        if rate is None:
            continue
        figures = {"value": canonical(rate), "percent": canonical(rate * 100)}
        if rate > 1 and target_kind(component) is None:  # twice the target for twice the quota is usual
            said = told("%(value)s means %(percent)s%%: for every 100 sold it pays %(percent)s. Was %(value)s%% meant?")
            yield Question(where, said.filled(**figures))
        elif rate < 0:
            said = told("A rate of %(percent)s%% takes pay away for what is sold. Is a deduction meant?")
            yield Question(where, said.filled(percent=figures["percent"]))


def _score(component: Component, path: str) -> Iterator[Question]:
    """A score of 100 % usually pays the target."""
    if component.measure is Measure.SCORE and component.rate is not None and 0 <= component.rate < SMALLEST_RATE:
        said = told(
            "%(value)s means that a score of 100%% pays %(share)s of the target. Was 1 meant, which pays all of it?",
            value=canonical(component.rate),
            share=Share(component.rate),
        )
        yield Question(f"{path}.rate", said)


def _falls(document: PlanDocument, component: Component, path: str) -> Iterator[Question]:
    """Rows that pay less than those before them."""
    for row, (before, after) in enumerate(pairwise(component.curve), start=1):
        key, old, new = _paid(before, after)
        if new < old:
            falls = _SCORE_FALLS if component.measure is Measure.SCORE else _FALLS[component.tiers]
            said = falls.filled(
                start=_start(document, component, after.from_),
                old=_value(document, component, key, before),
                new=_value(document, component, key, after),
            )
            yield Question(f"{path}.curve[{row}].{key}", said)


def _paid(before: Step, after: Step) -> tuple[str, Decimal | Fraction, Decimal | Fraction]:
    """By which key two rows of one curve pay, and what; by the block, what that comes to."""
    if before.block and after.block:
        old_each, new_each = (Fraction(step.pay_per_block or 0) / Fraction(step.block or 1) for step in (before, after))
        return "pay_per_block", old_each, new_each
    for key in ("rate", "pay_per_unit", "pay"):
        old, new = getattr(before, key), getattr(after, key)
        if old is not None and new is not None:
            return key, old, new
    return "rate", Decimal(0), Decimal(0)


def _value(document: PlanDocument, component: Component, key: str, step: Step) -> Figure:
    value = getattr(step, key)
    if step.block:
        size = _start(document, component, step.block)
        pay = Amount(value, document.currency)
        return told("%(pay)s per started block of %(block)s", pay=pay, block=size)
    return Share(value) if key == "rate" or target_kind(component) else Amount(value, document.currency)


def _start(document: PlanDocument, component: Component, value: Decimal) -> Figure:
    if component.against is Against.QUOTA or component.measure is Measure.SCORE:
        return Share(value)
    return Amount(value, document.currency) if component.measure is Measure.AMOUNT else canonical(value)


def _tiny_thresholds(document: PlanDocument, component: Component, path: str) -> Iterator[Question]:
    """0.5 and 1 are half a dollar and one, unless the component is against a quota."""
    starts = [step.from_ for step in component.curve if step.from_]
    is_money = component.against is Against.AMOUNT and component.measure is Measure.AMOUNT
    if is_money and starts and max(starts) <= LARGEST_SHARE:
        said = told(
            "Its last tier begins at %(start)s already. Were shares of the quota meant? Then write `against: quota`.",
            start=Amount(max(starts), document.currency),
        )
        yield Question(f"{path}.curve", said)


def _cap(document: PlanDocument, component: Component, path: str) -> Iterator[Question]:
    """A cap that holds before a tier begins. Against a quota it depends on whose: not asked."""
    cap = component.cap
    if cap is None or cap.per.window is not component.window or kinds_of(component):
        return
    curve, most = compile_curve(document, component), to_minor(cap.amount, document.currency)
    for before, segment in pairwise(curve.segments):
        start = curve.start_of(segment, None)
        if curve.on(before, start, None) >= Fraction(most):
            said = told(
                "The cap of %(cap)s is reached before the tier from %(start)s on begins, so that tier pays nothing. "
                "Is that meant?",
                cap=Amount(cap.amount, document.currency),
                start=_start(document, component, component.steps[segment.tier].from_),
            )
            yield Question(f"{path}.cap.amount", said)
            return


def _budget(document: PlanDocument, component: Component, path: str) -> Iterator[Question]:
    """A budget that doesn't reach for the deals that are to be paid, where each is paid the same."""
    spiff, each = component.spiff, component.pay_per_unit
    if spiff is None or spiff.budget is None or spiff.first is None or each is None:
        return
    if component.measure is Measure.COUNT and each * spiff.first > spiff.budget:
        said = told(
            "The first %(first)s deals would earn %(pay)s together, and the budget is %(budget)s. Is that meant?",
            first=spiff.first,
            pay=Amount(each * spiff.first, document.currency),
            budget=Amount(spiff.budget, document.currency),
        )
        yield Question(f"{path}.spiff.budget", said)


def _untried(document: PlanDocument, component: Component, path: str) -> Iterator[Question]:
    """Nothing vouches for a component that no example comes to. A plan without any example is warned of elsewhere."""
    quotas = any(
        example.team_quotas if component.pool else any(person.quota is not None for person in example.people.values())
        for example in document.examples
    )
    if quota_kind(component) and not quotas:
        said = told("It is measured against a quota, and no example gives one. Add an example that finance agreed on.")
        yield Question(f"{path}.against", said)
    elif document.examples and not _has_a_role(document, component):
        said = told(
            "No deal of an example has the role %(roles)s. Add `roles: {%(role)s: {NAME: 100%%}}` to one that finance "
            "agreed on.",
            roles=", ".join(component.credit.roles),
            role=component.credit.roles[0],
        )
        yield Question(f"{path}.credit.roles", said)
    elif document.examples and component.when is not None:
        said = told("No deal of an example meets this condition. Add an example that finance agreed on.")
        yield Question(f"{path}.when", said)
    elif document.examples:
        said = told("No example pays anything by this component. Add an example that finance agreed on.")
        yield Question(path, said)


def _has_a_role(document: PlanDocument, component: Component) -> bool:
    """Whether a deal of an example has one of the component's roles: every deal has an owner."""
    named = {role for example in document.examples for deal in example.deals for role in deal.roles}
    return bool((named | {OWNER}).intersection(component.credit.roles))
