"""Credit through people: a manager's for what her reports sell, a team's for what its members sell."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services as accounts
from accounts.models import Role, User
from commissions import selectors, services
from commissions.models import EarningLine, StaleStatement, Statement
from commissions.selectors.estimate import Supposed, estimate
from commissions.selectors.inputs import gather
from commissions.selectors.pipeline import open_deals
from commissions.selectors.statements import Fold
from commissions.services.stale_work import recalculate_stale
from sales import services as sales
from sales.models import Deal
from tests.commissions.facts import FLAT, JANUARY, NOW, TODAY, assign, calculated, published, totals, won
from tests.conftest import START, Cast, person
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
OVERRIDE = """
plan: Override
currency: USD
period: month
components:
  - {key: direct, name: Direct reports, credit: {of: reports, depth: [1]}, rate: 2%}
  - {key: below, name: All below, credit: {of: reports}, rate: 1%}
"""
TEAM = """
plan: Team
currency: USD
period: month
components: [{key: team, name: The team, credit: {of: team}, rate: 3%}]
"""
MAY, JUNE = date(2026, 5, 10), date(2026, 6, 10)


@pytest.fixture
def retno(cast: Cast) -> User:
    """Mia's manager."""
    found = person("Retno", Role.MANAGER)
    accounts.report_to(user=cast.mia, manager=found, starts_on=START, **BY)
    return found


@pytest.fixture
def override(cast: Cast, retno: User) -> Cast:
    """Mia and Retno are paid for those below them."""
    assign(published(OVERRIDE).plan, cast.mia, retno)
    return cast


def paid(label: str) -> dict[str, int]:
    return {payee: total for (payee, _), total in totals(label).items()}


def noted() -> set[tuple[str, date]]:
    """Whom the notes name, and forget them."""
    names = dict(User.objects.values_list("pk", "external_id"))
    found = {(names[payee], day) for payee, day in StaleStatement.objects.values_list("payee_id", "on")}
    StaleStatement.objects.all().delete()
    return found


def test_a_manager_is_paid_for_each_level_below(override: Cast) -> None:
    won(override.ana, MAY, 1_000_00, key="A")
    won(override.mia, MAY, 100_00, key="M")
    calculated("2026-05")
    # Mia: 2 % and 1 % of Ana's. Retno: 1 % of Ana's, 2 % and 1 % of Mia's.
    assert paid("2026-05") == {"mia": 30_00, "retno": 10_00 + 3_00}
    lines = EarningLine.objects.filter(statement__payee__external_id="retno").order_by("component", "seq")
    assert list(lines.values_list("component", "deal__external_id", "via__name")) == [
        ("below", "A", "Ana"),
        ("below", "M", "Mia"),
        ("direct", "M", "Mia"),
    ]


def test_what_a_manager_is_credited_is_the_sum_of_her_reports_parts(override: Cast) -> None:
    shares = [(override.ana, 333_333), (override.ben, 333_333), (override.finn, 333_334)]
    won(override.ana, MAY, 1_00, key="A", shares=shares)
    assign(published(FLAT).plan, override.ana, override.ben)
    calculated("2026-05")
    reps = EarningLine.objects.filter(component="all").order_by("credited_minor")
    assert [line.credited_minor for line in reps] == [33, 33]
    mia = EarningLine.objects.filter(component="below", statement__payee=override.mia).order_by("seq")
    assert [(line.via, line.credited_minor) for line in mia] == [(override.ana, 33), (override.ben, 33)]


def test_the_line_counts_as_it_was_when_the_deal_closed(override: Cast, retno: User) -> None:
    accounts.report_to(user=override.ana, manager=retno, starts_on=date(2026, 5, 15), **BY)
    won(override.ana, MAY, 1_000_00)
    won(override.ana, date(2026, 5, 15), 500_00)
    calculated("2026-05")
    assert paid("2026-05") == {"mia": 30_00, "retno": 10_00 + 15_00}


def test_a_team_is_credited_with_what_its_members_sell(cast: Cast) -> None:
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=date(2026, 5, 15), **BY)
    assign(published(TEAM).plan, cast.ana, cast.ben)
    won(cast.ana, MAY, 1_000_00)
    won(cast.ana, date(2026, 5, 20), 100_00)
    won(cast.ben, date(2026, 5, 21), 200_00)
    calculated("2026-05")
    assert paid("2026-05") == {"ana": 30_00 + 3_00 + 6_00, "ben": 3_00 + 6_00}
    via = EarningLine.objects.filter(statement__payee=cast.ana).order_by("seq").values_list("via__name", flat=True)
    assert list(via) == [None, None, "Ben"]


