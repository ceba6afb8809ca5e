"""What changed between two plans, in words."""

import doctest

import pytest

from commissions.engine import diff as module
from commissions.engine import diff_keys, lines, words
from commissions.engine.diff import diff
from commissions.engine.document import load_plan
from commissions.engine.lines import line_of

PLAN = """
plan: Account Executive
currency: USD
period: month
components:
  - key: new
    name: New business
    window: quarter
    against: quota
    tiers: marginal
    curve:
      - {from: 0%, rate: 5%}
      - {from: 50%, rate: 8%}
  - key: bonus
    name: Bonus
    when: deal.amount > 100
    window: quarter
    tiers: interpolated
    curve:
      - {from: 0, pay: 0}
      - {from: 1000, pay: 50}
    cap: {per: quarter, amount: 4000}
  - key: flat
    name: Flat
    rate: 3%
examples:
  - name: a deal
    payee: {quota: 1000}
    deals: [{id: A, closed: 2026-01-10, amount: 100}]
    expect: {2026-01: {new: 5}}
"""


def said(old: str, new: str) -> list[str]:
    """What a replacement in the plan's text changes."""
    assert old in PLAN
    found = diff(load_plan(PLAN), load_plan(PLAN.replace(old, new)))
    return [f"{change.name}: {change.said}" if change.name else str(change.said) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("rate: 8%", "rate: 9%", "New business: The rate from 50% rises from 8% to 9%."),
        ("rate: 8%", "rate: 7.5%", "New business: The rate from 50% falls from 8% to 7.5%."),
        ("from: 50%", "from: 60%", "New business: The rate of 8% begins at 60%, not at 50%."),
        (
            "      - {from: 50%, rate: 8%}\n",
            "      - {from: 50%, rate: 8%}\n      - {from: 100%, rate: 12%}\n",
            "New business: A tier from 100% is new; its rate is 12%.",
        ),
        (
            "      - {from: 50%, rate: 8%}\n",
            "",
            "New business: The tier from 50% is gone; its rate was 8%.",
        ),
        (
            "    rate: 3%",
            "    rate: 3%\n    credit: {of: team}",
            "Flat: It counts the deals of the payee's team, not the payee's own deals.",
        ),
        ("pay: 50}", "pay: 60}", "Bonus: The pay at USD 1,000 rises from USD 50 to USD 60."),
        ("from: 1000,", "from: 2000,", "Bonus: The pay of USD 50 is reached at USD 2,000, not at USD 1,000."),
        ("amount: 4000}", "amount: 3000}", "Bonus: The cap falls from USD 4,000 to USD 3,000."),
        ("{per: quarter, amount", "{per: year, amount", "Bonus: The cap holds per year, not per quarter."),
        ("    cap: {per: quarter, amount: 4000}\n", "", "Bonus: The cap of USD 4,000 per quarter is gone."),
        ("rate: 3%", "rate: 4%", "Flat: The rate rises from 3% to 4%."),
        ("name: Flat", "name: Small deals", "Small deals: It is called Small deals, not Flat."),
        (
            "    when: deal.amount > 100\n",
            "",
            "Bonus: Every deal counts now. Before: deal.amount > 100.",
        ),
        (
            "when: deal.amount > 100",
            "when: deal.amount > 200",
            "Bonus: The condition is deal.amount > 200. Before: deal.amount > 100.",
        ),
        (
            "window: quarter\n    tiers: interpolated",
            "window: year\n    tiers: interpolated",
            "Bonus: Credits add up over a year, not a quarter.",
        ),
        (
            "tiers: marginal",
            "tiers: marginal\n    starts_when: exceeded",
            "New business: A tier begins once its threshold is exceeded, not reached.",
        ),
        (
            "    rate: 3%",
            "    rate: 3%\n    credit: {roles: [partner]}",
            "Flat: It now pays who has one of these roles in a deal: partner. Before: owner.",
        ),
        ("  - key: flat\n    name: Flat\n    rate: 3%\n", "", "Flat: This component is gone."),
        ("period: month", "period: quarter", "A statement covers a quarter, not a month."),
        ("{new: 5}", "{new: 6}", "The example “a deal” expects 2026-01: {new: 6}, not 2026-01: {new: 5}."),
        ("amount: 100}]", "amount: 101}]", "The facts of the example “a deal” change."),
    ],
)
def test_a_change_is_told_in_words(old: str, new: str, text: str) -> None:
    assert said(old, new) == [text]


def test_a_new_component_is_told_with_its_rates() -> None:
    added = "    rate: 3%\n  - {key: extra, name: Extra, rate: 2%, when: deal.amount > 5, cap: {per: deal, amount: 9}}"
    assert said("    rate: 3%", added) == [
        "Extra: This component is new.",
        "Extra: Only some deals count now: deal.amount > 5.",
        "Extra: Everything now earns one rate: 2%.",
        "Extra: A cap is new: at most USD 9 per deal.",
    ]


def test_a_renamed_example_is_one_gone_and_one_new() -> None:
    assert said("name: a deal", "name: one deal") == [
        "The example “one deal” is new.",
        "The example “a deal” is gone.",
    ]


def test_comments_and_another_way_to_write_a_number_change_nothing() -> None:
    assert said("rate: 8%}", "rate: 0.080} # as agreed") == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("plan", 2),
        ("components", 5),
        ("components[0].curve[1].rate", 13),
        ("components[1].cap.amount", 22),
        ("components[0].curve[9].rate", 11),
        ("examples[0].expect.2026-01.new", 30),
        ("nothing", 2),
    ],
)
def test_a_path_is_found_on_its_line(path: str, line: int) -> None:
    assert line_of(PLAN, path) == line


def test_text_that_is_no_yaml_has_no_lines() -> None:
    assert line_of("a: [", "a") is None


@pytest.mark.parametrize("documented", [module, diff_keys, lines, words], ids=lambda one: one.__name__)
def test_docstrings_show_what_happens(documented: object) -> None:
    outcome = doctest.testmod(documented)  # type: ignore[arg-type]
    assert (outcome.failed, outcome.attempted > 0) == (0, True)


def test_the_levels_of_reports_are_told() -> None:
    plans = [
        PLAN.replace("rate: 3%", f"rate: 3%\n    credit: {{of: reports{depth}}}") for depth in (", depth: [1]", "")
    ]
    narrow, wide = map(load_plan, plans)
    assert [str(change.said) for change in diff(wide, narrow)] == ["Of reports, these levels count: 1."]
    assert [str(change.said) for change in diff(narrow, wide)] == ["Of reports, all levels count."]


def test_a_target_and_its_weights_are_told() -> None:
    money = "{key: a, name: A, window: month, against: quota, tiers: stepped, curve: [{from: 0, pay: 0}, {from: 1, pay: %s}]}"  # noqa: E501
    plan = "{plan: P, currency: USD, period: month, components: [%s]}"
    one = load_plan(plan % (money % "1"))
    other = load_plan(plan % (money % "80%").replace("window: month", "window: month, pays: target, weight: 100%"))
    assert [str(change.said) for change in diff(one, other)] == [
        "Rates and amounts are shares of the target incentive, not money.",
        "Its share of the target incentive is now 100%.",
        "The pay at 100% falls from USD 1 to 80%.",
    ]
