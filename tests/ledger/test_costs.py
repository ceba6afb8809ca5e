"""Costs of contracts from closed statements, by the company's policy."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from commissions.models import Period, Plan
from ledger import services
from ledger.models import ExpensedComponent
from ledger.selectors import costs as selectors
from sales.models import Deal
from tests.commissions.facts import FLAT, assign, calculated, published, won
from tests.conftest import Cast


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Ana sold two contracts in January that cost 240 each: one of 24 months, one that names no term."""
    plan = published(FLAT).plan
    assign(plan, cast.ana)
    won(cast.ana, date(2026, 1, 20), 2_400_00, key="two-years", term_months=24)
    won(cast.ana, date(2026, 1, 25), 2_400_00, key="no-term")
    won(cast.ana, date(2026, 1, 26), 1_000_00, key="a-year", term_months=12)
    calculated("2026-01")
    Period.objects.update(status="closed")
    return plan


def year(number: int = 2026) -> dict[int, tuple[int, int, int, int, int]]:
    months = selectors.year_of_costs(selectors.costs(selectors.cost_policy()), number)
    return {row.month.month: (row.opening, row.added, row.amortised, row.impaired, row.closing) for row in months}


def test_a_cost_is_written_down_over_its_term_or_the_policys_months(plan: Plan) -> None:
    monthly = 1_000 + 667  # 240.00 over 24 months and over 36
    assert year()[1] == (0, 480_00, monthly, 0, 480_00 - monthly)
    assert len(year()) == 12
    assert year(2028)[12][4] == 0  # 36 months after January 2026
    assert year(2029) == {}


def test_a_contract_that_ends_is_impaired_in_that_month(plan: Plan) -> None:
    Deal.objects.filter(external_id="two-years").update(cancelled_on=date(2026, 4, 2))
    assert year()[4][3] == 240_00 - 3 * 10_00


def test_the_policy_says_what_is_a_cost(plan: Plan, cast: Cast) -> None:
    given: dict[str, Any] = {"benefit_months": 10, "uses_term": False, "is_expedient": False, "acting_user": cast.finn}
    services.save_policy(**given, expensed=[])
    assert year()[1][1:3] == (580_00, 58_00)
    services.save_policy(**given, expensed=[(plan.pk, "all")])
    assert year() == {}
    services.save_policy(**given, expensed=[])
    assert not ExpensedComponent.objects.exists()


def test_a_period_that_moves_has_no_costs_yet(plan: Plan) -> None:
    Period.objects.update(status="approved")
    assert year() == {}


def test_the_workbook_adds_up_by_month_and_by_contract(plan: Plan, cast: Cast, client: Client) -> None:
    client.force_login(cast.finn)
    response = client.get("/ledger/contracts/costs.xlsx?year=2026")
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    months, contracts = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert [row[0] for row in contracts[3:]] == ["two-years", "no-term", "Total"]
    assert months[3][2:] == (0, 480, 16.67, 0, 463.33)
    assert contracts[5][9] == 480
    assert round(contracts[5][12], 2) == round(months[14][6], 2)


def test_the_months_journal_moves_it_out_of_the_expense_and_back(plan: Plan) -> None:
    Deal.objects.filter(external_id="two-years").update(cancelled_on=date(2026, 1, 31))
    journal = selectors.costs_journal(selectors.costs(selectors.cost_policy()), date(2026, 1, 15))
    assert (journal.reference, journal.posted_on) == ("CON-2026-01", date(2026, 1, 31))
    assert [(row.account.code, row.debit, row.credit) for row in journal.postings] == [
        ("1510", 480_00 - 240_00 - 6_67, 0), ("6010", 0, 480_00), ("6110", 6_67, 0), ("6120", 240_00, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["", "x", "0", "99999999999", "-1"])
def test_a_year_that_is_none_is_this_one(plan: Plan, cast: Cast, client: Client, given: str) -> None:
    client.force_login(cast.finn)
    assert client.get("/ledger/contracts/", {"year": given}).status_code == 200
