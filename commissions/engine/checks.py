"""What a well-formed plan may still get wrong: tiers out of order, amounts without meaning, formulas, examples."""

from collections.abc import Callable, Iterator

from commissions.engine.contradictions import contradictions
from commissions.engine.curve_checks import LARGEST_ATTAINMENT, check_curve, check_weights
from commissions.engine.decimals import DECIMALS, canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.event_checks import check_clawback, check_repeats
from commissions.engine.example_checks import RESERVED, check_examples, known_currency, money_errors
from commissions.engine.example_people import check_credit
from commissions.engine.example_shares import check_example_shares
from commissions.engine.expressions import ExpressionError, parse_base, parse_condition
from commissions.engine.item_checks import check_example_items, check_items
from commissions.engine.leave_checks import check_leave
from commissions.engine.modify_checks import check_limits, check_multiply, check_plan_cap, check_reading
from commissions.engine.payout_checks import check_payout
from commissions.engine.pool_checks import check_pool, check_pools
from commissions.engine.quotas import kinds_of
from commissions.engine.schema import Against, Component, Draw, DrawKind, PlanDocument, Window
from commissions.engine.score_checks import check_score
from commissions.engine.spiff_checks import check_spiff
from commissions.engine.words import Share, told

MOST_RAMP = 60  # months


def check_document(document: PlanDocument) -> list[PlanError]:
    """Every error in the sense of a document whose shape is right."""
    return list(_errors_of(document))


def _errors_of(document: PlanDocument) -> Iterator[PlanError]:
    currency = known_currency(document.currency)
    if currency is None:
        yield PlanError(
            "currency",
            told("%(code)s is not a currency. Write its ISO 4217 code, such as USD or IDR.", code=document.currency),
        )
    yield from _repeated_keys(document)
    for index, component in enumerate(document.components):
        yield from check_component(component, f"components[{index}]", currency)
    yield from check_reading(document)
    yield from check_weights(document)
    yield from check_pools(document)
    if document.cap is not None:
        yield from check_plan_cap(document.cap, currency)
    yield from _quota_rules(document)
    yield from check_leave(document)
    if document.draw is not None:
        yield from _draw(document.draw, currency)
    yield from check_clawback(document)
    yield from check_examples(document, currency)
    yield from check_example_shares(document)
    yield from check_example_items(document, currency)
    yield from contradictions(document)


def _repeated_keys(document: PlanDocument) -> Iterator[PlanError]:
    seen = dict.fromkeys(RESERVED, -1)
    for index, component in enumerate(document.components):
        first = seen.setdefault(component.key, index)
        if first == -1:
            yield PlanError(
                f"components[{index}].key",
                told("%(key)s has a meaning of its own in examples. Choose another key.", key=component.key),
            )
        elif first != index:
            yield PlanError(
                f"components[{index}].key",
                told(
                    "%(other)s is called %(key)s too. Choose another key.",
                    other=f"components[{first}]",
                    key=component.key,
                ),
            )


def _quota_rules(document: PlanDocument) -> Iterator[PlanError]:
    rules = document.quotas
    if rules is None:
        return
    if not any(kinds_of(component) for component in document.components):
        yield PlanError("quotas", told("Nothing here goes by a quota or a target. Add `against: quota`, or remove it."))
    elif rules.prorate is None and not rules.ramp:
        yield PlanError("quotas", told("It says nothing. Write `prorate: calendar_days` or `ramp: [0.5, 0.75]`."))
    for index, share in enumerate(rules.ramp):
        where = f"quotas.ramp[{index}]"
        if not 0 <= share <= LARGEST_ATTAINMENT or decimals_of(share) > DECIMALS:
            yield PlanError(
                where, told("%(share)s is no share of a quota. Write one such as 50%%.", share=Share(share))
            )
    if len(rules.ramp) > MOST_RAMP:
        yield PlanError("quotas.ramp", told("A ramp has at most %(most)s months. Leave some out.", most=MOST_RAMP))


def _draw(draw: Draw, currency: str | None) -> Iterator[PlanError]:
    for name, amount in (("amount", draw.amount), ("most_owed", draw.most_owed)):
        if amount is not None:
            yield from money_errors(amount, f"draw.{name}", currency)
            if amount <= 0:
                yield PlanError(f"draw.{name}", told("It must be more than 0. Without a draw, leave `draw` out."))
    if not 0 < draw.recover_at_most <= 1:
        share = canonical(draw.recover_at_most * 100)
        yield PlanError(
            "draw.recover_at_most",
            told("%(share)s%% is no share of earnings. Write one up to 100%%, such as 50%%.", share=share),
        )
    if draw.forgive_after is not None and draw.periods is None:
        yield PlanError("draw.forgive_after", told("A draw without an end has nothing after it. Add `periods`."))
    if draw.kind is DrawKind.NON_RECOVERABLE:
        owing = {
            "recover_at_most": draw.recover_at_most != 1,
            "most_owed": draw.most_owed,
            "forgive_after": draw.forgive_after,
        }
        for name in (name for name, given in owing.items() if given not in (False, None)):
            yield PlanError(f"draw.{name}", told("A draw that isn't recoverable leaves nothing owed. Remove this key."))


def check_component(component: Component, path: str, currency: str | None) -> Iterator[PlanError]:
    """Errors of one component. Without a known currency, decimals of amounts aren't checked."""
    yield from _formula(component.when, parse_condition, f"{path}.when")
    yield from _formula(component.base, parse_base, f"{path}.base")
    yield from check_items(component, path)
    yield from check_credit(component, path)
    yield from check_repeats(component, path)
    yield from check_score(component, path)
    yield from check_curve(component, path, currency)
    if component.against is Against.QUOTA and component.window is Window.DEAL:
        yield PlanError(
            f"{path}.window", told("A quota belongs to a month or more, not to a deal. Write `window: quarter`, say.")
        )
    if kinds_of(component) and component.window is Window.PLAN:
        yield PlanError(
            f"{path}.window",
            told(
                "A quota or a target belongs to a month, a quarter or a year, not to all the time on the plan. Write "
                "`window: year`, say, or thresholds without it."
            ),
        )
    if component.multiply is not None:
        yield from check_multiply(component.multiply, f"{path}.multiply")
    yield from check_limits(component, path, currency)
    if component.cap is not None:
        yield from money_errors(component.cap.amount, f"{path}.cap.amount", currency)
        if component.cap.amount <= 0:
            yield PlanError(
                f"{path}.cap.amount", told("A cap must be more than 0. To pay nothing, remove the component.")
            )

    yield from check_pool(component, path)
    yield from check_spiff(component, path, currency)
    yield from check_payout(component.payout, f"{path}.payout")


def _formula(text: str | None, parse: Callable[[str], object], path: str) -> Iterator[PlanError]:
    if text is None:
        return
    try:
        parse(text)
    except ExpressionError as error:
        yield PlanError(path, error.said)
