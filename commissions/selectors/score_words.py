"""A score's line as people read it: what was given, by whom, and what it pays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from commissions.engine.frames import WHOLE_SCORE, WHOLE_SHARE
from commissions.engine.schema import Component, PlanDocument
from commissions.engine.windows import cycle_of
from commissions.models import EarningLine, Score
from commissions.selectors.scores import Cell, scores_behind
from core.templatetags import formats
from core.templatetags.juara import locale, moment


@dataclass(frozen=True, slots=True)
class Given:
    """One entry: 0.85 is 85 %."""

    score: Decimal | None  # None: it was taken back
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class ObjectiveScore:
    name: str  # empty where the component has no objectives
    weight: Decimal
    given: tuple[Given, ...]  # the latest first; the first one holds

    @property
    def score(self) -> Decimal | None:
        return self.given[0].score if self.given else None


def objective_scores(line: EarningLine, document: PlanDocument, component: Component) -> tuple[ObjectiveScore, ...]:
    """What the score of a line is made of; nothing of another line, or where the scores of now don't lead to it."""
    if line.kind != EarningLine.Kind.SCORE:
        return ()
    window = cycle_of(document, component.window).period(line.window_start)
    found = tuple(map(_objective, scores_behind(line.statement.payee_id, line.plan_version, component, window)))
    total = sum(((each.score or Decimal(0)) * each.weight for each in found), Decimal(0))
    return found if total * WHOLE_SCORE == line.x1_minor else ()


def _objective(cell: Cell) -> ObjectiveScore:
    rows = [*([cell.score] if cell.score else []), *cell.earlier]
    return ObjectiveScore(cell.name, cell.weight, tuple(map(_given, rows)))


def _given(row: Score) -> Given:
    score = None if row.score_ppm is None else Decimal(row.score_ppm) / WHOLE_SHARE
    return Given(score, row.entered_by.name, row.entered_at, row.note)


def score_texts(scores: Sequence[ObjectiveScore]) -> Iterator[str]:
    """Each objective: its score, its weight, what that comes to, who entered it and when; and the entries before it."""
    for each in scores:
        if each.score is None:
            yield _("%(name)s (%(weight)s): no score yet, which counts nothing.") % {
                "name": each.name, "weight": _percent(each.weight),
            }  # fmt: skip
            continue
        yield _of_objective(each) if each.name else _entered(each.given[0])
        for before in each.given[1:]:
            yield _("Before: %(entry)s") % {"entry": _entered(before)}


def _of_objective(each: ObjectiveScore) -> str:
    text = _("%(name)s: %(score)s × %(weight)s = %(part)s. %(entry)s")  # noqa: RUF001
    return text % {
        "name": each.name,
        "score": _percent(each.score),
        "weight": _percent(each.weight),
        "part": _percent((each.score or Decimal(0)) * each.weight),
        "entry": _entered(each.given[0]),
    }


def _entered(given: Given) -> str:
    words = {"score": _percent(given.score), "name": given.by, "at": moment(given.at), "note": given.note}
    if given.score is None:
        text = _("%(name)s took the score back on %(at)s.")
    elif given.note:
        text = _("%(name)s entered %(score)s on %(at)s: “%(note)s”")
    else:
        text = _("%(name)s entered %(score)s on %(at)s.")
    return text % words


def _percent(share: Decimal | None) -> str:
    return "–" if share is None else formats.percent(share, locale(), places=10)
