"""The period as finance's screen: the next step, the checklist, what happened, and no query more for more payees."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts.models import Role
from commissions import services
from commissions.models import ApprovalException, ChecklistTick, Period, PeriodMove, Run, Settlement, Statement
from commissions.selectors.checklist import Item, checklist
from commissions.services.acceptances import accept_version
from core.history import Actor, acting
from core.periods import parse_period
from sales.models import Deal
from tests.commissions.facts import FLAT, assign, calculated, period, published, won
from tests.commissions.test_closing import NOW, put, ready
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
MAY = "/commissions/periods/2026-05/"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def may(cast: Cast) -> Period:
    assign(published(FLAT).plan, cast.ana, cast.ben)
    won(cast.ana, date(2026, 5, 10), 100_000)
    won(cast.ben, date(2026, 5, 11), 50_000)
    services.recalculate_stale(now=NOW)
    calculated("2026-05")
    return period("2026-05")


@pytest.fixture
def finn(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.finn, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def items(found: Period) -> dict[str, Item]:
    return {item.key: item for item in checklist(found).items}


@pytest.mark.parametrize(
    ("status", "button"),
    [("open", "Start the review"), ("review", "Approve the period"), ("approved", "Close the period")],
)
def test_one_primary_button_leads_to_the_next_step(may: Period, finn: Client, status: str, button: str) -> None:
    put(may, status)
    page = finn.get(MAY).content.decode()
    assert page.count("btn-primary") == 1
    assert button in page


@pytest.mark.parametrize("status", ["closed", "paid"])
def test_nothing_is_left_to_do_with_a_closed_period(may: Period, finn: Client, status: str) -> None:
    put(may, status)
    page = finn.get(MAY).content.decode()
    assert "btn-primary" not in page
    assert "Tick off" not in page


def test_the_way_from_open_to_closed_by_the_page(may: Period, finn: Client, cast: Cast) -> None:
    assert finn.post(MAY + "move", {"act": "start_review"}).status_code == 302
    refused = finn.post(MAY + "move", {"act": "approve"})
    assert refused.status_code == 422
    assert "Not everything of the checklist is ticked off" in text_of(refused)
    every = [item for item in checklist(may).items if item.key != "approved"]
    finn.post(MAY + "checklist", {"tick": [f"{item.key}={item.figure}" for item in every]})
    chosen = list(may.statements.values_list("pk", flat=True))
    assert finn.post(MAY + "exceptions", {"statement": chosen, "reason": "agreed by phone"}).status_code == 302
    finn.post(MAY + "checklist", {"tick": "approved=0"})
    assert finn.post(MAY + "move", {"act": "approve"}).status_code == 302
    assert finn.post(MAY + "move", {"act": "close"}).status_code == 302
    assert period("2026-05").status == "approved"  # until the workers have been through all statements
    services.work_on_run(run_id=Run.objects.get(kind="close").pk, clock=lambda: NOW)
    assert period("2026-05").status == "closed"
    assert list(PeriodMove.objects.values_list("after", "by__name")) == [
        ("review", "Finn"), ("approved", "Finn"), ("closed", "Finn")
    ]  # fmt: skip
    again = finn.post(MAY + "move", {"act": "close"})
    assert again.status_code == 422
    assert "Finn closed 2026-05 a moment ago (01:04)." in text_of(again)


def test_a_step_back_needs_a_reason_which_the_page_keeps(may: Period, finn: Client) -> None:
    put(may, "review")
    assert finn.post(MAY + "move", {"act": "reopen", "note": ""}).status_code == 422
    finn.post(MAY + "move", {"act": "reopen", "note": "Ben's deal was wrong"})
    page = text_of(finn.get(MAY))
    assert "Taken back to open Ben&#x27;s deal was wrong Finn · 4 Jun 2026, 01:04" in page


def test_a_tick_remembers_who_and_is_out_of_date_once_the_figure_changes(may: Period, finn: Client, cast: Cast) -> None:
    finn.post(MAY + "checklist", {"tick": "owners=0"})
    finn.post(MAY + "checklist", {"tick": "owners=0"})  # a second click
    assert [(tick.by, tick.figure) for tick in ChecklistTick.objects.all()] == [(cast.finn, "0")]
    assert items(may)["owners"].is_ticked
    won(None, date(2026, 5, 30), 1_000)
    owners = items(may)["owners"]
    assert (owners.is_ticked, owners.is_out_of_date, owners.state, owners.figure) == (False, True, "bad", "1")
    assert "Finn ticked this off on 4 Jun 2026, 01:04; it has changed since." in text_of(finn.get(MAY))
    old = finn.post(MAY + "checklist", {"tick": "owners=0"})
    assert old.status_code == 422
    assert "Deals without owner says something else than when you looked." in text_of(old)


def test_a_tick_can_be_taken_back_and_both_stay_on_record(may: Period, finn: Client) -> None:
    finn.post(MAY + "checklist", {"tick": "owners=0"})
    finn.post(MAY + "checklist", {"take_back": "owners"})
    assert not items(may)["owners"].is_ticked
    assert list(ChecklistTick.objects.order_by("pk").values_list("item", "is_done")) == [
        ("owners", True), ("owners", False)
    ]  # fmt: skip


def test_an_exception_can_be_taken_back(may: Period, finn: Client) -> None:
    ana = may.statements.get(payee__name="Ana")
    finn.post(MAY + "exceptions", {"statement": ana.pk, "reason": "on leave"})
    assert "on leave" in text_of(finn.get(MAY + "exceptions"))
    finn.post(MAY + f"exceptions/{ApprovalException.objects.get().pk}/withdraw")
    assert not ApprovalException.objects.exists()


def test_an_exception_without_a_reason_is_refused_with_the_form(may: Period, finn: Client) -> None:
    answer = finn.post(MAY + "exceptions", {"statement": may.statements.first().pk, "reason": ""})  # type: ignore[union-attr]
    assert answer.status_code == 422
    assert "Say why these statements need no approval" in text_of(answer)


def test_everything_in_order_says_so(may: Period, cast: Cast) -> None:
    for payee in (cast.ana, cast.ben):
        version = payee.assignments.get().plan.versions.get()
        accept_version(version=version, name=payee.name, acting_user=payee, now=NOW)
    may.statements.update(approved_revision=F("revision"))
    assert {key: item.state for key, item in items(may).items() if item.state != "good"} == {}


def test_each_item_of_the_checklist_finds_what_it_is_for(may: Period, cast: Cast) -> None:
    won(None, date(2026, 5, 30), 1_000)
    won(cast.ana, date(2026, 5, 30), 1_000, currency="EUR")
    person("Cleo", Role.REP)
    april = Period.objects.create(kind="month", start=date(2026, 4, 1), end=date(2026, 5, 1))
    Statement.objects.create(
        payee=cast.ana, period=april, currency="USD", total_minor=6_000, payable_minor=6_000, computed_at=NOW
    )
    bens = may.statements.get(payee=cast.ben)
    version = cast.ben.assignments.get().plan.versions.get()
    nothing = dict.fromkeys(
        ("earned_minor", "advanced_minor", "recovered_minor", "forgiven_minor", "carried_minor", "payable_minor"), 0
    )
    Settlement.objects.create(
        statement=bens,
        plan=version.plan,
        plan_version=version,
        owed_before_minor=5_00,
        owed_after_minor=5_00,
        **nothing,
    )
    found = {key: (item.state, item.figure) for key, item in items(may).items()}
    assert found["owners"] == ("bad", "1")
    assert found["plans"] == ("bad", "1")
    assert found["accepted"] == ("look", "2")
    assert found["balances"] == ("look", "USD:500:0")
    assert found["outliers"] == ("look", "1")  # Ana's 100.00 after 60.00
    assert found["approved"] == ("bad", "2")
    assert "1 rep is on no plan in this period: Cleo" in items(may)["plans"].text


def test_a_deal_without_exchange_rate_and_a_change_that_waits_are_found(cast: Cast) -> None:
    assign(published(FLAT.replace("period: month", "period: month\nother_currencies: convert")).plan, cast.ana)
    won(cast.ana, date(2026, 5, 10), 100_000, currency="EUR")
    services.recalculate_stale(now=NOW)
    calculated("2026-05")
    assert items(period("2026-05"))["rates"].figure == "1"
    services.note_facts(touched=[(cast.ana.pk, date(2026, 5, 1))])
    assert (items(period("2026-05"))["calculated"].state, items(period("2026-05"))["calculated"].figure) == (
        "look",
        "1",
    )


@pytest.mark.parametrize(
    ("payables", "payable", "is_unusual"),
    [
        ((100,), 150, False),
        ((100,), 151, True),
        ((100,), 49, True),
        ((100, 100, 100, 900), 150, False),
        ((0,), 1, True),
    ],
    ids=["half more", "over half more", "over half less", "only the last three count", "after nothing"],
)
def test_a_statement_is_unusual_beyond_half_of_the_mean_of_three(
    may: Period, cast: Cast, payables: tuple[int, ...], payable: int, is_unusual: bool
) -> None:
    for back, amount in enumerate(payables):
        before = Period.objects.create(kind="month", start=date(2026, 4 - back, 1), end=date(2026, 5 - back, 1))
        Statement.objects.create(
            payee=cast.ana, period=before, currency="USD", total_minor=amount, payable_minor=amount, computed_at=NOW
        )
    may.statements.filter(payee=cast.ana).update(payable_minor=payable)
    assert items(may)["outliers"].figure == str(int(is_unusual))


def test_a_failing_example_is_found(may: Period, cast: Cast) -> None:
    bad = FLAT.replace("Flat", "Worse") + (
        "examples:\n  - {name: wrong, deals: [{id: A, closed: 2026-05-01, amount: 10}], expect: {2026-05: {all: 2}}}\n"
    )
    draft = services.save_draft(source=bad, acting_user=None, now=NOW)
    type(draft).objects.filter(pk=draft.pk).update(
        status="published", published_at=NOW, during=cast.ana.assignments.get().during
    )
    examples = items(may)["examples"]
    assert (examples.state, examples.figure) == ("bad", "1")
    assert "An example of Worse" in examples.text


def test_more_payees_need_no_more_queries(may: Period, finn: Client, cast: Cast) -> None:
    put(ready(may), "approved")
    finn.get(MAY)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert finn.get(MAY).status_code == 200
        counts.append(len(seen))
        for number in range(10):
            rep = person(f"Rep{len(counts)}{number}", Role.REP)
            Statement.objects.create(
                payee=rep, period=may, currency="USD", total_minor=0, payable_minor=0, computed_at=NOW
            )
    assert counts[0] == counts[1]


def calculated_at(year: int) -> None:
    """The history of deals goes by the database's clock: these days are safely before and after it."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=at)
    services.work_on_run(run_id=run.pk, clock=lambda: at)


