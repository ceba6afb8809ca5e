"""Chains of approval: their document, which steps apply, who may take them."""

import doctest
import json
import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.engine.approval import (
    DEFAULT_CHAIN,
    ApprovalChain,
    Authority,
    Candidates,
    ChainStep,
    Decision,
    Figures,
    People,
    Refusal,
    Verdict,
    Who,
    applies,
    authority,
    candidates,
    chain_from_json,
    chain_to_json,
    may_withdraw,
    progress,
)
from commissions.engine.errors import PlanInvalid

ANA, MIA, GUS, FINN, FAY, ADA = range(1, 7)
MANAGER, FINANCE, ADMIN = (ChainStep(who=who) for who in (Who.MANAGER, Who.FINANCE, Who.ADMIN))
COMPANY = People(ANA, managers=(MIA, GUS), finance=frozenset({FINN, FAY}), admins=frozenset({ADA}))


def test_the_documentation_holds() -> None:
    modules = [import_module(f"commissions.engine.approval.{name}") for name in ("chain", "people", "progress")]
    assert [doctest.testmod(module).failed for module in modules] == [0, 0, 0]


@pytest.mark.parametrize(
    "document",
    [
        {"steps": [{"who": "finance"}]},
        {"steps": [{"who": "manager"}, {"who": "finance", "above": {"USD": 0, "IDR": 50_000_000}}]},
        {"steps": [{"who": "manager"}, {"who": "person", "person": 7, "variance": "0.3"}], "same_person": True},
    ],
)
def test_a_chain_is_stored_as_it_was_written(document: dict[str, Any]) -> None:
    assert chain_to_json(chain_from_json(document)) == document


def test_the_chain_in_the_documentation_is_one() -> None:
    text = (Path(__file__).parents[3] / "docs" / "approvals.md").read_text()
    document = json.loads(text.partition("```json\n")[2].partition("```")[0])
    chained = chain_from_json(document)
    assert [step.who for step in chained.steps] == list(Who)
    described = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert described == {*ChainStep.model_fields, *ApprovalChain.model_fields}


