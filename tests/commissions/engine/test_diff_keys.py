"""What each key of a plan says when it comes, changes and goes: every case is told there and back."""

import json
from typing import Any

import pytest

from commissions.engine import diff as module
from commissions.engine.diff import diff
from commissions.engine.diff_entries import Choice, Part
from commissions.engine.diff_keys import AFTER_CURVE, BEFORE_CURVE, OF_CREDIT, OF_PLANS, PER_UNIT
from commissions.engine.diff_rows import BY_BLOCKS, ROWS
from commissions.engine.diff_tables import OF_TABLES
from commissions.engine.document import load_plan
from commissions.engine.schema import (
    BelowZero,
    Clawback,
    Component,
    Credit,
    Draw,
    Measure,
    OnLeaving,
    OtherCurrencies,
    PlanDocument,
    QuotaRules,
    Spiff,
    Step,
    Trigger,
)

FLAT = {"key": "a", "name": "A", "rate": "5%"}
TEAM = FLAT | {"window": "month", "credit": {"of": "team"}}
UNITS = {"key": "a", "name": "A", "measure": "quantity", "pay_per_unit": 2}
CRM = {"key": "crm", "name": "CRM", "weight": "40%"}
OBJECTIVES = [CRM, {"key": "talks", "name": "Talks", "weight": "60%"}]
SCORE: dict[str, Any] = {"key": "a", "name": "A", "measure": "score", "objectives": OBJECTIVES, "window": "quarter"}
SCORE |= {"pays": "target", "rate": 1}
STEPS = {"key": "a", "name": "A", "measure": "score", "window": "quarter", "tiers": "stepped"}
NOTHING = {"from": 0, "pay": 0}
TIERS: dict[str, Any] = {"key": "a", "name": "A", "window": "month", "tiers": "marginal"}
ROW = {"from": 0, "rate": "1%"}
EACH = {"from": 0, "pay_per_unit": 1}
FACTORS = [{"from": "0%", "times": "80%"}, {"from": "80%", "times": "100%"}]
BY_KPI = "what the KPI “csat” came to (80% from 0% on, 100% from 80% on)"
LATER = "50% at once, 50% after 3 months"
DATED = "50% at once, 25% after one day, 25% on 2027-01-31"
AT_ONCE = {"share": "50%", "due": "at_once"}
DRAW = {"kind": "recoverable", "amount": 1000}


def plan(component: dict[str, Any], **keys: object) -> PlanDocument:
    document = {"plan": "P", "currency": "USD", "period": "month", "components": [component], **keys}
    return load_plan(json.dumps(document))


