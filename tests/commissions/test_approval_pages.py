"""Pages of approvals: the queue, a statement's steps, chains, who stands in."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from commissions.models import Approval, ApprovalChain, Delegation, Plan, StatementAcceptance
from commissions.selectors.approvals.waiting import written
from commissions.services import approvals
from tests.commissions.approving import approve, chain, publish, seen, sells_more, statement
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, won
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_pages import text_of
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
QUEUE = reverse("commissions:approvals")
MANY = reverse("commissions:approve-many")
AWAY = reverse("commissions:delegations")
CHAIN = reverse("commissions:chain-edit")
MANAGER, FINANCE, ADMIN = ({"who": who} for who in ("manager", "finance", "admin"))


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan() -> Plan:
    return published(FLAT).plan


@pytest.fixture
def company(cast: Cast, plan: Plan) -> Cast:
    """Ana's statement of May pays 100.00, Ben's 50.00; both wait for Mia, then for finance."""
    assign(plan, cast.ana, cast.ben)
    won(cast.ana, date(2026, 5, 10), 100_000)
    won(cast.ben, date(2026, 5, 10), 50_000)
    chain(MANAGER, FINANCE)
    publish()
    return cast


def page_of(payee: User) -> str:
    return reverse("commissions:approval", args=[statement(payee).pk])


def decide(client: Client, payee: User, verdict: str = "approved", **more: Any) -> Any:
    address = reverse("commissions:approval-decide", args=[statement(payee).pk])
    return client.post(address, {"seen": written(seen(payee)), "verdict": verdict, **more}, follow=True)


def waiting(client: Client, **query: str) -> list[str]:
    return [row.payee.name for row in client.get(QUEUE, query).context["rows"]]


def test_the_queue_has_what_waits_for_its_reader(company: Cast) -> None:
    mia, finn = signed_in(company.mia), signed_in(company.finn)
    assert (waiting(mia), waiting(finn)) == (["Ana", "Ben"], [])
    assert "Approvals 2" in text_of(mia.get("/"))
    assert "Nothing waits for you" in text_of(finn.get(QUEUE))
    decide(mia, company.ana)
    assert (waiting(mia), waiting(finn)) == (["Ben"], ["Ana"])
    decide(finn, company.ana)
    assert (waiting(mia), waiting(finn)) == (["Ben"], [])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "ana"}, ["Ana"]),
        ({"period": "2026-05"}, ["Ana", "Ben"]),
        ({"period": "2026-04"}, ["Ana", "Ben"]),  # none is calculated: nothing to filter by
        ({"period": "nonsense"}, ["Ana", "Ben"]),
        ({"who": "finance"}, []),
        ({"sort": "payable"}, ["Ana", "Ben"]),
        ({"sort": "nonsense"}, ["Ana", "Ben"]),
    ],
)
def test_the_queue_is_filtered(company: Cast, query: dict[str, str], names: list[str]) -> None:
    assert waiting(signed_in(company.mia), **query) == names


def test_the_queue_is_filtered_by_team_and_plan(company: Cast, plan: Plan) -> None:
    mia = signed_in(company.mia)
    other = published(FLAT.replace("plan: Flat", "plan: Other")).plan
    assert waiting(mia, team=str(company.west.pk)) == ["Ana"]
    assert waiting(mia, team=str(company.west.parent_id)) == ["Ana", "Ben"]
    assert waiting(mia, plan=str(plan.pk)) == ["Ana", "Ben"]
    assert waiting(mia, plan=str(other.pk)) == []


def test_what_differs_most_from_the_statements_before_comes_first(company: Cast) -> None:
    for payee, amount in ((company.ana, 99_000), (company.ben, 100_000)):
        won(payee, date(2026, 4, 10), amount)
    calculated("2026-04")
    approvals.route_all(now=NOW)
    page = signed_in(company.mia).get(QUEUE)
    assert [(row.payee.name, row.mean_minor) for row in page.context["rows"]] == [("Ben", 10_000), ("Ana", 9_900)]
    assert "−50%" in text_of(page)


def test_what_is_ticked_is_approved(company: Cast) -> None:
    mia = signed_in(company.mia)
    done = mia.post(MANY, {"row": [written(seen(company.ana))], "comment": "May is fine"}, follow=True)
    assert "1 statement was approved." in text_of(done)
    assert list(Approval.objects.values_list("payee", "comment")) == [(company.ana.pk, "May is fine")]
    assert "Nothing was chosen" in text_of(mia.post(MANY, {}, follow=True))
    assert "Nothing was chosen" in text_of(mia.post(MANY, {"row": ["x", "1:2"]}, follow=True))


def test_all_are_approved_but_those_left_out_and_those_that_changed_meanwhile(company: Cast, plan: Plan) -> None:
    eve = person("Eve", Role.REP)
    assign(plan, eve)
    won(eve, date(2026, 5, 10), 1_000)
    publish()
    chain(FINANCE)
    approvals.route_all(now=NOW)
    finn = signed_in(company.finn)
    page = finn.get(QUEUE, {"all": "1"})
    assert "All 3 statements are chosen" in text_of(page)
    sealed = page.context["sealed"]
    left_out = written(seen(company.ben))
    sells_more(company.ana)
    done = finn.post(MANY, {"sealed": sealed, "but": [left_out]})
    text = text_of(done)
    assert "1 statement was approved. Of the rest, each says why not." in text
    assert "it paid $100.00 then, and pays $101.00 now" in text
    assert list(Approval.objects.values_list("payee", flat=True)) == [eve.pk]
    assert "Nothing was chosen" in text_of(finn.post(MANY, {"sealed": sealed + "x"}, follow=True))


def test_the_number_of_queries_of_the_queue_does_not_grow(company: Cast, plan: Plan) -> None:
    mia, counts = signed_in(company.mia), []
    chain({"who": "person", "person": company.mia.pk})
    for start in (0, 30):
        people = User.objects.bulk_create(
            User(name=f"R{n}", email=f"{n}@example.com") for n in range(start, start + 20)
        )
        assign(plan, *people)
        publish()
        approvals.route_all(now=NOW)
        with CaptureQueriesContext(connection) as queries:
            mia.get(QUEUE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_statement_shows_its_steps_and_a_payee_accepts_it(company: Cast) -> None:
    ana = signed_in(company.ana)
    address = reverse("commissions:statement", args=[statement(company.ana).pk])
    assert "Published" in text_of(ana.get(address))
    assert "Manager of the payee waits for Mia" in text_of(ana.get(address))
    accept = reverse("commissions:statement-accept", args=[statement(company.ana).pk])
    done = ana.post(accept, {"seen": written(seen(company.ana))}, follow=True)
    assert "You accepted this statement on 23 Nov 2026, 16:00." in text_of(done)
    assert StatementAcceptance.objects.count() == 1
    assert "Accepted" in text_of(ana.get(reverse("commissions:statements")))
    sells_more(company.ana)
    text = text_of(ana.get(address))
    assert "Ana accepted $100.00 on 23 Nov 2026, 16:00. It has changed since, and pays $101.00 now." in text
    old = ana.post(accept, {"seen": f"{statement(company.ana).pk}:1:0:10000"}, follow=True)
    assert "it paid $100.00 then, and pays $101.00 now" in text_of(old)


def test_an_open_period_has_drafts_and_no_steps(company: Cast) -> None:
    won(company.ana, date(2026, 6, 1), 1_000)
    calculated("2026-06")
    ana = signed_in(company.ana)
    text = text_of(ana.get(reverse("commissions:statement", args=[statement(company.ana, "2026-06").pk])))
    assert "Draft" in text
    assert "waits for" not in text
    assert "Draft" in text_of(ana.get(reverse("commissions:statements")))


def test_what_was_approved_and_changed_says_so(company: Cast) -> None:
    approve(company.ana, company.mia)
    approve(company.ana, company.finn, comment="Paid as agreed")
    address = reverse("commissions:statement", args=[statement(company.ana).pk])
    finn = signed_in(company.finn)
    assert "Paid as agreed" in text_of(finn.get(address))
    sells_more(company.ana)
    text = text_of(finn.get(address))
    assert "Approved at $100.00 on 23 Nov 2026, 16:00 by Finn. It has changed since, and pays $101.00 now" in text
    assert "Published" in text


def test_a_rejection_asks_for_a_reason_and_can_be_withdrawn(company: Cast) -> None:
    mia = signed_in(company.mia)
    refused = decide(mia, company.ana, "rejected")
    assert (refused.status_code, "Say why" in text_of(refused)) == (422, True)
    assert "You rejected Ana" in text_of(decide(mia, company.ana, "rejected", comment="Deal 7 is missing"))
    assert "Deal 7 is missing" in text_of(mia.get(page_of(company.ana)))
    done = decide(mia, company.ana, "withdrawn", comment="It is there")
    assert "The rejection of Ana, May 2026 is withdrawn" in text_of(done)
    assert waiting(mia) == ["Ana", "Ben"]


def test_who_stands_in_sees_and_approves_what_waits_for_who_is_away(company: Cast) -> None:
    gus = person("Gus", Role.MANAGER)
    client = signed_in(gus)
    assert client.get(page_of(company.ana)).status_code == 404
    approvals.delegate(
        from_user=company.mia, to_user=gus, starts_on=NOW.date(), last_on=NOW.date(), acting_user=company.mia, now=NOW
    )
    assert waiting(client) == ["Ana", "Ben"]
    assert "You stand in for Mia." in text_of(client.get(page_of(company.ana)))
    assert client.get(reverse("commissions:statement", args=[statement(company.ana).pk])).status_code == 404
    decide(client, company.ana)
    row = Approval.objects.get()
    assert (row.by, row.on_behalf_of) == (gus, company.mia)
    assert "Gus for Mia" in text_of(client.get(page_of(company.ana)))
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert waiting(signed_in(gus)) == []


def test_a_rep_who_stands_in_for_nobody_has_no_queue(company: Cast) -> None:
    ana = signed_in(company.ana)
    assert ana.get(QUEUE).status_code == 403
    assert QUEUE not in ana.get("/").content.decode()


def days(**more: Any) -> dict[str, Any]:
    return {"starts_on": "2026-12-01", "last_on": "2026-12-24"} | more


def test_a_manager_lets_somebody_stand_in_and_ends_it(company: Cast) -> None:
    mia = signed_in(company.mia)
    done = mia.post(AWAY, days(to_user=company.finn.pk), follow=True)
    assert "Finn stands in, 1 – 24 Dec 2026." in text_of(done)
    again = mia.post(AWAY, days(to_user=company.ada.pk, starts_on="2026-12-24", last_on="2026-12-30"))
    assert (again.status_code, "Finn stands in until 24 Dec 2026 already" in text_of(again)) == (422, True)
    row = Delegation.objects.get()
    mia.post(reverse("commissions:delegation-end", args=[row.pk]))
    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"starts_on": "2026-12-25"}, "The last day lies before the first"),
        ({"starts_on": "2026-11-01", "last_on": "2026-11-22"}, "These days are over"),
        ({"to_user": "mia"}, "stand in for oneself"),
        ({"to_user": "ana"}, "Select a valid choice"),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(company: Cast, sent: dict[str, str], said: str) -> None:
    people = {"mia": company.mia.pk, "ana": company.ana.pk}
    to_user = people.get(sent.get("to_user", ""), company.finn.pk)
    page = signed_in(company.mia).post(AWAY, days(**{**sent, "to_user": to_user}))
    assert page.status_code == 422
    assert said in text_of(page) or "valid choice" in said


def test_an_administrator_lets_somebody_stand_in_for_another(company: Cast) -> None:
    signed_in(company.ada).post(AWAY, days(from_user=company.mia.pk, to_user=company.finn.pk))
    row = Delegation.objects.get()
    assert (row.from_user, row.to_user, row.created_by) == (company.mia, company.finn, company.ada)


def test_a_delegation_under_way_ends_today(company: Cast) -> None:
    today = NOW.date()
    row = approvals.delegate(
        from_user=company.mia, to_user=company.finn, starts_on=today, last_on=today + timedelta(days=9),
        acting_user=company.mia, now=NOW,
    )  # fmt: skip
    approvals.end_delegation(delegation=row, acting_user=company.mia, now=NOW + timedelta(days=2))
    row.refresh_from_db()
    assert (row.during.lower, row.during.upper) == (today, today + timedelta(days=2))


def test_an_administrator_writes_a_chain_in_rows(company: Cast, plan: Plan) -> None:
    ada = signed_in(company.ada)
    sent = {
        "s0-who": "manager", "s1-who": "person", "s1-person": company.finn.pk, "s1-above_USD": "1,250.50",
        "s3-who": "admin", "s3-variance": "30", "same_person": "1",
    }  # fmt: skip
    shown = ada.post(f"{CHAIN}?plan={plan.pk}", {**sent, "preview": "1"})
    assert [(row.payee.name, row.who) for row in shown.context["previewed"]] == [
        ("Ana", "Mia → Ada"),
        ("Ben", "Mia → Ada"),
    ]
    assert ApprovalChain.objects.filter(plan=plan).count() == 0
    saved = ada.post(f"{CHAIN}?plan={plan.pk}", sent, follow=True)
    assert "Finn: above $1,250.50" in text_of(saved)
    assert "Administrator: 30% from the mean of the last three" in text_of(saved)
    assert ApprovalChain.objects.get(plan=plan).document == {
        "steps": [
            {"who": "manager"},
            {"who": "person", "person": company.finn.pk, "above": {"USD": 125_050}},
            {"who": "admin", "variance": "0.3"},
        ],
        "same_person": True,
    }
    page = ada.get(f"{CHAIN}?plan={plan.pk}").content.decode()
    assert re.search(r'name="s1-above_USD"[^>]*value="1,250.50"|value="1,250.50"[^>]*name="s1-above_USD"', page)
    ada.post(f"{CHAIN}?plan={plan.pk}", {"remove": "1"})
    assert ApprovalChain.objects.filter(plan=plan).order_by("pk").last().document is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "It is empty. Write at least one."),
        ({"s0-who": "person"}, "Which person?"),
        ({"s0-who": "finance", "s0-above_USD": "many"}, "is no number"),
        ({"s0-who": "finance", "s0-above_USD": "5"}, "Statements below every limit would be approved by nobody"),
        ({"s0-who": "finance", "s1-who": "admin", "s1-variance": "2000"}, "between 0 and 1000 per cent"),
        ({"s0-who": "finance", "s1-above_USD": "5"}, "known here. Write one of"),
    ],
)
def test_a_chain_that_makes_no_sense_is_refused_at_its_row(company: Cast, sent: dict[str, str], said: str) -> None:
    page = signed_in(company.ada).post(CHAIN, sent)
    assert (page.status_code, said in text_of(page)) == (422, True)
    assert ApprovalChain.objects.count() == 1


@pytest.mark.parametrize("query", ["?plan=0", "?team=0", "?plan=x", "?plan=1&team=1", "?plan=" + "9" * 30])
def test_a_chain_of_what_is_not_there_is_not_there(company: Cast, query: str) -> None:
    assert signed_in(company.ada).get(CHAIN + query).status_code == 404
