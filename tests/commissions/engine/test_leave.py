"""What leave does to credit and to quotas, where plain figures show it; the oracle has the rest."""

from datetime import date

import pytest

from commissions.engine.diff import diff
from commissions.engine.diff_entries import Part
from commissions.engine.diff_keys import OF_PLANS
from commissions.engine.document import PlanInvalid, load_plan, to_json
from commissions.engine.examples import run_examples
from commissions.engine.frames import Notice
from commissions.engine.schema import LeaveRules, PlanDocument
from tests.commissions.engine.facts import result_of
from tests.commissions.engine.oracle import Assigned, Deal, Facts, Leave, Payment, Share

FLAT = "{plan: P, currency: USD, period: month, components: [{key: a, name: A, rate: 10%}]}"
AWAY = FLAT.replace("period: month,", "period: month, leave: {deals: not_credited},")
QUOTA = """
plan: P
currency: USD
period: month
quotas: {prorate: calendar_days}
components:
  - {key: a, name: A, window: month, against: quota, tiers: stepped, curve: [{from: 0%, pay: 0}, {from: 100%, pay: 1}]}
"""


BACK = date(2026, 3, 11)


def on(day: int, month: int = 3) -> date:
    return date(2026, month, day)


def sold(*deals: Deal, version: str = AWAY, payments: tuple[Payment, ...] = (), end: date | None = BACK) -> Facts:
    """Ana's, who is away in the first ten days of March."""
    return Facts(
        deals=deals,
        shares=tuple(Share(deal.key, "ana", 1_000_000) for deal in deals),
        assignments=(Assigned("ana", 1, date(2025, 1, 1)),),
        quotas={("ana", "month"): 310_00},
        versions={1: load_plan(version)},
        plans={1: 7},
        payments=payments,
        leaves=(Leave("ana", on(1), end),),
    )


def told(facts: Facts, code: Notice) -> list[str]:
    result, _ids = result_of(facts)
    return sorted(row["detail"] for row in result.notices.iter_rows(named=True) if row["code"] == code)


def amounts(facts: Facts) -> list[int]:
    lines = result_of(facts)[0].lines
    return [int(amount) for amount in lines.sort("seq")["amount"]]


def test_the_first_day_of_leave_is_one_and_the_first_day_back_is_none() -> None:
    days = [on(28, 2), on(1), on(10), on(11)]
    facts = sold(*(Deal(f"D{index}", day, 100_00 * (index + 1)) for index, day in enumerate(days)))
    assert amounts(facts) == [10_00, 40_00]
    assert told(facts, Notice.ON_LEAVE) == ["2026-03-01 P", "2026-03-10 P"]


def test_leave_without_an_end_goes_on() -> None:
    facts = sold(Deal("A", date(2026, 12, 31), 100_00), end=None)
    assert (amounts(facts), told(facts, Notice.ON_LEAVE)) == ([], ["2026-12-31 P"])


def test_a_plan_without_a_word_of_leave_pays_as_ever() -> None:
    facts = sold(Deal("A", on(5), 100_00), version=FLAT)
    assert (amounts(facts), told(facts, Notice.ON_LEAVE)) == ([10_00], [])


def test_a_refund_on_leave_takes_back_and_is_no_notice() -> None:
    facts = sold(Deal("A", on(27, 2), 100_00), Deal("B", on(5), -100_00))
    assert (amounts(facts), told(facts, Notice.ON_LEAVE)) == ([10_00, -10_00], [])


def test_what_was_never_credited_is_not_taken_back_and_told_but_once_for_each_payment() -> None:
    paid = AWAY.replace("rate: 10%", "rate: 10%, credit: {trigger: paid}")
    payments = (Payment("A", "P1", on(6), 50_00), Payment("A", "P2", on(20), 50_00))
    facts = sold(Deal("A", on(5), 100_00, cancelled=on(25)), version=paid, payments=payments)
    assert (amounts(facts), set(told(facts, Notice.ON_LEAVE))) == ([], {"2026-03-05 P"})


def test_the_version_of_the_day_on_which_a_deal_closed_decides() -> None:
    """From April on the plan credits deals of leave; one of March stays uncredited when it is paid."""
    paid = AWAY.replace("rate: 10%", "rate: 10%, credit: {trigger: paid}")
    old, new = load_plan(paid), load_plan(paid.replace("leave: {deals: not_credited}, ", ""))
    base = sold(Deal("A", on(5), 100_00), version=paid, payments=(Payment("A", "P", on(20, 4), 100_00),))
    assigned = (Assigned("ana", 1, date(2025, 1, 1), on(1, 4)), Assigned("ana", 2, on(1, 4)))
    there = Facts(**{**vars(base), "versions": {1: old, 2: new}, "plans": {1: 7, 2: 7}, "assignments": assigned})
    back = Facts(**{**vars(base), "versions": {1: new, 2: old}, "plans": {1: 7, 2: 7}, "assignments": assigned})
    assert (amounts(there), amounts(back)) == ([], [10_00])