def texts(old: PlanDocument, new: PlanDocument) -> list[str]:
    return [str(change.said) for change in diff(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        (
            FLAT,
            UNITS,
            [
                "It now counts how many units were sold.",
                "Each unit or deal now earns the same: USD 2.",
                "The one rate of 5% no longer holds.",
            ],
            [
                "It now counts money.",
                "Units or deals no longer earn USD 2 each.",
                "Everything now earns one rate: 5%.",
            ],
        ),
        (
            UNITS,
            UNITS | {"measure": "count", "pay_per_unit": 3},
            ["It now counts deals: each is one, whatever its amount.", "Each unit or deal earns USD 3, not USD 2."],
            ["It now counts how many units were sold.", "Each unit or deal earns USD 2, not USD 3."],
        ),
        (
            FLAT,
            SCORE,
            [
                "Credits add up over a quarter, not each deal by itself.",
                "Rates and amounts are shares of the target incentive, not money.",
                "It now counts a score that the manager gives, and no deals.",
                "The score is now made of these objectives: CRM 40%, Talks 60%.",
                "The rate rises from 5% to 100%.",
            ],
            [
                "Credits add up over each deal by itself, not a quarter.",
                "Rates and amounts are money, not shares of the target incentive.",
                "It now counts money.",
                "The score is now one, no longer made of these objectives: CRM 40%, Talks 60%.",
                "The rate falls from 100% to 5%.",
            ],
        ),
        (
            SCORE,
            SCORE | {"objectives": [CRM | {"weight": "100%"}]},
            ["The score is made of these objectives: CRM 100%. Before: CRM 40%, Talks 60%."],
            ["The score is made of these objectives: CRM 40%, Talks 60%. Before: CRM 100%."],
        ),
        (
            STEPS | {"curve": [NOTHING, {"from": "80%", "pay": 500}]},
            STEPS | {"curve": [NOTHING, {"from": "90%", "pay": 500}]},
            ["The pay of USD 500 is reached at 90%, not at 80%."],
            ["The pay of USD 500 is reached at 80%, not at 90%."],
        ),
        (
            TIERS | {"curve": [ROW, {"from": 1000, "rate": "2%"}]},
            TIERS | {"curve": [ROW, {"from": 1000, "rate": "2%", "bonus": 50}]},
            ["Reaching USD 1,000 now pays a bonus, once: USD 50."],
            ["The bonus for reaching USD 1,000 is gone; it was USD 50."],
        ),
        (
            TIERS | {"curve": [ROW, {"from": 1000, "rate": "2%", "bonus": 40}]},
            TIERS | {"curve": [ROW, {"from": 2000, "rate": "2%", "bonus": 50}]},
            [
                "The rate of 2% begins at USD 2,000, not at USD 1,000.",
                "The bonus for reaching USD 2,000 rises from USD 40 to USD 50.",
            ],
            [
                "The rate of 2% begins at USD 1,000, not at USD 2,000.",
                "The bonus for reaching USD 1,000 falls from USD 50 to USD 40.",
            ],
        ),
        (
            TIERS | {"curve": [ROW]},
            TIERS | {"curve": [ROW, {"from": 1000, "rate": "2%", "bonus": 50}]},
            ["A tier from USD 1,000 is new; its rate is 2%.", "Reaching USD 1,000 now pays a bonus, once: USD 50."],
            [
                "The tier from USD 1,000 is gone; its rate was 2%.",
                "The bonus for reaching USD 1,000 is gone; it was USD 50.",
            ],
        ),
        (
            TIERS | {"measure": "quantity", "curve": [EACH, {"from": 10, "pay_per_unit": 2}]},
            TIERS | {"measure": "quantity", "curve": [EACH, {"from": 10, "pay_per_unit": 3}]},
            ["What each one earns from 10 units rises from USD 2 to USD 3."],
            ["What each one earns from 10 units falls from USD 3 to USD 2."],
        ),
        (
            TIERS | {"measure": "count", "curve": [EACH]},
            TIERS | {"measure": "count", "curve": [EACH, {"from": 1, "pay_per_unit": 2}]},
            ["A tier from one deal is new; there each one earns USD 2."],
            ["The tier from one deal is gone; there each one earned USD 2."],
        ),
        (
            TIERS | {"measure": "count", "curve": [EACH, {"from": 10, "pay_per_unit": 2}]},
            TIERS | {"measure": "count", "curve": [EACH, {"from": 2000, "pay_per_unit": 2}]},
            ["Each one earns USD 2 from 2,000 deals, not from 10 deals."],
            ["Each one earns USD 2 from 10 deals, not from 2,000 deals."],
        ),
        (
            FLAT,
            FLAT | {"multiply": {"kpi": "csat", "curve": FACTORS}},
            [f"Pay is now multiplied by a factor that goes by {BY_KPI}."],
            [f"Pay is no longer multiplied by a factor; it went by {BY_KPI}."],
        ),
        (
            FLAT | {"floor": {"per": "month", "amount": 500}},
            FLAT | {"floor": {"per": "year", "amount": 600}},
            ["The floor rises from USD 500 to USD 600.", "The floor holds per year, not per month."],
            ["The floor falls from USD 600 to USD 500.", "The floor holds per month, not per year."],
        ),
        (
            FLAT,
            FLAT | {"floor": {"per": "month", "amount": 500}},
            ["A floor is new: it pays at least USD 500 per month, once something counts."],
            ["The floor of USD 500 per month is gone."],
        ),
        (
            FLAT | {"cap": {"per": "month", "amount": 500}},
            FLAT | {"cap": {"per": "month", "amount": 500, "excess": "carry"}},
            ["What goes beyond the cap is now paid later in the year, where there is room."],
            ["What goes beyond the cap is now never paid."],
        ),
        (
            TEAM,
            TEAM | {"pool": {"share": "contribution"}},
            ["The team now earns it together, and each member gets what she contributed."],
            ["The team no longer earns it together: each member is paid for all that the team sells."],
        ),
        (
            FLAT | {"spiff": {"from": "2026-03-01", "until": "2026-04-01", "first": 5}},
            FLAT | {"spiff": {"from": "2026-03-02", "until": "2026-05-01", "first": 6, "per": "payee", "budget": 900}},
            [
                "It counts deals that close on 2026-03-02 or later; before, from 2026-03-01 on.",
                "It counts deals that close before 2026-05-01, not before 2026-04-01.",
                "Only the first 6 deals are paid, not the first 5.",
                "Towards the first so many deals now each payee's own count.",
                "A budget is new: everybody on the plan together gets at most USD 900 of it.",
            ],
            [
                "It counts deals that close on 2026-03-01 or later; before, from 2026-03-02 on.",
                "It counts deals that close before 2026-04-01, not before 2026-05-01.",
                "Only the first 5 deals are paid, not the first 6.",
                "Towards the first so many deals those of everybody on the plan count together.",
                "The budget of USD 900 for everybody on the plan together is gone.",
            ],
        ),
        (
            FLAT,
            FLAT | {"spiff": {"from": "2026-03-01", "until": "2026-04-01", "first": 5}},
            [
                "It now counts only deals that close on 2026-03-01 or later.",
                "It now counts only deals that close before 2026-04-01.",
                "Only the first so many deals are now paid: 5.",
            ],
            [
                "It no longer has a first day on which deals must close; it was 2026-03-01.",
                "It no longer ends; deals had to close before 2026-04-01.",
                "It no longer pays only the first 5 deals.",
            ],
        ),
        (
            FLAT,
            FLAT | {"payout": [AT_ONCE, {"share": "50%", "due": "paid"}]},
            ["What it earns is now paid in parts: 50% at once, 50% as the customer pays."],
            ["What it earns is now paid all at once. Before: 50% at once, 50% as the customer pays."],
        ),
        (
            FLAT | {"payout": [AT_ONCE, {"share": "50%", "after": "3 months"}]},
            FLAT | {"payout": [AT_ONCE, {"share": "25%", "after": "1 day"}, {"share": "25%", "on_date": "2027-01-31"}]},
            [f"What it earns is now paid in these parts: {DATED}. Before: {LATER}."],
            [f"What it earns is now paid in these parts: {LATER}. Before: {DATED}."],
        ),
        (
            FLAT,
            FLAT | {"credit": {"trigger": "paid"}},
            ["A deal now counts as the customer pays, each payment for its part."],
            ["A deal now counts when it is won, on its closing day."],
        ),
    ],
)
def test_what_a_component_counts_and_pays_is_told_there_and_back(
    old: dict[str, Any], new: dict[str, Any], there: list[str], back: list[str]
) -> None:
    assert (texts(plan(old), plan(new)), texts(plan(new), plan(old))) == (there, back)


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        (
            {},
            {"fiscal_year_starts": "april"},
            ["Its years, and their quarters, start in April, not in January."],
            ["Its years, and their quarters, start in January, not in April."],
        ),
        (
            {},
            {"other_currencies": "convert"},
            ["The plan now converts deals in other currencies, at the rate of the day they closed."],
            ["Deals in other currencies no longer count."],
        ),
        (
            {},
            {"cap": {"per": "year", "amount": 9000}},
            ["A cap on everything together is new: at most USD 9,000 per year."],
            ["The cap on everything together, USD 9,000 per year, is gone."],
        ),
        (
            {},
            {"quotas": {"prorate": "working_days", "ramp": ["50%", "75%"]}},
            [
                (
                    "For who joins or leaves within a period, quotas and targets now count by working days, Mondays to "
                    "Fridays."
                ),
                "In the first months on the plan only a part of the quota now counts, by month: 50%, 75%.",
            ],
            [
                "For who joins or leaves within a period, quotas and targets now count in full.",
                "The quota now counts in full from the first month on the plan.",
            ],
        ),
        (
            {},
            {"draw": DRAW | {"periods": 6, "most_owed": 3000, "forgive_after": 0}},
            [
                "A draw is new: pay in advance of what is earned, USD 1,000 with each statement.",
                "The draw pays only what earnings are short of it.",
                "What the draw advances is owed, and taken back from later earnings.",
                "The draw now ends after statement 6 of a payee.",
                "A payee can now owe at most USD 3,000: what goes beyond isn't advanced.",
                "What is still owed is now forgiven with statement 1 after the draw's end.",
            ],
            ["The draw is gone: nothing is paid in advance of what is earned."],
        ),
        (
            {"draw": DRAW},
            {"draw": DRAW | {"recover_at_most": "50%"}},
            ["At most 50% of what a later statement earns is taken to recover what is owed, not 100%."],
            ["At most 100% of what a later statement earns is taken to recover what is owed, not 50%."],
        ),
        (
            {},
            {"below_zero": "carry"},
            ["A statement below zero now pays nothing, and the rest is taken from later statements."],
            ["What a statement is below zero is now owed at once."],
        ),
        (
            {},
            {"clawback": {"within_days": 90, "mode": "prorated"}},
            [
                "A deal that is cancelled takes back pay only within 90 days of closing now, later nothing.",
                "The longer a deal was kept before it is cancelled, the less of its pay is now taken back.",
            ],
            ["A deal that is cancelled now takes back all that it earned, whenever that happens."],
        ),
        (
            {"clawback": {"within_days": 90}},
            {"clawback": {"within_days": 1}},
            ["A deal that is cancelled takes back pay within one day of closing, not within 90 days."],
            ["A deal that is cancelled takes back pay within 90 days of closing, not within one day."],
        ),
        (
            {"clawback": {"within_days": 90, "unpaid": {"after_days": 30}}},
            {
                "clawback": {
                    "within_days": 90,
                    "mode": "paid",
                    "attainment": "leave",
                    "unpaid": {"after_days": 60, "from": "invoiced", "again": "when_paid"},
                }
            },
            [
                "A deal that is cancelled now takes back no more than it had been paid.",
                "A deal that is taken back now counts on towards tiers and quotas.",
                (
                    "A deal that isn't paid in full is taken back 60 days after the invoice, until it is paid, not 30 "
                    "days after closing."
                ),
            ],
            [
                "A deal that is cancelled in that time now takes back all that it earned.",
                "A deal that is taken back no longer counts towards tiers and quotas.",
                (
                    "A deal that isn't paid in full is taken back 30 days after closing, not 60 days after the "
                    "invoice, until it is paid."
                ),
            ],
        ),
        (
            {"on_leaving": {"held": "pay"}},
            {"on_leaving": {"held": "forfeit", "owed": "forgive"}},
            [
                "Pay that isn't due yet when somebody leaves is now never paid.",
                "What somebody owes who leaves is now forgiven.",
            ],
            [
                "Pay that is held back for somebody who leaves is now paid with the last statement.",
                "What somebody owes who leaves now stays owed.",
            ],
        ),
    ],
)
def test_the_rules_of_a_whole_plan_are_told_there_and_back(
    old: dict[str, Any], new: dict[str, Any], there: list[str], back: list[str]
) -> None:
    """On a component of held pay by quota, where each of them has something to say."""
    component = TIERS | {"against": "quota", "curve": [{"from": "0%", "rate": "5%"}]}
    one, other = (
        plan(component | {"payout": [AT_ONCE, {"share": "50%", "due": "paid"}]}, **keys) for keys in (old, new)
    )
    assert (texts(one, other), texts(other, one)) == (there, back)


