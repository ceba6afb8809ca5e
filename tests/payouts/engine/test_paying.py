"""What is due and what is paid of it, case by case, and over any sequence of what can happen."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import exponent
from payouts.engine.paying import RATE_ONE, Decision, Reason, Terms, converted, decide, difference, usable_unit

RATE = 16_250 * RATE_ONE


@pytest.mark.parametrize(
    ("due", "currency", "terms", "paid"),
    [
        pytest.param(100_01, "USD", Terms("USD"), (100_01, 100_01), id="dollars are paid to the cent"),
        pytest.param(1_000_050, "IDR", Terms("IDR"), (1_000_000, 1_000_000), id="sen stay due"),
        pytest.param(100_01, "USD", Terms("IDR", rate_e12=RATE), (100_01, 162_516_300), id="whole rupiah"),
        pytest.param(1, "USD", Terms("KWD", rate_e12=RATE_ONE // 2), (1, 5), id="three decimals"),
        pytest.param(5, "JPY", Terms("USD", rate_e12=RATE_ONE // 1000 * 5), (5, 3), id="2.5 cents are 3"),
        pytest.param(50_00, "USD", Terms("USD", minimum_minor=50_00), (50_00, 50_00), id="the minimum itself is paid"),
    ],
)
def test_what_is_paid(due: int, currency: str, terms: Terms, paid: tuple[int, int]) -> None:
    found = decide(due, currency, terms)
    assert (found.taken_minor, found.paid_minor, found.reason) == (*paid, None)


@pytest.mark.parametrize(
    ("due", "terms", "reason"),
    [
        pytest.param(-1, Terms("USD", is_held=True), Reason.NEGATIVE, id="negative before held"),
        pytest.param(0, Terms("USD"), Reason.NOTHING, id="nothing"),
        pytest.param(1_00, Terms("USD", is_held=True, has_account=False), Reason.HELD, id="held"),
        pytest.param(1_00, Terms("IDR", has_account=False), Reason.NO_RATE, id="no rate"),
        pytest.param(1_00, Terms("USD", has_account=False), Reason.NO_ACCOUNT, id="no account"),
        pytest.param(49_99, Terms("USD", minimum_minor=50_00), Reason.BELOW_MINIMUM, id="below the minimum"),
        pytest.param(1, Terms("IDR", rate_e12=RATE_ONE), Reason.BELOW_UNIT, id="less than a rupiah"),
    ],
)
def test_why_nothing_is_paid(due: int, terms: Terms, reason: Reason) -> None:
    assert decide(due, "USD", terms) == Decision(due, 0, 0, reason=reason)


def test_sen_alone_are_below_the_unit() -> None:
    assert decide(99, "IDR", Terms("IDR")).reason is Reason.BELOW_UNIT


def test_who_is_chosen_by_name_is_paid_below_the_minimum() -> None:
    assert decide(1_00, "USD", Terms("USD", minimum_minor=50_00), heeds_minimum=False).paid_minor == 1_00


_CURRENCIES = st.sampled_from(["USD", "IDR", "JPY", "KWD", "EUR"])


@given(st.integers(1, 10**15), _CURRENCIES, _CURRENCIES, st.integers(1, 9_000_000 * RATE_ONE))
def test_a_conversion_is_the_exact_one_rounded_once(minor: int, source: str, target: str, rate: int) -> None:
    unit = usable_unit(target)
    exact = Fraction(minor, 10 ** exponent(source)) * Fraction(rate, RATE_ONE) * 10 ** exponent(target)
    found = converted(minor, source, target, rate, unit=unit)
    assert found % unit == 0
    assert -unit <= 2 * (exact - found) < unit  # half up: exactly a half below may not stay


@given(st.integers(-(10**15), 10**15), _CURRENCIES, st.integers(0, 10**9), st.booleans(), st.booleans())
def test_what_is_taken_and_what_is_left_are_what_is_due(
    due: int, currency: str, minimum: int, held: bool, has: bool
) -> None:
    found = decide(due, currency, Terms(currency, minimum, None, is_held=held, has_account=has))
    assert found.taken_minor + found.left_minor == due
    assert 0 <= found.paid_minor == found.taken_minor <= max(due, 0)
    assert (found.reason is None) == (found.paid_minor > 0)


_EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("close"), st.integers(-500_00, 500_00)),
        st.tuples(st.just("batch"), st.booleans()),
        st.tuples(st.just("hold"), st.booleans()),
        st.tuples(st.just("void"), st.integers(0, 20)),
        st.tuples(st.just("arrives"), st.integers(0, 20), st.integers(0, 900_00)),
    ),
    max_size=30,
)


@given(_EVENTS, _CURRENCIES, st.sampled_from(["same", "IDR", "USD"]), st.integers(0, 100_00))
def test_paid_and_still_due_are_what_was_payable_after_any_events(
    events: list[tuple[str, int]], currency: str, target: str, minimum: int
) -> None:
    target = currency if target == "same" else target
    payable, held = 0, False
    booked: list[tuple[int, int]] = []  # what was taken and what was paid, counter payouts included
    open_payouts: list[tuple[int, int]] = []
    for name, *arguments in events:
        due = payable - sum(taken for taken, _ in booked)
        if name == "close":
            payable += arguments[0]
        elif name == "hold":
            held = bool(arguments[0])
        elif name == "batch":
            terms = Terms(target, minimum, RATE, is_held=held)
            found = decide(due, currency, terms, heeds_minimum=bool(arguments[0]))
            assert found.taken_minor <= max(due, 0)
            if found.reason is None:
                booked.append((found.taken_minor, found.paid_minor))
                open_payouts.append(booked[-1])
        elif open_payouts:
            paid = open_payouts.pop(arguments[0] % len(open_payouts))
            really = 0 if name == "void" else arguments[1]
            booked.append(difference(*paid, really))
            assert paid[1] + booked[-1][1] == really
    still_due = payable - sum(taken for taken, _ in booked)
    assert sum(taken for taken, _ in booked) + still_due == payable
    if not open_payouts and all(paid == 0 for paid in _arrived(booked)):
        assert still_due == payable  # whatever came back whole is due again to the last minor unit


def _arrived(booked: list[tuple[int, int]]) -> list[int]:
    return [sum(paid for _, paid in booked)]