def test_a_plan_that_reads_nobody_else_asks_for_nobody_else(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.mia)
    won(cast.ana, MAY, 1_000_00)
    found = gather(payees=[cast.mia.pk], kinds=["month"], start=MAY, end=JUNE).inputs
    assert found.relations is None
    assert found.deals.is_empty()


def test_the_number_of_queries_does_not_grow_with_the_reports(override: Cast) -> None:
    counts = []
    for number in range(3):
        accounts.report_to(user=person(f"Rep{number}"), manager=override.ana, starts_on=START, **BY)
        with CaptureQueriesContext(connection) as queries:
            found = gather(payees=[override.mia.pk], kinds=["month"], start=MAY, end=JUNE).inputs
        assert found.relations is not None
        assert found.relations.height == 3 + number
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_deal_notes_the_managers_above_it_that_are_paid_for_it(override: Cast) -> None:
    assign(published(FLAT).plan, override.ana)
    noted()
    deal = won(override.ana, MAY, 1_000_00)
    save(deal, amount_minor=2_000_00)
    assert noted() == {("ana", MAY), ("mia", MAY), ("retno", MAY)}
    save(deal, closed_on=date(2026, 5, 9), owner=override.ben)
    day = date(2026, 5, 9)
    assert noted() == {("ana", MAY), ("ben", day), ("mia", day), ("retno", day)}


def test_the_managers_noted_are_those_of_the_deals_day(override: Cast, retno: User) -> None:
    accounts.report_to(user=override.ana, manager=retno, starts_on=date(2026, 5, 15), **BY)
    noted()
    services.note_facts(touched=[(override.ana.pk, date(2026, 5, 15))])
    assert noted() == {("ana", date(2026, 5, 15)), ("retno", date(2026, 5, 15))}
    services.note_facts(touched=[(override.ana.pk, MAY)])
    assert noted() == {("ana", MAY), ("mia", MAY), ("retno", MAY)}


def test_nobody_is_noted_for_a_day_on_which_the_way_up_does_not_hold(override: Cast, retno: User) -> None:
    accounts.report_to(user=override.ana, manager=override.finn, starts_on=date(2026, 5, 15), **BY)
    accounts.stop_reporting(user=override.mia, ends_on=date(2026, 5, 1), **BY)
    accounts.report_to(user=override.mia, manager=retno, starts_on=date(2026, 5, 9), **BY)
    accounts.stop_reporting(user=override.mia, ends_on=date(2026, 5, 12), **BY)
    noted()
    # Ana reported to Mia until the 15th, and Mia to Retno from the 9th to the 12th
    services.note_facts(touched=[(override.ana.pk, date(2026, 5, 8)), (override.ana.pk, date(2026, 5, 13))])
    assert {name for name, _ in noted()} == {"ana", "mia"}
    services.note_facts(touched=[(override.ana.pk, date(2026, 5, 11)), (override.ana.pk, date(2026, 5, 20))])
    assert {name for name, _ in noted()} == {"ana", "mia", "retno"}


def test_what_a_deal_pays_later_notes_who_was_her_manager_when_it_closed(override: Cast, retno: User) -> None:
    accounts.stop_reporting(user=override.ana, ends_on=date(2026, 5, 15), **BY)
    noted()
    services.note_facts(touched=[(override.ana.pk, MAY), (override.ana.pk, date(2027, 1, 5))])
    assert noted() == {(name, day) for name in ("ana", "mia", "retno") for day in (MAY, date(2027, 1, 5))}


def test_a_deal_notes_the_team_mates_that_are_paid_for_it(cast: Cast) -> None:
    accounts.join_team(user=cast.finn, team=cast.west, starts_on=START, **BY)
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=JUNE, **BY)
    assign(published(TEAM).plan, cast.ben, cast.finn)
    noted()
    services.note_facts(touched=[(cast.ana.pk, MAY)])
    assert noted() == {("ana", MAY), ("finn", MAY)}
    services.note_facts(touched=[(cast.ana.pk, JUNE)])
    assert noted() == {("ana", JUNE), ("ben", JUNE), ("finn", JUNE)}


