"""What a component of scores may not say, what its objectives may get wrong, and the scores of examples."""

from collections.abc import Iterator
from decimal import Decimal

from commissions.engine.decimals import canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.schema import (
    Against,
    Component,
    Credit,
    Due,
    ExamplePayee,
    Measure,
    Pays,
    Per,
    PlanDocument,
    Tiers,
    Window,
)
from commissions.engine.scores import SCORE_DECIMALS
from commissions.engine.words import Share, told
from core.periods import Period, PeriodError, parse_period, period_of

LARGEST_SCORE = 10  # 1000 %
_BY_DEAL = (Due.INVOICED, Due.PAID, Due.PAID_IN_FULL)
_POINTS = (Tiers.INTERPOLATED, Tiers.STEPPED)


def needs_target(component: Component) -> bool:
    """Whether a score has a rate, or should have one, and no target that it is a share of."""
    return component.measure is Measure.SCORE and component.pays is Pays.MONEY and component.tiers not in _POINTS


def needs_target_error(path: str) -> PlanError:
    said = told(
        "A share of a score is no money. Add `pays: target`, or write `tiers: interpolated` or `tiers: stepped` with "
        "amounts."
    )
    return PlanError(f"{path}.pays", said)


def check_score(component: Component, path: str) -> Iterator[PlanError]:
    """Errors of a component that counts scores; of another one, objectives that it can't have."""
    if component.measure is not Measure.SCORE:
        if component.objectives:
            said = told("Objectives are what a score is made of. Add `measure: score`, or remove them.")
            yield PlanError(f"{path}.objectives", said)
        return
    if component.window is Window.DEAL:
        said = told("A score is of a month or more, not of a deal. Write `window: quarter`, say.")
        yield PlanError(f"{path}.window", said)
    if component.window is Window.PLAN:
        said = told("A score is of a month or more, and given when it ends. Write `window: year`, say.")
        yield PlanError(f"{path}.window", said)
    yield from _of_deals(component, path)
    yield from _objectives(component, path)


_ONLY_DEALS = {
    "when": told("A score has no deals to choose from. Remove `when`."),
    "spiff": told("A score has no deals of which the first could count. Remove `spiff`."),
    "repeats": told("A score has no contract that runs on. Remove `repeats`."),
    "by": told("A score has no deals that a rate could depend on. Remove `by`, `columns` and `rates`."),
}


def _of_deals(component: Component, path: str) -> Iterator[PlanError]:
    """What only deals have."""
    for key, said in _ONLY_DEALS.items():
        if getattr(component, key) is not None:
            yield PlanError(f"{path}.{key}", said)
    if component.credit != Credit():
        said = told("A score is the payee's own, and nobody else has a part in it. Remove `credit`.")
        yield PlanError(f"{path}.credit", said)
    if component.against is Against.QUOTA:
        said = told("A score is a share already, and goes by no quota. Remove `against`.")
        yield PlanError(f"{path}.against", said)
    for key, limit in (("cap", component.cap), ("floor", component.floor)):
        if limit is not None and limit.per is Per.DEAL:
            yield PlanError(f"{path}.{key}.per", told("A score belongs to no deal. Write `per: quarter`, say."))
    for index, part in enumerate(component.payout):
        if part.due in _BY_DEAL:
            said = told("A score has no customer to wait for. Write `due: at_once`, or `after: 1 months`, say.")
            yield PlanError(f"{path}.payout[{index}].due", said)


def _objectives(component: Component, path: str) -> Iterator[PlanError]:
    seen: set[str] = set()
    for index, each in enumerate(component.objectives):
        where = f"{path}.objectives[{index}]"
        if each.key in seen:
            said = told("Another objective is called %(key)s too. Choose another key.", key=each.key)
            yield PlanError(f"{where}.key", said)
        elif _is_period(each.key):
            said = told("%(key)s is a period. Choose another key, such as training.", key=each.key)
            yield PlanError(f"{where}.key", said)
        seen.add(each.key)
        if not 0 < each.weight <= 1 or decimals_of(each.weight) > SCORE_DECIMALS:
            said = told(
                "%(share)s is no share of a score. Write one up to 100%%, such as 40%%, with at most %(places)s "
                "decimals in percent.",
                share=Share(each.weight),
                places=SCORE_DECIMALS - 2,
            )
            yield PlanError(f"{where}.weight", said)
    whole = sum((each.weight for each in component.objectives), Decimal(0))
    if component.objectives and whole != 1:
        said = told("The weights of the objectives add up to %(whole)s. Make it 100%%.", whole=Share(whole))
        yield PlanError(f"{path}.objectives", said)


def _is_period(label: str) -> bool:
    return _period(label) is not None


def _period(label: str) -> Period | None:
    try:
        return parse_period(label)
    except PeriodError:
        return None


def check_scores(document: PlanDocument, payee: ExamplePayee, path: str) -> Iterator[PlanError]:
    """Errors of what an example says that its payee was scored with."""
    parts = {part.key: part for part in document.components if part.measure is Measure.SCORE}
    for key, given in payee.scores.items():
        where, part = f"{path}.{key}", parts.get(key)
        if part is None:
            known = ", ".join(parts) or "–"
            said = told("There is no component %(key)s that counts a score. Known: %(known)s.", key=key, known=known)
            yield PlanError(where, said)
        else:
            yield from _given(document, given, part, where)


def _given(
    document: PlanDocument, given: object, part: Component, path: str, *, by_period: bool = True
) -> Iterator[PlanError]:
    """One score, scores by objective, or either by period."""
    if isinstance(given, Decimal):
        yield from _score(given, path)
        return
    objectives = {each.key for each in part.objectives}
    for name, inner in given.items() if isinstance(given, dict) else ():
        where, period = f"{path}.{name}", _period(name)
        if period is not None and by_period:
            own = part.window.period and period_of(period.start, part.window.period, document.first_month)
            if period != own:
                said = told("%(label)s is no %(window)s of this plan, for which this score is given.", label=name,
                            window=part.window.value)  # fmt: skip
                yield PlanError(where, said)
            yield from _given(document, inner, part, where, by_period=False)
        elif name not in objectives:
            known = ", ".join(sorted(objectives)) or "–"
            said = told("There is no objective %(name)s. Known: %(known)s.", name=name, known=known)
            yield PlanError(where, said)
        elif isinstance(inner, Decimal):
            yield from _score(inner, where)
        else:
            yield PlanError(where, told("Write a score, such as 85%%."))


def _score(score: Decimal, path: str) -> Iterator[PlanError]:
    if not 0 <= score <= LARGEST_SCORE or decimals_of(score) > SCORE_DECIMALS:
        said = told(
            "%(value)s is no score. Write one from 0%% to %(most)s, with at most %(places)s decimals in percent.",
            value=canonical(score), most=Share(Decimal(LARGEST_SCORE)), places=SCORE_DECIMALS - 2,
        )  # fmt: skip
        yield PlanError(path, said)
