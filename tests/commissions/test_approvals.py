"""Chains, decisions and what voids them, in the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from commissions import services
from commissions.models import Approval, ApprovalChain, ApprovalRoute, Period, Plan, Statement, StatementAcceptance
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.approvals.waiting import waiting_for
from commissions.services import approvals
from commissions.services.approvals import AcceptanceRefused, ApprovalRefused
from commissions.services.exceptions import except_statements
from tests.commissions.approving import MAY, approve, case_of, chain, publish, seen, sells_more, statement
from tests.commissions.facts import FLAT, NOW, assign, calculated, published, won
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
MANAGER, FINANCE, ADMIN = ({"who": who} for who in ("manager", "finance", "admin"))


@pytest.fixture
def plan() -> Plan:
    return published(FLAT).plan


@pytest.fixture
def company(cast: Cast, plan: Plan) -> Cast:
    """Ana's statement of May pays 100.00, Ben's 50.00; both are published."""
    assign(plan, cast.ana, cast.ben)
    won(cast.ana, date(2026, 5, 10), 100_000)
    won(cast.ben, date(2026, 5, 10), 50_000)
    publish()
    return cast


def test_without_a_chain_finance_approves(company: Cast) -> None:
    case = approve(company.ana, company.finn, comment="checked")
    assert case.is_approved
    found = statement(company.ana)
    assert (found.approved_revision, found.revision) == (1, 1)
    row = Approval.objects.get()
    assert (row.statement_id, row.payee_id, row.revision, row.payable_minor, row.step, row.verdict, row.by) == (
        found.pk, company.ana.pk, 1, 10_000, 0, "approved", company.finn,
    )  # fmt: skip
    assert (row.comment, row.at, row.on_behalf_of, row.chain) == ("checked", NOW, None, None)
    assert statement(company.ben).approved_revision is None


def test_manager_then_finance(company: Cast) -> None:
    chain(MANAGER, FINANCE)
    with pytest.raises(ApprovalRefused, match="It isn't your turn"):
        approve(company.ana, company.finn)
    assert not approve(company.ana, company.mia).is_approved
    with pytest.raises(ApprovalRefused, match="You took an earlier step"):
        approve(company.ana, company.mia)
    assert approve(company.ana, company.finn).is_approved
    assert statement(company.ana).approved_revision == 1


def test_any_later_change_voids_an_approval(company: Cast) -> None:
    chain(MANAGER, FINANCE)
    approve(company.ana, company.mia)
    approve(company.ana, company.finn)
    sells_more(company.ana)
    found = statement(company.ana)
    assert (found.approved_revision, found.revision, found.payable_minor) == (1, 2, 10_100)
    assert case_of(company.ana).progress.next_step == 0
    approve(company.ana, company.mia)
    assert approve(company.ana, company.finn).is_approved
    assert statement(company.ana).approved_revision == 2


def test_a_calculation_that_changes_nothing_keeps_the_approval(company: Cast) -> None:
    approve(company.ana, company.finn)
    calculated(MAY)
    found = statement(company.ana)
    assert found.approved_revision == found.revision == 1


def test_who_approves_what_moved_on_is_told_what_changed(company: Cast) -> None:
    before = seen(company.ana)
    sells_more(company.ana)
    with pytest.raises(ApprovalRefused, match=r"it paid \$100\.00 then, and pays \$101\.00 now"):
        approvals.approve(seen=before, acting_user=company.finn, now=NOW)
    assert not Approval.objects.exists()


def test_a_second_click_writes_nothing_and_is_told_so(company: Cast) -> None:
    chain(FINANCE, FINANCE)
    fay = person("Fay", Role.FINANCE)
    first = seen(company.ana)
    approvals.approve(seen=first, acting_user=company.finn, now=NOW)
    with pytest.raises(ApprovalRefused, match="You approved this on 23 Nov 2026, 16:00 already"):
        approvals.approve(seen=first, acting_user=company.finn, now=NOW)
    with pytest.raises(ApprovalRefused, match="Finn approved this"):
        approvals.approve(seen=first, acting_user=fay, now=NOW)
    with pytest.raises(ApprovalRefused, match="You took an earlier step"):
        approve(company.ana, company.finn)
    assert approve(company.ana, fay).is_approved


@pytest.mark.parametrize("status", ["open", "closed", "paid"])
def test_only_what_is_published_and_not_closed_is_approved(company: Cast, status: str) -> None:
    before = seen(company.ana)
    Period.objects.update(status=status)
    with pytest.raises(ApprovalRefused, match="2026-05 is"):
        approvals.approve(seen=before, acting_user=company.finn, now=NOW)
    with pytest.raises(AcceptanceRefused, match="2026-05 is"):
        accept(company.ana)
    with pytest.raises(IntegrityError, match="present revision of a published"), transaction.atomic():
        insert(company.ana, by=company.finn)


def insert(payee: User, **more: Any) -> Approval:
    found = statement(payee)
    row = {
        "statement": found, "period": found.period, "payee": payee, "currency": "USD", "revision": found.revision,
        "payable_minor": found.payable_minor, "step": 0, "verdict": "approved", "at": NOW,
    } | more  # fmt: skip
    return Approval.objects.create(**row)


def test_nobody_approves_her_own_pay(company: Cast, plan: Plan) -> None:
    assign(plan, company.finn, company.mia)
    won(company.finn, date(2026, 5, 10), 1_000)
    won(company.mia, date(2026, 5, 10), 1_000)
    publish()
    with pytest.raises(ApprovalRefused, match="your own pay"):
        approve(company.finn, company.finn)
    assert approve(company.finn, company.ada).is_approved
    chain(MANAGER)
    with pytest.raises(ApprovalRefused, match="your own pay"):
        approve(company.mia, company.mia)
    assert approve(company.mia, company.finn).is_approved  # nobody is above her: finance stands in
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        insert(company.ana, by=company.ana)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        insert(company.ana, by=company.finn, on_behalf_of=company.ana)


def test_a_rejection_holds_it_back_until_it_is_withdrawn(company: Cast) -> None:
    chain(MANAGER, FINANCE)
    approve(company.ana, company.mia)
    with pytest.raises(ApprovalRefused, match="Say why"):
        approvals.reject(seen=seen(company.ana), comment="  ", acting_user=company.finn, now=NOW)
    approvals.reject(seen=seen(company.ana), comment="Deal 7 is missing", acting_user=company.finn, now=NOW)
    with pytest.raises(ApprovalRefused, match=r"Finn rejected it .* “Deal 7 is missing”"):
        approvals.approve(seen=seen(company.ana, 1), acting_user=company.ada, now=NOW)
    with pytest.raises(ApprovalRefused, match="withdrawn by whoever made it"):
        approvals.withdraw(seen=seen(company.ana), comment="It isn't", acting_user=company.mia, now=NOW)
    approvals.withdraw(seen=seen(company.ana), comment="It is there", acting_user=company.ada, now=NOW)
    with pytest.raises(ApprovalRefused, match="No rejection stands"):
        approvals.withdraw(seen=seen(company.ana), comment="Again", acting_user=company.ada, now=NOW)
    assert approve(company.ana, company.finn).is_approved
    verdicts = Approval.objects.order_by("pk").values_list("step", "verdict", "round")
    assert list(verdicts) == [(0, "approved", 0), (1, "rejected", 0), (1, "withdrawn", 0), (1, "approved", 1)]


def test_a_change_ends_a_rejection(company: Cast) -> None:
    approvals.reject(seen=seen(company.ana), comment="A deal is missing", acting_user=company.finn, now=NOW)
    assert case_of(company.ana).progress.rejected
    sells_more(company.ana)
    assert approve(company.ana, company.finn).is_approved


def test_steps_go_by_the_figures_of_the_revision(company: Cast) -> None:
    chain(FINANCE, {"who": "admin", "above": {"USD": 10_000}})
    assert approve(company.ana, company.finn).is_approved
    sells_more(company.ana)
    assert not approve(company.ana, company.finn).is_approved
    assert approve(company.ana, company.ada).is_approved


def test_a_variance_compares_with_the_last_three_statements(company: Cast) -> None:
    for month, amount in (("2026-02", 80_000), ("2026-03", 120_000), ("2026-04", 100_000), ("2026-01", 9_000_000)):
        won(company.ana, date.fromisoformat(f"{month}-10"), amount)
        calculated(month)
    chain(FINANCE, {"who": "admin", "variance": "10%"})
    case = case_of(company.ana)
    assert case.figures.earlier_minor == (10_000, 12_000, 8_000)
    assert [state.index for state in case.progress.steps] == [0]
    sells_more(company.ana, 10_010)
    assert [state.index for state in case_of(company.ana).progress.steps] == [0, 1]


def test_the_chain_is_that_of_its_plan_else_of_its_team_else_of_the_company(company: Cast, plan: Plan) -> None:
    def who() -> list[str]:
        return [case_of(payee).chain.document.steps[0].who.value for payee in (company.ana, company.ben)]

    assert who() == ["finance", "finance"]
    chain(ADMIN)
    assert who() == ["admin", "admin"]
    chain(MANAGER, team=company.west)
    assert who() == ["manager", "admin"]
    chain({"who": "person", "person": company.finn.pk}, team=company.west.parent)
    assert who() == ["manager", "person"]
    chain(FINANCE, plan=plan)
    assert who() == ["finance", "finance"]
    other = published(FLAT.replace("plan: Flat", "plan: Other")).plan
    assign(other, company.ana)
    sells_more(company.ana)
    assert who() == ["manager", "finance"]  # of two plans, one has no chain
    chain(FINANCE, plan=other)
    assert who() == ["finance", "finance"]
    approvals.set_chain(plan=plan, team=None, document=None, acting_user=company.ada, now=NOW)
    assert who() == ["manager", "person"]


def test_a_statement_without_lines_goes_by_the_plan_that_its_payee_is_on(company: Cast, plan: Plan) -> None:
    eve = person("Eve", Role.REP)
    assign(plan, eve)
    chain(ADMIN, plan=plan)
    publish()
    assert case_of(eve).chain.document.steps[0].who.value == "admin"


def test_a_chain_is_kept_as_it_was_and_the_same_again_is_no_change(company: Cast, plan: Plan) -> None:
    chain(ADMIN, plan=plan)
    chain(ADMIN, plan=plan)
    chain(FINANCE, plan=plan)
    assert [row.document for row in ApprovalChain.objects.order_by("pk")] == [{"steps": [ADMIN]}, {"steps": [FINANCE]}]
    for change in (ApprovalChain.objects.all().delete, lambda: ApprovalChain.objects.update(document=None)):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            change()


def test_another_chain_keeps_what_was_approved_and_asks_the_rest_anew(company: Cast) -> None:
    chain(MANAGER, FINANCE)
    approve(company.ana, company.mia)
    approve(company.ana, company.finn)
    approve(company.ben, company.mia)
    chain(ADMIN, FINANCE)
    assert case_of(company.ana).is_approved
    assert case_of(company.ben).progress.next_step == 0
    approve(company.ben, company.ada)
    assert approve(company.ben, company.finn).is_approved


def test_what_was_decided_never_changes(company: Cast) -> None:
    approve(company.ana, company.finn)
    accept(company.ben)
    changes = (
        lambda: Approval.objects.update(comment="x"),
        lambda: Approval.objects.all().delete(),
        lambda: StatementAcceptance.objects.update(payable_minor=1),
        lambda: StatementAcceptance.objects.all().delete(),
        lambda: insert(company.ana, by=company.ada),
        lambda: insert(company.ben, by=company.ada, revision=2),
        lambda: insert(company.ben, by=company.ada, payable_minor=1),
        lambda: insert(company.ben, by=company.ada, verdict="rejected"),
    )
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="cannot be deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL juara.may_truncate = 'off'")
        cursor.execute("TRUNCATE commissions_approval")
    assert Approval.objects.count() == 1


def test_a_statement_may_go_and_what_was_decided_about_it_stays(company: Cast, plan: Plan) -> None:
    approve(company.ben, company.finn)
    before = seen(company.ben)
    services.unassign(
        plan=plan, payees=[company.ben], from_date=date(2026, 1, 1), until=None, acting_user=None, now=NOW
    )
    calculated(MAY)
    assert not Statement.objects.filter(payee=company.ben).exists()
    assert Approval.objects.get().payee == company.ben
    with pytest.raises(ApprovalRefused, match="This statement is gone"):
        approvals.approve(seen=before, acting_user=company.ada, now=NOW)
    assert approvals.route_all(now=NOW) == 1
    assert ApprovalRoute.objects.count() == 1


def test_many_are_approved_but_those_that_cannot_be(company: Cast, plan: Plan) -> None:
    assign(plan, company.finn)
    won(company.finn, date(2026, 5, 10), 1_000)
    publish()
    rows = [seen(payee) for payee in (company.ana, company.ben, company.finn)]
    sells_more(company.ana)
    outcome = approvals.approve_many(seen=[*rows, Seen(0, 1, 0)], comment="May", acting_user=company.finn, now=NOW)
    assert [case.statement.payee for case in outcome.done] == [company.ben]
    why = {each.statement.payee.name if each.statement else "": each.why[:22] for each in outcome.not_done}
    assert why == {"": "This statement is gone", "Ana": "It changed since you l", "Finn": "This is your own pay. "}
    assert Approval.objects.get().comment == "May"


def test_the_number_of_queries_of_a_batch_does_not_grow(company: Cast, plan: Plan) -> None:
    counts = []
    chain(MANAGER, {"who": "finance", "variance": "5%"})
    for start in (0, 40):
        names = [f"Rep {n}" for n in range(start, start + 30)]
        people = User.objects.bulk_create(User(name=name, email=f"{name[4:]}@example.com") for name in names)
        assign(plan, *people)
        publish()
        asked = [seen(each) for each in people]
        with CaptureQueriesContext(connection) as queries:
            outcome = approvals.approve_many(seen=asked, acting_user=company.finn, now=NOW)
        assert len(outcome.done) == 30
        counts.append(len(queries))
    assert counts[0] == counts[1]


def accept(payee: User, revision: int = 1) -> StatementAcceptance:
    return approvals.accept_statement(
        statement=statement(payee), revision=revision, payable_minor=10_000, acting_user=payee, now=NOW
    )


def test_a_payee_accepts_the_revision_that_she_saw(company: Cast) -> None:
    assert accept(company.ana).pk == accept(company.ana).pk
    with pytest.raises(AcceptanceRefused, match="accepted by the one whom it pays"):
        approvals.accept_statement(
            statement=statement(company.ana), revision=1, payable_minor=None, acting_user=company.mia, now=NOW
        )
    sells_more(company.ana)
    with pytest.raises(AcceptanceRefused, match=r"it paid \$100\.00 then, and pays \$101\.00 now"):
        accept(company.ana)
    assert accept(company.ana, 2).payable_minor == 10_100


def test_routes_say_whom_each_statement_waits_for(company: Cast, plan: Plan) -> None:
    chain(MANAGER, FINANCE)
    approvals.route_all(now=NOW)

    def routes() -> list[tuple[Any, ...]]:
        rows = ApprovalRoute.objects.order_by("payee__name")
        return list(rows.values_list("revision", "state", "step", "who", "person", "taken", "plan"))

    mia, finn = company.mia.pk, company.finn.pk
    waiting: tuple[Any, ...] = (1, "waiting", 0, "manager", mia, [], plan.pk)
    assert routes() == [waiting, waiting]
    later = NOW + timedelta(days=1)
    approvals.approve(seen=seen(company.ana), acting_user=company.mia, now=later)
    assert routes() == [(1, "waiting", 1, "finance", None, [mia], plan.pk), waiting]
    assert list(ApprovalRoute.objects.order_by("payee__name").values_list("waits_since", flat=True)) == [later, NOW]
    approve(company.ana, company.finn)
    assert routes()[0] == (1, "approved", None, "", None, sorted([mia, finn]), plan.pk)
    approvals.reject(seen=seen(company.ben), comment="No", acting_user=company.mia, now=NOW)
    assert routes()[1] == (1, "rejected", None, "", None, [], plan.pk)
    sells_more(company.ben)
    assert approvals.route_changed(now=NOW) == 1
    assert approvals.route_changed(now=NOW) == 0
    assert routes()[1] == (2, "waiting", 0, "manager", mia, [], plan.pk)


def test_who_left_approves_nothing_any_more(company: Cast) -> None:
    chain(MANAGER, FINANCE)
    User.objects.filter(pk=company.mia.pk).update(is_active=False)
    assert not approve(company.ana, company.ada).is_approved  # nobody is above Mia: an administrator stands in
    assert approve(company.ana, company.finn).is_approved


def test_what_finance_took_out_by_name_waits_for_nobody(company: Cast) -> None:
    found = statement(company.ana)
    except_statements(
        period=found.period, statements=[found.pk], reason="Disputed until June", acting_user=company.ada, now=NOW
    )
    assert list(waiting_for(company.finn, NOW.date()).values_list("payee__name", flat=True)) == ["Ben"]
    with pytest.raises(ApprovalRefused, match=r"taken out of the approval by name: “Disputed until June” \(Ada\)"):
        approve(company.ana, company.finn)
