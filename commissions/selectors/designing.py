"""A plan's text as its designer shows it: what each component says and draws, and where a payee stands on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from commissions.engine.document import PlanDocument, PlanError, PlanInvalid, load_plan
from commissions.engine.errors import AmountTooLarge
from commissions.engine.examples import example_pay
from commissions.engine.rewrite import data_of
from commissions.engine.validation import validated
from commissions.models import Assignment, Plan, Statement
from commissions.selectors.attainment import Attainment, attainment_under
from commissions.selectors.drafts import Assessment, assess, page_of
from commissions.selectors.sections import PlanSection, plan_sections

MOST_NAMES = 100  # that a browser offers while somebody types

Pay = Mapping[str, Mapping[str, Mapping[str, Decimal]]]  # by payee, period label and key, in major units


@dataclass(frozen=True, slots=True)
class Place:
    """Whose place is shown on the curves, and who else's could be."""

    name: str  # empty where nobody is on the plan
    names: tuple[str, ...]
    is_other: bool  # somebody else was asked for, whom the plan doesn't have


@dataclass(frozen=True, slots=True)
class Designed:
    assessment: Assessment
    errors: tuple[PlanError, ...]
    sections: Mapping[int, PlanSection]  # of the components that are right, by their number
    pays: Mapping[int, Pay]  # of the examples; none while the plan has errors
    place: Place


def designed(source: str, *, wanted: str, today: date) -> Designed:
    """All that the designer says of a text. `wanted`: whose place to show; empty: that of who is nearest the middle."""
    data = data_of(source)
    plan = Plan.objects.filter(name=str(data.get("plan", ""))).first()
    payee, place = _place(plan, wanted.strip(), today)
    document, errors = _read(source)
    parts = dict(enumerate([document] * len(document.components))) if document else dict(_alone(data))
    sections = {}
    for number, part in parts.items():
        standing = _standing(part, plan, payee, today)
        sections[number] = plan_sections(page_of(part), standing)[number if document else 0]
    return Designed(
        assessment=assess(source, today),
        errors=errors,
        sections=sections,
        pays=dict(_pays(document)) if document else {},
        place=place,
    )


def _read(source: str) -> tuple[PlanDocument | None, tuple[PlanError, ...]]:
    try:
        return load_plan(source), ()
    except PlanInvalid as invalid:
        return None, invalid.errors


def _alone(data: Mapping[Any, Any]) -> Iterator[tuple[int, PlanDocument]]:
    """Each component that is right by itself, in a plan without others and without examples."""
    rows = data.get("components")
    head = {name: value for name, value in data.items() if name not in ("components", "examples")}
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        try:
            yield number, validated({**head, "components": [row]})
        except PlanInvalid:
            continue


def _standing(document: PlanDocument, plan: Plan | None, payee: User | None, today: date) -> tuple[Attainment, ...]:
    if plan is None or payee is None:
        return ()
    try:
        return attainment_under(document, plan, payee.pk, today)
    except AmountTooLarge:
        return ()


def _pays(document: PlanDocument) -> Iterator[tuple[int, Pay]]:
    for number, example in enumerate(document.examples):
        try:
            yield number, example_pay(document, example)
        except AmountTooLarge:
            continue


def _place(plan: Plan | None, wanted: str, today: date) -> tuple[User | None, Place]:
    if plan is None:
        return None, Place("", (), is_other=False)
    payees = _payees(plan, today)
    names = tuple(payees.order_by("name").values_list("name", flat=True)[:MOST_NAMES])
    found = _called(payees, wanted) if wanted else None
    payee = found or _middle(plan, payees, today)
    return payee, Place(payee.name if payee else "", names, is_other=bool(wanted and not found))


def _payees(plan: Plan, today: date) -> QuerySet[User]:
    on_it = Assignment.objects.filter(plan=plan, during__contains=today)
    payees: QuerySet[User] = User.objects.filter(pk__in=on_it.values("payee"))
    return payees


def _called(payees: QuerySet[User], name: str) -> User | None:
    exact = payees.filter(name__iexact=name).order_by("pk").first()
    return exact or payees.filter(name__icontains=name).order_by("name", "pk").first()


def _middle(plan: Plan, payees: QuerySet[User], today: date) -> User | None:
    """Of whom half earned more, in the latest statements that they have; without statements, the first by name."""
    mine = Statement.objects.filter(payee__in=payees, lines__plan_version__plan=plan, period__start__lte=today)
    latest = mine.order_by("-period__start").values_list("period", flat=True).first()
    if latest is None:
        return payees.order_by("name", "pk").first()
    ranked = mine.filter(period=latest).order_by("total_minor", "payee").distinct()
    middle = ranked[max(0, (ranked.count() - 1) // 2)]
    return middle.payee
