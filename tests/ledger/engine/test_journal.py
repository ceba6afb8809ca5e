"""The journal: every movement once, debits equal to credits, the most specific account."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.engine.document import load_plan
from commissions.engine.schema import PlanDocument
from commissions.engine.terms import settled
from ledger.engine import journal as module
from ledger.engine.journal import Account, Chart, Kind, Movement, Rule, UnbalancedError, journal, settling

MINOR = st.integers(0, 10**12)
PLANS = [
    load_plan(
        "{plan: A, currency: USD, period: month, components: [{key: a, name: A, rate: 5%}], "
        f"draw: {{kind: {kind}, amount: 1000}}, below_zero: {below}}}"
    )
    for kind in ("recoverable", "non_recoverable")
    for below in ("pay", "carry")
]


def test_the_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(st.sampled_from(PLANS), st.integers(-(10**9), 10**9), MINOR, MINOR, MINOR)
def test_what_is_between_earned_and_payable_balances(
    plan: PlanDocument, earned: int, owed: int, held: int, released: int
) -> None:
    found = settled(plan, earned=earned, owed=owed, number=0, held=held, released=released)
    between = settling(found, currency="USD", plan="A", team="West")
    rows = journal(
        [Movement(Kind.EARNED, "USD", earned, "A", "a", "West"), *between, Movement(Kind.PAYABLE, "USD", found.payable)]
    )
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    assert all(min(row.debit, row.credit) == 0 < max(row.debit, row.credit) for row in rows)


def test_a_draw_is_an_asset_until_it_is_recovered_and_a_guarantee_an_expense() -> None:
    advances = [settled(plan, earned=40_000, owed=0, number=0) for plan in (PLANS[0], PLANS[2])]
    kinds = [{each.kind: each.amount for each in settling(one, currency="USD", plan="A", team="")} for one in advances]
    assert kinds == [{Kind.LENT: 60_000}, {Kind.GUARANTEED: 60_000}]


def test_the_account_that_says_more_takes_it() -> None:
    chart = Chart(
        [
            Rule(Kind.EARNED, Account("1", "team"), team="West"),
            Rule(Kind.EARNED, Account("2", "plan"), plan="AE"),
            Rule(Kind.EARNED, Account("3", "component"), component="new"),
            Rule(Kind.EARNED, Account("4", "all three"), "AE", "new", "West"),
        ]
    )
    codes = [
        chart.account(Movement(Kind.EARNED, "USD", 1, *where)).code
        for where in (
            ("", "", "West"),
            ("AE", "", "West"),
            ("AE", "new", "East"),
            ("AE", "new", "West"),
            ("B", "x", "E"),
        )
    ]
    assert codes == ["1", "2", "3", "4", "6010"]


def test_books_that_differ_are_not_handed_out() -> None:
    with pytest.raises(UnbalancedError, match="Debits of 5 and credits of 4 minor units EUR"):
        journal([Movement(Kind.EARNED, "EUR", 5), Movement(Kind.PAYABLE, "EUR", 4)])


def test_what_is_taken_back_is_on_the_other_side() -> None:
    rows = journal([Movement(Kind.EARNED, "USD", -500), Movement(Kind.PAYABLE, "USD", -500)])
    assert [(row.account.code, row.debit, row.credit) for row in rows] == [("2110", 500, 0), ("6010", 0, 500)]
