"""A plan as a page shows it: rules, curve, examples."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from accounts.models import User, seen_by
from commissions.engine.examples import ExampleResult, run_examples
from commissions.engine.schema import Against, Component, Example, Measure, Pays, PlanDocument
from commissions.engine.segments import Curve, Segment, compile_curve, x_unit
from commissions.engine.spiffs import is_limited
from commissions.models import Assignment, Plan, PlanVersion
from commissions.selectors.documents import document_of
from commissions.selectors.explanations import to_decimal
from commissions.selectors.notices import notice_text
from commissions.selectors.words import in_words
from core.money import exponent, to_minor
from core.periods import Period, PeriodKind, period_of

CURVE_QUOTA = Decimal(100_000)  # major units, where no example has one
CURVE_TARGET = Decimal(10_000)
MOST_STAIRS = 200  # of one tier in a drawing
_results: dict[str, list[ExampleResult]] = {}


@dataclass(frozen=True, slots=True)
class TierRow:
    starts_at: Decimal  # major units, units, deals, or a share of quota (0.5 is 50 %)
    ends_at: Decimal | None  # None: the last tier
    rate: Decimal | None
    pay_per_unit: Decimal | None  # major units, of curves over units or deals
    pay: Decimal | None  # major units, of interpolated and stepped curves; or a share of the target
    bonus: Decimal | None  # the same, paid when the row is reached


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point to draw; two with the same x are a jump."""

    x: Decimal  # as in TierRow.starts_at
    y: Decimal  # major units; of a curve against quota: for the quota of the view


@dataclass(frozen=True, slots=True)
class ComponentView:
    component: Component  # key, name, credit, when, base, window, against, tiers, starts_when, cap
    is_against_quota: bool
    rows: tuple[TierRow, ...]
    points: tuple[CurvePoint, ...]  # before a cap; of a table its first column; () of a SPIFF
    beside: tuple[tuple[CurvePoint, ...], ...]  # and of the others
    quota: Decimal | None  # for which the points are drawn, major units, units or deals; None for curves over amounts
    target: Decimal | None  # the same, where shares of one are paid


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    where: str  # the payee, where an example names several, the period, and the component's key, or payable
    expected: Decimal  # major units
    actual: Decimal
    notices: tuple[str, ...]  # why credits did not count, in the reader's language


@dataclass(frozen=True, slots=True)
class ExampleRow:
    example: Example
    name: str
    source: str
    passed: bool
    differences: tuple[DifferenceRow, ...]
    error: str  # why it could not be calculated at all; else empty


@dataclass(frozen=True, slots=True)
class PlanPage:
    version: PlanVersion
    document: PlanDocument
    currency: str
    in_force_from: date | None
    in_force_until: date | None  # exclusive
    components: tuple[ComponentView, ...]
    examples: tuple[ExampleRow, ...]
    versions: tuple[PlanVersion, ...]  # of the same plan, the latest first
    payees: int  # assigned on the day given

    @property
    def examples_hold(self) -> bool:
        return all(example.passed for example in self.examples)


def plan_list(user: User, today: date) -> QuerySet[PlanVersion]:
    """The versions a person may see, one a plan: what is in force, else the latest. By the plan's name."""
    rank = Case(When(during__contains=today, then=Value(0)), default=Value(1))
    found = visible_versions(user, today).select_related("plan").defer("source")
    return found.order_by("plan__name", rank, "-number").distinct("plan__name")


def visible_versions(user: User, today: date) -> QuerySet[PlanVersion]:
    """All for admin and finance; else the published ones of plans that the person or a report is or was on."""
    if user.sees_everyone:
        return PlanVersion.objects.all()
    theirs = Assignment.objects.filter(payee__in=seen_by(user.pk, today), plan=OuterRef("plan"))
    return PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT).filter(Exists(theirs))


def plan_page(version: PlanVersion, today: date) -> PlanPage:
    """One version as rules, curves and examples. Load it with `plan`."""
    document = document_of(version)
    during = version.during
    siblings = version.plan.versions.defer("document", "source").order_by("-number")
    return PlanPage(
        version=version,
        document=document,
        currency=document.currency,
        in_force_from=during.lower if during else None,
        in_force_until=during.upper if during else None,
        components=tuple(component_view(document, component) for component in document.components),
        examples=example_rows(version.hash, document),
        versions=tuple(siblings),
        payees=version.plan.assignments.filter(during__contains=today).count(),
    )


def plan_currency(plan: Plan) -> str:
    """The currency of a plan's amounts; every published version has the same. Raises PlanVersion.DoesNotExist."""
    return plan_document(plan).currency


def plan_document(plan: Plan) -> PlanDocument:
    """The document of the latest published version, else of the draft. Raises PlanVersion.DoesNotExist."""
    published = Case(When(status=PlanVersion.Status.DRAFT, then=Value(1)), default=Value(0))
    version = plan.versions.order_by(published, "-number").first()
    if version is None:
        raise PlanVersion.DoesNotExist(f"{plan.name} has no version.")
    return document_of(version)


def quarter_of(plan: Plan | None, day: date) -> Period:
    """The quarter of the plan's years that holds a day; of the calendar's without a plan."""
    first = plan_document(plan).first_month if plan and plan.versions.exists() else 1
    return period_of(day, PeriodKind.QUARTER, first)