def test_a_changed_reporting_line_notes_the_managers_of_before_and_after(override: Cast) -> None:
    other, boss = person("Olga", Role.MANAGER), person("Boss", Role.MANAGER)
    accounts.report_to(user=other, manager=boss, starts_on=START, **BY)
    assign(published(OVERRIDE).plan, boss)
    calculated("2026-05")
    noted()
    accounts.report_to(user=override.ana, manager=other, starts_on=MAY, **BY)
    assert noted() == {("mia", MAY), ("retno", MAY), ("boss", MAY)}
    accounts.report_to(user=override.ana, manager=override.mia, starts_on=MAY, **BY)
    assert noted() == {("mia", MAY), ("retno", MAY), ("boss", MAY)}
    accounts.stop_reporting(user=override.ben, ends_on=JUNE, **BY)
    assert noted() == {("mia", JUNE), ("retno", JUNE)}


def test_a_change_long_ago_notes_each_year_that_is_still_open(override: Cast) -> None:
    calculated("2026-05")
    noted()
    accounts.stop_reporting(user=override.ben, ends_on=date(2025, 7, 1), **BY)
    assert noted() == {(name, day) for name in ("mia", "retno") for day in (date(2025, 7, 1), JANUARY)}


def test_a_changed_membership_notes_both_teams(cast: Cast) -> None:
    accounts.join_team(user=cast.finn, team=cast.east, starts_on=START, **BY)
    assign(published(TEAM).plan, cast.ana, cast.ben, cast.finn)
    noted()
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=MAY, **BY)
    assert noted() == {("ana", MAY), ("ben", MAY), ("finn", MAY)}
    accounts.leave_team(user=cast.finn, ends_on=JUNE, **BY)
    assert noted() == {("finn", JUNE)}


def test_nobody_is_noted_where_no_plan_reads_reports_or_teams(cast: Cast) -> None:
    assign(published(FLAT).plan, cast.ana, cast.mia)
    noted()
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=MAY, **BY)
    accounts.stop_reporting(user=cast.ana, ends_on=MAY, **BY)
    services.note_facts(touched=[(cast.ben.pk, MAY)])
    assert noted() == {("ben", MAY)}


def test_the_notes_bring_a_managers_statement_up_to_date(override: Cast) -> None:
    calculated("2026-05")
    deal = won(override.ana, MAY, 1_000_00)
    save(deal, amount_minor=2_000_00)
    assert recalculate_stale(now=NOW)
    assert paid("2026-05") == {"mia": 60_00, "retno": 20_00}
    accounts.stop_reporting(user=override.ana, ends_on=MAY, **BY)
    assert recalculate_stale(now=NOW)
    assert paid("2026-05") == {"mia": 0, "retno": 0}


def test_a_line_says_whose_deal_it_comes_from_and_why_it_counts(override: Cast) -> None:
    won(override.ana, MAY, 1_000_00, key="A", name="Harbour")
    calculated("2026-05")
    line = EarningLine.objects.get(component="direct", statement__payee=override.mia)
    answer = signed_in(override.mia).get(reverse("commissions:line", args=[line.pk]))
    assert "Through Ana, who reported to you on 10 May 2026, when this deal closed." in words(answer)
    assert reverse("sales:deal", args=[line.deal_id]) in answer.content.decode()
    page = words(signed_in(override.mia).get(reverse("commissions:statement", args=[line.statement_id])))
    assert "Harbour through Ana" in page
    assert "Ana, who reported to Mia on 10 May 2026" in words(
        signed_in(override.finn).get(reverse("commissions:line", args=[line.pk]))
    )


def test_a_deal_that_a_team_mate_may_not_see_is_no_link(cast: Cast) -> None:
    accounts.join_team(user=cast.ben, team=cast.west, starts_on=START, **BY)
    assign(published(TEAM).plan, cast.ben)
    won(cast.ana, MAY, 1_000_00)
    calculated("2026-05")
    line = EarningLine.objects.get(statement__payee=cast.ben)
    answer = signed_in(cast.ben).get(reverse("commissions:line", args=[line.pk]))
    assert "Ana, who was in your team on 10 May 2026, when this deal closed." in words(answer)
    assert reverse("sales:deal", args=[line.deal_id]) not in answer.content.decode()