def test_the_default_is_one_step_of_finance() -> None:
    assert chain_to_json(DEFAULT_CHAIN) == {"steps": [{"who": "finance"}]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "A chain is a set of keys. Start with `steps: [{who: finance}]`."),
        ({}, "steps: steps is missing. Add it."),
        ({"steps": []}, "steps: It is empty. Write at least one."),
        (
            {"steps": [{"who": "boss"}]},
            "steps[0].who: 'boss' isn't known here. Write one of: manager, finance, admin, person.",
        ),
        (
            {"steps": [{"who": "finance", "abov": {}}]},
            ("steps[0].abov: Unknown key abov. Did you mean above? Known here: who, person, above, variance."),
        ),
        (
            {"step": [], "steps": [{"who": "finance"}]},
            ("step: Unknown key step. Did you mean steps? Known here: steps, same_person."),
        ),
        ({"steps": [{"who": "person"}]}, "steps[0]: Which person? Add `person` with the person's id."),
        (
            {"steps": [{"who": "admin", "person": 3}]},
            ("steps[0].person: Only a step of a person names one. Take it off, or write `who: person`."),
        ),
        (
            {"steps": [{"who": "finance"}, {"who": "admin", "above": {"EURO": 1}}]},
            ("steps[1].above: EURO is no currency. Write its ISO 4217 code in capitals, such as USD."),
        ),
        (
            {"steps": [{"who": "finance"}, {"who": "admin", "above": {"EUR": -1}}]},
            ("steps[1].above.EUR: -1 is no limit. Write an amount from 0 on, in minor units."),
        ),
        (
            {"steps": [{"who": "finance"}, {"who": "admin", "above": {"EUR": 1.5}}]},
            ("steps[1].above.EUR: 1.5 is no amount. Write whole minor units: 500000 for 5,000.00."),
        ),
        (
            {"steps": [{"who": "finance"}, {"who": "admin", "above": {}}]},
            "steps[1].above: It is empty. Write at least one.",
        ),
        (
            {"steps": [{"who": "finance"}, {"who": "admin", "variance": "1001%"}]},
            ("steps[1].variance: A variance lies between 0 and 1000 per cent. Write one such as 0.3."),
        ),
        (
            {"steps": [{"who": "finance", "variance": "5%"}]},
            (
                "steps: Statements below every limit would be approved by nobody. Take "
                "`above` and `variance` off one of the steps."
            ),
        ),
        (
            {"steps": [{"who": "person", "person": 3}, {"who": "person", "person": 3}]},
            (
                "steps[1].person: This person has a step before "
                "it, and nobody takes two steps of one statement. Name somebody else, or allow it with "
                "`same_person: true`."
            ),
        ),
    ],
)
def test_nonsense_is_refused_with_place_reason_and_what_to_write(document: Any, said: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        chain_from_json(document)
    assert str(refused.value) == said


@pytest.mark.parametrize(("payable", "expected"), [(500_00, False), (500_01, True), (-500_00, False), (-500_01, True)])
def test_an_amount_is_a_limit_that_may_be_reached(payable: int, expected: bool) -> None:
    step = ChainStep(who=Who.ADMIN, above={"USD": 500_00})
    assert applies(step, Figures("USD", payable)) is expected


def test_a_currency_without_a_limit_is_asked_about() -> None:
    assert applies(ChainStep(who=Who.ADMIN, above={"USD": 10**9}), Figures("IDR", 1)) is True


@pytest.mark.parametrize(
    ("payable", "earlier", "expected"),
    [
        (130, (100, 100, 100), False),
        (131, (100, 100, 100), True),
        (43, (33, 33, 34), False),  # 30 % above 33 1/3 is 43 1/3
        (44, (33, 33, 34), True),
        (0, (0, 0), False),
        (1, (0, 0), True),
        (5, (), True),  # nothing to compare with
        (-100, (-100,), False),
        (-131, (-100,), True),
    ],
)
def test_a_variance_is_measured_by_the_mean_of_the_statements_before(
    payable: int, earlier: tuple[int, ...], expected: bool
) -> None:
    step = ChainStep(who=Who.ADMIN, variance=Decimal("0.3"))
    assert applies(step, Figures("USD", payable, earlier)) is expected


def test_of_an_amount_and_a_variance_one_is_enough() -> None:
    step = ChainStep(who=Who.ADMIN, above={"USD": 1000}, variance=Decimal("0.5"))
    steady, jumped = Figures("USD", 900, (900,)), Figures("USD", 900, (100,))
    assert [applies(step, figures) for figures in (steady, jumped, Figures("USD", 1001, (1001,)))] == [
        False,
        True,
        True,
    ]


TWO = ApprovalChain(steps=(MANAGER, ChainStep(who=Who.ADMIN, above={"USD": 10**9}), FINANCE))


def by(step: int, person: int, verdict: Verdict = Verdict.APPROVED, away: int | None = None) -> Decision:
    return Decision(step, verdict, person, away)


def test_steps_are_taken_in_order_and_those_that_do_not_apply_are_left_out() -> None:
    figures = Figures("USD", 100)
    seen = [progress(TWO, figures, taken) for taken in ([], [by(0, MIA)], [by(0, MIA), by(2, FINN)])]
    assert [(each.next_step, each.is_approved) for each in seen] == [(0, False), (2, False), (None, True)]
    assert [state.index for state in seen[0].steps] == [0, 2]


def test_a_rejection_stands_until_it_is_withdrawn() -> None:
    rejected = [by(0, MIA), by(2, FINN, Verdict.REJECTED)]
    found = progress(TWO, Figures("USD", 1), rejected)
    assert (found.rejected, found.next_step, found.is_approved) == (rejected[1], None, False)
    again = progress(TWO, Figures("USD", 1), [*rejected, by(2, FINN, Verdict.WITHDRAWN)])
    assert (again.rejected, again.next_step) == (None, 2)


def test_a_rejection_is_withdrawn_by_who_made_it_or_by_finance_and_never_by_the_payee() -> None:
    rejection = by(0, MIA, Verdict.REJECTED, away=GUS)
    allowed = [each for each in range(1, 8) if may_withdraw(each, rejection, COMPANY)]
    assert allowed == [MIA, GUS, FINN, FAY, ADA]
    assert not may_withdraw(FINN, rejection, People(FINN, (), frozenset({FINN}), frozenset()))


def test_nobody_approves_her_own_pay() -> None:
    finns = People(FINN, managers=(ADA,), finance=frozenset({FINN, FAY}), admins=frozenset({ADA}))
    assert candidates(FINANCE, finns) == Candidates(frozenset({FAY, ADA}), Who.FINANCE)
    circle = People(MIA, managers=(MIA, GUS), finance=frozenset({FINN}), admins=frozenset())
    assert candidates(MANAGER, circle).people == {GUS}
    alone = People(ADA, managers=(), finance=frozenset(), admins=frozenset({ADA}))
    assert candidates(ADMIN, alone) == Candidates(frozenset(), Who.FINANCE, stands_in=True)


def test_where_there_is_no_manager_finance_stands_in() -> None:
    chief = People(GUS, managers=(), finance=frozenset({FINN}), admins=frozenset({ADA}))
    assert candidates(MANAGER, chief) == Candidates(frozenset({FINN, ADA}), Who.FINANCE, stands_in=True)


def test_a_step_names_a_person_who_may_have_left() -> None:
    step = ChainStep(who=Who.PERSON, person=9)
    there = People(ANA, (), frozenset({FINN}), frozenset(), named=frozenset({9}))
    assert candidates(step, there) == Candidates(frozenset({9}), Who.PERSON)
    gone = People(ANA, (), frozenset({FINN}), frozenset())
    assert candidates(step, gone) == Candidates(frozenset({FINN}), Who.FINANCE, stands_in=True)


def test_who_took_a_step_takes_no_other_unless_the_chain_says_so() -> None:
    chained = ApprovalChain(steps=(FINANCE, FINANCE))
    taken = progress(chained, Figures("USD", 1), [by(0, FINN, away=ADA)]).taken
    assert taken == {FINN, ADA}
    found = candidates(FINANCE, COMPANY, taken)
    assert found.people == {FAY}
    assert authority(FINN, found, COMPANY, taken, {}) is Refusal.TOOK_A_STEP
    several = chained.model_copy(update={"same_person": True})
    assert progress(several, Figures("USD", 1), [by(0, FINN)]).taken == frozenset()


def test_a_delegate_acts_for_who_is_away_but_never_about_her_own_pay() -> None:
    found = candidates(MANAGER, COMPANY)
    assert authority(GUS, found, COMPANY, (), {MIA: [GUS]}) == Authority(on_behalf_of=MIA)
    assert authority(ANA, found, COMPANY, (), {MIA: [ANA]}) is Refusal.OWN_PAY
    assert authority(FINN, found, COMPANY, (), {GUS: [FINN]}) is Refusal.NOT_HERS  # GUS isn't asked


def test_a_delegate_does_not_approve_the_pay_of_who_is_away() -> None:
    mias = People(MIA, managers=(GUS,), finance=frozenset({FINN}), admins=frozenset())
    assert authority(ANA, candidates(MANAGER, mias), mias, (), {MIA: [ANA]}) is Refusal.NOT_HERS


ids = st.integers(1, 8)
steps = st.one_of(
    st.builds(ChainStep, who=st.sampled_from([Who.MANAGER, Who.FINANCE, Who.ADMIN])),
    st.builds(
        lambda who, limit: ChainStep(who=who, above={"USD": limit}),
        st.sampled_from([Who.FINANCE, Who.ADMIN]),
        st.integers(0, 300),
    ),
    st.builds(lambda person: ChainStep(who=Who.PERSON, person=person), ids),
)  # fmt: skip
chains = st.builds(ApprovalChain, steps=st.lists(steps, min_size=1, max_size=5).map(tuple), same_person=st.booleans())
companies = st.builds(
    People, payee=ids, managers=st.lists(ids, max_size=3).map(tuple), finance=st.frozensets(ids, max_size=3),
    admins=st.frozensets(ids, max_size=2), named=st.frozensets(ids),
)  # fmt: skip


@given(chains, companies, st.integers(-400, 400), st.dictionaries(ids, st.lists(ids, max_size=2)), st.data())
def test_however_people_click_it_is_approved_by_the_right_ones_only(
    chained: ApprovalChain, company: People, payable: int, delegates: dict[int, list[int]], data: st.DataObject
) -> None:
    figures, decisions = Figures("USD", payable), list[Decision]()
    for user in data.draw(st.lists(ids, max_size=20)):
        found = progress(chained, figures, decisions)
        if found.next_step is None:
            break
        free = candidates(chained.steps[found.next_step], company, found.taken)
        right = authority(user, free, company, found.taken, delegates)
        if isinstance(right, Authority):
            decisions.append(by(found.next_step, user, away=right.on_behalf_of))
    voices = [voice for each in decisions for voice in (each.by, each.on_behalf_of) if voice is not None]
    assert company.payee not in voices
    assert chained.same_person or len(voices) == len(set(voices))
    wanted = [index for index, step in enumerate(chained.steps) if applies(step, figures)]
    taken = [each.step for each in decisions]
    assert taken == wanted[: len(taken)]
    assert progress(chained, figures, decisions).is_approved is (taken == wanted)
