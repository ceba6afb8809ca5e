"""What managers gave, as the engine reads it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, LiteralString

import polars as pl

from commissions.engine.frames import SCORES
from commissions.engine.schema import Component, Measure, PlanDocument
from core.copy import copy_out

_SCORES: Final[LiteralString] = """
SELECT payee_id, plan_id, component, objective, "window", window_start, score_ppm FROM commissions_score
WHERE replaced_at IS NULL AND score_ppm IS NOT NULL
    AND payee_id = ANY(%s) AND plan_id = ANY(%s) AND window_start >= %s AND window_start < %s
"""


def given_scores(
    payees: Sequence[int], versions: Mapping[int, PlanDocument], plans: Mapping[int, int], since: date, end: date
) -> pl.DataFrame | None:
    """SCORES of these people in the windows that touch the days from `since` to before `end`; None where no plan counts
    any.
    """
    counting = sorted({plans[pk] for pk, document in versions.items() if score_parts(document)})
    first = date(since.year - 1, 1, 1)  # a year that holds the day may have begun in the one before
    return copy_out(_SCORES, [payees, counting, first, end], SCORES) if counting else None


def score_parts(document: PlanDocument) -> list[Component]:
    """The components that count a score."""
    return [component for component in document.components if component.measure is Measure.SCORE]