def test_every_key_has_words_of_its_own() -> None:
    of_components = {"key", "when", "rate", "curve", "credit", *module.FACTS_OF_COMPONENTS, *BEFORE_CURVE, *AFTER_CURVE}
    of_components |= {*OF_TABLES, *PER_UNIT, *BY_BLOCKS}
    assert set(Component.model_fields) == of_components
    of_plans = {"format", "components", "examples", *module.FACTS_OF_PLANS, *OF_PLANS}
    assert set(PlanDocument.model_fields) == of_plans
    assert set(Credit.model_fields) == {"of", "depth", *OF_CREDIT}
    assert set(Step.model_fields) == {"from_", "bonus", "rates", "block", *ROWS}
    spiff = AFTER_CURVE["spiff"]
    assert isinstance(spiff, Part)
    assert {field.alias or name for name, field in Spiff.model_fields.items()} == set(spiff.keys)
    for model, key in ((Draw, "draw"), (Clawback, "clawback"), (OnLeaving, "on_leaving"), (QuotaRules, "quotas")):
        entry = OF_PLANS[key]
        assert isinstance(entry, Part)
        assert set(model.model_fields) == set(entry.keys)


def test_every_choice_has_a_sentence() -> None:
    for entry, values in (
        (BEFORE_CURVE["measure"], Measure),
        (OF_CREDIT["trigger"], Trigger),
        (OF_PLANS["other_currencies"], OtherCurrencies),
        (OF_PLANS["below_zero"], BelowZero),
    ):
        assert isinstance(entry, Choice)
        assert set(entry.says) == set(values)
