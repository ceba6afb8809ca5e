"""Which days another assignment or quota changes."""

from datetime import date

import pytest

from commissions.engine.roster import QUOTA, Held, HeldQuota, differing
from commissions.engine.spans import Span

JANUARY, FEBRUARY = date(2026, 1, 15), date(2026, 2, 1)


@pytest.mark.parametrize(
    ("first_month", "years"),
    [(1, Span(date(2026, 1, 1), date(2027, 1, 1))), (4, Span(date(2025, 4, 1), date(2026, 4, 1)))],
)
def test_a_quota_counts_in_whole_years_of_the_plan(first_month: int, years: Span) -> None:
    after = Held(quotas=(HeldQuota(QUOTA, Span(JANUARY, FEBRUARY), "month", 100),))
    assert differing(Held(), after, first_month) == years


def test_days_on_a_plan_are_days() -> None:
    assert differing(Held(), Held(spans=(Span(JANUARY, FEBRUARY),)), 4) == Span(JANUARY, FEBRUARY)
