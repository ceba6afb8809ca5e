"""The journals of periods: what statements earned, held, lent and pay, in double entry."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, Team
from commissions.models import Period, Plan
from ledger import services
from ledger.selectors.journals import batch_journal, period_journal
from ledger.services import RuleRefused
from tests.commissions.adjusting import ask, limit, settle, wanted
from tests.commissions.facts import assign, calculated, period, published, won
from tests.conftest import Cast, person
from tests.payouts.facts import closed, handed_over

PLAN = """
plan: New hires
currency: USD
period: month
components:
  - {key: all, name: Everything, rate: 10%}
  - {key: later, name: Later, rate: 1%, payout: [{share: 100%, due: paid}]}
draw: {kind: recoverable, amount: 10, periods: 3}
"""


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Ana (West) earned 4.40 in January, of which 0.40 waits; with a draw of 10 that is to be recovered."""
    plan = published(PLAN).plan
    assign(plan, cast.ana)
    won(cast.ana, date(2026, 1, 20), 40_00)
    calculated("2026-01")
    return plan


def rows(label: str) -> list[tuple[str, str, str, int, int]]:
    found = period_journal(period(label)).postings
    return [(row.account.code, row.component, row.team, row.debit, row.credit) for row in found]


def test_a_period_posts_what_was_earned_held_lent_and_is_payable(plan: Plan) -> None:
    Period.objects.update(status="closed")
    assert rows("2026-01") == [
        ("1410", "", "West", 6_00, 0),
        ("2110", "", "", 0, 10_00),
        ("2120", "", "West", 0, 40),
        ("6010", "all", "West", 4_00, 0),
        ("6010", "later", "West", 40, 0),
    ]


def test_a_period_that_moves_is_accrued(plan: Plan) -> None:
    journal = period_journal(period("2026-01"))
    assert (journal.reference, journal.is_accrual, journal.posted_on) == ("ACC-2026-01", True, date(2026, 1, 31))
    assert ("2115", "", "", 0, 10_00) in rows("2026-01")
    Period.objects.update(status="closed")
    assert period_journal(period("2026-01")).reference == "COM-2026-01"


def test_a_company_names_its_own_accounts(plan: Plan, cast: Cast) -> None:
    given: dict[str, Any] = {
        "kind": "earned", "plan": plan, "component": "later", "cost_centre": "K1", "acting_user": cast.finn
    }  # fmt: skip
    services.save_rule(**given, team=Team.objects.get(name="West"), code="7000", name="Later")
    assert ("7000", "later", "West", 40, 0) in rows("2026-01")
    with pytest.raises(RuleRefused, match="a rule for exactly this already"):
        services.save_rule(**given, team=Team.objects.get(name="West"), code="7001", name="Again")


def test_the_number_of_queries_does_not_grow(plan: Plan, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        period_journal(period("2026-01"))


def test_the_file_has_the_same_rows_and_no_formula(plan: Plan, cast: Cast, client: Client) -> None:
    Team.objects.filter(name="West").update(name="=West")
    client.force_login(cast.finn)
    response = client.get("/ledger/journals/COM-2026-01/journal.csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == 'attachment; filename="ACC-2026-01.csv"'
    assert "ACC-2026-01,2026-01-31,6010,Sales commissions,,New hires,all,'=West,USD,4.00,0.00," in text
    assert len(text.splitlines()) == 1 + len(rows("2026-01"))


def test_the_page_shows_the_same_total_on_both_sides(plan: Plan, cast: Cast, client: Client) -> None:
    client.force_login(cast.finn)
    page = client.get("/ledger/journals/COM-2026-01/").content.decode()
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    assert foot.count("10.40") == 2


def test_adjustments_are_posted_by_kind_also_before_a_statement_has_taken_them_in(plan: Plan, cast: Cast) -> None:
    limit(cast.ada, 500_00)
    ask(cast.finn, wanted(cast.ana, 5_00, kind="bonus", label="2026-01"))
    assert [row for row in rows("2026-01") if row[0] == "6020"] == [
        ("6020", "", "West", 0, 5_00), ("6020", "bonus", "West", 5_00, 0),
    ]  # fmt: skip
    settle()
    assert [row for row in rows("2026-01") if row[0] in ("6020", "2115")] == [
        ("2115", "", "", 0, 15_00), ("6020", "bonus", "West", 5_00, 0),
    ]  # fmt: skip


def test_a_batch_moves_what_was_payable_to_the_bank_and_its_counter_batch_back(cast: Cast) -> None:
    closed("2026-10", (cast.ana, "USD", 120_00), (cast.ben, "USD", 30_00))
    made = handed_over(cast.finn, person("Fay", Role.FINANCE))
    found = batch_journal(made)
    assert found.reference == f"PAY-{made.number:05}"
    assert [(row.account.code, row.debit, row.credit) for row in found.postings] == [
        ("1010", 0, 150_00), ("2110", 150_00, 0),
    ]  # fmt: skip
