"""The order of bytes against the order of fractions."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leaderboards.engine.places import Standing, Wanted, rank, window, write

values = st.tuples(st.integers(-(10**30), 10**30), st.integers(1, 10**9 - 1))
names = st.text(min_size=1, max_size=60)


@given(st.lists(st.tuples(values, names), max_size=12))
def test_members_stand_in_the_order_of_their_exact_values(subjects: list[tuple[tuple[int, int], str]]) -> None:
    members = sorted((write(pk, name, *value) for pk, (value, name) in enumerate(subjects)), key=str.encode)
    order = [Standing.read(member).value for member in members]
    assert order == sorted((Fraction(*value) for value, _ in subjects), reverse=True)


@given(values, values)
def test_keys_are_equal_exactly_where_values_are(one: tuple[int, int], other: tuple[int, int]) -> None:
    keys = [Standing.read(write(1, "x", *value)).key for value in (one, other)]
    assert (keys[0] == keys[1]) == (Fraction(*one) == Fraction(*other))


def test_values_that_a_double_cannot_tell_apart_have_ranks_of_their_own() -> None:
    order = [Standing.read(write(pk, "x", value, 1)) for pk, value in ((1, 2**53 + 1), (2, 2**53))]
    assert [row.rank for row in rank(order)] == [1, 2]


@given(st.lists(st.integers(-3, 3), max_size=12))
def test_a_rank_counts_all_who_are_better(amounts: list[int]) -> None:
    members = sorted((write(pk, f"n{pk}", amount, 1) for pk, amount in enumerate(amounts)), key=str.encode)
    for row in rank(map(Standing.read, members)):
        better = [amount for amount in amounts if amount > row.standing.value]
        assert row.rank == 1 + len(better)
        assert row.gap == (min(better) - row.standing.value if better else None)


def test_where_less_is_better_the_order_turns_round() -> None:
    fast, slow = (write(pk, "x", days, 1, higher_is_better=False) for pk, days in ((1, 3), (2, 8)))
    assert fast < slow


def test_equals_stand_in_the_order_of_their_names_without_case_and_accents() -> None:
    members = [write(pk, name, 1, 1) for pk, name in enumerate(("zoe", "Émile", "eve", "Adi"))]
    assert [Standing.read(member).subject_id for member in sorted(members, key=str.encode)] == [3, 1, 2, 0]


def test_a_name_with_a_null_byte_is_still_read() -> None:
    assert Standing.read(write(5, "a\0b", 2, 3)).subject_id == 5


def test_the_window_of_somebody_without_a_rank_is_only_the_top() -> None:
    order = [Standing.read(write(pk, "x", -pk, 1)) for pk in range(5)]
    seen = window(order, Wanted(top=2, around=1, subject_id=99))
    assert (seen.ranked, len(seen.top), seen.around, seen.me) == (5, 2, [], None)