def component_view(document: PlanDocument, component: Component, reach: Fraction = Fraction(0)) -> ComponentView:
    """Drawn as far as `reach` at least, a place as in TierRow.starts_at: stairs have no slope to go on by."""
    against_quota = component.against is Against.QUOTA
    quota = _example_goal(document, "quota", CURVE_QUOTA) if against_quota else None
    target = _example_goal(document, "target", CURVE_TARGET) if component.pays is Pays.TARGET else None
    return ComponentView(
        component=component,
        is_against_quota=against_quota,
        rows=tuple(_tier_rows(component)),
        points=() if is_limited(component) else tuple(_points(document, component, quota, target, reach)),
        beside=tuple(
            tuple(_points(document, component.column(index), quota, target))
            for index in range(1, len(component.columns))
        ),
        quota=quota,
        target=target,
    )


def _tier_rows(component: Component) -> Iterator[TierRow]:
    for step, following in pairwise([*component.steps, None]):
        if step is not None:
            end = following.from_ if following else None
            yield TierRow(step.from_, end, step.rate, step.pay_per_unit, step.pay, step.bonus)


def _example_goal(document: PlanDocument, name: str, usual: Decimal) -> Decimal:
    """The first quota or target of a payee, or a quota of a team, that an example says as one number."""
    goals = [getattr(person, name) for example in document.examples for person in example.people.values()]
    if name == "quota":
        goals += [goal for example in document.examples for goal in example.team_quotas.values()]
    return next((goal for goal in goals if isinstance(goal, Decimal) and goal > 0), usual)


def _points(
    document: PlanDocument,
    component: Component,
    quota: Decimal | None,
    target: Decimal | None,
    reach: Fraction = Fraction(0),
) -> Iterator[CurvePoint]:
    """Both sides of every threshold where they differ, from 0 to well into the last tier."""
    curve = compile_curve(document, component)
    unit = 10 ** exponent(document.currency)
    one = x_unit(component, document.currency)
    quota_minor = None if quota is None else int(Fraction(quota) * one)
    target_minor = None if target is None else to_minor(target, document.currency)
    per_x = Fraction(quota_minor or one)
    usual = {Measure.AMOUNT: 100_000, Measure.SCORE: 1}.get(component.measure, 100)
    right = max(_right_end(curve, quota_minor, usual * one), reach * per_x * Fraction(9, 8))
    for x, y in _walk(curve, quota_minor, target_minor, right):
        yield CurvePoint(to_decimal(x / per_x), to_decimal(y / unit))


def _walk(curve: Curve, quota: int | None, target: int | None, right: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    first = curve.segments[0]
    place = min(curve.start_of(first, quota), Fraction(0))
    yield place, curve.on(first, place, quota, target)
    for before, segment in pairwise(curve.segments):
        left, place = place, curve.start_of(segment, quota)
        yield from _stairs(curve, before, quota, left, place)
        left_pay, right_pay = (curve.on(part, place, quota, target) for part in (before, segment))
        yield place, left_pay
        if left_pay != right_pay:
            yield place, right_pay
    yield from _stairs(curve, curve.segments[-1], quota, place, right)
    yield right, curve.on(curve.segments[-1], right, quota, target)


def _stairs(
    curve: Curve, segment: Segment, quota: int | None, left: Fraction, right: Fraction
) -> Iterator[tuple[Fraction, Fraction]]:
    """Both sides of each place between the two where a block starts; of more than can be told apart only their line."""
    if not segment.block:
        return
    size, each = curve.block_of(segment, quota), Fraction(segment.slope, segment.over)
    count = curve.blocks(segment, left, quota)
    place = Fraction(segment.counted_from * curve.unit(quota), curve.scale) + count * size
    if (right - place) / size > MOST_STAIRS:
        return
    while place < right:
        pay = curve.on(segment, place, quota)
        yield place, pay
        yield place, pay + each
        place += size


def _right_end(curve: Curve, quota: int | None, usual: int) -> Fraction:
    """`usual`: where the drawing of a curve without thresholds ends."""
    last = curve.start_of(curve.segments[-1], quota)
    if curve.segments[-1].block:
        return max(last * Fraction(5, 4), last + 5 * curve.block_of(curve.segments[-1], quota))
    return last * Fraction(5, 4) if last > 0 else Fraction(quota or usual)


def example_results(digest: str, document: PlanDocument) -> list[ExampleResult]:
    """The examples of a document, which its hash names, run once a process."""
    if digest not in _results:
        if len(_results) > 500:
            _results.clear()
        _results[digest] = run_examples(document)
    return _results[digest]


def example_rows(digest: str, document: PlanDocument) -> tuple[ExampleRow, ...]:
    names = {component.key: component.name for component in document.components}
    results = example_results(digest, document)
    return tuple(_example(*pair, names) for pair in zip(document.examples, results, strict=True))


def _example(example: Example, result: ExampleResult, names: dict[str, str]) -> ExampleRow:
    return ExampleRow(
        example=example,
        name=result.name,
        source=example.source or "",
        passed=result.passed,
        differences=tuple(
            DifferenceRow(
                where=", ".join([*([row.payee] if example.payees else []), row.period, row.component]),
                expected=row.expected,
                actual=row.actual,
                notices=tuple(notice_text(code, detail, names) for code, detail in row.notices),
            )
            for row in result.differences
        ),
        error=in_words(result.error) if result.error else "",
    )
