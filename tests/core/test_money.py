from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import (
    LARGEST_MINOR,
    Money,
    MoneyError,
    apportion,
    exponent,
    round_half_even,
    round_half_up,
    to_major,
    to_minor,
)


@pytest.mark.parametrize(
    ("currency", "places"), [("IDR", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("CLF", 4), ("LAK", 2)]
)
def test_the_exponent_is_that_of_iso_4217_not_of_what_a_country_shows(currency: str, places: int) -> None:
    assert exponent(currency) == places


@pytest.mark.parametrize("code", ["XXQ", "usd", "", "USDT"])
def test_a_code_that_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(MoneyError, match=r"is not a currency\. Write its ISO 4217 code in capitals"):
        exponent(code)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1250.50", "USD", 125050),
        ("-0.01", "USD", -1),
        ("12", "JPY", 12),
        ("1.005", "KWD", 1005),
        ("1.500000", "USD", 150),
        ("1e3", "USD", 100000),
        (Decimal("0E-999999999"), "USD", 0),
        (7, "USD", 700),
        ("999999999999999.99", "USD", 99999999999999999),
    ],
)
def test_an_amount_becomes_whole_minor_units(amount: Decimal | str | int, currency: str, minor: int) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "message"),
    [
        (
            "1e400",
            "USD",
            "1e400 USD is too large: amounts stay below 1,000,000,000,000,000.00. Check its decimal point.",
        ),
        ("1000000000000000", "USD", "1000000000000000 USD is too large"),
        ("NaN", "USD", "NaN is not an amount. Write digits, such as 1250.00."),
        ("-Infinity", "USD", "-Infinity is not an amount"),
        ("1.005", "USD", "1.005 has more than the 2 decimals of USD. Round it first."),
        ("0.5", "JPY", "0.5 has more than the 0 decimals of JPY. Round it first."),
        ("1e-99999999", "USD", "1e-99999999 has more than the 2 decimals of USD"),
        ("1.00000000000000000000000000000000000000001", "USD", "has more than the 2 decimals"),
        ("1,250", "USD", "'1,250' is not an amount. Write digits and a decimal point, such as 1250.00."),
        ("1_000", "USD", "'1_000' is not an amount"),
        ("", "USD", "'' is not an amount"),
        ("9" * 61, "USD", "is not an amount"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(amount: str, currency: str, message: str) -> None:
    with pytest.raises(MoneyError) as refused:
        to_minor(amount, currency)
    assert message in str(refused.value)


@given(st.integers(-LARGEST_MINOR + 1, LARGEST_MINOR - 1), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_major_units_and_back_is_the_same_amount(minor: int, currency: str) -> None:
    assert to_minor(to_major(minor, currency), currency) == minor
    assert Money(minor, currency).major == to_major(minor, currency)


def test_major_units_keep_all_decimals_of_the_currency() -> None:
    assert [str(to_major(minor, code)) for minor, code in ((-5, "USD"), (1250, "KWD"), (0, "JPY"))] == [
        "-0.05",
        "1.250",
        "0",
    ]


@pytest.mark.parametrize(
    ("numerator", "denominator", "up", "even"),
    [
        (1, 2, 1, 0),
        (3, 2, 2, 2),
        (-1, 2, -1, 0),
        (-3, 2, -2, -2),
        (5, -2, -3, -2),
        (7, 3, 2, 2),
        (-8, 3, -3, -3),
        (0, 5, 0, 0),
    ],
)
def test_halves_go_away_from_zero_or_to_the_even_neighbour(
    numerator: int, denominator: int, up: int, even: int
) -> None:
    assert (round_half_up(numerator, denominator), round_half_even(numerator, denominator)) == (up, even)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [500_000, 500_000], [3, 2]),
        (10, [1, 2, 3], [2, 3, 5]),
        (1, [0, 1], [0, 1]),
        (0, [1, 1], [0, 0]),
    ],
)
def test_the_odd_cents_go_to_the_largest_remainders_and_in_a_tie_to_the_first(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert apportion(total, weights) == parts


@given(st.integers(-(10**17), 10**17), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_the_parts_add_up_and_mirror_those_of_the_opposite_total(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert apportion(-total, weights) == [-part for part in parts]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="must not be negative and must add up to more than 0"):
        apportion(100, weights)
