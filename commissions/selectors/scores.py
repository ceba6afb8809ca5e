"""The sheet on which managers give scores: of whom, of what, what was given, and what it pays."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import polars as pl
from django.db.models import QuerySet

from accounts.models import User, reports_of
from commissions.engine.calculate import calculate
from commissions.engine.frames import WHOLE_SHARE, LineKind
from commissions.engine.schema import Component
from commissions.engine.scores import weights_of
from commissions.engine.windows import cycle_of
from commissions.models import Assignment, PlanVersion, Score
from commissions.policies import may_score
from commissions.selectors.documents import document_of
from commissions.selectors.given_scores import score_parts
from commissions.selectors.inputs import gather
from core.periods import Period, PeriodKind

OFFERED = 6  # windows of each length that may be chosen


class Place(NamedTuple):
    """What is scored in a window: an objective of a component, or the component as a whole."""

    payee: int
    plan: int
    component: str
    objective: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One score to be given."""

    place: Place
    name: str  # of the objective; empty where the component has none
    weight: Decimal
    score: Score | None  # the one that holds
    earlier: tuple[Score, ...]  # those before it, the latest first

    @property
    def field(self) -> str:
        return ".".join(map(str, self.place))

    @property
    def percent(self) -> Decimal | None:
        return self.score.percent if self.score else None


@dataclass(frozen=True, slots=True)
class Scored:
    """One component of one person's plan."""

    version: PlanVersion
    component: Component
    cells: tuple[Cell, ...]
    amount_minor: int | None  # what the engine pays for the scores as they are; None where none is given
    currency: str

    @property
    def total(self) -> Decimal | None:
        """The score: 0.85 is 85 %. None where nothing is scored."""
        given = [(cell.score.score_ppm, cell.weight) for cell in self.cells if cell.score]
        known = [Decimal(ppm) * weight / WHOLE_SHARE for ppm, weight in given if ppm is not None]
        return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True, slots=True)
class PersonScores:
    person: User
    parts: tuple[Scored, ...]
    may_edit: bool


def last_day(window: Period) -> date:
    return window.end - timedelta(days=1)


def scoring_versions(on: date, plans: Collection[int] | None = None) -> dict[int, PlanVersion]:
    """By plan, the version in force on a day, of the plans that count a score."""
    found = PlanVersion.objects.filter(during__contains=on, document__components__contains=[{"measure": "score"}])
    if plans is not None:
        found = found.filter(plan__in=plans)
    rows = found.exclude(status=PlanVersion.Status.DRAFT).select_related("plan").defer("source")
    return {version.plan_id: version for version in rows}


def windows_offered(today: date) -> list[Period]:
    """The windows that may be scored, the latest first: those that have begun, of each length that a plan of this year
    or the last counts by.
    """
    documents = PlanVersion.objects.filter(
        document__components__contains=[{"measure": "score"}], during__endswith__gt=date(today.year - 1, 1, 1)
    ) | PlanVersion.objects.filter(document__components__contains=[{"measure": "score"}], during__upper_inf=True)
    cycles = {
        cycle_of(document_of(version), part.window)
        for version in documents.exclude(status=PlanVersion.Status.DRAFT).defer("source")
        for part in score_parts(document_of(version))
    }
    found = [window for cycle in cycles for window in _back(cycle.period(today))]
    return sorted(found, key=lambda window: (window.end, window.start), reverse=True)


def _back(window: Period) -> Iterator[Period]:
    for _number in range(OFFERED):
        yield window
        window = window.previous()


def usual_window(offered: Sequence[Period], today: date) -> Period | None:
    """The one that ended last: now its scores are due. The one that runs, where none has ended."""
    return next((window for window in offered if window.end <= today), offered[0] if offered else None)