@pytest.mark.parametrize(("rule", "counts"), [("calendar_days", 210_00), ("working_days", 310_00 * 15 // 22)])
def test_days_of_leave_lessen_a_quota_as_the_plan_counts_days(rule: str, counts: int) -> None:
    version = QUOTA.replace("calendar_days}", f"{rule}}}\nleave: {{quotas: prorated}}")
    lines = result_of(sold(Deal("A", on(5), 100_00), version=version))[0].lines
    # the oracle's quotas grow by two minor units until March
    assert [abs(quota - counts) <= 2 for quota in lines["quota"]] == [True]


def test_a_quota_whose_days_are_all_leave_is_at_nothing_and_not_missing() -> None:
    version = QUOTA.replace("calendar_days}", "calendar_days}\nleave: {quotas: prorated}")
    facts = sold(Deal("A", on(5), 100_00), version=version, end=on(1, 4))
    assert amounts(facts) == []
    assert told(facts, Notice.QUOTA_AT_NOTHING) == ["a 2026-03"]
    assert told(facts, Notice.QUOTA_MISSING) == []


def test_old_documents_read_and_hash_as_before() -> None:
    assert "leave" not in to_json(load_plan(FLAT))


def test_an_example_says_when_somebody_is_away() -> None:
    example = """
examples:
  - name: away
    payee: {quota: 31000, leave: [{from: 2026-03-01, until: 2026-03-11}]}
    deals: [{id: A, closed: 2026-03-12, amount: 21000}]
    expect: {2026-03: {a: 1}}
"""
    version = QUOTA.replace("calendar_days}", "calendar_days}\nleave: {quotas: prorated}")
    assert [each.passed for each in run_examples(load_plan(version + example))] == [True]
    assert [each.passed for each in run_examples(load_plan(QUOTA + example))] == [False]


@pytest.mark.parametrize(
    ("leave", "error"),
    [
        ("[{from: 2026-03-02, until: 2026-03-01}]", "examples[0].payee.leave[0]: It ends before it begins."),
        ("[{until: 2026-03-02}, {from: 2026-03-01}]", "examples[0].payee.leave[1]: payee is on leave on these days"),
    ],
)
def test_an_example_with_leave_that_cannot_be_is_refused(leave: str, error: str) -> None:
    example = f"examples: [{{name: x, payee: {{leave: {leave}}}, expect: {{2026-03: {{a: 0}}}}}}]"
    with pytest.raises(PlanInvalid) as refused:
        load_plan(AWAY.replace("components", f"{example}, components"))
    assert error in str(refused.value)


def test_scores_alone_have_no_deals_that_leave_could_keep() -> None:
    scores = "{key: a, name: A, measure: score, window: month, pays: target, rate: 1}"
    with pytest.raises(PlanInvalid, match=r"leave\.deals: Nothing here counts deals"):
        load_plan(AWAY.replace("{key: a, name: A, rate: 10%}", scores))


def said(old: PlanDocument, new: PlanDocument) -> list[str]:
    return [str(change.said) for change in diff(old, new)]


def test_what_leave_changes_is_told_there_and_back() -> None:
    target = "{key: a, name: A, window: month, against: quota, pays: target, rate: 1}"
    head = "plan: P, currency: USD, period: month, quotas: {prorate: calendar_days}"
    one = load_plan(f"{{{head}, leave: {{deals: not_credited}}, components: [{target}]}}")
    other = load_plan(f"{{{head}, leave: {{quotas: prorated, targets: prorated}}, components: [{target}]}}")
    assert said(one, other) == [
        "Deals that close while their payee is on leave are now credited.",
        "Days of leave now lessen quotas, as days off the plan do.",
        "Days of leave now lessen target incentives, as days off the plan do.",
    ]
    assert said(other, one) == [
        "Deals that close while their payee is on leave are no longer credited.",
        "Days of leave no longer lessen quotas.",
        "Days of leave no longer lessen target incentives.",
    ]


def test_every_key_of_leave_has_words_of_its_own() -> None:
    entry = OF_PLANS["leave"]
    assert isinstance(entry, Part)
    assert set(entry.keys) == set(LeaveRules.model_fields)
