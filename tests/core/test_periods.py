from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import DateRange, Period, PeriodError, PeriodKind, parse_period, period_of


@pytest.mark.parametrize(
    ("label", "kind", "start", "end"),
    [
        ("2017-06", PeriodKind.MONTH, date(2017, 6, 1), date(2017, 7, 1)),
        ("2017-12", PeriodKind.MONTH, date(2017, 12, 1), date(2018, 1, 1)),
        ("2017-Q2", PeriodKind.QUARTER, date(2017, 4, 1), date(2017, 7, 1)),
        ("2017-Q4", PeriodKind.QUARTER, date(2017, 10, 1), date(2018, 1, 1)),
        ("2017-H2", PeriodKind.HALF, date(2017, 7, 1), date(2018, 1, 1)),
        ("2017", PeriodKind.YEAR, date(2017, 1, 1), date(2018, 1, 1)),
    ],
)
def test_a_label_names_a_period_and_the_period_its_label(label: str, kind: PeriodKind, start: date, end: date) -> None:
    assert parse_period(label) == Period(kind, start, end)
    assert parse_period(label).label == label


@pytest.mark.parametrize(
    "label", ["", "2017-13", "2017-Q5", "2017-H3", "17-01", "0000", "9999", "2017-6", "2017-Q2x", "٢٠١٧"]
)
def test_what_names_no_period_is_refused_with_an_example_of_each_kind(label: str) -> None:
    with pytest.raises(PeriodError, match=r"Write a month 2017-06, a quarter 2017-Q2, a half 2017-H1 or a year 2017;"):
        parse_period(label)


@given(st.dates(date(2, 1, 1), date(9990, 1, 1)), st.sampled_from(PeriodKind))
def test_every_day_lies_in_one_period_whose_neighbours_touch_it(day: date, kind: PeriodKind) -> None:
    period = period_of(day, kind)
    assert day in period
    assert day in period.range
    assert period.next().start == period.end
    assert period.previous().end == period.start
    assert period.next().previous() == period


def test_a_period_is_walked_day_by_day() -> None:
    assert [day.day for day in parse_period("2024-02")] == list(range(1, 30))


def test_a_range_holds_its_start_but_not_its_end() -> None:
    january = DateRange(date(2026, 1, 1), date(2026, 2, 1))
    assert [day in january for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_range_without_end_holds_all_that_follows() -> None:
    assert date(9999, 12, 31) in DateRange(date(2026, 1, 1))


def test_touching_ranges_share_no_day() -> None:
    first, second = DateRange(date(2026, 1, 1), date(2026, 2, 1)), DateRange(date(2026, 2, 1))
    assert not first.overlaps(second)
    assert first.intersection(second) is None


def test_overlapping_ranges_share_the_days_in_both() -> None:
    first, second = DateRange(date(2026, 1, 1), date(2026, 3, 1)), DateRange(date(2026, 2, 1))
    assert first.overlaps(second)
    assert first.intersection(second) == DateRange(date(2026, 2, 1), date(2026, 3, 1))


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match=r"can't end \(2026-01-01\) before it starts \(2026-02-01\)"):
        DateRange(date(2026, 2, 1), date(2026, 1, 1))
