import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum
from django.template import Context, Template
from django.test import Client

from accounts.models import Company as Installation
from accounts.models import Membership, ReportingLine, Role, Team, User
from commissions.models import (
    Acceptance,
    Adjustment,
    Dispute,
    EarningLine,
    Period,
    PlanVersion,
    Quota,
    Snapshot,
    Statement,
)
from commissions.selectors.acceptances import unaccepted
from commissions.selectors.snapshots import checked
from core.periods import PeriodKind, period_of
from demo import selectors
from demo.engine.company import company
from demo.engine.pay import READS_LATER, READS_NOTHING
from demo.engine.records import Company
from demo.services import NotEmptyError, load
from demo.services.pay import PLANS
from kpis.models import KpiValue
from payouts.models import Payout
from payouts.selectors import due_rows
from sales.models import Customer, Deal, DealShare, ExchangeRate, Product

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SINCE = date(2026, 10, 1)  # a quarter is enough to see every plan pay


def since(start: date) -> Company:
    """The company as if it had begun on a day."""
    whole = company(TODAY)
    late = tuple(deal for deal in whole.deals if not deal.closed_on or deal.closed_on >= start)
    people = [replace(each, since=max(each.since, start)) for each in whole.assignments]
    return replace(whole, since=start, deals=late, assignments=tuple(people))


@pytest.fixture(scope="module")
def made() -> Company:
    return since(SINCE)


@pytest.fixture
def loaded(db: None, made: Company) -> Company:
    load(made=made, today=TODAY, now=NOW)
    return made


def test_everything_made_is_in_the_database(loaded: Company) -> None:
    counts = {model: model._default_manager.count() for model in (User, Team, Customer, Product, Deal, ExchangeRate)}
    assert counts == {
        User: 40,
        Team: 6,
        Customer: len(loaded.customers),
        Product: len(loaded.products),
        Deal: len(loaded.deals),
        ExchangeRate: len(loaded.rates),
    }
    assert DealShare.objects.count() == sum(len(deal.shares) for deal in loaded.deals)
    assert Installation.objects.get().currency == "IDR"


def test_people_keep_their_history_of_teams_and_managers(loaded: Company) -> None:
    stays = [stay for person in loaded.people for stay in person.stays]
    assert Membership.objects.count() == len(stays)
    assert ReportingLine.objects.count() == sum(stay.manager is not None for stay in stays)
    moved = Membership.objects.filter(user__external_id="wahyu").order_by("during")
    assert [membership.team.name for membership in moved] == ["Surabaya", "Jakarta"]
    assert list(User.objects.filter(is_active=False).values_list("external_id", flat=True)) == ["eko"]


def test_every_plan_document_is_published_and_pays_somebody(loaded: Company) -> None:
    published = PlanVersion.objects.filter(status=PlanVersion.Status.PUBLISHED, number=1)
    paid = EarningLine.objects.filter(amount_minor__gt=0).values_list("plan_version", flat=True)
    assert published.count() == len(list(PLANS.glob("*.yaml")))
    assert set(paid) == set(published.values_list("pk", flat=True))


def test_most_people_have_accepted_their_plans_and_some_have_not(loaded: Company) -> None:
    coming = PlanVersion.objects.get(number=2)
    assert (coming.plan.name, coming.during.lower) == ("Kirana POS Bonus", date(2027, 1, 1))
    signed = Acceptance.objects.values_list("payee__external_id", flat=True)
    assert {each.person for each in loaded.assignments} - set(signed) == READS_NOTHING
    late = {each.person for each in loaded.assignments if each.plan == "pos-bonus"} - READS_NOTHING
    assert set(signed.filter(plan_version=coming)) == late - READS_LATER
    anindya = User.objects.get(external_id="anindya")
    assert unaccepted(anindya, TODAY) == (coming,)


def test_every_month_has_a_statement_of_each_payee_that_is_the_sum_of_its_lines(loaded: Company) -> None:
    payees = {each.person for each in loaded.assignments}
    assert sorted(period.label for period in Period.objects.all()) == ["2026-10", "2026-11"]
    assert Statement.objects.count() == 2 * len(payees)
    wrong = Statement.objects.annotate(lines_minor=Sum("lines__amount_minor", default=0)).exclude(
        lines_minor=F("total_minor")
    )
    assert list(wrong) == []


