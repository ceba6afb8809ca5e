"""Why a credit did not count, in the reader's language."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from commissions import services
from commissions.models import PlanVersion, Statement
from commissions.selectors import notice_rows, notice_text
from sales.models import Customer
from tests.conftest import Cast
from tests.sales.browsing import signed_in
from tests.world import NOW, PLAN, calculated, publish, won_by


@pytest.mark.parametrize(
    ("language", "code", "detail", "text"),
    [
        (
            "en",
            "not_assigned",
            "2026-11-05",
            "Not counted: on 5 Nov 2026, when the deal closed, there was no plan to count it.",
        ),
        (
            "id",
            "not_assigned",
            "2026-05-05",
            "Tidak diperhitungkan: pada 5 Mei 2026, saat transaksi ditutup, belum ada skema yang berlaku.",
        ),
        (
            "en",
            "quota_missing",
            "sales 2026-Q4",
            (
                "Nothing is paid for sales in Q4 2026: it is measured against a quota, and none is set. "
                "Ask an administrator to set it."
            ),
        ),
        (
            "id",
            "quota_missing",
            "sales 2026-Q4",
            (
                "Tidak ada komisi untuk sales pada K4 2026: komponen ini diukur terhadap kuota, dan kuotanya belum "
                "ditetapkan. Mintalah administrator menetapkannya."
            ),
        ),
        (
            "id",
            "currency_differs",
            "EUR USD",
            (
                "Tidak diperhitungkan: transaksi ini dalam EUR, sedangkan skema membayar dalam USD dan tidak "
                "mengonversi mata uang lain."
            ),
        ),
        (
            "en",
            "rate_missing",
            "EUR USD 2026-01-31",
            (
                "Not counted: no exchange rate from EUR to USD is known for 31 Jan 2026, when the deal closed. Ask an "
                "administrator to add it."
            ),
        ),
        (
            "id",
            "shares_over_whole",
            "account owner",
            "Tidak diperhitungkan: jumlah bagian untuk peran account owner melebihi 100%. Perbaiki transaksinya.",
        ),
    ],
    ids=["no-plan-en", "no-plan-id", "no-quota-en", "no-quota-id", "currency-id", "rate-en", "shares-id"],
)
def test_a_notice_says_what_happened_and_when(language: str, code: str, detail: str, text: str) -> None:
    with translation.override(language):
        assert notice_text(code, detail, {}) == text


def assigned_without_quota(version: PlanVersion, payee: User) -> None:
    day = date(2026, 1, 1)
    services.assign(plan=version.plan, payees=[payee], from_date=day, until=None, acting_user=None, now=NOW)


@pytest.fixture
def statement(cast: Cast) -> Statement:
    """Of Ana, who closed a deal under a plan that measures against a quota, and has none."""
    assigned_without_quota(publish(PLAN), cast.ana)
    won_by(Customer.objects.create(external_id="c1", name="Harbour Foods"))(cast.ana, "a", date(2026, 11, 5), 100_00)
    calculated("2026-11", cast.finn)
    return Statement.objects.select_related("period").get(payee=cast.ana)


NO_QUOTA = "Nothing is paid for %s in Q4 2026: it is measured against a quota, and none is set. "


def test_a_notice_calls_a_component_by_its_name(statement: Statement) -> None:
    (row,) = notice_rows(statement)
    assert row.text == NO_QUOTA % "New business" + "Ask an administrator to set it."


def test_a_key_that_two_plans_name_differently_stays_a_key(cast: Cast, statement: Statement) -> None:
    other = PLAN.replace("plan: Account Executive", "plan: Other").replace("name: New business", "name: Newcomers")
    assigned_without_quota(publish(other), cast.ana)
    (row,) = notice_rows(statement)
    assert row.text.startswith(NO_QUOTA % "new-business")


def test_a_component_that_no_plan_of_the_payee_has_stays_a_key(statement: Statement) -> None:
    statement.notices = [{"code": "quota_missing", "deal": None, "detail": "gone 2026-Q4"}]
    (row,) = notice_rows(statement)
    assert row.text.startswith(NO_QUOTA % "gone")


def test_a_hundred_notices_ask_as_many_questions_as_one(statement: Statement) -> None:
    asked = []
    (notice,) = statement.notices
    for times in (1, 100):
        statement.notices = [notice] * times
        with CaptureQueriesContext(connection) as queries:
            assert len(notice_rows(statement)) == times
        asked.append(len(queries))
    assert asked == [1, 1]


def test_more_notices_than_five_are_folded(cast: Cast, statement: Statement) -> None:
    (notice,) = statement.notices
    for times, folded in ((5, 0), (7, 1)):
        statement.notices = [notice] * times
        statement.save()
        page = signed_in(cast.ana).get(reverse("commissions:statement", args=[statement.pk])).content.decode()
        assert (page.count(NO_QUOTA % "New business"), page.count("Show 2 more")) == (times, folded)
