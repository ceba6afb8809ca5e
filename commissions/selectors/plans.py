"""A plan as a page shows it: rules, curve, examples."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from commissions.engine.schema import Component, PlanDocument
from commissions.models import Plan, PlanVersion


@dataclass(frozen=True, slots=True)
class TierRow:
    starts_at: Decimal  # major units, or a share of quota (0.5 is 50 %)
    ends_at: Decimal | None  # None: the last tier
    rate: Decimal | None
    pay: Decimal | None  # major units, of interpolated curves


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point to draw; two with the same x are a jump."""

    x: Decimal  # as in TierRow.starts_at
    y: Decimal  # major units; for curves against quota: of a quota of `CURVE_QUOTA`


@dataclass(frozen=True, slots=True)
class ComponentView:
    component: Component  # key, name, credit, when, base, window, against, tiers, starts_when, cap
    is_against_quota: bool
    rows: tuple[TierRow, ...]
    points: tuple[CurvePoint, ...]
    quota: Decimal | None  # for which the points are drawn, major units; None for curves over amounts


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    payee: str
    period: str
    component: str  # key, or payable
    expected: Decimal  # major units
    actual: Decimal


@dataclass(frozen=True, slots=True)
class ExampleRow:
    name: str
    source: str
    passed: bool
    differences: tuple[DifferenceRow, ...]


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
    """The versions a person may see, one a plan: what is in force, else the latest. Payees see the plans they're on."""
    raise NotImplementedError


def visible_versions(user: User, today: date) -> QuerySet[PlanVersion]:
    """All for admin and finance; else the published ones of plans that the person or a report is or was on."""
    raise NotImplementedError


def plan_page(version: PlanVersion, today: date) -> PlanPage:
    """One version as rules, curves and examples. Load it with `plan`."""
    raise NotImplementedError


def plan_currency(plan: Plan) -> str:
    """The currency of a plan's amounts; every version has the same."""
    raise NotImplementedError
