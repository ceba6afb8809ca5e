"""Where a payee stands on each curve today, and how far it is to the next tier."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Attainment:
    """One component of one plan that the payee is on today, in the window that holds today."""

    plan: str
    plan_version_pk: int
    component: str  # key
    component_name: str
    currency: str
    window: str  # month, quarter, half, year
    window_label: str  # 2017-Q2
    window_start: date
    window_end: date  # exclusive
    x_minor: int  # credited in the window so far
    quota_minor: int | None
    share: Decimal | None  # of quota: 0.825 is 82.5 %; None without a quota
    rate: Decimal | None  # of the tier now; None for interpolated curves
    next_from_minor: int | None  # where the next tier starts; None in the last one
    next_distance_minor: int | None
    next_rate: Decimal | None
    earned_minor: int  # in the window so far, by this component


def attainment(payee: User, today: date) -> tuple[Attainment, ...]:
    """Each component with a window (not: per deal) of the plans of today, quota components first."""
    raise NotImplementedError