def people_scored(user: User, window: Period, today: date) -> QuerySet[User]:
    """Whom a person may see here who is on a plan that counts a score on the window's last day, by name."""
    day = last_day(window)
    plans = [plan for plan, version in scoring_versions(day).items() if in_window(version, window)]
    assigned = Assignment.objects.filter(plan__in=plans, during__contains=day).values("payee")
    people: QuerySet[User] = User.objects.filter(pk__in=assigned)
    if not user.sees_everyone:
        people = people.filter(pk__in=reports_of(user.pk, today))
    return people.order_by("name", "pk")


def in_window(version: PlanVersion, window: Period) -> list[Component]:
    document = document_of(version)
    return [part for part in score_parts(document) if cycle_of(document, part.window).period(window.start) == window]


def sheet(
    user: User, people: Sequence[User], window: Period, today: date, *, is_priced: bool = True
) -> list[PersonScores]:
    """What is scored of these people in a window, and, unless it needn't be known, what that pays; a fixed number of
    queries however many they are.
    """
    day, keys = last_day(window), [person.pk for person in people]
    versions = scoring_versions(day)
    assigned = Assignment.objects.filter(payee__in=keys, plan__in=versions, during__contains=day)
    plans: dict[int, list[int]] = defaultdict(list)
    for payee, plan in assigned.order_by("plan__name").values_list("payee", "plan"):
        plans[payee].append(plan)
    known, paid = entries(keys, window), score_pay(keys, window) if is_priced else {}
    editable = may_score(user, keys, today)
    return [
        PersonScores(
            person=person,
            parts=tuple(
                _scored(person.pk, versions[plan], part, known, paid)
                for plan in plans[person.pk]
                for part in in_window(versions[plan], window)
            ),
            may_edit=person.pk in editable,
        )
        for person in people
    ]


def _scored(
    payee: int,
    version: PlanVersion,
    part: Component,
    known: Mapping[Place, list[Score]],
    paid: Mapping[tuple[int, int, str], int],
) -> Scored:
    names = {each.key: each.name for each in part.objectives}
    cells = tuple(
        _cell(Place(payee, version.plan_id, part.key, objective), names.get(objective, ""), weight, known)
        for objective, weight in weights_of(part).items()
    )
    amount = paid.get((payee, version.plan_id, part.key))
    return Scored(version, part, cells, amount, document_of(version).currency)


def _cell(place: Place, name: str, weight: int, known: Mapping[Place, list[Score]]) -> Cell:
    rows = known.get(place, [])
    holds = next((row for row in rows if row.replaced_at is None), None)
    earlier = tuple(row for row in rows if row.replaced_at is not None)
    return Cell(place, name, Decimal(weight) / WHOLE_SHARE, holds, earlier)


def entries(payees: Iterable[int], window: Period) -> dict[Place, list[Score]]:
    """All that was ever entered of these people for a window, the latest first."""
    rows = Score.objects.filter(payee__in=list(payees), window=window.kind.value, window_start=window.start)
    found: dict[Place, list[Score]] = defaultdict(list)
    for row in rows.select_related("entered_by").order_by("-entered_at", "-pk"):
        found[place_of(row)].append(row)
    return found


def place_of(row: Score) -> Place:
    return Place(row.payee_id, row.plan_id, row.component, row.objective)


def score_pay(payees: Sequence[int], window: Period) -> dict[tuple[int, int, str], int]:
    """By payee, plan and component, what the engine pays for the scores of a window, in minor units."""
    day = last_day(window)
    inputs = gather(payees=payees, kinds=list(PeriodKind), start=day, end=window.end).inputs
    lines = calculate(inputs, start=day, end=window.end).lines
    own = lines.filter((pl.col("kind") == LineKind.SCORE) & (pl.col("window_start") == window.start))
    sums = own.group_by("payee", "plan", "component").agg(pl.col("amount").sum())
    return {(payee, plan, key): amount for payee, plan, key, amount in sums.iter_rows()}


def scores_behind(payee: int, version: PlanVersion, part: Component, window: Period) -> tuple[Cell, ...]:
    """The scores of one component as they stand, with those before them."""
    known = entries([payee], window)
    return _scored(payee, version, part, known, {}).cells
