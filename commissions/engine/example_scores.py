"""What the payees of an example were scored with, as the engine reads it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from commissions.engine.decimals import scaled
from commissions.engine.frames import SCORES
from commissions.engine.schema import Component, Example, Measure, PlanDocument
from commissions.engine.scores import SCORE_DECIMALS, ended_windows, weights_of
from core.periods import Period, PeriodError, parse_period

PLAN = 1  # of an example


def scores_of(document: PlanDocument, example: Example, since: date, until: date) -> Iterator[dict[str, Any]]:
    """Rows of SCORES, of each window whose last day lies from `since` to before `until`; payees by their numbers."""
    parts = [part for part in document.components if part.measure is Measure.SCORE]
    for number, payee in enumerate(example.people.values()):
        for part in parts:
            for window in ended_windows(document, part, since, until):
                for objective, score in _scores(payee.scores.get(part.key), part, window):
                    row = (number, PLAN, part.key, objective, window.kind.value, window.start, score)
                    yield dict(zip(SCORES, row, strict=True))


def _scores(given: object, part: Component, window: Period) -> Iterator[tuple[str, int]]:
    """By objective, parts per million. One number is the score of each objective."""
    if isinstance(given, dict) and any(map(_is_label, given)):
        given = given.get(window.label)
    for objective in weights_of(part):
        score = given.get(objective) if isinstance(given, dict) else given
        if isinstance(score, Decimal):
            yield objective, scaled(score, SCORE_DECIMALS)


def scored_days(document: PlanDocument, example: Example) -> set[date]:
    """The last day of each window that an example names scores of."""
    parts = {part.key for part in document.components if part.measure is Measure.SCORE}
    labels = {
        label
        for payee in example.people.values()
        for key, given in payee.scores.items()
        if key in parts and isinstance(given, dict)
        for label in given
        if _is_label(label)
    }
    return {parse_period(label).end - timedelta(days=1) for label in labels}


def _is_label(name: str) -> bool:
    try:
        parse_period(name)
    except PeriodError:
        return False
    return True