def test_what_changed_says_which_deal_which_field_and_whose_hand(finn: Client, cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana)
    deal = won(cast.ana, date(2026, 5, 10), 100_000)
    calculated_at(2001)
    with acting(Actor("POST /sales/", user_id=lambda: cast.ada.pk)):
        Deal.objects.filter(pk=deal.pk).update(amount_minor=150_000)
    calculated_at(2099)
    text = text_of(finn.get(MAY + "changes")).replace("\N{NO-BREAK SPACE}", " ")
    assert f"{deal.external_id} · Everything: $100.00 → $150.00" in text
    assert "amount: $1,000.00 → $1,500.00 · Ada · " in text
    assert "Since the last run 1 change of a statement, +$50.00." in text_of(finn.get(MAY))


def test_new_statements_are_shown_when_asked_for(may: Period, finn: Client) -> None:
    assert "No statement changed" in text_of(finn.get(MAY + "changes"))
    assert "Its first calculation." in text_of(finn.get(MAY + "changes?new=1"))


def test_the_runs_of_a_period_say_what_they_came_to(may: Period, finn: Client, cast: Cast) -> None:
    text = text_of(finn.get(MAY + "runs"))
    assert "The system Everybody 23 Nov 2026, 16:00" in text
    assert finn.get("/commissions/runs/").status_code == 200
    answer = finn.post("/commissions/periods/run", {"period": "2026-05", "payee": "ana@example.com"})
    assert answer.status_code == 302
    assert may.runs.order_by("-pk")[0].payee == cast.ana
    wrong = finn.post("/commissions/periods/run", {"period": "2026-05", "payee": "zoe"})
    assert wrong.status_code == 422
    assert "Nobody has the e-mail address or external id" in text_of(wrong)


def test_more_runs_and_changes_need_no_more_queries(may: Period, finn: Client, cast: Cast) -> None:
    counts = []
    for amount in (110_000, 120_000, 130_000):
        Deal.objects.filter(owner=cast.ana).update(amount_minor=amount)
        Deal.objects.filter(owner=cast.ben).update(amount_minor=amount)
        calculated("2026-05")
        for page in ("runs", "changes?new=1"):
            with CaptureQueriesContext(connection) as seen:
                assert finn.get(MAY + page).status_code == 200
            counts.append(len(seen))
    assert counts[2:4] == counts[4:6]
