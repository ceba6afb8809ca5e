"""Whose a deal was when a closed statement credited it: engine and oracle, and a few deals that one can follow."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commissions.engine.document import load_plan
from commissions.engine.events import Event
from commissions.engine.frames import CREDITED, SHARES
from commissions.engine.kept import keep
from commissions.engine.schema import Trigger
from tests.commissions.engine import oracle
from tests.commissions.engine.facts import YEAR, engine_lines, in_order
from tests.commissions.engine.oracle import Assigned, Deal, Facts, Payment, Share, Then
from tests.commissions.engine.strategies import SPLITS, facts

half = settings(max_examples=settings().max_examples // 2)
MONTHS = [(date(2026, month, 1), date(2026, month + 1, 1)) for month in (1, 3, 7)]
PAID_ON = [date(2026, 1, 31), date(2026, 3, 31), date(2026, 7, 1), date(2026, 10, 15)]


@st.composite
def handed_over(draw: st.DrawFn) -> Facts:
    """Deals paid or credited in parts, that change hands between their closed months, and are cancelled in the end."""
    found = draw(facts(versions=1, most_deals=3))
    parts = [part for document in found.versions.values() for part in document.components]
    assume(any(part.credit.trigger is Trigger.PAID or part.repeats for part in parts))
    deals = [
        replace(deal, closed=date(2026, 1, 1), cancelled=draw(st.sampled_from([None, date(2026, 12, 31)])), term=12)
        for deal in found.deals
    ]
    payments = [
        Payment(deal.key, f"P{index}", day, int(deal.amount * Fraction(draw(st.sampled_from(["1/3", "1/2", "-1/4"])))))
        for deal in deals
        for index, day in enumerate(PAID_ON)
    ]
    credited = [
        Then(deal.key, payee, ppm, role, *days)
        for deal in deals
        for days in draw(st.lists(st.sampled_from(MONTHS), min_size=1, unique=True))
        for role in ("owner", "helper")
        for payee, ppm in draw(SPLITS)
    ]
    ends = draw(st.sampled_from([None, None, date(2026, 6, 1)]))  # somebody leaves, and gives back all the same
    assignments = tuple(replace(each, end=ends) if each.payee == "ana" else each for each in found.assignments)
    return replace(
        found, deals=tuple(deals), payments=tuple(payments), credited=tuple(credited), assignments=assignments
    )


@half
@given(handed_over())
def test_the_engine_agrees_with_the_oracle_on_deals_that_change_hands(facts: Facts) -> None:
    assert engine_lines(facts) == in_order(oracle.lines_of(facts, *YEAR))


JANUARY, MARCH, MAY = date(2026, 1, 10), date(2026, 3, 10), date(2026, 5, 10)
ANA, BEN, CIA = 1, 2, 3
Move = tuple[str, date, int, int]  # event, day, and from where to where it moves, out of 6


def moved(moves: list[Move], then: list[tuple[int, tuple[date, date]]], now: int = BEN) -> list[tuple[object, ...]]:
    """Day, payee, before and after of each part, of a deal that one person has at a time."""
    rows = [
        {"deal": 7, "rule": "paid", "date": day, "event": event, "turn": turn, "before": before, "after": after,
         "bottom": 0, "whole": 6, "taking": None}
        for turn, (event, day, before, after) in enumerate(moves)
    ]  # fmt: skip
    shares = pl.DataFrame([(7, now, "owner", 1_000_000)], schema=SHARES, orient="row")
    known = [(7, payee, "owner", 1_000_000, *days) for payee, days in then]
    kept = keep(pl.DataFrame(rows), shares, pl.DataFrame(known, schema=CREDITED, orient="row"))
    given = kept.events.join(kept.shares, on="deal").sort("turn")
    assert set(kept.named(given)["deal"]) == {7}
    return list(given.select("date", "payee", "before", "after").iter_rows())


PAYMENTS: list[Move] = [(Event.PAID, JANUARY, 0, 2), (Event.PAID, MARCH, 2, 4), (Event.PAID, MAY, 4, 6)]
JUNE = date(2026, 6, 10)
CLOSED_JANUARY, CLOSED_MARCH = MONTHS[0], MONTHS[1]


@pytest.mark.parametrize(
    ("then", "owners"),
    [
        ([(ANA, CLOSED_JANUARY)], [ANA, BEN, BEN]),
        ([(ANA, CLOSED_JANUARY), (CIA, CLOSED_MARCH)], [ANA, CIA, BEN]),
        ([(ANA, CLOSED_MARCH)], [ANA, ANA, BEN]),  # January's had no statement of its own: as in the next one
    ],
    ids=["one month", "two months", "a later month"],
)
def test_a_payment_belongs_to_those_of_its_time(then: list[tuple[int, tuple[date, date]]], owners: list[int]) -> None:
    assert [row[1] for row in moved(PAYMENTS, then)] == owners


def test_a_cancellation_takes_back_from_each_what_she_was_credited_with() -> None:
    found = moved([*PAYMENTS, (Event.CANCELLED, JUNE, 6, 0)], [(ANA, CLOSED_JANUARY), (CIA, CLOSED_MARCH)])
    assert found[3:] == [(JUNE, BEN, 6, 4), (JUNE, CIA, 4, 2), (JUNE, ANA, 2, 0)]


def test_of_each_the_same_part_stays_where_time_decides() -> None:
    found = moved([*PAYMENTS, (Event.CANCELLED, JUNE, 6, 3)], [(ANA, CLOSED_JANUARY)])
    assert found[3:] == [(JUNE, BEN, 6, 4), (JUNE, ANA, 2, 1)]


def test_what_is_paid_back_is_what_came_last() -> None:
    found = moved([*PAYMENTS, (Event.PAID, JUNE, 6, 1)], [(ANA, CLOSED_JANUARY)])
    assert found[3:] == [(JUNE, BEN, 6, 2), (JUNE, ANA, 2, 1)]


def test_what_was_owed_and_is_paid_after_all_goes_to_those_who_gave_it_back() -> None:
    moves = [(Event.BOOKED, JANUARY, 0, 6), (Event.UNPAID, MARCH, 6, 0), (Event.PAID, MAY, 0, 6)]
    assert moved(moves, [(ANA, CLOSED_JANUARY)]) == [(JANUARY, ANA, 0, 6), (MARCH, ANA, 6, 0), (MAY, ANA, 0, 6)]


def test_a_deal_that_no_closed_statement_credited_is_the_present_owners() -> None:
    assert [row[1] for row in moved([*PAYMENTS, (Event.CANCELLED, JUNE, 6, 0)], [])] == [BEN] * 4


LEAVING = """
plan: Leaving
currency: USD
period: month
components: [{key: a, name: A, credit: {trigger: paid}, rate: 10%}]
clawback: {within_days: 100, mode: prorated, attainment: leave}
"""


def test_who_came_later_gives_back_the_same_part_of_what_he_was_paid() -> None:
    """Half a deal was credited to Ana in January and half to Ben in March; it is cancelled when half of the days are
    over: each gives back half of her or his 50.00.
    """
    deal = Deal("D", date(2026, 1, 1), 1_000_00, cancelled=date(2026, 2, 20))
    half_each = [Payment("D", f"P{day}", day, 500_00) for day in (date(2026, 1, 10), date(2026, 2, 10))]
    found = Facts(
        deals=(deal,), shares=(Share("D", "ben", 1_000_000),), payments=tuple(half_each), quotas={}, plans={1: 7},
        assignments=tuple(Assigned(name, 1, date(2025, 1, 1)) for name in ("ana", "ben")),
        versions={1: load_plan(LEAVING)}, credited=(Then("D", "ana", 1_000_000, "owner", *MONTHS[0]),),
    )  # fmt: skip
    lines = engine_lines(found)
    assert lines == in_order(oracle.lines_of(found, *YEAR))
    assert [(line.payee, line.event, line.amount) for line in sorted(lines, key=lambda line: line.date)] == [
        ("ana", "paid", 50_00), ("ben", "paid", 50_00), ("ana", "cancelled", -25_00), ("ben", "cancelled", -25_00),
    ]  # fmt: skip