def test_months_before_the_last_are_paid_and_the_last_is_in_review(db: None) -> None:
    load(made=since(date(2026, 9, 1)), today=TODAY, now=NOW)
    assert {row.label: row.status for row in Period.objects.all()} == {
        "2026-09": "paid", "2026-10": "review", "2026-11": "open",
    }  # fmt: skip
    owed = Statement.objects.filter(period__status="paid").aggregate(sum=Sum("payable_minor"))["sum"]
    taken = Payout.objects.filter(status="paid").aggregate(sum=Sum("taken_minor"))["sum"]
    assert owed == taken + sum(row.due_minor for row in due_rows(on=TODAY))  # sen that no bank pays stay due
    assert [found.differences for found in map(checked, Snapshot.objects.all())] == [()]
    assert (Dispute.objects.count(), Adjustment.objects.get().status) == (1, "proposed")


def test_quotas_and_targets_are_those_of_the_assignments(loaded: Company) -> None:
    given = [minor for each in loaded.assignments for minor in (each.quota_minor, each.target_minor)]
    expected = sorted(minor for minor in given if minor)
    assert sorted(Quota.objects.values_list("amount_minor", flat=True)) == expected


def test_revenue_of_the_quarter_is_measured_from_the_deals(loaded: Company) -> None:
    won = Deal.objects.filter(owner__external_id="anindya", status="won", closed_on__gte=SINCE)
    value = KpiValue.objects.get(
        kpi="revenue",
        subject_kind="person",
        subject_id=User.objects.get(external_id="anindya").pk,
        period_kind="quarter",
        period_start=period_of(TODAY, PeriodKind.QUARTER).start,
    )
    assert value.numerator == won.aggregate(total=Sum("amount_minor"))["total"]


def test_a_database_with_people_is_refused_and_left_alone(db: None, made: Company) -> None:
    User.objects.create_user(email="boss@example.com", name="Boss")
    with pytest.raises(NotEmptyError, match=r"this one has 1 people\. Nothing was changed"):
        load(made=made, today=TODAY, now=NOW)
    assert (User.objects.count(), Deal.objects.count()) == (1, 0)


def test_one_of_each_role_can_sign_in(loaded: Company) -> None:
    logins = selectors.logins()
    assert [login.roles for login in logins] == [(Role.REP,), (Role.MANAGER,), (Role.ADMIN,), (Role.FINANCE,)]
    for login in logins:
        assert Client().login(username=login.email, password=login.password)


def test_everybody_else_has_no_password(loaded: Company) -> None:
    known = [login.email for login in selectors.logins()]
    assert [user.name for user in User.objects.exclude(email__in=known) if user.has_usable_password()] == []


def test_the_login_page_knows_the_demo_logins_only_while_the_demo_is_loaded(db: None, made: Company) -> None:
    shown = Template("{% load demo %}{% demo_logins as logins %}{% for each in logins %}{{ each.email }} {% endfor %}")
    assert shown.render(Context()) == ""
    load(made=made, today=TODAY, now=NOW)
    assert shown.render(Context()).split() == [login.email for login in selectors.logins()]


def test_the_command_leaves_a_database_with_people_as_it_is_when_told(db: None) -> None:
    User.objects.create_user(email="boss@example.com", name="Boss")
    output = StringIO()
    call_command("demo", "--if-empty", "--json", stdout=output)
    assert (json.loads(output.getvalue()), User.objects.count()) == ({"loaded": False}, 1)


def test_the_command_refuses_a_database_with_people(db: None) -> None:
    User.objects.create_user(email="boss@example.com", name="Boss")
    with pytest.raises(CommandError, match="Point DATABASE_URL or RUN_DIR elsewhere"):
        call_command("demo", stdout=StringIO())


def test_the_command_loads_the_whole_company_and_prints_its_figures_and_logins(db: None) -> None:
    output = StringIO()
    call_command("demo", "--json", stdout=output)
    figures = json.loads(output.getvalue())
    assert {name: figures[name] for name in ("loaded", "company", "people", "teams", "plans")} == {
        "loaded": True,
        "company": "Nusa Kirana",
        "people": 40,
        "teams": 6,
        "plans": 12,
    }
    assert (figures["deals"], figures["statements"]) == (Deal.objects.count(), Statement.objects.count())
    printed = StringIO()
    call_command("demo", "--logins", stdout=printed)
    assert [login.email in printed.getvalue() for login in selectors.logins()] == [True] * 4


def test_without_the_demo_company_no_login_is_printed(db: None) -> None:
    printed = StringIO()
    call_command("demo", "--logins", stdout=printed)
    assert printed.getvalue() == "No demo company in this database: sign in with an account of your own.\n"
