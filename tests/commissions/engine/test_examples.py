from decimal import Decimal

from commissions.engine.document import load_plan
from commissions.engine.examples import Difference, ExampleResult, run_examples
from tests.commissions.engine.plan_texts import ACCELERATOR


def run(examples: str, plan: str = ACCELERATOR) -> list[ExampleResult]:
    return run_examples(load_plan(plan + "examples:\n" + examples))


def test_an_example_that_holds_passes() -> None:
    assert run(
        """
  - name: a deal that straddles the first tier
    payee: {quota: 100000}
    deals: [{id: A, closed: 2026-01-10, amount: 40000}, {id: B, closed: 2026-01-20, amount: 20000}]
    expect: {2026-01: {new-business: 3300, payable: 3300}}
"""
    ) == [ExampleResult("a deal that straddles the first tier", passed=True, differences=())]


def test_an_example_that_does_not_hold_says_by_how_much_and_where() -> None:
    (result,) = run(
        """
  - name: wrong twice
    payee: {quota: 100000}
    deals: [{id: A, closed: 2026-01-10, amount: 40000}, {id: B, closed: 2026-02-20, amount: 20000}]
    expect: {2026-01: {new-business: 2000}, 2026-02: {new-business: 1, payable: 2}}
"""
    )
    assert not result.passed
    assert result.differences == (
        Difference("payee", "2026-02", "new-business", Decimal(1), Decimal("1300.00")),
        Difference("payee", "2026-02", "payable", Decimal(2), Decimal("1300.00")),
    )


def test_a_difference_says_which_credits_did_not_count() -> None:
    (result,) = run(
        """
  - name: no quota
    deals: [{id: A, closed: 2026-01-10, amount: 40000}]
    expect: {2026-01: {payable: 1}}
"""
    )
    assert result.differences[0].notices == (("quota_missing", "new-business 2026-Q1"),)


def test_a_period_of_expectations_may_be_longer_than_a_statement() -> None:
    (result,) = run(
        """
  - name: a quarter of months
    payee: {quota: {2026-Q1: 100000}}
    deals: [{id: A, closed: 2026-01-10, amount: 40000}, {id: B, closed: 2026-03-20, amount: 20000}]
    expect: {2026-01: {payable: 2000}, 2026-02: {payable: 0}, 2026-Q1: {payable: 3300}, 2026: {payable: 3300}}
"""
    )
    assert result.passed


def test_an_empty_text_is_a_missing_one_as_in_the_database() -> None:
    (result,) = run(
        """
  - name: no type
    payee: {quota: 100000}
    deals: [{id: A, closed: 2026-01-10, amount: 40000, type: "", customer: {country: ""}}]
    expect: {2026-01: {payable: 0}}
""",
        ACCELERATOR.replace(
            "tiers: marginal", """when: 'deal.type != "x" or customer.country = ""'\n    tiers: marginal"""
        ),
    )
    assert result.differences == ()


def test_spaces_around_the_label_of_a_period_are_no_part_of_it() -> None:
    (result,) = run(
        """
  - name: a space before the quarter
    payee: {quota: {" 2026-Q1": 100000}}
    deals: [{id: A, closed: 2026-01-10, amount: 40000}]
    expect: {"2026-01 ": {payable: 2000}}
"""
    )
    assert result.differences == ()


def test_several_people_share_a_deal_each_against_a_quota_of_their_own() -> None:
    (result,) = run(
        """
  - name: sixty to forty
    payees: {ana: {quota: 100000}, ben: {quota: {2026-Q1: 40000}}}
    deals:
      - {id: A, closed: 2026-01-10, amount: 100000, splits: {ana: 60%, ben: 40%}}
      - {id: B, closed: 2026-01-11, amount: 1000, owner: ben}
    expect:
      ana: {2026-01: {payable: 3300}}
      ben: {2026-01: {payable: 2720}}
"""
    )
    assert result.differences == ()


def test_an_example_beyond_exact_arithmetic_fails_with_the_reason() -> None:
    plan = ACCELERATOR.replace("tiers: marginal", "base: deal.amount * 1000\n    tiers: marginal")
    (result,) = run(
        """
  - name: too large
    payee: {quota: 100000}
    deals: [{id: A, closed: 2026-01-10, amount: 900000000000000}]
    expect: {2026-01: {payable: 1}}
""",
        plan,
    )
    assert (result.passed, result.differences) == (False, ())
    assert (
        str(result.error)
        == "The base of a deal exceeds 100,000,000,000,000,000 minor units. Check `base` and the amounts."
    )


ENGINEERS = """
plan: Engineers
currency: USD
period: month
components:
  - {key: own, name: Own, rate: 5%}
  - {key: overlay, name: Overlay, credit: {roles: [engineer, helper]}, rate: 1%}
"""


def test_who_has_another_role_in_a_deal_earns_by_it_and_takes_nothing_from_its_owner() -> None:
    (result,) = run(
        """
  - name: an engineer, and a deal of somebody on another plan whose engineer helped herself
    payees: {ana: {}, cia: {}}
    deals:
      - {id: A, closed: 2026-01-10, amount: 1000, owner: ana, roles: {engineer: {cia: 70%, ana: 30%}}}
      - id: B
        closed: 2026-01-11
        amount: 100.01
        splits: {seller: 100%}
        roles: {engineer: {cia: 100%}, helper: {cia: 50%, partner: 50%}}
    expect:
      ana: {2026-01: {own: 50, overlay: 3}}
      cia: {2026-01: {own: 0, overlay: 8.5}}
""",
        ENGINEERS,
    )
    assert result.differences == ()
    assert result.tried == {"own", "overlay"}


def test_one_payee_who_has_a_role_in_a_deal_without_owner_has_both() -> None:
    (result,) = run(
        """
  - name: alone
    deals: [{id: A, closed: 2026-01-10, amount: 1000, roles: {helper: {payee: 100%}}}]
    expect: {2026-01: {own: 50, overlay: 10, payable: 60}}
""",
        ENGINEERS,
    )
    assert result.passed