def test_a_deal_names_those_credited_through_its_sharers_as_far_as_one_may_see(override: Cast) -> None:
    deal = won(override.ana, MAY, 1_000_00)
    calculated("2026-05")
    shown = {
        name: "Through them" in (page := words(signed_in(user).get(reverse("sales:deal", args=[deal.pk])))) and page
        for name, user in (("ana", override.ana), ("mia", override.mia), ("finn", override.finn))
    }
    assert not shown["ana"]
    assert "Mia through Ana" in str(shown["mia"])
    assert "Retno" not in str(shown["mia"])
    assert "Mia through Ana" in str(shown["finn"])
    assert "Retno through Ana" in str(shown["finn"])


def test_a_statement_takes_as_many_queries_however_many_reports_it_names(override: Cast) -> None:
    counts = []
    for number in range(1, 4):
        rep = person(f"Rep{number}")
        accounts.report_to(user=rep, manager=override.mia, starts_on=START, **BY)
        won(rep, MAY, 1_000_00)
        calculated("2026-05")
        client, found = signed_in(override.mia), Statement.objects.get(payee=override.mia)
        client.get(reverse("commissions:statement", args=[found.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("commissions:statement", args=[found.pk]))
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_long_statement_shows_the_latest_lines_and_all_to_who_asks(override: Cast) -> None:
    for day in (1, 2, 3):
        won(override.ana, date(2026, 5, day), 1_000_00, name=f"Deal {day}")
    calculated("2026-05")
    found = Statement.objects.get(payee=override.mia)
    direct, below = selectors.statement_view(found, Fold(2, 0)).components
    assert [(line.deal, line.amount_minor) for line in direct.lines] == [("Deal 2", 20_00), ("Deal 3", 20_00)]
    assert (direct.left_out, direct.amount_minor, direct.credited_minor) == (1, 60_00, 3_000_00)
    assert (below.left_out, below.amount_minor) == (1, 30_00)
    assert [group.left_out for group in selectors.statement_view(found).components] == [0, 0]
    whole = selectors.statement_view(found, Fold(2, 0, [below.address])).components
    assert [(len(group.lines), group.left_out) for group in whole] == [(2, 1), (3, 0)]


def test_a_page_folds_lines_and_unfolds_a_component_for_who_asks(override: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("commissions.views.statements.MOST_LINES", 1)
    for day in (1, 2, 3):
        won(override.ana, date(2026, 5, day), 1_000_00, name=f"Deal {day}")
    calculated("2026-05")
    found = Statement.objects.get(payee=override.mia)
    client, page = signed_in(override.mia), reverse("commissions:statement", args=[found.pk])
    folded = words(client.get(page))
    assert (folded.count("Deal 1"), folded.count("2 earlier lines aren't shown here.")) == (0, 2)
    address = selectors.statement_view(found).components[0].address
    asked = words(client.get(page, {"whole": [address, "\x00"]}))
    assert ("Deal 1" in asked, asked.count("2 earlier lines aren't shown here.")) == (True, 1)


def test_a_managers_estimate_counts_her_reports_open_deals_and_a_reps_only_her_own(override: Cast, retno: User) -> None:
    deal = won(override.ana, TODAY, 1_000_00, name="Harbour")
    Deal.objects.filter(pk=deal.pk).update(status="open")
    assign(published(FLAT).plan, override.ana)
    found = {}
    for user in (override.ana, override.mia, retno, override.finn):
        deals, count = open_deals(user, TODAY)
        assert len(deals) == count
        supposed = [Supposed(each, 100) for each in deals]
        found[user.name] = [total.brings_minor for total in estimate(payee=user, supposed=supposed, today=TODAY).totals]
    assert found == {"Ana": [100_00], "Mia": [30_00], "Retno": [10_00], "Finn": []}
    page = words(signed_in(override.mia).get(reverse("commissions:estimator")))
    assert "Harbour" in page
    assert "Ana" in page


def save(deal: Deal, **changes: Any) -> None:
    """Through the service, as a form would."""
    names = ("external_id", "name", "owner", "customer", "product", "kind", "status", "stage", "quantity",
             "amount_minor", "currency", "opened_on", "closed_on")  # fmt: skip
    facts = {name: getattr(deal, name) for name in names} | changes
    sales.save_deal(deal=deal, shares=[], seen_at=None, **facts, **BY)
    deal.refresh_from_db()
